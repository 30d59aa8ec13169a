/**
 * Guesses which values of a chart a rendered field is made from, the likeliest first.
 *
 * What a template does with values can't be read off it, so this only looks at texts: a value that is the field, or a part of it that would have to
 * change. As every guess it is rendered before it is believed. Where the field is not set, or by a default of the template, a value is added where charts
 * have their places for it.
 */
import { type ImageName, parseImage } from '../kustomize/imageName.ts';
import { type FieldPath, type Step } from '../yaml/document.ts';
import type { Leaf } from './values.ts';

export interface Entry {
  readonly path: FieldPath;
  readonly value: string | number;
  /** The layer that sets it now; undefined where none does. */
  readonly layer: number | undefined;
}

/** Values that have to be set together. */
export interface Assignment {
  readonly entries: readonly Entry[];
  /** Equal ranks are equally likely; lower ones are tried first. */
  readonly rank: number;
}

export interface WantedField {
  /** Name of the object. */
  readonly name: string;
  readonly path: FieldPath;
  readonly before: string | undefined;
  readonly after: string | number;
}

const MOST = 20;

export function assignmentsFor(leaves: readonly Leaf[], wanted: WantedField): readonly Assignment[] {
  const scored: { readonly entries: readonly Entry[]; readonly score: number }[] = [];
  if (wanted.before !== undefined) {
    for (const leaf of leaves) {
      const value = leaf.text === wanted.before ? wanted.after : replacement(leaf.text, wanted.before, String(wanted.after));
      if (value !== undefined) scored.push({ entries: [entryOf(leaf, value)], score: scoreOf(leaf, wanted) });
    }
    if (wanted.path.at(-1) === 'image') scored.push(...imageAssignments(leaves, wanted), ...tagAssignments(leaves, wanted));
  }
  for (const path of additions(leaves, wanted.path)) {
    scored.push({ entries: [{ path, value: wanted.after, layer: undefined }], score: -100 + affinity(path, wanted) });
  }
  const scores = [...new Set(scored.map(({ score }) => score))].toSorted((a, b) => b - a);
  return unique(scored.toSorted((a, b) => b.score - a.score))
    .slice(0, MOST)
    .map(({ entries, score }) => ({ entries, rank: scores.indexOf(score) }));
}

function entryOf({ path, layer }: Leaf, value: string | number): Entry {
  return { path, value, layer };
}

/** What a part of `before`, or what it is a part of, has to become for the whole to be `after`. */
function replacement(part: string, before: string, after: string): string | undefined {
  if (part === '' || part.includes('\n')) return undefined;
  const inside = part.indexOf(before);
  if (inside >= 0 && before.length > 2) return part.slice(0, inside) + after + part.slice(inside + before.length);
  for (let at = before.indexOf(part); at >= 0; at = before.indexOf(part, at + 1)) {
    const [head, tail] = [before.slice(0, at), before.slice(at + part.length)];
    const middle = after.slice(head.length, after.length - tail.length);
    if (after.length > head.length + tail.length && after.startsWith(head) && after.endsWith(tail)) return middle;
  }
  return undefined;
}

/** Name, tag and digest that stand beside each other, and a tag that is left to the chart's own version. */
function imageAssignments(leaves: readonly Leaf[], wanted: WantedField): { entries: readonly Entry[]; score: number }[] {
  const [was, is] = [parseImage(wanted.before ?? ''), parseImage(String(wanted.after))];
  const groups = Map.groupBy(leaves, ({ path }) => JSON.stringify(path.slice(0, -1)));
  return [...groups.values()].flatMap((siblings) => {
    const entries = imageEntries(siblings, was, is);
    const [first] = entries;
    return first === undefined ? [] : [{ entries, score: 20 + affinity(first.path, wanted) }];
  });
}

/** Another way to write the image that ends in its tag: without its registry, by a template, or behind the name that it stands for. */
function tagAssignments(leaves: readonly Leaf[], wanted: WantedField): { entries: readonly Entry[]; score: number }[] {
  const [was, is] = [parseImage(wanted.before ?? ''), parseImage(String(wanted.after))];
  const last = was.name.slice(was.name.lastIndexOf('/') + 1);
  if (was.tag === undefined || is.tag === undefined || was.name !== is.name || was.digest !== is.digest) return [];
  const end = `${last}:${was.tag}`;
  return leaves
    .filter(({ text }) => text.endsWith(end) && !text.includes(wanted.before ?? ''))
    .map((leaf) => ({
      entries: [entryOf(leaf, `${leaf.text.slice(0, leaf.text.length - (was.tag ?? '').length)}${is.tag ?? ''}`)],
      score: 5 + affinity(leaf.path, wanted),
    }));
}

