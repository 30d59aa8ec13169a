/** Whether silences of Alertmanager covered an alert, by its rules: all matchers match, and a label that is absent is the empty text. */

export interface Silencing {
  readonly matchers: readonly { readonly name: string; readonly value: string; readonly isRegex: boolean; readonly isEqual: boolean }[];
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  readonly endsAt: number;
}

/** By one silence, from the beginning to the end. */
export function silencedThroughout(
  labels: Readonly<Record<string, string>>,
  { start, end }: { readonly start: number; readonly end: number },
  silences: readonly Silencing[],
): boolean {
  return silences.some((silence) => silence.startsAt <= start && silence.endsAt >= end && covers(silence, labels));
}

/** Whether it is about that alert, at whatever time. */
export function covers({ matchers }: Pick<Silencing, 'matchers'>, labels: Readonly<Record<string, string>>): boolean {
  return matchers.length > 0 && matchers.every((matcher) => matches(labels, matcher));
}

function matches(labels: Readonly<Record<string, string>>, { name, value, isRegex, isEqual }: Silencing['matchers'][number]): boolean {
  const label = Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
  return (isRegex ? isMatch(label, value) : label === value) === isEqual;
}

/** What is no expression here matches nothing: an alert too many is better than one that is missed. */
function isMatch(label: string, expression: string): boolean {
  try {
    return new RegExp(`^(?:${expression})$`, 'us').test(label.slice(0, 1024));
  } catch {
    return false;
  }
}
