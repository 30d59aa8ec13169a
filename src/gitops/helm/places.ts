/**
 * The edits in Git that would give values of a chart other contents: in the layer that sets them now, or in one that lies over it.
 *
 * Candidates only: `locate.ts` renders each of them.
 */
import { type FileTree, readFile, withFiles } from '../git/tree.ts';
import { type Candidate, candidatesFor } from '../kustomize/candidates.ts';
import { nestedSplice } from '../kustomize/inline.ts';
import { overrideCandidates, valueAt } from '../kustomize/override.ts';
import type { Part, Rendered } from '../parts.ts';
import { type FieldPath, follow, parseYamlFile, parseYamlText, scalarAt, stringAt } from '../yaml/document.ts';
import { applySplices, type Splice, setField } from '../yaml/splice.ts';
import type { Assignment, Entry } from './assign.ts';
import type { ValuesLayer, ValuesOrigin } from './values.ts';

export interface Places {
  readonly candidates: readonly Candidate[];
  readonly refused: readonly string[];
}

/** Layers that are tried for one assignment. */
const MOST_LAYERS = 4;
const RANKS_OF_ONE = 100;

export async function placesFor(
  tree: FileTree,
  { layers, outer }: Part,
  { entries, rank }: Assignment,
  isEditable: (file: string) => boolean,
): Promise<Places> {
  const candidates: Candidate[] = [];
  const refused: string[] = [];
  for (const [order, layer] of layersFor(layers, entries).entries()) {
    const made = await editsIn(tree, layer.origin, outer, entries, isEditable);
    refused.push(...made.refused);
    candidates.push(...made.candidates.map((one) => ({ ...one, rank: rank * RANKS_OF_ONE + order * 10 + Math.min(one.rank, 9) })));
  }
  return { candidates, refused };
}

/** The layer that has the values now, and those over it; for what none has, those that have the most of the way to it. */
function layersFor(layers: readonly ValuesLayer[], entries: readonly Entry[]): readonly ValuesLayer[] {
  const own = Math.max(-1, ...entries.map(({ layer }) => layer ?? -1));
  const [first] = entries;
  if (own >= 0 || first === undefined) return [...layers.slice(own, own + 1), ...layers.slice(own + 1).toReversed()].slice(0, MOST_LAYERS);
  const ways = layers.map((layer, index) => ({ layer, index, length: wayTo(layer.text, first.path) }));
  return ways
    .toSorted((a, b) => b.length - a.length || b.index - a.index)
    .map(({ layer }) => layer)
    .slice(0, MOST_LAYERS);
}

function wayTo(text: string, path: FieldPath): number {
  const parsed = parseYamlText(text);
  const [document] = 'refused' in parsed ? [] : parsed.documents;
  const reached = document === undefined ? undefined : follow(document, path);
  return reached === undefined ? -1 : path.length - reached.missing.length;
}

async function editsIn(
  tree: FileTree,
  origin: ValuesOrigin,
  outer: Rendered | undefined,
  entries: readonly Entry[],
  isEditable: (file: string) => boolean,
): Promise<Places> {
  if (origin.kind === 'file') return inFile(tree, origin.file, (text) => setAll(text, entries));
  if (outer === undefined) return NOTHING;
  switch (origin.kind) {
    case 'chart':
      return NOTHING;
    case 'field':
      return inObject(tree, outer, origin, entries, isEditable);
    case 'single':
      return inObject(
        tree,
        outer,
        origin,
        entries.map((entry) => ({ ...entry, path: [], value: String(entry.value) })),
        isEditable,
      );
    case 'text':
      return inText(tree, outer, origin, entries);
    default:
      return origin satisfies never;
  }
}

const NOTHING: Places = { candidates: [], refused: [] };

async function inFile(tree: FileTree, file: string, edit: (text: string) => string | { readonly refused: string }): Promise<Places> {
  const content = await readFile(tree, file);
  if (content === undefined) return NOTHING;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
  const parsed = parseYamlFile(content);
  const edited = 'refused' in parsed ? parsed : edit(text);
  if (typeof edited !== 'string') return { candidates: [], refused: [`${file}: ${edited.refused}`] };
  return { candidates: [{ file, splices: [spliceTo(text, edited)], rank: 0 }], refused: [] };
}

/** Sets one value after the other, so that what the first one adds is there for the second. */
function setAll(text: string, entries: readonly Entry[]): string | { readonly refused: string } {
  let edited = text;
  for (const { path, value } of entries) {
    const parsed = parseYamlText(edited);
    if ('refused' in parsed) return parsed;
    const [document, more] = parsed.documents;
    if (document === undefined || more !== undefined) return { refused: 'it is not one document' };
    const splice = setField(edited, document, path, value);
    if ('refused' in splice) return splice;
    edited = applySplices(edited, [splice]);
  }
  return edited;
}

