/**
 * The values of a chart as a pile of layers, each of which stands somewhere in Git (or in a chart that does not).
 *
 * Helm merges mappings of later layers over those of earlier ones and replaces everything else, lists included. Here it is only asked what stands where:
 * the merging is Helm's own.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import { type FieldPath, follow, pairsOf, parseYamlText, type Step } from '../yaml/document.ts';

/** Where the text of a layer comes from. */
export type ValuesOrigin =
  /** A file of the repository. */
  | { readonly kind: 'file'; readonly file: string }
  /** A mapping of an object that is rendered from Git. */
  | { readonly kind: 'field'; readonly object: ObjectName; readonly path: FieldPath }
  /** YAML in a string of such an object. */
  | { readonly kind: 'text'; readonly object: ObjectName; readonly path: FieldPath }
  /** A single value, which is text, in such an object. */
  | { readonly kind: 'single'; readonly object: ObjectName; readonly path: FieldPath }
  /** A chart that is not in the repository. */
  | { readonly kind: 'chart' };

export interface ObjectName {
  readonly kind: string;
  readonly name: string;
}

/** YAML that Helm is given as a file of values. */
export interface ValuesLayer {
  readonly origin: ValuesOrigin;
  readonly text: string;
}

/** A single value, as Helm's `--set` names it. These lie over all files. */
export interface SetValue {
  readonly origin: ValuesOrigin;
  readonly name: string;
  readonly value: string;
  readonly asString: boolean;
}

/** One value that is in effect, or is not set anywhere but in a default. */
export interface Leaf {
  readonly path: FieldPath;
  /** As Helm prints it; empty for null and for nothing. */
  readonly text: string;
  /** Index of the layer that it comes from. */
  readonly layer: number;
}

/** A single value as YAML, typed as Helm's `--set` does it; undefined where the name or the value says more than that. */
export function nestedValue(name: string, value: string, asString: boolean): string | undefined {
  if (!/^[\w-]+(?:\.[\w-]+)*$/u.test(name) || /[,\\\n{}]/u.test(value)) return undefined;
  return JSON.stringify(name.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), asString ? value : typed(value)));
}

function typed(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return /^(?:0|-?[1-9]\d{0,14})$/u.test(text) ? Number(text) : text;
}

/** The scalars that are left when every layer lies over those before it, and mappings without content. A layer that can't be read has none. */
export function leavesOf(layers: readonly Pick<ValuesLayer, 'text'>[]): readonly Leaf[] {
  let merged: Tree | undefined;
  const left = { nodes: MOST_NODES };
  for (const [index, { text }] of layers.entries()) {
    const parsed = parseYamlText(text);
    const [document] = 'refused' in parsed ? [] : parsed.documents;
    const tree =
      document?.contents === null || document?.contents === undefined
        ? undefined
        : treeOf(document, document.contents, index, { depth: 0, left });
    if (tree !== undefined) merged = merged === undefined ? tree : over(merged, tree);
  }
  return merged === undefined ? [] : flat(merged, []).slice(0, MOST_LEAVES);
}

const MOST_LEAVES = 250_000;
/** What aliases may unfold to. */
const MOST_NODES = 500_000;
const DEEPEST = 50;

type Tree =
  | { readonly kind: 'leaf'; readonly text: string; readonly layer: number }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Tree>; readonly layer: number }
  | { readonly kind: 'list'; readonly items: readonly Tree[]; readonly layer: number };

function over(below: Tree, above: Tree): Tree {
  if (below.kind !== 'map' || above.kind !== 'map') return above;
  const entries = new Map(below.entries);
  for (const [key, tree] of above.entries) {
    const old = entries.get(key);
    entries.set(key, old === undefined ? tree : over(old, tree));
  }
  return { kind: 'map', entries, layer: above.layer };
}

function flat(tree: Tree, path: FieldPath): readonly Leaf[] {
  if (tree.kind === 'leaf') return [{ path, text: tree.text, layer: tree.layer }];
  const inner: readonly (readonly [Step, Tree])[] = tree.kind === 'map' ? [...tree.entries] : [...tree.items.entries()];
  if (inner.length === 0) return [{ path, text: '', layer: tree.layer }];
  return inner.flatMap(([step, child]) => flat(child, [...path, step]));
}

interface Bounds {
  readonly depth: number;
  readonly left: { nodes: number };
}

function treeOf(document: Document, given: unknown, layer: number, { depth, left }: Bounds): Tree | undefined {
  const node = resolved(document, given);
  left.nodes -= 1;
  if (node === undefined || depth > DEEPEST || left.nodes < 0) return undefined;
  const within = { depth: depth + 1, left };
  if (isScalar(node)) return { kind: 'leaf', text: textOf(node), layer };
  if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => treeOf(document, item, layer, within) ?? EMPTY), layer };
  const entries = new Map<string, Tree>();
  for (const key of isMap(node) ? keysOf(document, node, 0) : []) {
    const reached = follow(document, [key], node);
    const tree = reached?.missing.length === 0 ? treeOf(document, reached.node, layer, within) : undefined;
    entries.set(key, tree ?? EMPTY);
  }
  return { kind: 'map', entries, layer };
}

/** As it is written, which is how Helm prints it but for a few numbers. */
function textOf({ value, source }: Scalar): string {
  if (source !== undefined && value !== null) return source;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

const EMPTY: Tree = { kind: 'leaf', text: '', layer: 0 };

function resolved(document: Document, node: unknown): Node | undefined {
  if (isAlias(node)) return node.resolve(document);
  return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
}

/** Keys of a mapping, and of what is merged into it. */
function keysOf(document: Document, map: YAMLMap, depth: number): readonly string[] {
  if (depth > DEEPEST) return [];
  return pairsOf(map).flatMap(({ key, value }) => {
    if (!isScalar(key)) return [];
    if (key.value !== '<<') return [String(key.value)];
    const merged = resolved(document, value);
    return (isSeq(merged) ? merged.items : [merged]).flatMap((item) => {
      const source = resolved(document, item);
      return isMap(source) ? keysOf(document, source, depth + 1) : [];
    });
  });
}
