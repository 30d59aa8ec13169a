/**
 * Places in Git that may be what a rendered field comes from.
 *
 * This is a guess by design, and never trusted: each candidate is an edit that `locate.ts` renders, and only one that changes exactly the field that was
 * meant is taken. Looked at are manifests and strategic-merge patches (in files and in line), JSON 6902 operations, and the `images`, `replicas` and
 * generators of kustomizations.
 */
import { type Document, isMap, isScalar, type Node } from 'yaml';
import type { FileTree } from '../git/tree.ts';
import { type FieldPath, follow, itemsAt, type ParsedFile, parseYamlFile, scalarAt, stringAt, type YamlFile } from '../yaml/document.ts';
import { plainString, replaceScalar, type Splice, type SpliceResult, setField } from '../yaml/splice.ts';
import type { Closure } from './closure.ts';
import { dataKey, inLiterals, inVariables } from './generators.ts';
import { parseImage } from './imageName.ts';
import { nestedSplice } from './inline.ts';

export interface Wanted {
  readonly kind: string;
  /** As rendered. */
  readonly name: string;
  readonly path: FieldPath;
  readonly value: string | number;
}

/** An edit of one file that might do. */
export interface Candidate {
  readonly file: string;
  readonly splices: readonly Splice[];
  /** Lower is nearer to what comes out, and is tried first. Fields that are added where there was none come last. */
  readonly rank: number;
}

/** What a kustomization says is laid over patches, and those over manifests. */
const RANKS = { layer: 0, patch: 1, manifest: 2, renamed: 3, addition: 4 } as const;

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** Why places that looked right can't be edited, with their file. */
  readonly refused: readonly string[];
}

export async function candidatesFor(tree: FileTree, closure: Closure, wanted: Wanted): Promise<Candidates> {
  const candidates: Candidate[] = [];
  const refused: string[] = [];
  const kustomizations = new Set(closure.layers.map(({ file }) => file));
  const roles = closure.files;
  const names = [...roles].filter(([name, as]) => kustomizations.has(name) || as.has('resource') || as.has('patch'));
  const contents = await tree.read(names.map(([name]) => name));
  if (dataKey(wanted) !== undefined) candidates.push(...(await inDataFiles(tree, roles, wanted)));
  for (const [file, content] of contents) {
    const parsed: ParsedFile = parseYamlFile(content);
    if ('refused' in parsed) {
      refused.push(`${file}: ${parsed.refused}`);
      continue;
    }
    const isLayer = kustomizations.has(file);
    const rank = isLayer ? RANKS.layer : roles.get(file)?.has('patch') === true ? RANKS.patch : RANKS.manifest;
    for (const { result, rank: own = rank } of isLayer ? inKustomization(parsed, wanted) : inManifests(parsed, wanted)) {
      if ('refused' in result) refused.push(`${file}: ${result.refused}`);
      else candidates.push({ file, splices: result.splices, rank: own });
    }
  }
  return { candidates: unique(candidates), refused };
}

interface Found {
  readonly result: { readonly splices: readonly Splice[] } | { readonly refused: string };
  /** Where it is another one than that of the file. */
  readonly rank?: number;
}

function found(result: SpliceResult, rank?: number): Found {
  return { result: 'refused' in result ? result : { splices: [result] }, ...(rank === undefined ? {} : { rank }) };
}

/** Manifests, strategic-merge patches and JSON 6902 patches look alike here: documents that may hold the field. */
function inManifests({ text, documents }: YamlFile, wanted: Wanted): readonly Found[] {
  return documents.flatMap((document) => [...inObject(text, document, wanted), ...inOperations(text, document, wanted)]);
}

function inObject(text: string, document: Document, { kind, name, path, value }: Wanted): readonly Found[] {
  const ownName = stringAt(document, ['metadata', 'name']);
  if (stringAt(document, ['kind']) !== kind || ownName === undefined || !name.includes(ownName)) return [];
  // A part of the name may be what a prefix or a suffix is put on; more often it is another object.
  const rank = ownName === name ? undefined : RANKS.renamed;
  const reached = follow(document, path);
  if (reached === undefined) return [];
  if (reached.missing.length === 0) return [found(setField(text, document, path, value), rank)];
  // A field is added only beside the container that it is for: its item has to be there.
  if (reached.missing.some((step) => typeof step !== 'string')) return [];
  return [found(setField(text, document, path, value), RANKS.addition)];
}

