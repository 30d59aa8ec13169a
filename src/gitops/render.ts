/**
 * Renders a path of a repository at a commit as the engine does. Of kustomizations that is what kustomize-controller does: `kubectl kustomize` over just the files that take part, in a folder of its
 * own, without network, configuration or plug-ins.
 *
 * What can't be rendered faithfully is refused with the reason. An error of kustomize is told as it stands, with our folder cut out of it.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import type { ArgoBuild } from './argo/build.ts';
import { expandApplication } from './argo/render.ts';
import { type Build, closureFor } from './builds.ts';
import { findProgram, runCommand } from './command.ts';
import type { ChartSource } from './flux/artifact.ts';
import { expandHelmRelease, type HelmReleaseBuild } from './flux/helmRelease.ts';
import { type FileTree, readParts } from './git/tree.ts';
import type { HelmOptions } from './helm/template.ts';
import { componentsOf, effectiveKustomization, type KustomizeBuild, overrides } from './kustomize/build.ts';
import { type Closure, closureOf, type Layer } from './kustomize/closure.ts';
import { KUSTOMIZATION_NAMES } from './kustomize/kustomization.ts';
import { type Manifest, parseManifests, withMetadata } from './kustomize/manifest.ts';
import { complaintOf, offlineEnvironment } from './offline.ts';
import type { Part } from './parts.ts';

export { allFields, compareRendered, type FieldChange } from './kustomize/compare.ts';

export interface RendererOptions extends HelmOptions {
  /** Path of kubectl, or its name. */
  readonly kubectl: string;
  readonly charts: ChartSource;
}

export type Rendering =
  | {
      readonly kind: 'rendered';
      readonly objects: readonly Manifest[];
      readonly closure: Closure;
      /** What it is put together from, where that is more than one kustomization. */
      readonly parts?: readonly Part[];
    }
  | { readonly kind: 'refused'; readonly message: string };

export interface Renderer {
  readonly render: (tree: FileTree, build: Build, options?: Limits) => Promise<Rendering>;
}

