/**
 * Where the value that belongs to a key begins and ends, in shell, JSON (escaped any number of times), YAML, logfmt, query
 * strings, and the printed maps of Go, Python, Ruby and JavaScript.
 *
 * When the notation leaves it open, the longer reading wins: rather too much hidden than the end of a secret shown.
 * A value never goes beyond its line here.
 */
import { CLASS, classAt, QUOTE, runEnd, SPACE, skipBlank, WORD } from './characters.ts';
import { replacementEnd } from './kinds.ts';

export interface Extent {
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** A name that follows `&`, `,` or `;` is shorter than this; what is longer belongs to the value. */
const LONGEST_NEXT_NAME = 40;

export interface ValueContext {
  /** The key stands alone at the beginning of its line, as in YAML: then an unquoted value ends with the line. */
  readonly toLineEnd: boolean;
}

/** The value at `at`, in a line that ends at `end`; undefined where there is none, or an object begins. */
export function readValue(text: string, at: number, end: number, context: ValueContext): Extent | undefined {
  const start = skipTag(text, skipBlank(text, at, end), end);
  if (start >= end) return undefined;
  const quote = openingQuote(text, start, end);
  if (quote !== undefined) return quotedValue(text, quote, end);
  const first = text[start];
  if (first === '{') return undefined;
  if (first === '[' && replacementEnd(text, start) < 0) return bracketedValue(text, start, end);
  const reference = referenceEnd(text, start, end);
  if (reference > start) return { start, end: reference, quoted: false };
  const plain = plainValue(text, start, end);
  return context.toLineEnd && !pairFollows(text, plain, end) ? restOfLine(text, start, end) : plain;
}

/** YAML tags and anchors say something about a value and are none. */
function skipTag(text: string, at: number, end: number): number {
  const name = text.startsWith('!!', at) ? at + 2 : text[at] === '&' ? at + 1 : at;
  const stop = runEnd(text, name, end, WORD);
  return name > at && stop > name && stop < end && (classAt(text, stop) & SPACE) !== 0 ? skipBlank(text, stop, end) : at;
}

const LONGEST_REFERENCE = 512;

/** `${NAME}` and `$(NAME)` alone, and kubectl's words for where a value comes from. */
function referenceEnd(text: string, at: number, end: number): number {
  const closer = text.startsWith('${', at) ? '}' : text.startsWith('$(', at) ? ')' : text.startsWith('<set to the key ', at) ? '>' : '';
  if (closer === '') return -1;
  const limit = Math.min(end, at + LONGEST_REFERENCE);
  const close = text.slice(at, limit).indexOf(closer);
  const stop = at + close + 1;
  const alone = stop >= end || (classAt(text, stop) & (SPACE | QUOTE)) !== 0 || ',;)}]\\'.includes(text[stop] ?? ' ');
  return close > 0 && alone && isHarmless(text, { start: at, end: stop, quoted: false }) ? stop : -1;
}

interface OpenQuote {
  readonly quote: number;
  readonly escapes: number;
  readonly start: number;
}

function openingQuote(text: string, at: number, end: number): OpenQuote | undefined {
  let i = at;
  while (i < end && text[i] === '\\') i++;
  if (i >= end || (classAt(text, i) & QUOTE) === 0) return undefined;
  return { quote: text.charCodeAt(i), escapes: i - at, start: i + 1 };
}

/**
 * A quote closes if it carries as many backslashes as the one that opened; with more of them it is an escaped quote inside,
 * unless the surplus is made of whole escaped backslashes. With fewer, an outer string ends, and the value with it.
 */
function quotedValue(text: string, { quote, escapes, start }: OpenQuote, end: number): Extent {
  const step = escapes + 1;
  let slashes = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) {
      slashes++;
      continue;
    }
    if (code === quote && closes(slashes, escapes, step)) {
      const doubled = quote === 0x27 && escapes === 0 && at > start && text.charCodeAt(at + 1) === quote;
      if (!doubled) return { start, end: at - Math.min(slashes, escapes), quoted: true };
      at++;
    }
    slashes = 0;
  }
  return { start, end, quoted: true };
}

function closes(slashes: number, escapes: number, step: number): boolean {
  return slashes <= escapes || (slashes - escapes) % (2 * step) === 0;
}

/** `[Bearer x]` of Go, `["x", "y"]` of JSON: all that is inside, or the rest of the line. */
function bracketedValue(text: string, at: number, end: number): Extent | undefined {
  let stop = at + 1;
  while (stop < end && text.charCodeAt(stop) !== 0x5d) stop++;
  return stop > at + 1 ? { start: at + 1, end: stop, quoted: true } : undefined;
}

/**
 * Whether a line that begins like YAML goes on with another pair: `: ` cannot be inside a plain scalar, and `name=` after
 * something that is no secret is a list of settings.
 */
