/**
 * Which files of a repository a build at one path reads.
 *
 * Only these are written out for kustomize, so that a large repository costs no more than what is deployed from it, and so that nothing else can be
 * reached. Where the path has no kustomization file of its own, every manifest below it counts, as kustomize-controller generates one.
 */
import { posix } from 'node:path';
import type { FileTree } from '../git/tree.ts';
import { type Json, type JsonMap, KUSTOMIZATION_NAMES, parseKustomization, type Role, referencesOf } from './kustomization.ts';

/** A kustomization file that takes part in the build. */
export interface Layer {
  readonly folder: string;
  /** Undefined where the engine generates it. */
  readonly file: string | undefined;
  readonly content: JsonMap;
}

export interface Closure {
  /** Files to write out, by their role in the build; a file may have several. */
  readonly files: ReadonlyMap<string, ReadonlySet<Role>>;
  /** From the path itself inwards. */
  readonly layers: readonly Layer[];
}

export type ClosureResult = Closure | { readonly refused: string };

const MOST_LAYERS = 500;

/** @param components further components of the top layer, relative to `path`, that the engine adds */
export async function closureOf(tree: FileTree, path: string, components: readonly string[] = []): Promise<ClosureResult> {
  const files = new Map<string, Set<Role>>();
  const layers: Layer[] = [];
  const folders = foldersOf(tree);
  if (!folders.has(path)) return { refused: `the repository has no folder ${JSON.stringify(path === '' ? '.' : path)}` };
  const add = (file: string, role: Role): void => void files.set(file, (files.get(file) ?? new Set()).add(role));
  const seen = new Set([path]);
  // Level by level, so that a mirror that has to fetch them does so once a level.
  for (let level = [path]; level.length > 0; ) {
    if (layers.length + level.length > MOST_LAYERS) return { refused: `more than ${MOST_LAYERS} kustomizations take part` };
    const found = await layersAt(tree, level, path);
    if ('refused' in found) return found;
    layers.push(...found.layers);
    for (const { file } of found.layers) if (file !== undefined) add(file, 'other');
    const named = found.layers.map((layer) => drawnIn(tree, layer, layer.folder === path ? components : []));
    const next: string[] = [];
    for (const references of named) {
      if ('refused' in references) return references;
      for (const { path: reference, role } of references.references) {
        if (tree.files.has(reference)) add(reference, role);
        else if (folders.has(reference)) next.push(reference);
      }
    }
    level = [...new Set(next)].filter((folder) => !seen.has(folder));
    for (const folder of level) seen.add(folder);
  }
  return { files, layers };
}

function drawnIn(tree: FileTree, layer: Layer, components: readonly string[]): ReturnType<typeof referencesOf> {
  const named = referencesOf(layer.file ?? posix.join(layer.folder, KUSTOMIZATION_NAMES[0]), withComponents(layer, components));
  if ('refused' in named) return named;
  const link = named.references.find(({ path }) => !tree.files.has(path) && tree.leftOut.has(path));
  return link === undefined ? named : { refused: `${link.path} is a symbolic link or a submodule, which are not followed` };
}

async function layersAt(
  tree: FileTree,
  folders: readonly string[],
  top: string,
): Promise<{ readonly layers: readonly Layer[] } | { readonly refused: string }> {
  const fileOf = (folder: string): string | undefined =>
    KUSTOMIZATION_NAMES.map((name) => posix.join(folder, name)).find((name) => tree.files.has(name));
  const contents = await tree.read(folders.map(fileOf).filter((file) => file !== undefined));
  const layers: Layer[] = [];
  for (const folder of folders) {
    const file = fileOf(folder);
    if (file === undefined) {
      if (folder !== top) return { refused: `${folder} is drawn in, and has no kustomization file` };
      layers.push({ folder, file: undefined, content: { resources: generatedResources(tree, folder) } });
      continue;
    }
    const parsed = parseKustomization(file, contents.get(file)?.toString('utf8') ?? '');
    if ('refused' in parsed) return parsed;
    layers.push({ folder, file, content: parsed.content });
  }
  return { layers };
}

function withComponents({ content }: Layer, components: readonly string[]): JsonMap {
  if (components.length === 0) return content;
  const own: Json = content.components ?? [];
  return { ...content, components: [...(Array.isArray(own) ? own : []), ...components] };
}

/**
 * What kustomize-controller puts into the kustomization that it generates: sub-folders with a kustomization file of their own, and all other YAML
 * files, in the order of a directory walk.
 */
export function generatedResources(tree: FileTree, folder: string): readonly string[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const below = [...tree.files.keys()].filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
  const nested = new Set(below.filter(isKustomizationFile).map((file) => posix.dirname(file)));
  const resources = new Set<string>();
  for (const file of below) {
    const outermost = parentsOf(file).find((parent) => nested.has(parent));
    if (outermost !== undefined) resources.add(`./${outermost}`);
    else if (/\.ya?ml$/u.test(file) && !isIgnored(posix.join(folder, file))) resources.add(`./${file}`);
  }
  return [...resources].sort(byWalk);
}

/** What source-controller leaves out of every artifact, as far as it is YAML. */
function isIgnored(path: string): boolean {
  const base = posix.basename(path);
  return (
    parentsOf(path).some((parent) => ['.git', '.github', '.circleci'].includes(posix.basename(parent))) ||
    [
      '.travis.yml',
      '.gitlab-ci.yml',
      'appveyor.yml',
      '.drone.yml',
      'cloudbuild.yaml',
      'codeship-services.yml',
      'codeship-steps.yml',
    ].includes(base) ||
    ['.goreleaser.yml', '.sops.yaml', '.flux.yaml'].includes(base)
  );
}

function isKustomizationFile(file: string): boolean {
  return (KUSTOMIZATION_NAMES as readonly string[]).includes(posix.basename(file)) && file.includes('/');
}

/** Folders above a path, outermost first. */
function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
}

function foldersOf(tree: FileTree): ReadonlySet<string> {
  return new Set(['', ...[...tree.files.keys()].flatMap(parentsOf)]);
}

/** Go's filepath.Walk: by name within each folder. */
function byWalk(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  const at = left.findIndex((part, index) => part !== right[index]);
  if (at < 0) return left.length - right.length;
  const [x = '', y = ''] = [left[at], right[at]];
  return x < y ? -1 : 1;
}
