/**
 * What a Flux HelmRelease makes of a chart and of values in Git, as helm-controller does it.
 *
 * The HelmRelease and the ConfigMaps that it reads are rendered by the Kustomization that applies it; the chart is the one that source-controller has
 * packaged. What is rendered stands for the release: the values go out of the HelmRelease, and what the chart makes of them comes in, so that each
 * change of values shows as what it does, and everything else that an edit would touch still shows.
 */
import { type FileTree, readFile } from '../git/tree.ts';
import { type Chart, chartValues, chartValuesFile, type HelmOptions, helmTemplate } from '../helm/template.ts';
import { nestedValue, type ValuesLayer } from '../helm/values.ts';
import type { KustomizeBuild } from '../kustomize/build.ts';
import { generatedBaseName } from '../kustomize/compare.ts';
import { identityOf, type Manifest, withMetadata } from '../kustomize/manifest.ts';
import type { Part, Rendered } from '../parts.ts';
import { type FieldPath } from '../yaml/document.ts';
import type { ChartArtifact, ChartSource } from './artifact.ts';
import type { HelmReleaseSpec, ValuesReference } from './resources.ts';
import { parseHelmReleaseSpec } from './schema.ts';

export interface HelmReleaseBuild {
  readonly type: 'HelmRelease';
  /** What renders the HelmRelease. */
  readonly outer: KustomizeBuild;
  readonly name: string;
  readonly namespace: string;
  readonly chart:
    | { readonly kind: 'artifact'; readonly artifact: ChartArtifact }
    /** In the same repository and branch, packaged anew at each commit. */
    | { readonly kind: 'folder'; readonly path: string; readonly version?: string | undefined };
  /** Where the chart comes from, as the cluster has it: for another one there is no artifact. */
  readonly chartFrom: string;
  /** ConfigMaps that other releases of the namespace read, too. */
  readonly readByOthers: readonly string[];
}

export const RELEASE_LABEL = 'helm.toolkit.fluxcd.io';

export type Expanded = { readonly objects: readonly Manifest[]; readonly part: Part } | { readonly refused: string };

export interface ChartTools {
  readonly helm: HelmOptions;
  readonly charts: ChartSource;
}

export async function expandHelmRelease(
  { helm, charts }: ChartTools,
  tree: FileTree,
  build: HelmReleaseBuild,
  outer: Rendered,
  signal: AbortSignal | undefined,
): Promise<Expanded> {
  const where = `HelmRelease ${build.namespace}/${build.name}`;
  const release = outer.objects.find(
    ({ kind, apiVersion, metadata }) =>
      kind === 'HelmRelease' &&
      apiVersion.startsWith(`${RELEASE_LABEL}/`) &&
      metadata.name === build.name &&
      (metadata.namespace ?? 'default') === build.namespace,
  );
  if (release === undefined) return { refused: `${where} is not among what ${build.outer.path || '.'} renders` };
  const parsed = parseHelmReleaseSpec(release['spec']);
  if ('refused' in parsed) return { refused: `${where} is not well-formed in Git there: ${parsed.refused}` };
  const { spec } = parsed;
  const problem =
    notFollowed(spec, where) ?? (chartFromOf(spec) === build.chartFrom ? undefined : `${where} has another chart in Git there`);
  if (problem !== undefined) return { refused: problem };
  const layers = layersOf(release, spec, outer.objects, where);
  if ('refused' in layers) return layers;

  const chart: Chart =
    build.chart.kind === 'folder' ? build.chart : { kind: 'archive', content: await charts.fetch(build.chart.artifact, signal) };
  const own = await ownValues(helm, tree, chart, spec, signal);
  if ('refused' in own) return { refused: `${where}: ${own.refused}` };
  const rendered = await helmTemplate(
    helm,
    tree,
    {
      chart,
      name: releaseNameOf(build, spec),
      namespace: spec.targetNamespace ?? build.namespace,
      layers: layers.layers,
      sets: [],
      includeCrds: false,
    },
    signal,
  );
  if ('refused' in rendered) return { refused: `${where}: ${rendered.refused}` };
  const labels = { ...spec.commonMetadata?.labels, [`${RELEASE_LABEL}/name`]: build.name, [`${RELEASE_LABEL}/namespace`]: build.namespace };
  const made = rendered.objects.map((object) => withMetadata(object, labels, spec.commonMetadata?.annotations ?? {}));
  const beside = outer.objects.filter((object) => object !== release);
  return {
    objects: [withoutValues(release, spec), ...withoutData(beside, build, layers.configMaps), ...made],
    part: { objects: new Set(made.map(identityOf)), layers: [...own, ...layers.layers], outer },
  };
}

function notFollowed({ postRenderers = [], kubeConfig, valuesFrom = [] }: HelmReleaseSpec, where: string): string | undefined {
  if (postRenderers.length > 0) return `${where} changes what the chart renders (spec.postRenderers), which is not followed`;
  if (kubeConfig !== undefined) return `${where} deploys to another cluster (spec.kubeConfig)`;
  const secret = valuesFrom.find(({ kind }) => kind !== 'ConfigMap');
  return secret === undefined ? undefined : `${where} takes values from ${secret.kind} ${secret.name}, which is not read`;
}

