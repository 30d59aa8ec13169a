/**
 * Overrides in the kustomization at the owner's own path, for a field whose manifest lies outside of it.
 *
 * For an image an entry of `images`, which is what people would write; for anything else, or where that would reach more than one container, a patch in
 * line that names just the field. As all candidates these are rendered before they are believed.
 */
import { type Document, isMap, isSeq, type Node } from 'yaml';
import type { FileTree } from '../git/tree.ts';
import type { Rendering } from '../render.ts';
import { type FieldPath, follow, pairsOf, parseYamlFile, type Step } from '../yaml/document.ts';
import { columnOf, lastEnd, plain, plainString, type Splice } from '../yaml/splice.ts';
import type { Candidate, Wanted } from './candidates.ts';
import { parseImage } from './imageName.ts';
import type { Manifest } from './manifest.ts';

export async function overrideCandidates(
  tree: FileTree,
  { closure, objects }: Extract<Rendering, { kind: 'rendered' }>,
  wanted: Wanted,
): Promise<readonly Candidate[]> {
  const file = closure.layers[0]?.file;
  const content = file === undefined ? undefined : (await tree.read([file])).get(file);
  const target = objects.find(({ kind, metadata }) => kind === wanted.kind && metadata.name === wanted.name);
  if (file === undefined || content === undefined || target === undefined) return [];
  const parsed = parseYamlFile(content);
  if ('refused' in parsed) return [];
  const [document] = parsed.documents;
  if (document === undefined || !isMap(document.contents) || document.contents.flow === true) return [];
  const entries = [
    ...(wanted.path.at(-1) === 'image' ? [{ list: 'images', lines: imageLines(target, wanted) }] : []),
    { list: 'patches', lines: patchLines(target, wanted, undefined) },
    { list: 'patches', lines: patchLines(target, wanted, target.metadata.namespace) },
  ];
  return entries.flatMap(({ list, lines }) => {
    const splice = lines === undefined ? undefined : appendItem(parsed.text, document, list, lines);
    return splice === undefined ? [] : [{ file, splices: [splice], rank: 0 }];
  });
}

function imageLines(target: Manifest, { path, value }: Wanted): readonly string[] | undefined {
  const before = valueAt(target, path);
  if (typeof before !== 'string') return undefined;
  const [was, is] = [parseImage(before), parseImage(String(value))];
  return [
    `name: ${plainString(was.name)}`,
    ...(is.name === was.name ? [] : [`newName: ${plainString(is.name)}`]),
    ...(is.tag === undefined ? [] : [`newTag: ${plainString(is.tag)}`]),
    ...(is.digest === undefined ? [] : [`digest: ${plainString(is.digest)}`]),
  ];
}

/** A strategic-merge patch that holds the object's name, the way to the field, and the field. */
function patchLines(target: Manifest, { path, value }: Wanted, namespace: string | undefined): readonly string[] | undefined {
  if (path.some((step) => typeof step === 'number')) return undefined;
  const lines = [
    'patch: |-',
    `  apiVersion: ${target.apiVersion}`,
    `  kind: ${target.kind}`,
    '  metadata:',
    `    name: ${plainString(target.metadata.name)}`,
    ...(namespace === undefined ? [] : [`    namespace: ${plainString(namespace)}`]),
  ];
  let indent = '  ';
  for (const [index, step] of path.entries()) {
    const entry = typeof step === 'object' ? `- ${itemKey(target, path.slice(0, index), step)}` : `${plainString(String(step))}:`;
    lines.push(`${indent}${entry}${index === path.length - 1 ? ` ${plain(value)}` : ''}`);
    indent += '  ';
  }
  return lines;
}

/** Ports of a Service are merged by their number, whatever they are told apart by elsewhere; other lists by what names their items. */
function itemKey(target: Manifest, list: FieldPath, step: Exclude<Step, string | number>): string {
  const port = target.kind === 'Service' ? (valueAt(target, [...list, step]) as { readonly port?: unknown } | undefined)?.port : undefined;
  return typeof port === 'number' ? `port: ${port}` : `${step.key}: ${plain(/^\d+$/u.test(step.value) ? Number(step.value) : step.value)}`;
}

/** Adds an item to a block list at the top of the document, or the list with it. */
function appendItem(text: string, document: Document, list: string, lines: readonly string[]): Splice | undefined {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const reached = follow(document, [list]);
  if (reached === undefined) return undefined;
  if (reached.missing.length > 0) {
    const end = isMap(document.contents) ? lastEnd(text, document.contents) : text.length;
    return { ...afterLine(text, end), text: [`${list}:`, ...itemLines(lines, 2)].map((line) => eol + line).join('') };
  }
  if (!isSeq(reached.node) || reached.node.flow === true) return undefined;
  const first = reached.node.items[0] as Node | undefined;
  const start = first?.range?.[0];
  if (start === undefined) return undefined;
  const column = text.lastIndexOf('-', start) < text.lastIndexOf('\n', start) ? undefined : columnOf(text, text.lastIndexOf('-', start));
  if (column === undefined || (isMap(first) && pairsOf(first).length === 0)) return undefined;
  return {
    ...afterLine(text, lastEnd(text, reached.node)),
    text: itemLines(lines, column)
      .map((line) => eol + line)
      .join(''),
  };
}

function itemLines(lines: readonly string[], column: number): readonly string[] {
  return lines.map((line, index) => `${' '.repeat(column)}${index === 0 ? '- ' : '  '}${line}`);
}

function afterLine(text: string, end: number): { readonly start: number; readonly end: number } {
  const newline = text.indexOf('\n', end);
  const lineEnd = newline < 0 ? text.length : newline;
  const at = text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd;
  return { start: at, end: at };
}

/** The value at a path of a rendered object. */
export function valueAt(object: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((value, step) => stepInto(value, step), object);
}

function isItem(item: unknown, { key, value }: Exclude<Step, string | number>): boolean {
  const found = (item as Record<string, unknown> | null)?.[key];
  return (typeof found === 'string' || typeof found === 'number') && String(found) === value;
}

function stepInto(value: unknown, step: Step): unknown {
  if (typeof step === 'object') {
    return Array.isArray(value) ? value.find((item) => isItem(item, step)) : undefined;
  }
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[step] : undefined;
}
