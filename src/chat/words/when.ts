/** How far back a question looks, where it says so. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
const LONGEST = 30 * DAY;

const SPAN =
  /\b(?:last|past|previous|within|in|for|since|over) (?:the )?(?:last |past )?(\d{1,4}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\b/u;
const NAMED: readonly (readonly [RegExp, number])[] = [
  [/\b(?:last|past) (?:half an|half) hour\b/u, HOUR / 2],
  [/\b(?:last|past|an|the) hour\b/u, HOUR],
  [/\b(?:today|this morning|last night|tonight|yesterday|(?:last|past) day)\b/u, DAY],
  [/\b(?:this|last|past) week\b/u, 7 * DAY],
];

/** @param words as `tokensOf` gives them @returns milliseconds */
export function windowIn(words: string): number | undefined {
  const [, count = '', unit = ''] = SPAN.exec(words) ?? [];
  if (count !== '') return Math.min(LONGEST, Number(count) * (UNITS[unit.charAt(0)] ?? HOUR));
  return NAMED.find(([pattern]) => pattern.test(words))?.[1];
}