/** What of a release says which chart it is. */
export function chartFromOf({ chart, chartRef }: Pick<HelmReleaseSpec, 'chart' | 'chartRef'>): string {
  const { chart: name, version, sourceRef, valuesFiles = [], reconcileStrategy } = chart?.spec ?? {};
  const named = (ref: typeof chartRef): readonly unknown[] => [ref?.kind, ref?.name, ref?.namespace];
  return JSON.stringify([name, version ?? '*', named(sourceRef), valuesFiles, reconcileStrategy ?? 'ChartVersion', named(chartRef)]);
}

export function releaseNameOf({ name }: { readonly name: string }, { releaseName, targetNamespace }: HelmReleaseSpec): string {
  return releaseName ?? (targetNamespace === undefined || targetNamespace === '' ? name : `${targetNamespace}-${name}`);
}

/** The values that the chart itself comes with. */
async function ownValues(
  helm: HelmOptions,
  tree: FileTree,
  chart: Chart,
  { chart: template }: HelmReleaseSpec,
  signal: AbortSignal | undefined,
): Promise<readonly ValuesLayer[] | { readonly refused: string }> {
  if (chart.kind === 'archive') {
    const values = await chartValues(helm, tree, chart, signal);
    return 'refused' in values ? values : [{ origin: { kind: 'chart' }, text: values.text }];
  }
  if ((template?.spec.valuesFiles ?? []).length > 0)
    return { refused: 'the values of its chart are put together from several files (valuesFiles), which is not followed' };
  const file = chartValuesFile(tree, chart.path);
  const content = file === undefined ? undefined : await readFile(tree, file);
  return file === undefined || content === undefined ? [] : [{ origin: { kind: 'file', file }, text: content.toString('utf8') }];
}

interface Layers {
  readonly layers: readonly ValuesLayer[];
  /** Names as rendered. */
  readonly configMaps: readonly string[];
}

function layersOf(
  release: Manifest,
  spec: HelmReleaseSpec,
  objects: readonly Manifest[],
  where: string,
): Layers | { readonly refused: string } {
  const layers: ValuesLayer[] = [];
  const configMaps: string[] = [];
  for (const reference of spec.valuesFrom ?? []) {
    const layer = layerFrom(reference, release, objects);
    if (layer === undefined && reference.optional !== true)
      return {
        refused: `${where} takes values from ConfigMap ${reference.name}, which does not come from where the HelmRelease comes from`,
      };
    if (layer === undefined)
      return { refused: `${where} takes values from ConfigMap ${reference.name}, if there is one, which is not in Git` };
    if ('refused' in layer) return { refused: `${where}: ${layer.refused}` };
    layers.push(layer);
    configMaps.push(reference.name);
  }
  const path = ['spec', 'values'];
  layers.push({
    origin: { kind: 'field', object: { kind: release.kind, name: release.metadata.name }, path },
    text: JSON.stringify(spec.values ?? {}),
  });
  return { layers, configMaps };
}

function layerFrom(
  { name, valuesKey = 'values.yaml', targetPath }: ValuesReference,
  release: Manifest,
  objects: readonly Manifest[],
): ValuesLayer | { readonly refused: string } | undefined {
  const held = objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name && metadata.namespace === release.metadata.namespace,
  );
  const text = (held?.['data'] as Record<string, unknown> | undefined)?.[valuesKey];
  if (held === undefined || typeof text !== 'string') return undefined;
  const at = { object: { kind: 'ConfigMap', name }, path: ['data', valuesKey] satisfies FieldPath };
  if (targetPath === undefined || targetPath === '') return { origin: { kind: 'text', ...at }, text };
  const quoted = /^(['"])(.*)\1$/u.exec(text)?.[2];
  const nested = nestedValue(targetPath, quoted ?? text, quoted !== undefined);
  return nested === undefined
    ? { refused: `the value that it puts at ${targetPath} is not followed` }
    : { origin: { kind: 'single', ...at }, text: nested };
}

/** The HelmRelease without what shows in what it renders, and without hashes that move with it. */
function withoutValues(release: Manifest, { values: _values, valuesFrom, ...rest }: HelmReleaseSpec): Manifest {
  const steady = valuesFrom?.map((reference) => ({ ...reference, name: steadyName(reference.name) }));
  return { ...release, spec: { ...rest, ...(steady === undefined ? {} : { valuesFrom: steady }) } };
}

function steadyName(name: string): string {
  return generatedBaseName({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }) ?? name;
}

/** ConfigMaps of values without their content, where the release alone reads them. */
function withoutData(objects: readonly Manifest[], { readByOthers }: HelmReleaseBuild, names: readonly string[]): readonly Manifest[] {
  const isRead = (name: string): boolean =>
    readByOthers.some((other) => steadyName(other) === steadyName(name)) ||
    objects.some(
      (object) => !(object.kind === 'ConfigMap' && object.metadata.name === name) && JSON.stringify(object).includes(`"${name}"`),
    );
  return objects.map((object) => {
    if (object.kind !== 'ConfigMap' || !names.includes(object.metadata.name) || isRead(object.metadata.name)) return object;
    const { data: _data, ...rest } = object;
    return { ...rest, metadata: { ...object.metadata, name: steadyName(object.metadata.name) } };
  });
}
