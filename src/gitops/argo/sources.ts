/**
 * One source of an Application, made into objects: a kustomization with what the Application lays over it, a folder of manifests, or a chart.
 *
 * What the repo-server would do otherwise than we can (plug-ins, jsonnet, patterns, parameters from files, charts of Helm repositories, a file of
 * overrides beside the manifests) is refused with the reason.
 */
import { posix } from 'node:path';
import { type FileTree, readFile, readParts } from '../git/tree.ts';
import { type ChartInput, chartValuesFile, type HelmOptions, helmTemplate } from '../helm/template.ts';
import { nestedValue, type SetValue, type ValuesLayer } from '../helm/values.ts';
import type { ImageOverride, KustomizeBuild } from '../kustomize/build.ts';
import { parseImage } from '../kustomize/imageName.ts';
import { type Role, resolveIn } from '../kustomize/kustomization.ts';
import { identityOf, inNamespace, type Manifest, parseManifests } from '../kustomize/manifest.ts';
import type { Part, Rendered } from '../parts.ts';
import type { FieldPath } from '../yaml/document.ts';
import type { ArgoBuild } from './build.ts';
import { type ApplicationSource, type ApplicationSpec, sameRepository, sourcesOf } from './resources.ts';

export interface SourceTools {
  readonly helm: HelmOptions;
  readonly kustomize: (tree: FileTree, build: KustomizeBuild) => Promise<Rendered | { readonly kind: 'refused'; readonly message: string }>;
  readonly signal: AbortSignal | undefined;
}

export interface SourceContext {
  readonly tree: FileTree;
  readonly build: ArgoBuild;
  readonly spec: ApplicationSpec;
  readonly outer: Rendered | undefined;
  /** Where the source stands in the Application. */
  readonly at: FieldPath;
  /** As the cluster's status tells it; undefined where it does not. */
  readonly type: string | undefined;
}

export type MadeSource = { readonly part: Part; readonly objects: readonly Manifest[] } | { readonly refused: string };

export async function renderSource(tools: SourceTools, context: SourceContext, source: ApplicationSource): Promise<MadeSource> {
  const { tree, build } = context;
  const path = resolveIn('', source.path ?? '.');
  if (path === undefined) return { refused: `its path ${JSON.stringify(source.path)} leaves the repository` };
  const override = ['.argocd-source.yaml', `.argocd-source-${build.name}.yaml`]
    .map((name) => posix.join(path, name))
    .find((file) => tree.files.has(file));
  if (override !== undefined) return { refused: `${override} overrides its source, which is not followed` };
  const type = typeOf(tree, path, source, context.type);
  switch (type) {
    case 'Helm':
      return renderChart(tools, context, source, path);
    case 'Kustomize':
      return renderKustomization(tools, context, source, path);
    case 'Directory':
      return renderFolder(context, source, path);
    default:
      return { refused: `a plug-in of Argo CD renders ${path === '' ? '.' : path}, and plug-ins are not run` };
  }
}

/** As the repo-server tells them apart, where it has not told. */
function typeOf(
  tree: FileTree,
  path: string,
  { helm, kustomize, directory, plugin }: ApplicationSource,
  known: string | undefined,
): string {
  if (plugin !== undefined || known === 'Plugin') return 'Plugin';
  if (kustomize !== undefined) return 'Kustomize';
  if (helm !== undefined) return 'Helm';
  if (directory !== undefined) return 'Directory';
  if (known !== undefined && known !== '') return known;
  const has = (name: string): boolean => tree.files.has(posix.join(path, name));
  if (['kustomization.yaml', 'kustomization.yml', 'Kustomization'].some(has)) return 'Kustomize';
  return has('Chart.yaml') ? 'Helm' : 'Directory';
}

