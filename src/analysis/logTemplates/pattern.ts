/**
 * A pattern: the tokens that lines have in common. It starts as the tokens of the first line of its kind, and ends as part of a more general
 * pattern when the evidence says that one of its words is a variable. Patterns that are part of no other are the templates.
 */
import { MARKER, type NumberedWord, type Tokens, VARIABLE, WORD } from './tokens.ts';

/** In a pattern, a variable of any type. */
const ANY = '<*>';

export interface Pattern {
  readonly id: number;
  readonly key: string;
  readonly words: readonly string[];
  readonly kinds: readonly number[];
  readonly spaced: readonly boolean[];
  /** Of each variable the type that it has had in all lines, or `<*>`. */
  readonly types: string[];
  /** Of each word with digits the text of the first line, until another line has other digits there. */
  readonly digits: (string | undefined)[];
  /** Whether the digits of the word have been seen to vary: `node-7` is a value, `ipv6` is not. */
  readonly varies: boolean[];
  /** How many of `digits` are left. */
  constantDigits: number;
  count: number;
  first: Sample;
  readonly last: { line: string; at: number };
  /** The number of the line that last belonged to it. */
  used: number;
  /** Whether `last` is a piece of a line that the caller gave. */
  borrows: boolean;
  /** The more general pattern that it has become part of, and which of its tokens are one variable there, in order. */
  into: { readonly pattern: Pattern; readonly spans: readonly Span[] } | undefined;
  forgotten: boolean;
}

export interface Sample {
  readonly line: string;
  /** The number of the line among all lines. */
  readonly at: number;
}

/** Tokens from `from` up to and without `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** No token has it: control characters are blanks. */
const SEPARATOR = '\u0001';

/** What all lines of a pattern share: their words and marks, with variables of all types alike. */
export function keyOf({ count, texts, kinds }: Tokens): string {
  let key = '';
  for (let at = 0; at < count; at++) key += (kinds[at] === VARIABLE ? ANY : (texts[at] ?? '')) + SEPARATOR;
  return key;
}

/** Copies what it keeps, so that no piece of a line keeps a whole log in memory. */
export function patternOf(id: number, key: string, tokens: Tokens, sample: Sample): Pattern {
  const { count, texts, kinds, raws } = tokens;
  const digits = raws.slice(0, count).map((raw) => (raw === undefined ? undefined : copyOf(raw)));
  return {
    id,
    key,
    words: key.split(SEPARATOR, count),
    kinds: kinds.slice(0, count),
    spaced: tokens.spaced.slice(0, count),
    types: texts.slice(0, count).map((text, at) => (kinds[at] === VARIABLE ? text : '')),
    digits,
    varies: digits.map(() => false),
    constantDigits: digits.filter((raw) => raw !== undefined).length,
    count: 0,
    first: sample,
    last: { ...sample },
    used: sample.at,
    borrows: false,
    into: undefined,
    forgotten: false,
  };
}

/** The pattern with the tokens of each span as one variable. No line has been counted for it yet. */
export const generalised = (id: number, pattern: Pattern, spans: readonly Span[]): Pattern =>
  spans.reduceRight((general, span) => withVariable(id, general, span), pattern);

function withVariable(id: number, pattern: Pattern, span: Span): Pattern {
  const words = spliced(pattern.words, span, ANY);
  const digits = spliced(pattern.digits, span, undefined);
  return {
    ...pattern,
    id,
    key: words.map((word) => word + SEPARATOR).join(''),
    words,
    kinds: spliced(pattern.kinds, span, VARIABLE),
    spaced: spliced(pattern.spaced, span, pattern.spaced[span.from] ?? false),
    types: spliced(pattern.types, span, ANY),
    digits,
    varies: spliced(pattern.varies, span, false),
    constantDigits: digits.filter((raw) => raw !== undefined).length,
    count: 0,
    last: { ...pattern.last },
    borrows: false,
    into: undefined,
  };
}

function spliced<T>(values: readonly T[], { from, to }: Span, value: T): T[] {
  return [...values.slice(0, from), value, ...values.slice(to)];
}

