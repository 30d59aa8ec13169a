/**
 * Which files of a repository a build at one path reads.
 *
 * Only these are written out for kustomize, so that a large repository costs no more than what is deployed from it, and so that nothing else can be
 * reached. Where the path has no kustomization file of its own, every manifest below it counts, as kustomize-controller generates one.
 */
import { posix } from 'node:path';
import { type FileTree, readFile } from '../git/tree.ts';
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
  const waiting = [path];
  const seen = new Set(waiting);
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    if (layers.length >= MOST_LAYERS) return { refused: `more than ${MOST_LAYERS} kustomizations take part` };
    const layer = await layerAt(tree, folder, folder === path);
    if ('refused' in layer) return layer;
    layers.push(layer);
    if (layer.file !== undefined) add(layer.file, 'other');
    const named = referencesOf(
      layer.file ?? posix.join(folder, KUSTOMIZATION_NAMES[0]),
      withComponents(layer, folder === path, components),
    );
    if ('refused' in named) return named;
    for (const { path: found, role } of named.references) {
      if (tree.files.has(found)) add(found, role);
      else if (tree.leftOut.has(found)) return { refused: `${found} is a symbolic link or a submodule, which are not followed` };
      else if (folders.has(found) && !seen.has(found)) {
        seen.add(found);
        waiting.push(found);
      }
    }
  }
  return { files, layers };
}

async function layerAt(tree: FileTree, folder: string, isTop: boolean): Promise<Layer | { readonly refused: string }> {
  const file = KUSTOMIZATION_NAMES.map((name) => posix.join(folder, name)).find((name) => tree.files.has(name));
  if (file === undefined) {
    if (!isTop) return { refused: `${folder} is drawn in, and has no kustomization file` };
    return { folder, file: undefined, content: { resources: generatedResources(tree, folder) } };
  }
  const parsed = parseKustomization(file, (await readFile(tree, file))?.toString('utf8') ?? '');
  return 'refused' in parsed ? parsed : { folder, file, content: parsed.content };
}

function withComponents({ content }: Layer, isTop: boolean, components: readonly string[]): JsonMap {
  if (!isTop || components.length === 0) return content;
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