interface Limits {
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 30_000;
const MOST_OUTPUT = 64 * 2 ** 20;

export function createRenderer(options: RendererOptions): Renderer {
  return { render: (tree, build, limits = {}) => render(options, tree, build, limits) };
}

function render(options: RendererOptions, tree: FileTree, build: Build, limits: Limits): Promise<Rendering> {
  switch (build.type) {
    case 'Kustomize':
      return renderKustomization(options, tree, build, limits);
    case 'HelmRelease':
      return renderRelease(options, tree, build, limits);
    case 'ArgoCD':
      return renderApplication(options, tree, build, limits);
    default:
      return build satisfies never;
  }
}

async function renderKustomization(
  options: RendererOptions,
  tree: FileTree,
  build: KustomizeBuild,
  { signal }: Limits,
): Promise<Rendering> {
  const components = componentsOf(build, tree);
  const closure = await closureOf(tree, build.path, components);
  if ('refused' in closure) return refused(build, closure.refused);
  const problem = unfaithful(tree, closure, build);
  if (problem !== undefined) return refused(build, problem);
  const folder = await mkdtemp(join(options.tempDir ?? tmpdir(), 'agent-sre-render-'));
  try {
    const missing = await writeOut(tree, closure, folder);
    if (missing !== undefined) return refused(build, missing);
    await writeTop(closure.layers[0], build, components, folder);
    return await runKustomize(options, build, closure, { folder, signal });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function renderRelease(options: RendererOptions, tree: FileTree, build: HelmReleaseBuild, limits: Limits): Promise<Rendering> {
  const outer = await renderKustomization(options, tree, build.outer, limits);
  if (outer.kind === 'refused') return outer;
  const expanded = await expandHelmRelease({ helm: options, charts: options.charts }, tree, build, outer, limits.signal);
  if ('refused' in expanded) return refused(build.outer, expanded.refused);
  const closure = await closureFor(tree, build);
  if ('refused' in closure) return refused(build.outer, closure.refused);
  return { kind: 'rendered', objects: expanded.objects, closure, parts: [expanded.part] };
}

async function renderApplication(options: RendererOptions, tree: FileTree, build: ArgoBuild, limits: Limits): Promise<Rendering> {
  const outer = build.outer === undefined ? undefined : await render(options, tree, build.outer, limits);
  if (outer?.kind === 'refused') return outer;
  const kustomize = (files: FileTree, one: KustomizeBuild): Promise<Rendering> => renderKustomization(options, files, one, limits);
  const expanded = await expandApplication({ helm: options, kustomize, signal: limits.signal }, tree, build, outer);
  if ('refused' in expanded) return { kind: 'refused', message: expanded.refused.slice(0, 1000) };
  const closure = await closureFor(tree, build);
  if ('refused' in closure) return { kind: 'refused', message: closure.refused.slice(0, 1000) };
  return { kind: 'rendered', objects: expanded.objects, closure: withRoles(closure, expanded.parts), parts: expanded.parts };
}

/** With what each file is drawn in as, for whoever looks for an object in them. */
function withRoles(closure: Closure, parts: readonly Part[]): Closure {
  const files = new Map(closure.files);
  const own = parts.flatMap((part) => (part.own === undefined ? [] : [part.own.closure]));
  for (const [file, roles] of own.flatMap((one) => [...one.files])) files.set(file, new Set([...(files.get(file) ?? []), ...roles]));
  return { files, layers: [...closure.layers, ...own.flatMap(({ layers }) => layers)] };
}

function refused({ path }: KustomizeBuild, reason: string): Rendering {
  return { kind: 'refused', message: `render ${path === '' ? '.' : path}: ${reason}`.slice(0, 1000) };
}

function unfaithful(tree: FileTree, { layers }: Closure, build: KustomizeBuild): string | undefined {
  if (layers[0]?.file !== undefined) return undefined;
  const ignores = build.sourceIgnore !== undefined || [...tree.files.keys()].some((path) => isIgnoreFileFor(path, build.path));
  return ignores
    ? 'the folder has no kustomization.yaml, and which of its files count is decided by ignore patterns; add a kustomization.yaml that names them'
    : undefined;
}

function isIgnoreFileFor(file: string, path: string): boolean {
  if (posix.basename(file) !== '.sourceignore') return false;
  const folder = file.includes('/') ? posix.dirname(file) : '';
  return folder === '' || path === '' || `${path}/`.startsWith(`${folder}/`) || folder.startsWith(`${path}/`);
}

async function writeOut(tree: FileTree, { files }: Closure, folder: string): Promise<string | undefined> {
  const contents = await readParts(tree, [...files.keys()]);
  if ('refused' in contents) return contents.refused;
  for (const [path, content] of contents) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await writeFile(target, content, { flag: 'wx', mode: 0o600 });
  }
  return undefined;
}

/** What the engine would build from, where that is not what is in Git. JSON is YAML. */
async function writeTop(top: Layer | undefined, build: KustomizeBuild, components: readonly string[], folder: string): Promise<void> {
  if (top === undefined || (top.file !== undefined && !overrides(build))) return;
  const path = join(folder, top.file ?? posix.join(top.folder, KUSTOMIZATION_NAMES[0]));
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, JSON.stringify(effectiveKustomization(top.content, build, components)), { mode: 0o600 });
}

interface Place {
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
}

async function runKustomize(
  { kubectl, clock, timeoutMs = TIMEOUT_MS }: RendererOptions,
  build: KustomizeBuild,
  closure: Closure,
  { folder, signal }: Place,
): Promise<Rendering> {
  const answer = await runCommand(clock, {
    file: await findProgram(kubectl),
    // As kustomize-controller: files may come from outside of their kustomization's folder. None is outside of ours: `closureOf` has looked.
    args: ['kustomize', '--load-restrictor=LoadRestrictionsNone', join(folder, build.path)],
    cwd: folder,
    env: offlineEnvironment(folder),
    timeoutMs,
    maxBytes: MOST_OUTPUT,
    signal,
  });
  if (answer.exitCode !== 0) return refused(build, `kustomize: ${complaintOf(answer.stderr, folder, /^error: /u)}`);
  try {
    const objects = parseManifests(answer.stdout.toString('utf8')).map((object) => withMetadata(object, build.labels, build.annotations));
    return { kind: 'rendered', objects, closure };
  } catch (error) {
    return refused(build, error instanceof Error ? error.message : String(error));
  }
}
