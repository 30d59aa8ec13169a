/** What follows `Authorization:` and `Cookie:`. The scheme stays, as it tells much and gives nothing away. */
import { classAt, QUOTE, runEnd, SPACE, skipBlank, WORD } from './characters.ts';
import { forgetWords, hide, type Scan, spend } from './cursor.ts';
import { type Kind, replacementEnd } from './kinds.ts';
import { isHarmless, readValue } from './values.ts';

const SCHEMES: ReadonlySet<string> = new Set(
  'basic bearer token digest negotiate ntlm apikey api-key key jwt dpop pat ssws genie genie-key geniekey splunk oauth hawk aws aws4-hmac-sha256 sharedkey sharedkeylite hmac signature bot'.split(
    ' ',
  ),
);

export function readAuthorization(scan: Scan, kind: Kind, at: number): number {
  const { text, end } = scan;
  const start = skipBlank(text, at, end);
  const value = openedBy(text, start, end) ? readValue(text, start, end, { toLineEnd: false }) : undefined;
  const from = value?.start ?? start;
  const inner = bracketStart(text, from, end);
  if (text[afterScheme(text, inner, end)] === '{') return at;
  const stop = value?.end ?? untilQuote(text, inner, end);
  spend(scan, stop - at);
  const credentials = afterScheme(text, inner, stop);
  if (credentials >= stop || isHarmless(text, { start: credentials, end: stop, quoted: false })) return at;
  hide(scan, credentials, stop, kind);
  forgetWords(scan, stop);
  return stop;
}

/** A quote (escaped or not) or a bracket. */
function openedBy(text: string, at: number, end: number): boolean {
  if (at >= end || replacementEnd(text, at) >= 0) return false;
  return (classAt(text, at) & QUOTE) !== 0 || '[\\'.includes(text[at] ?? ' ');
}

/** `["Bearer x"]`: what counts is inside. */
function bracketStart(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && ((classAt(text, at) & QUOTE) !== 0 || text[at] === '\\')) at++;
  return at;
}

/** A header ends with its line, or with the string that it stands in. */
function untilQuote(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && (classAt(text, at) & QUOTE) === 0 && !isEscapedBreak(text, at)) at++;
  while (at > from && ((classAt(text, at - 1) & SPACE) !== 0 || text[at - 1] === '\\')) at--;
  return at;
}

const isEscapedBreak = (text: string, at: number): boolean => text[at] === '\\' && 'nr'.includes(text[at + 1] ?? ' ');

function afterScheme(text: string, from: number, end: number): number {
  const word = runEnd(text, from, end, WORD);
  if ((classAt(text, word) & SPACE) === 0 || word >= end || !SCHEMES.has(text.slice(from, word).toLowerCase())) return from;
  return skipBlank(text, word, end);
}