function imageEntries(siblings: readonly Leaf[], was: ImageName, is: ImageName): readonly Entry[] {
  const named = (...names: readonly string[]): Leaf | undefined =>
    siblings.find(({ path }) => names.includes(keyAt(path, -1).toLowerCase()));
  const name = siblings.find(({ text }) => text === was.name) ?? named('repository', 'name', 'image');
  if (name === undefined || !was.name.endsWith(name.text)) return [];
  const head = was.name.slice(0, was.name.length - name.text.length);
  if (!is.name.startsWith(head)) return [];
  const renamed = is.name === was.name ? [] : [entryOf(name, is.name.slice(head.length))];
  const version = versionEntries(named('tag', 'version'), name.path.slice(0, -1), was.tag, is.tag);
  const digest = named('digest', 'sha');
  if (version === undefined || (is.digest !== was.digest && digest === undefined)) return [];
  return [...renamed, ...version, ...(is.digest === was.digest || digest === undefined ? [] : [entryOf(digest, is.digest ?? '')])];
}

/** A tag may be left to the chart: then it is set beside the name. Undefined: it can't be taken away. */
function versionEntries(
  tag: Leaf | undefined,
  beside: FieldPath,
  was: string | undefined,
  is: string | undefined,
): readonly Entry[] | undefined {
  if (is === was) return [];
  if (tag !== undefined) return [entryOf(tag, is ?? '')];
  return is === undefined ? undefined : [{ path: [...beside, 'tag'], value: is, layer: undefined }];
}

/** Places for a field that is not there: mappings of values that are named as a mapping of the field is, and where an empty one would go. */
function additions(leaves: readonly Leaf[], path: FieldPath): readonly FieldPath[] {
  const last = path.findLastIndex((step) => typeof step !== 'string');
  const tail = path.slice(last + 1).filter((step) => typeof step === 'string');
  const found = new Map<string, FieldPath>();
  const add = (to: FieldPath): void => void found.set(JSON.stringify(to), to);
  for (const { path: leaf, text } of leaves) {
    for (const [index, step] of leaf.entries()) {
      const at = typeof step === 'string' ? tail.indexOf(step) : -1;
      if (at < 0) continue;
      // Through what is set already it is the leaf itself; beside it there is room.
      const rest = tail.slice(at);
      const shared = rest.findIndex((key, offset) => leaf[index + offset] !== key);
      if (shared > 0 || (shared < 0 && text === '')) add([...leaf.slice(0, index), ...rest]);
    }
  }
  const containers = leaves.filter(({ path: leaf }) => keyAt(leaf, -1) === 'image' || keyAt(leaf, -2) === 'image');
  for (const { path: leaf } of containers) {
    add([...leaf.slice(0, leaf.indexOf('image')), ...tail]);
  }
  return [...found.values()].filter((to) => !leaves.some((leaf) => leaf.text !== '' && isPrefix(leaf.path, to)));
}

function keyAt(path: FieldPath, index: number): string {
  const step = path.at(index);
  return typeof step === 'string' ? step : '';
}

function isPrefix(short: FieldPath, long: FieldPath): boolean {
  return short.length <= long.length && short.every((step, index) => step === long[index]);
}

function scoreOf(leaf: Leaf, wanted: WantedField): number {
  return (leaf.text === wanted.before ? 10 : 0) + affinity(leaf.path, wanted);
}

/** How much of the field's own path, its container's and its object's name is found again in the path of a value. */
function affinity(path: FieldPath, { path: field, name }: WantedField): number {
  const words = new Set(path.flatMap(wordsOf));
  const inBoth = (of: readonly string[]): number => [...new Set(of)].filter((word) => words.has(word)).length;
  const shared = inBoth(field.flatMap(wordsOf));
  const named = inBoth(wordsOf(name));
  const isNamed = wordsOf(path.at(-1) ?? '').some((word) => wordsOf(field.at(-1) ?? '').includes(word)) || isTagOf(path, field);
  return 2 * shared + 2 * named + (isNamed ? 4 : 0);
}

function isTagOf(path: FieldPath, field: FieldPath): boolean {
  return field.at(-1) === 'image' && path.at(-1) === 'tag';
}

/** `livenessProbe` and `shop-cart` have two words each. */
function wordsOf(step: Step): readonly string[] {
  const text = typeof step === 'object' ? step.value : String(step);
  return (text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/gu) ?? []).map((word) => word.toLowerCase());
}

function unique<T extends { readonly entries: readonly Entry[] }>(scored: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return scored.filter(({ entries }) => {
    const key = JSON.stringify(entries.map(({ path, value }) => [path, value]));
    return !seen.has(key) && seen.add(key).size > 0;
  });
}