/** `op: replace, path: /spec/template/spec/containers/0/image, value: …` */
function inOperations(text: string, document: Document, { path, value }: Wanted): readonly Found[] {
  const last = path.at(-1);
  return itemsAt(document, []).flatMap((operation) => {
    const pointer = isMap(operation) ? stringAt(document, ['path'], operation) : undefined;
    const scalar = isMap(operation) ? scalarAt(document, ['value'], operation) : undefined;
    if (pointer === undefined || scalar === undefined || typeof last !== 'string' || !pointer.endsWith(`/${last}`)) return [];
    return [found(replaceScalar(text, scalar, value))];
  });
}

function inKustomization(file: YamlFile, wanted: Wanted): readonly Found[] {
  const [document] = file.documents;
  if (document === undefined) return [];
  const images =
    wanted.path.at(-1) === 'image' ? itemsAt(document, ['images']).flatMap((entry) => inImages(file.text, document, entry, wanted)) : [];
  const inline = [
    ...itemsAt(document, ['patches']),
    ...itemsAt(document, ['patchesJson6902']),
    ...itemsAt(document, ['patchesStrategicMerge']),
  ];
  const isCount = wanted.path.length === 2 && wanted.path[0] === 'spec' && wanted.path[1] === 'replicas';
  const replicas = isCount ? itemsAt(document, ['replicas']).flatMap((entry) => inReplicas(file.text, document, entry, wanted)) : [];
  const literals = inLiterals(file.text, document, wanted).map((result) => found(result));
  return [...images, ...replicas, ...literals, ...inline.flatMap((entry) => inInlinePatch(file.text, document, entry, wanted))];
}

/** An entry of `images`: the version it sets, and the name where it sets one. */
function inImages(text: string, document: Document, entry: Node, { value }: Wanted): readonly Found[] {
  const image = parseImage(String(value));
  const at = (key: string) => scalarAt(document, [key], entry);
  const [name, newName, newTag, digest] = [at('name'), at('newName'), at('newTag'), at('digest')];
  const splices: Splice[] = [];
  const replace = (key: string, scalar: ReturnType<typeof at>, wanted: string | undefined): string | undefined => {
    if (scalar === undefined) return wanted === undefined ? undefined : `images: the entry has no ${key}`;
    if (wanted === undefined) return `images: the entry sets ${key}, which the image has not`;
    if (String(scalar.value) === wanted && typeof scalar.value === 'string') return undefined;
    const splice = replaceScalar(text, scalar, wanted);
    if ('refused' in splice) return `images: ${splice.refused}`;
    splices.push({ ...splice, text: /^['"]/u.test(splice.text) ? splice.text : plainString(wanted) });
    return undefined;
  };
  if (newTag === undefined && digest === undefined) return [];
  if (newName === undefined && name?.value !== image.name) return [];
  const problem =
    (newName === undefined ? undefined : replace('newName', newName, image.name)) ??
    replace('newTag', newTag, image.tag) ??
    replace('digest', digest, image.digest);
  return [{ result: problem === undefined ? { splices } : { refused: problem } }];
}

function inReplicas(text: string, document: Document, entry: Node, { name, value }: Wanted): readonly Found[] {
  const own = stringAt(document, ['name'], entry);
  const count = scalarAt(document, ['count'], entry);
  return own === undefined || count === undefined || !name.includes(own) ? [] : [found(replaceScalar(text, count, value))];
}

/** Files of variables that a generator reads. */
async function inDataFiles(tree: FileTree, roles: Closure['files'], wanted: Wanted): Promise<readonly Candidate[]> {
  const names = [...roles].filter(([, as]) => as.has('data')).map(([name]) => name);
  const contents = await tree.read(names);
  return [...contents].flatMap(([file, content]) =>
    inVariables(content.toString('utf8'), wanted).map((splice) => ({ file, splices: [splice], rank: RANKS.manifest })),
  );
}

/** A patch written into the kustomization itself, as a block of text. */
function inInlinePatch(text: string, document: Document, entry: Node, wanted: Wanted): readonly Found[] {
  const scalar = isScalar(entry) ? entry : isMap(entry) ? scalarAt(document, ['patch'], entry) : undefined;
  if (scalar === undefined || typeof scalar.value !== 'string' || !scalar.value.includes('\n')) return [];
  return nestedSplice(text, scalar, (inner) =>
    inManifests(inner, wanted).flatMap(({ result, rank }) => ('refused' in result || rank === RANKS.addition ? [] : result.splices)),
  ).map((splice) => found(splice));
}

/** One edit counts once, by whichever way it was found (an anchor and its aliases lead to the same text). */
function unique(candidates: readonly Candidate[]): readonly Candidate[] {
  const byText = new Map(
    candidates
      .filter(({ splices }) => splices.length > 0)
      .map((candidate) => [JSON.stringify([candidate.file, candidate.splices]), candidate]),
  );
  return [...byText.values()];
}