function pairFollows(text: string, plain: Extent | undefined, end: number): boolean {
  if (plain === undefined) return false;
  const rest = text.slice(plain.end, end);
  return /^[^:]{0,512}: /u.test(rest) || (isHarmless(text, plain) && /^[,;]? ?[\w.-]{1,40}[=:]/u.test(rest));
}

function restOfLine(text: string, start: number, end: number): Extent {
  let stop = end;
  for (let at = start; at < end; at++) {
    if (text[at] === '#' && (classAt(text, at - 1) & SPACE) !== 0) {
      stop = at;
      break;
    }
  }
  while (stop > start && (classAt(text, stop - 1) & SPACE) !== 0) stop--;
  return { start, end: stop, quoted: false };
}

function plainValue(text: string, start: number, end: number): Extent | undefined {
  let at = start;
  while (at < end && !endsPlain(text, at, start, end)) at++;
  if (at < end && (classAt(text, at) & QUOTE) !== 0 && wrapsQuote(text, start, at)) {
    const inner = openingQuote(text, at, end);
    if (inner !== undefined) return { start, end: quotedValue(text, inner, end).end, quoted: false };
  }
  const stop = trimClosers(text, start, at);
  return stop > start ? { start, end: stop, quoted: false } : undefined;
}

/** `Some("x")`, `b'x'`, `$'x'`: what stands before the quote belongs to the notation. */
function wrapsQuote(text: string, start: number, quoteAt: number): boolean {
  const before = text[quoteAt - 1] ?? '';
  return quoteAt > start && quoteAt - start <= 24 && (before === '(' || (quoteAt - start === 1 && 'bruf$@'.includes(before)));
}

function endsPlain(text: string, at: number, start: number, end: number): boolean {
  const code = text.charCodeAt(at);
  const flags = CLASS[code] ?? 0;
  if ((flags & (SPACE | QUOTE)) !== 0) return true;
  switch (code) {
    case 0x5c:
      return endsEscaped(text, at, end);
    case 0x26: // &
      return at > start && nameFollows(text, at + 1, end);
    case 0x2c: // ,
    case 0x3b: // ;
      return endsItem(text, at, end);
    case 0x3c: // <
      return text[at + 1] === '/';
    case 0x1b:
      return true;
    default:
      return false;
  }
}

/** An escaped line break, tab or quote ends a value inside a string, however often it is escaped. */
function endsEscaped(text: string, at: number, end: number): boolean {
  let i = at;
  while (i < Math.min(end, at + 8) && text.charCodeAt(i) === 0x5c) i++;
  return 'nrt"\'`'.includes(text[i] ?? ' ');
}

/** A `,` or `;` at the end of an item; inside a value it is followed by more of it. */
function endsItem(text: string, at: number, end: number): boolean {
  return at + 1 >= end || (classAt(text, at + 1) & (SPACE | QUOTE)) !== 0 || nameFollows(text, at + 1, end);
}

function nameFollows(text: string, from: number, end: number): boolean {
  const limit = Math.min(end, from + LONGEST_NEXT_NAME);
  let at = from;
  while (at < limit && ((classAt(text, at) & WORD) !== 0 || text[at] === '.' || text[at] === '%')) at++;
  return at > from && at < limit && (text[at] === '=' || text[at] === ':');
}

const CLOSERS = ',;)}]';

function trimClosers(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && CLOSERS.includes(text[at - 1] ?? ' ')) at--;
  const replaced = replacementEnd(text, start);
  return replaced > at && replaced <= end ? replaced : at;
}

const LITERALS: ReadonlySet<string> = new Set(
  'true false null nil none undefined yes no on off ~ - set unset required missing invalid empty unknown expired redacted hidden masked omitted not present absent optional string <none> <nil> <unset> <unknown> <empty> <redacted> <hidden> <masked> <omitted>'.split(
    ' ',
  ),
);
const PATH = /^(?:file:\/\/)?\/(?:etc|var|run|opt|usr|home|root|tmp|mnt|srv|data|proc|app|secrets?|vault|config|certs?|workspace)(?:\/|$)/u;
const REFERENCE =
  /^(?:\$\{[^}]{1,128}\}|\$\([A-Za-z_][\w.-]{0,127}\)|\{\{[^{}]{1,256}\}\}|<set to the key .{1,512}|\*+|[xX•]{3,}|%[sdqvw])$/u;
const LONGEST_HARMLESS = 640;

/**
 * Whether a secret's place holds something that a diagnosis needs and that is no secret: nothing, a literal, a reference to
 * where the secret is kept, a path, or a replacement.
 */
export function isHarmless(text: string, { start, end }: Extent): boolean {
  if (end <= start) return true;
  const replaced = replacementEnd(text, start);
  if (replaced >= 0) return replaced >= end;
  if (end - start > LONGEST_HARMLESS) return false;
  const value = text.slice(start, end);
  return LITERALS.has(value.toLowerCase()) || (value.length <= 256 && PATH.test(value) && !/[\s"']/u.test(value)) || REFERENCE.test(value);
}
