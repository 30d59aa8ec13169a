/**
 * A JSON object read while its bytes come in: its members, and the items of one list in it, each parsed by itself.
 *
 * So a message of 32 MiB never stands in memory twice, and never blocks the event loop for longer than its largest item. Says the same
 * as a parser of the whole text would: of two members of one name the last counts, and what is no JSON is refused. What is longer, or has more
 * parts, than an item may have is skipped unseen; what is nested too deep is refused at that byte.
 */
import { Rejection } from './rejection.ts';

export interface ScannerLimits {
  /** Levels of lists and objects. Alertmanager's own messages have four. */
  readonly maxDepth: number;
  /** Of one item, or one member beside the list. */
  readonly maxValueBytes: number;
}

export interface ScannerEvents {
  /** The list begins, for the second time too: then the first one does not count. */
  readonly listBegins: () => void;
  readonly item: (value: unknown) => void;
  readonly itemTooLarge: () => void;
  /** A member beside the list; the list itself, where it is none. */
  readonly member: (name: string, value: unknown) => void;
}

export interface MessageScanner {
  readonly write: (chunk: Uint8Array) => void;
  /** Throws if the text has not come to its end; gives the text's value if that is no object. */
  readonly end: () => { readonly foreign: unknown } | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** Commas and brackets in one value: more take longer to parse than others may be kept waiting. */
const MAX_PARTS = 50_000;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isOpening = (byte: number): boolean => byte === OPEN_LIST || byte === OPEN_OBJECT;
const isClosing = (byte: number): boolean => byte === CLOSE_LIST || byte === CLOSE_OBJECT;

type Expecting = 'start' | 'nameOrEnd' | 'name' | 'colon' | 'value' | 'commaOrEnd' | 'itemOrEnd' | 'item' | 'itemCommaOrEnd' | 'nothing';

export function createMessageScanner(list: string, limits: ScannerLimits, events: ScannerEvents): MessageScanner {
  let expecting: Expecting = 'start';
  let value: Value | undefined;
  let name = '';
  let seen = 0;
  let foreign: { readonly foreign: unknown } | undefined;

  const finish = (of: Value): void => {
    value = undefined;
    const isItem = expecting === 'item' || expecting === 'itemOrEnd';
    if (of.isTooLarge()) {
      if (isItem) events.itemTooLarge();
      else if (expecting !== 'value') throw notJson(seen, 'too large');
    } else {
      take(of.parsed(), isItem);
    }
    expecting = AFTER_VALUE[expecting] ?? 'nothing';
  };
  const take = (parsed: unknown, isItem: boolean): void => {
    if (isItem) events.item(parsed);
    else if (expecting === 'start') foreign = { foreign: parsed };
    else if (expecting === 'value') events.member(name, parsed);
    else name = String(parsed);
  };
  /** True if the byte is between values; what is neither there nor begins one is refused by `begin`. */
  const structure = (byte: number, at: number): boolean => {
    if (isSpace(byte) || (at < BYTE_ORDER_MARK.length && byte === BYTE_ORDER_MARK[at] && expecting === 'start')) return true;
    const isList = byte === OPEN_LIST && expecting === 'value' && name === list;
    if (isList) events.listBegins();
    const then = isList ? 'itemOrEnd' : STRUCTURE[expecting]?.[byte];
    if (then !== undefined) expecting = then;
    return then !== undefined;
  };
  const depthAround = (): number => (expecting === 'start' ? 0 : expecting === 'item' || expecting === 'itemOrEnd' ? 2 : 1);
  const begin = (byte: number, at: number): Value => {
    const mayBegin = expecting === 'name' || expecting === 'nameOrEnd' ? byte === QUOTE : VALUES.has(expecting);
    if (!mayBegin || byte === COMMA || byte === COLON || isClosing(byte)) throw byte >= 0xf5 ? notUtf8() : notJson(at);
    return createValue(at, { ...limits, maxDepth: limits.maxDepth - depthAround() });
  };

  return {
    write: (chunk) => {
      let at = 0;
      while (at < chunk.length) {
        const byte = chunk[at] ?? 0;
        if (value === undefined && structure(byte, seen + at)) at += 1;
        else {
          value ??= begin(byte, seen + at);
          at = value.take(chunk, at);
          if (value.isWhole()) finish(value);
        }
      }
      seen += chunk.length;
    },
    end: () => {
      if (value !== undefined && value.isWholeAtEnd()) finish(value);
      if (expecting !== 'nothing') throw seen === 0 ? empty() : notJson(seen);
      return foreign;
    },
  };
}

const VALUES: ReadonlySet<Expecting> = new Set(['start', 'value', 'item', 'itemOrEnd']);
const AFTER_VALUE: Partial<Record<Expecting, Expecting>> = {
  start: 'nothing',
  name: 'colon',
  nameOrEnd: 'colon',
  value: 'commaOrEnd',
  item: 'itemCommaOrEnd',
  itemOrEnd: 'itemCommaOrEnd',
};

const STRUCTURE: Partial<Record<Expecting, Readonly<Record<number, Expecting>>>> = {
  start: { [OPEN_OBJECT]: 'nameOrEnd' },
  nameOrEnd: { [CLOSE_OBJECT]: 'nothing' },
  colon: { [COLON]: 'value' },
  commaOrEnd: { [COMMA]: 'name', [CLOSE_OBJECT]: 'nothing' },
  itemOrEnd: { [CLOSE_LIST]: 'commaOrEnd' },
  itemCommaOrEnd: { [COMMA]: 'item', [CLOSE_LIST]: 'commaOrEnd' },
};

interface Value {
  /** Takes what is its own of the chunk from `from` on; gives where it stopped. */
  readonly take: (chunk: Uint8Array, from: number) => number;
  readonly isWhole: () => boolean;
  readonly isWholeAtEnd: () => boolean;
  readonly isTooLarge: () => boolean;
  readonly parsed: () => unknown;
}

/** One value: a text, a list, an object, or a bare word, which the first byte that is none of its own ends. */
function createValue(place: number, { maxDepth, maxValueBytes }: ScannerLimits): Value {
  const pieces: Uint8Array[] = [];
  let [bytes, parts, depth] = [0, 0, 0];
  let [inText, escaped, isWord, whole] = [false, false, false, false];

  /** True if the value ends with this byte. */
  const step = (byte: number): boolean => {
    if (inText) {
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) {
        inText = false;
        return depth === 0;
      }
      return false;
    }
    if (byte === QUOTE) inText = true;
    else if (byte === COMMA) parts += 1;
    else if (isOpening(byte)) {
      parts += 1;
      depth += 1;
      if (depth > maxDepth) throw tooDeep();
    } else if (isClosing(byte)) {
      depth -= 1;
      return depth === 0;
    }
    return false;
  };
  const endsWord = (byte: number): boolean => isSpace(byte) || byte === COMMA || isClosing(byte);
  const keep = (piece: Uint8Array): void => {
    bytes += piece.length;
    if (bytes > maxValueBytes) pieces.length = 0;
    else pieces.push(piece);
  };
  return {
    take: (chunk, from) => {
      if (bytes === 0) isWord = chunk[from] !== QUOTE && !isOpening(chunk[from] ?? 0);
      let at = from;
      while (at < chunk.length && !whole) {
        const byte = chunk[at] ?? 0;
        if (isWord && endsWord(byte)) {
          whole = true;
          break;
        }
        if (!isWord && step(byte)) whole = true;
        at += 1;
      }
      keep(chunk.subarray(from, at));
      return at;
    },
    isWhole: () => whole,
    isWholeAtEnd: () => whole || isWord,
    isTooLarge: () => bytes > maxValueBytes || parts > MAX_PARTS,
    parsed: () => parse(decode(pieces), place),
  };
}

function decode(pieces: readonly Uint8Array[]): string {
  const [first = new Uint8Array(), ...rest] = pieces;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(rest.length === 0 ? first : Buffer.concat(pieces));
  } catch (cause) {
    throw notUtf8(cause);
  }
}

function parse(text: string, place: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notJson(place, undefined, cause);
  }
}

const empty = (): Rejection => new Rejection(400, 'not_json', 'The body is empty; send an alert message as JSON.');
const notUtf8 = (cause?: unknown): Rejection => new Rejection(400, 'not_utf8', 'The body is not UTF-8; send JSON in UTF-8.', { cause });
const tooDeep = (): Rejection => new Rejection(400, 'too_deep', 'The body is nested too deep; no alert message is.');

/** Where it is wrong, without what stands there: that may be a secret. */
function notJson(place: number, why?: string, cause?: unknown): Rejection {
  const what = why === undefined ? '' : `, ${why}`;
  return new Rejection(400, 'not_json', `The body is not JSON (at byte ${place}${what}); send an alert message as JSON.`, { cause });
}
