/**
 * YAML files as documents whose every node knows where it stands in the text.
 *
 * The text stays the master: edits are splices of it, never a document printed anew, so that comments, order, quoting, anchors, indentation, line ends and
 * the absence of a last newline survive byte for byte. A file that is not UTF-8, not well-formed, too large or has a key twice is refused.
 */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';

export interface YamlFile {
  readonly text: string;
  readonly documents: readonly Document[];
}

export type ParsedFile = YamlFile | { readonly refused: string };

const LARGEST = 2 * 2 ** 20;

export function parseYamlFile(content: Buffer): ParsedFile {
  if (content.length > LARGEST) return { refused: `larger than ${LARGEST / 2 ** 20} MiB` };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return { refused: 'not UTF-8' };
  }
  return parseYamlText(text);
}

export function parseYamlText(text: string): ParsedFile {
  const documents = parseAllDocuments(text, { schema: 'core', uniqueKeys: true, logLevel: 'error' });
  const problem = [...documents].flatMap(({ errors }) => errors)[0];
  if (problem !== undefined) return { refused: problem.message.split('\n')[0] ?? 'not well-formed' };
  return { text, documents: [...documents] };
}

/** A field's name, an index, or the item of a list that has this value (a number as text) under this name. */
export type Step = string | number | { readonly key: string; readonly value: string };
export type FieldPath = readonly Step[];

/** As `compareRendered` writes it. */
export function formatPath(path: FieldPath): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      if (typeof step !== 'string') return `[${step.value}]`;
      return /^[A-Za-z_$][\w$-]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join('')
    .replace(/^\./u, '');
}

/** How far a path leads into a document. */
export interface Reached {
  readonly node: Node;
  /** Steps that the document does not have; empty when the node is the one that was asked for. */
  readonly missing: FieldPath;
}

/** Follows a path, through aliases and merge keys. Undefined where it meets something else than it expects. */
export function follow(document: Document, path: FieldPath, from?: Node): Reached | undefined {
  let node = resolve(document, from ?? document.contents);
  for (const [index, step] of path.entries()) {
    if (node === undefined) return undefined;
    const inner = child(document, node, step);
    if (inner === undefined) return isMap(node) || isEmpty(node) ? { node, missing: path.slice(index) } : undefined;
    node = resolve(document, inner);
  }
  return node === undefined ? undefined : { node, missing: [] };
}

/** The scalar at a path, where there is one. */
export function scalarAt(document: Document, path: FieldPath, from?: Node): Scalar | undefined {
  const reached = follow(document, path, from);
  return reached?.missing.length === 0 && isScalar(reached.node) ? reached.node : undefined;
}

/** The string at a path, where there is one. */
export function stringAt(document: Document, path: FieldPath, from?: Node): string | undefined {
  const value = scalarAt(document, path, from)?.value;
  return typeof value === 'string' ? value : undefined;
}

/** The string or number at a path, as text. */
function textAt(document: Document, path: FieldPath, from: Node): string | undefined {
  const value = scalarAt(document, path, from)?.value;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

export function itemsAt(document: Document, path: FieldPath, from?: Node): readonly Node[] {
  const reached = follow(document, path, from);
  if (reached === undefined || reached.missing.length > 0 || !isSeq(reached.node)) return [];
  return reached.node.items.map((item) => resolve(document, item)).filter((item) => item !== undefined);
}

export function pairsOf(map: YAMLMap): readonly Pair<Node, Node | null>[] {
  return map.items.filter((item): item is Pair<Node, Node | null> => isPair(item));
}

export function isEmpty(node: Node): boolean {
  return isScalar(node) && (node.value === null || node.value === undefined);
}

function resolve(document: Document, node: unknown): Node | undefined {
  if (isAlias(node)) return node.resolve(document);
  return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
}

function child(document: Document, node: Node, step: Step): unknown {
  if (typeof step === 'string') return isMap(node) ? valueIn(document, node, step) : undefined;
  if (!isSeq(node)) return undefined;
  if (typeof step === 'number') return node.items[step];
  return node.items.find((item) => {
    const map = resolve(document, item);
    return map !== undefined && isMap(map) && textAt(document, [step.key], map) === step.value;
  });
}

function valueIn(document: Document, map: YAMLMap, key: string): unknown {
  const own = pairsOf(map).find((pair) => isScalar(pair.key) && pair.key.value === key);
  if (own !== undefined) return own.value ?? undefined;
  for (const pair of pairsOf(map)) {
    if (!isScalar(pair.key) || pair.key.value !== '<<') continue;
    const merged = resolve(document, pair.value);
    const sources = merged !== undefined && isSeq(merged) ? merged.items.map((item) => resolve(document, item)) : [merged];
    for (const source of sources) {
      const value = source !== undefined && isMap(source) ? valueIn(document, source, key) : undefined;
      if (value !== undefined) return value;
    }
  }
  return undefined;
}
