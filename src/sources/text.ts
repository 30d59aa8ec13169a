/**
 * Text of strangers, made fit to be read: what a log, an event or a commit says before it gets into a snapshot.
 *
 * Terminal escapes, control, bidirectional, zero-width and tag characters go first (they hide text from people, and secrets from a
 * redactor), then the redactor runs over the whole, so that secrets of several lines are seen whole, then lines are cut. A text
 * that the redactor could not take is withheld. Nothing in a text is ever interpreted.
 */

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

export interface Cleaner {
  /** One line of at most `max` characters: line breaks become spaces. */
  readonly line: (text: string, max?: number) => string;
  /** Lines of at most `max` characters each, without the empty ones at the end. */
  readonly lines: (text: string, max?: number) => readonly string[];
  /** The value of a setting whose name may say that it is a secret. */
  readonly setting: (name: string, value: string, max?: number) => string;
}

const LONGEST_LINE = 400;
const WITHHELD = '[withheld: could not be redacted]';
const SECRET_SETTING = '[redacted]';

// An escape sequence begins with a control character: to match it is the point.
// oxlint-disable-next-line no-control-regex
const ESCAPE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/gu;
const CONTROL = /[^\P{Cc}\t\n]/gu;
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;
const LONE_SURROGATE = /\p{Surrogate}/gu;

export function createCleaner(redact: Redact): Cleaner {
  const redacted = (text: string): string => {
    try {
      return redact(visible(text));
    } catch {
      return WITHHELD;
    }
  };
  return {
    line: (text, max = LONGEST_LINE) => cut(redacted(text).replace(/\s+/gu, ' ').trim(), max),
    lines: (text, max = LONGEST_LINE) =>
      trimmed(
        redacted(text)
          .split('\n')
          .map((line) => cut(line.trimEnd(), max)),
      ),
    setting: (name, value, max = 256) => {
      const line = `${name}=${value}`;
      return redacted(line) === visible(line) ? cut(visible(value), max) : SECRET_SETTING;
    },
  };
}

/** Most texts have nothing to take out. */
const PLAIN = /^[ -~\n]*$/u;

/** The text without what a terminal would hide or obey; line breaks and tabs stay. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(/\r\n?/gu, '\n').replace(ESCAPE, '').replace(CONTROL, '').replace(INVISIBLE, '').replace(LONE_SURROGATE, '\ufffd');
}

/** One line of what a source says of itself, such as a warning: nothing hidden in it, cut, not redacted. */
export function tidy(text: string, max: number): string {
  return cut(
    visible(text.slice(0, 4 * max))
      .replace(/\s+/gu, ' ')
      .trim(),
    max,
  );
}

/** At most `max` UTF-16 units, cut between code points, and marked as cut. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/u, '')}…`;
}

function trimmed(lines: string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(0, last + 1);
}
