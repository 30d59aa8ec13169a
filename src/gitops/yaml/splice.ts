/**
 * The smallest change of a YAML text that gives a field a value: one scalar replaced in its own quoting, or a few lines added in the indentation and
 * with the line ends of their surroundings.
 *
 * What can't be done that way (block scalars, scalars over several lines, keys of a flow mapping over several lines) is refused with the reason.
 */
import { type Document, isMap, isScalar, isSeq, type Node, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import { type FieldPath, follow, isEmpty, pairsOf } from './document.ts';

export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export type SpliceResult = Splice | { readonly refused: string };

export function applySplices(text: string, splices: readonly Splice[]): string {
  let result = text;
  for (const { start, end, text: inserted } of splices.toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + inserted + result.slice(end);
  }
  return result;
}

/** Sets the field at `path`, which may have to be added to the mapping that the path leads to. */
export function setField(text: string, document: Document, path: FieldPath, value: string): SpliceResult {
  const reached = follow(document, path);
  if (reached === undefined) return { refused: 'the document has something else there' };
  if (reached.missing.length === 0)
    return isScalar(reached.node) ? replaceScalar(text, reached.node, value) : { refused: 'it is not a plain value' };
  const [key, ...rest] = reached.missing;
  if (typeof key !== 'string' || rest.some((step) => typeof step !== 'string')) return { refused: 'the document has no such item' };
  return addTo(text, { document, path, node: reached.node }, [key, ...(rest as string[])], value);
}

/** Puts `value` in place of a scalar, in the same quoting where that can hold it. */
export function replaceScalar(text: string, scalar: Scalar, value: string): SpliceResult {
  const { range } = scalar;
  if (range === null || range === undefined) return { refused: 'it has no place in the text' };
  const [start, end] = range;
  const source = text.slice(start, end);
  if (source === '') return { refused: 'it is there without a value' };
  if (/[\r\n]/u.test(source) || source.startsWith('|') || source.startsWith('>')) return { refused: 'it is written over several lines' };
  if (!same(source, scalar.value)) return { refused: 'its place in the text can’t be told' };
  return {
    start,
    end,
    text: source.startsWith("'") ? `'${value.replaceAll("'", "''")}'` : source.startsWith('"') ? JSON.stringify(value) : plain(value),
  };
}

/** `value` without quotes where every reader of YAML, old or new, takes it for this very string, or where it is a whole number. */
export function plain(value: string): string {
  if (/^(?:0|[1-9]\d{0,14})$/u.test(value)) return value;
  return isPlainString(value) ? value : JSON.stringify(value);
}

/** `value` as a string: a version such as 1.10 gets quotes. */
export function plainString(value: string): string {
  return isPlainString(value) ? value : JSON.stringify(value);
}

function isPlainString(value: string): boolean {
  if (!/^[A-Za-z0-9./_][\w./:@+-]*$/u.test(value) || value.endsWith(':')) return false;
  return (['1.1', '1.2'] as const).every((version) => parseDocument(`k: ${value}`, { version }).get('k') === value);
}

function same(source: string, value: unknown): boolean {
  const parsed = parseDocument(source, { schema: 'core' });
  return parsed.errors.length === 0 && isScalar(parsed.contents) && Object.is(parsed.contents.value, value);
}

interface At {
  readonly document: Document;
  readonly path: FieldPath;
  readonly node: Node;
}

function addTo(text: string, at: At, keys: readonly string[], value: string): SpliceResult {
  const { node, document } = at;
  if (isMap(node) && node.flow === true) return addToFlow(text, node, keys, value);
  const step = indentStep(text, document);
  if (isMap(node)) {
    const column = columnOfFirstKey(text, node);
    if (column === undefined) return { refused: 'its surroundings are not laid out as a block' };
    return insertAfter(text, lastEnd(text, node), blockLines(keys, value, column, step));
  }
  const owner = ownerOf(at, keys.length);
  if (owner === undefined || !isEmpty(node)) return { refused: 'the document has something else there' };
  return insertAfter(text, owner.end, blockLines(keys, value, owner.column(text) + step, step));
}

function blockLines(keys: readonly string[], value: string, column: number, step: number): readonly string[] {
  return keys.map((key, index) => {
    const indent = ' '.repeat(column + index * step);
    return index === keys.length - 1 ? `${indent}${key}: ${plain(value)}` : `${indent}${key}:`;
  });
}

function addToFlow(text: string, map: YAMLMap, keys: readonly string[], value: string): SpliceResult {
  const [start, end] = map.range ?? [0, 0];
  const source = text.slice(start, end);
  if (/[\r\n]/u.test(source) || !source.startsWith('{') || !source.endsWith('}'))
    return { refused: 'its surroundings are a flow mapping over several lines' };
  const inner = keys.toReversed().reduce((nested, key, index) => (index === 0 ? `${key}: ${nested}` : `${key}: {${nested}}`), plain(value));
  if (map.items.length === 0) return { start, end, text: `{${inner}}` };
  const last = source.slice(0, -1).trimEnd().length;
  return { start: start + last, end: start + last, text: source.slice(0, last).endsWith(',') ? ` ${inner}` : `, ${inner}` };
}

/** Adds whole lines after the line that `end` is on. */
function insertAfter(text: string, end: number, lines: readonly string[]): Splice {
  const newline = text.indexOf('\n', end);
  const lineEnd = newline < 0 ? text.length : newline;
  const at = text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return { start: at, end: at, text: lines.map((line) => eol + line).join('') };
}

/** Where the last thing of a node ends, before the newline that follows it. */
export function lastEnd(text: string, node: Node): number {
  if (isMap(node) && node.flow !== true) {
    const pair = pairsOf(node).at(-1);
    if (pair !== undefined) return pair.value === null || isEmptyAt(pair.value) ? (pair.key.range?.[1] ?? 0) : lastEnd(text, pair.value);
  }
  if (isSeq(node) && node.flow !== true) {
    const item = node.items.at(-1) as Node | undefined;
    if (item !== undefined) return lastEnd(text, item);
  }
  return withoutLastLineBreaks(text.slice(0, node.range?.[1] ?? 0)).length;
}

/** Without the empty lines at its end; the spaces after its last word stay. */
function withoutLastLineBreaks(text: string): string {
  const space = /(?<![ \t\r\n])[ \t\r\n]+$/u.exec(text);
  const lineBreak = space?.[0].search(/\r?\n/u) ?? -1;
  return space === null || lineBreak < 0 ? text : text.slice(0, space.index + lineBreak);
}

function isEmptyAt(node: Node): boolean {
  return isEmpty(node) && (node.range === null || node.range === undefined || node.range[0] === node.range[1]);
}

/** The key whose value is missing, which the new lines go under. */
function ownerOf({ document, path }: At, missing: number): { readonly end: number; readonly column: (text: string) => number } | undefined {
  const keyPath = path.slice(0, path.length - missing);
  const name = keyPath.at(-1);
  const parent = follow(document, keyPath.slice(0, -1));
  if (typeof name !== 'string' || parent === undefined || !isMap(parent.node) || parent.node.flow === true) return undefined;
  const pair = pairsOf(parent.node).find(({ key }) => isScalar(key) && key.value === name);
  const range = pair?.key.range;
  if (range === null || range === undefined) return undefined;
  return { end: range[1], column: (text) => columnOf(text, range[0]) };
}

function columnOfFirstKey(text: string, map: YAMLMap): number | undefined {
  const start = pairsOf(map)[0]?.key.range?.[0];
  return start === undefined ? undefined : columnOf(text, start);
}

export function columnOf(text: string, offset: number): number {
  const column = offset - (text.lastIndexOf('\n', offset - 1) + 1);
  return text.startsWith('\uFEFF') && text.lastIndexOf('\n', offset - 1) < 0 ? column - 1 : column;
}

/** By how much this document indents a mapping in a mapping. */
function indentStep(text: string, document: Document): number {
  if (!isMap(document.contents)) return 2;
  for (const pair of pairsOf(document.contents)) {
    if (!isMap(pair.value) || pair.value.flow === true) continue;
    const [outer, inner] = [columnOfFirstKey(text, document.contents), columnOfFirstKey(text, pair.value)];
    if (outer !== undefined && inner !== undefined && inner > outer) return inner - outer;
  }
  return 2;
}