/** In the document of an object, or in a patch on it; where the document is shared with others, in an override. */
async function inObject(
  tree: FileTree,
  outer: Rendered,
  { object, path }: Extract<ValuesOrigin, { readonly object: object }>,
  entries: readonly Entry[],
  isEditable: (file: string) => boolean,
): Promise<Places> {
  const refused: string[] = [];
  let made: readonly { readonly tree: FileTree; readonly file: string; readonly rank: number }[] = [{ tree, file: '', rank: 0 }];
  for (const entry of entries) {
    const next: { tree: FileTree; file: string; rank: number }[] = [];
    for (const before of made) {
      const wanted = { ...object, path: [...path, ...entry.path], value: entry.value };
      const found = await candidatesFor(before.tree, outer.closure, wanted);
      refused.push(...found.refused);
      const inScope = found.candidates.filter(({ file }) => isEditable(file));
      const all = inScope.length > 0 ? inScope : await overrideCandidates(before.tree, outer, wanted);
      for (const candidate of all.filter(({ file }) => before.file === '' || file === before.file)) {
        next.push({ tree: await applied(before.tree, candidate), file: candidate.file, rank: Math.max(before.rank, candidate.rank) });
      }
    }
    made = next;
  }
  const candidates: Candidate[] = [];
  for (const { tree: after, file, rank } of made) {
    const [was, is] = [await textOf(tree, file), await textOf(after, file)];
    if (was !== is) candidates.push({ file, splices: [spliceTo(was, is)], rank });
  }
  return { candidates, refused };
}

async function applied(tree: FileTree, { file, splices }: Candidate): Promise<FileTree> {
  return withFiles(tree, new Map([[file, { content: Buffer.from(applySplices(await textOf(tree, file), splices), 'utf8') }]]));
}

async function textOf(tree: FileTree, file: string): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode((await readFile(tree, file)) ?? Buffer.alloc(0));
}

/** In YAML that a string of an object holds: a block of text in its document, or the file that a generator read it from. */
async function inText(
  tree: FileTree,
  { closure, objects }: Rendered,
  { object, path }: Extract<ValuesOrigin, { readonly kind: 'text' }>,
  entries: readonly Entry[],
): Promise<Places> {
  const held = objects.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.name);
  const value = valueAt(held, path);
  const candidates: Candidate[] = [];
  const refused: string[] = [];
  for (const [file, roles] of closure.files) {
    if (roles.has('data') && (await textOf(tree, file)) === value) {
      const made = await inFile(tree, file, (text) => setAll(text, entries));
      candidates.push(...made.candidates);
      refused.push(...made.refused);
    }
    if (!roles.has('resource') && !roles.has('patch')) continue;
    const made = await inBlock(tree, file, object, path, entries);
    candidates.push(...made.candidates.map((one) => ({ ...one, rank: roles.has('patch') ? 0 : 1 })));
    refused.push(...made.refused);
  }
  return { candidates, refused };
}

async function inBlock(
  tree: FileTree,
  file: string,
  { kind, name }: { readonly kind: string; readonly name: string },
  path: FieldPath,
  entries: readonly Entry[],
): Promise<Places> {
  const parsed = parseYamlFile((await readFile(tree, file)) ?? Buffer.alloc(0));
  if ('refused' in parsed) return { candidates: [], refused: [`${file}: ${parsed.refused}`] };
  const candidates: Candidate[] = [];
  const refused: string[] = [];
  for (const document of parsed.documents) {
    const own = stringAt(document, ['metadata', 'name']);
    const scalar = stringAt(document, ['kind']) === kind && own !== undefined && name.includes(own) ? scalarAt(document, path) : undefined;
    if (scalar === undefined) continue;
    const splices: Splice[] = [];
    const results = nestedSplice(parsed.text, scalar, (inner) => {
      const edited = setAll(inner.text, entries);
      if (typeof edited === 'string') return [spliceTo(inner.text, edited)];
      refused.push(`${file}: ${edited.refused}`);
      return [];
    });
    for (const result of results) {
      if ('refused' in result) refused.push(`${file}: ${result.refused}`);
      else splices.push(result);
    }
    if (splices.length > 0) candidates.push({ file, splices, rank: 0 });
  }
  return { candidates, refused };
}

/** The one splice that makes `after` of `before`. */
function spliceTo(before: string, after: string): Splice {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  // What is added as whole lines is told as whole lines.
  const line = before.lastIndexOf('\n', start);
  if (after.length > before.length && line >= 0 && before.slice(line) === after.slice(after.length - (before.length - line))) start = line;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { start, end: before.length - end, text: after.slice(start, after.length - end) };
}