async function renderKustomization(
  { kustomize }: SourceTools,
  context: SourceContext,
  source: ApplicationSource,
  path: string,
): Promise<MadeSource> {
  const {
    namePrefix,
    nameSuffix,
    namespace,
    images = [],
    replicas = [],
    patches = [],
    components = [],
    ...others
  } = source.kustomize ?? {};
  const unknown = Object.entries(others).find(([name, value]) => name !== 'version' && !isNothing(value));
  if (unknown !== undefined) return { refused: `it sets kustomize.${unknown[0]}, which is not followed` };
  const rendered = await kustomize(context.tree, {
    type: 'Kustomize',
    path,
    namespace: nonEmpty(namespace),
    namePrefix: nonEmpty(namePrefix),
    nameSuffix: nonEmpty(nameSuffix),
    patches,
    images: images.map(imageOverride),
    replicas: replicas.map(({ name, count }) => ({ name, count: Number(count) })),
    components,
    ignoreMissingComponents: false,
    buildMetadata: [],
    labels: {},
    annotations: {},
  });
  if (rendered.kind === 'refused') return { refused: rendered.message };
  const objects = rendered.objects.map((object) => inDestination(object, context.spec));
  const own: Rendered = { ...rendered, objects };
  const layers =
    images.length + replicas.length === 0 ? [] : [layerAt(context, [...context.at, 'kustomize'], JSON.stringify({ images, replicas }))];
  return { objects, part: partOf(context, objects, layers, own) };
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** `name=new:tag`, `new:tag` or `name@digest`. */
function imageOverride(text: string): ImageOverride {
  const equals = text.indexOf('=');
  const image = parseImage(equals < 0 ? text : text.slice(equals + 1));
  return { name: equals < 0 ? image.name : text.slice(0, equals), newName: image.name, newTag: image.tag, digest: image.digest };
}

async function renderFolder(context: SourceContext, { directory = {} }: ApplicationSource, path: string): Promise<MadeSource> {
  const { tree } = context;
  const { recurse = false, jsonnet, include = '', exclude = '' } = directory;
  if (!isNothing(jsonnet)) return { refused: 'it is written in jsonnet, which is not run' };
  if (include !== '' || exclude !== '')
    return { refused: 'which of its files count is decided by patterns (directory.include, directory.exclude)' };
  const inFolder = (file: string): boolean =>
    (path === '' || file.startsWith(`${path}/`)) && (recurse || !file.slice(path === '' ? 0 : path.length + 1).includes('/'));
  const program = [...tree.files.keys()].find((file) => inFolder(file) && file.endsWith('.jsonnet'));
  if (program !== undefined) return { refused: `${program} is jsonnet, which is not run` };
  const link = [...tree.leftOut].find((file) => inFolder(file) && /\.(?:ya?ml|json)$/u.test(file));
  if (link !== undefined) return { refused: `${link} is a symbolic link or a submodule, which are not followed` };
  const names = [...tree.files.keys()].filter((file) => inFolder(file) && /\.(?:ya?ml|json)$/u.test(file));
  const files = new Map<string, ReadonlySet<Role>>();
  const objects: Manifest[] = [];
  const contents = await readParts(tree, names);
  if ('refused' in contents) return contents;
  for (const [file, content] of contents) {
    const text = content.toString('utf8').replace(/^\uFEFF/u, '');
    if (text.includes('+argocd:skip-file-rendering')) continue;
    try {
      objects.push(...parseManifests(text).map((object) => inDestination(object, context.spec)));
    } catch (error) {
      return { refused: `${file}: ${error instanceof Error ? error.message : String(error)}` };
    }
    files.set(file, new Set(['resource']));
  }
  const own: Rendered = { kind: 'rendered', closure: { files, layers: [] }, objects };
  return { objects, part: partOf(context, objects, [], own) };
}

async function renderChart(
  { helm, signal }: SourceTools,
  context: SourceContext,
  source: ApplicationSource,
  path: string,
): Promise<MadeSource> {
  const { tree, build, spec } = context;
  const { helm: options = {} } = source;
  if ((options.fileParameters ?? []).length > 0)
    return { refused: 'it takes parameters from files (helm.fileParameters), which is not followed' };
  const files = await valueFiles(context, source, path);
  if ('refused' in files) return files;
  const given = valuesOf(context, source);
  const sets = setsOf(context, source);
  if ('refused' in sets) return sets;
  const own = chartValuesFile(tree, path);
  const ownText = own === undefined ? undefined : (await readFile(tree, own))?.toString('utf8');
  const input: ChartInput = {
    chart: { kind: 'folder', path },
    name: options.releaseName ?? build.name,
    namespace: options.namespace ?? spec.destination.namespace ?? 'default',
    layers: [...files.layers, ...given],
    sets: sets.sets,
    includeCrds: options.skipCrds !== true,
    kubeVersion: options.kubeVersion,
    apiVersions: options.apiVersions,
  };
  const rendered = await helmTemplate(helm, tree, input, signal);
  if ('refused' in rendered) return rendered;
  const layers: ValuesLayer[] = [
    ...(own === undefined || ownText === undefined ? [] : [{ origin: { kind: 'file', file: own } as const, text: ownText }]),
    ...input.layers,
    ...sets.sets.flatMap(({ origin, name, value, asString }) => {
      const text = nestedValue(name, value, asString);
      return text === undefined ? [] : [{ origin, text }];
    }),
  ];
  return { objects: rendered.objects, part: partOf(context, rendered.objects, layers) };
}

/** Files of values, in their order: beside the chart, from the root of the repository, or by the name of another source. */
async function valueFiles(
  { tree, spec, build }: SourceContext,
  { helm = {} }: ApplicationSource,
  path: string,
): Promise<{ readonly layers: readonly ValuesLayer[] } | { readonly refused: string }> {
  const layers: ValuesLayer[] = [];
  for (const name of helm.valueFiles ?? []) {
    const file = valueFileAt(spec, build.repository, path, name);
    if (file === undefined) return { refused: `its file of values ${JSON.stringify(name)} is not in the repository` };
    const content = await readFile(tree, file);
    if (content === undefined && helm.ignoreMissingValueFiles === true && !tree.leftOut.has(file)) continue;
    if (content === undefined) return { refused: `its file of values ${file} is not in the repository, or is a link` };
    layers.push({ origin: { kind: 'file', file }, text: content.toString('utf8') });
  }
  return { layers };
}

export function valueFileAt(spec: ApplicationSpec, repository: string, path: string, name: string): string | undefined {
  const [, ref, inRef] = /^\$([^/]+)\/(.*)$/u.exec(name) ?? [];
  if (ref !== undefined) {
    const named = sourcesOf(spec).find((source) => source.ref === ref);
    return named === undefined || !sameRepository(named.repoURL, repository) ? undefined : resolveIn('', inRef ?? '');
  }
  if (name.includes('$') || /^[a-z][a-z0-9+.-]*:\/\//iu.test(name)) return undefined;
  return name.startsWith('/') ? resolveIn('', name.slice(1)) : resolveIn(path, name);
}

function valuesOf(context: SourceContext, { helm = {} }: ApplicationSource): readonly ValuesLayer[] {
  const at = [...context.at, 'helm'];
  // Where both are there, the repo-server takes the object.
  if (helm.valuesObject !== undefined) return [layerAt(context, [...at, 'valuesObject'], JSON.stringify(helm.valuesObject))];
  if (helm.values === undefined || helm.values === '') return [];
  return [{ ...layerAt(context, [...at, 'values'], helm.values), origin: originAt(context, [...at, 'values'], 'text') }];
}

function setsOf(
  context: SourceContext,
  { helm = {} }: ApplicationSource,
): { readonly sets: readonly SetValue[] } | { readonly refused: string } {
  const sets: SetValue[] = [];
  for (const [index, { name, value, forceString = false }] of (helm.parameters ?? []).entries()) {
    if (value.includes('$')) return { refused: `its parameter ${name} holds a variable, which is not followed` };
    const origin = originAt(context, [...context.at, 'helm', 'parameters', index, 'value'], 'single');
    sets.push({ origin, name, value, asString: forceString });
  }
  return { sets };
}

function originAt({ build, outer }: SourceContext, path: FieldPath, kind: 'field' | 'text' | 'single'): ValuesLayer['origin'] {
  return outer === undefined ? { kind: 'chart' } : { kind, object: { kind: 'Application', name: build.name }, path };
}

function layerAt(context: SourceContext, path: FieldPath, text: string): ValuesLayer {
  return { origin: originAt(context, path, 'field'), text };
}

function partOf({ outer, build }: SourceContext, objects: readonly Manifest[], layers: readonly ValuesLayer[], own?: Rendered): Part {
  const fixed =
    outer === undefined && build.fixed !== undefined && layers.some(({ origin }) => origin.kind === 'chart') ? [build.fixed] : [];
  return { objects: new Set(objects.map(identityOf)), layers, outer, ...(own === undefined ? {} : { own }), notes: fixed };
}

/** What names no namespace goes to the Application's destination. */
function inDestination(object: Manifest, { destination }: ApplicationSpec): Manifest {
  return destination.namespace === undefined || destination.namespace === '' ? object : inNamespace(object, destination.namespace);
}