/** Takes note of a further line of this pattern. True when digits have been seen to vary for the first time. */
export function notice(pattern: Pattern, { count, texts, kinds, raws }: Tokens): boolean {
  const { types, digits, varies } = pattern;
  let news = false;
  for (let at = 0; at < count; at++) {
    if (kinds[at] === VARIABLE) {
      if (types[at] !== texts[at]) types[at] = ANY;
    } else if (pattern.constantDigits > 0 && digits[at] !== undefined && digits[at] !== raws[at]) {
      digits[at] = undefined;
      varies[at] = true;
      pattern.constantDigits--;
      news = true;
    }
  }
  return news;
}

/** The same for a line of which all but the digits is known. */
export function noticeDigits(pattern: Pattern, numbered: readonly NumberedWord[], text: string): boolean {
  const { digits, varies } = pattern;
  let news = false;
  for (const { token, from, length } of numbered) {
    const raw = digits[token];
    if (raw === undefined || (raw.length === length && text.startsWith(raw, from))) continue;
    digits[token] = undefined;
    varies[token] = true;
    pattern.constantDigits--;
    news = true;
  }
  return news;
}

/** Makes a template part of another one, with all that was counted for it. */
export function merge(pattern: Pattern, spans: readonly Span[], into: Pattern): void {
  pattern.into = { pattern: into, spans };
  const root = rootOf(into);
  root.count += pattern.count;
  root.used = Math.max(root.used, pattern.used);
  if (pattern.first.at < root.first.at) root.first = pattern.first;
  if (pattern.last.at > root.last.at) Object.assign(root.last, pattern.last);
}

/** The template that the pattern is part of by now. */
export function rootOf(pattern: Pattern): Pattern {
  let root = pattern;
  while (root.into !== undefined) root = root.into.pattern;
  return root;
}

/** Takes note that a line was met, and gives the template that it belongs to. */
export function touch(pattern: Pattern, line: number): Pattern {
  let root = pattern;
  root.used = line;
  while (root.into !== undefined) {
    root = root.into.pattern;
    root.used = line;
  }
  return root;
}

/** Each template with the types of its variables, over all patterns that are part of it. */
export function typesOfTemplates(patterns: Iterable<Pattern>): ReadonlyMap<Pattern, readonly string[]> {
  const templates = new Map<Pattern, string[]>();
  for (const pattern of patterns) {
    let own: readonly string[] = pattern.types;
    for (let step = pattern.into; step !== undefined; step = step.pattern.into) {
      for (const span of step.spans.toReversed()) own = spliced(own, span, typeAt(own, span));
    }
    const root = rootOf(pattern);
    const types = templates.get(root);
    if (types === undefined) templates.set(root, [...own]);
    else for (const [at, type] of own.entries()) if (types[at] !== type) types[at] = ANY;
  }
  return templates;
}

/** Words that became a variable have no type. */
function typeAt(types: readonly string[], { from, to }: Span): string {
  const type = to - from === 1 ? types[from] : undefined;
  return type === undefined || type === '' ? ANY : type;
}

/** The template as people read it. */
export function textOf({ words, kinds, spaced }: Pattern, types: readonly string[]): string {
  const texts = words.map((word, at) => (kinds[at] === VARIABLE ? types[at] || ANY : word));
  return texts.map((text, at) => (at > 0 && spaced[at] === true ? ` ${text}` : text)).join('');
}

/** How many of its tokens outside of the span are words, which is what two lines must have in common. */
export function constantsOutside({ kinds }: Pattern, { from, to }: Span): number {
  let constants = 0;
  for (let at = 0; at < kinds.length; at++) if (kinds[at] === WORD && (at < from || at >= to)) constants++;
  return constants;
}

export const isMark = (pattern: Pattern, at: number): boolean => pattern.kinds[at] === MARKER;

/** A string with memory of its own: a piece of a string keeps the whole of it. (V8 makes a flat copy of what is put together before it cuts it.) */
export function copyOf(text: string): string {
  return ` ${text}`.slice(1);
}
