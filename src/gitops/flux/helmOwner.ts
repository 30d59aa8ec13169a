/**
 * From an object's labels to the HelmRelease that installed it, to the chart that it was made of, and on to the Kustomization that applies the HelmRelease
 * from Git.
 *
 * A label is a claim; the names that Helm itself wrote on the object have to agree with it. A HelmRelease that nobody applies from Git has no owner to be
 * written to.
 */
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import { apiVersionOf, type KubeObject, type ResourceType } from '../../kube/object.ts';
import { isMarkedByArgo } from '../argo/owner.ts';
import type { GitOwner, Unsupported } from '../owner.ts';
import { refTo } from '../resources.ts';
import { chartFromOf, type HelmReleaseBuild, RELEASE_LABEL, releaseNameOf } from './helmRelease.ts';
import { conditionOf, findFluxOwner, getOrNothing, NAME_LABEL } from './owner.ts';
import { type HelmRelease, helmCharts, helmReleases, ociRepositories, type PackagedChart } from './resources.ts';

export const RELEASE_NAME_LABEL = `${RELEASE_LABEL}/name`;
const RELEASE_NAMESPACE_LABEL = `${RELEASE_LABEL}/namespace`;

export async function findHelmReleaseOwner(client: KubeClient, object: KubeObject, options: CallOptions): Promise<GitOwner | Unsupported> {
  const labels = object.metadata.labels ?? {};
  const key = { name: labels[RELEASE_NAME_LABEL] ?? '', namespace: labels[RELEASE_NAMESPACE_LABEL] ?? '' };
  const where = `HelmRelease ${key.namespace}/${key.name}`;
  const unsupported = (reason: string): Unsupported => ({ engine: 'Unsupported', by: 'HelmRelease', reason });
  const release = await getOrNothing(client, helmReleases, key, options);
  if (release === undefined) return unsupported(`its labels name ${where}, which does not exist`);
  const ref = refTo(release, helmReleases);
  const refuse = (reason: string): Unsupported => ({ ...unsupported(reason), object: ref });
  const otherwise = notInstalledBy(object, release);
  if (otherwise !== undefined) return refuse(otherwise);
  if (isMarkedByArgo(release.metadata))
    return refuse(`${where} renders it, and Argo CD applies that: change its values where they come from, by hand`);
  if (release.metadata.labels?.[NAME_LABEL] === undefined) {
    const how = `kubectl edit helmrelease.${RELEASE_LABEL} ${key.name} -n ${key.namespace}`;
    return refuse(`${where} renders it, and no Kustomization applies that from Git: change its values by hand (${how})`);
  }
  const outer = await findFluxOwner(client, release, options);
  if (outer.engine === 'Unsupported') return refuse(`${where} renders it: ${outer.reason}`);
  if (outer.build.type !== 'Kustomize') return refuse(`${where} is itself rendered by a HelmRelease`);
  const chart = await chartOf(client, release, outer, options);
  if ('refused' in chart) return refuse(`${where} renders it: ${chart.refused}`);
  const build: HelmReleaseBuild = {
    type: 'HelmRelease',
    outer: outer.build,
    name: key.name,
    namespace: key.namespace,
    chart: chart.chart,
    chartFrom: chartFromOf(release.spec),
    readByOthers: await readByOthers(client, release, options),
  };
  return {
    ...outer,
    object: ref,
    suspended: outer.suspended || release.spec.suspend === true,
    ready: outer.ready.ok ? readiness(release) : outer.ready,
    through: outer,
    fieldManager: 'helm-controller',
    build,
  };
}

function notInstalledBy({ metadata }: KubeObject, release: HelmRelease): string | undefined {
  const { annotations = {} } = metadata;
  const [name, namespace] = [annotations['meta.helm.sh/release-name'], annotations['meta.helm.sh/release-namespace']];
  const wanted = {
    name: releaseNameOf(release.metadata, release.spec),
    namespace: release.spec.targetNamespace ?? release.metadata.namespace,
  };
  if (name === wanted.name && namespace === wanted.namespace) return undefined;
  const where = `HelmRelease ${release.metadata.namespace ?? ''}/${release.metadata.name}`;
  return `its labels name ${where}, and Helm says that it is of release ${namespace ?? '(none)'}/${name ?? '(none)'}`;
}

type FoundChart = { readonly chart: HelmReleaseBuild['chart'] } | { readonly refused: string };

/** The folder of a chart that is packaged from the same branch at each commit; else what source-controller has packaged. */
async function chartOf(client: KubeClient, release: HelmRelease, outer: GitOwner, options: CallOptions): Promise<FoundChart> {
  const { chart, chartRef } = release.spec;
  const { namespace = '' } = release.metadata;
  if (chartRef !== undefined) {
    const resource = [helmCharts, ociRepositories].find(({ kind }) => kind === chartRef.kind);
    if (resource === undefined) return { refused: `its chart comes from a ${chartRef.kind}, which is not followed` };
    return packaged(client, resource, { name: chartRef.name, namespace: chartRef.namespace ?? namespace }, options);
  }
  if (chart === undefined) return { refused: 'it names no chart' };
  const { sourceRef, chart: name, reconcileStrategy } = chart.spec;
  const source = { name: sourceRef.name, namespace: sourceRef.namespace ?? namespace };
  if (reconcileStrategy === 'Revision' && isSameSource(sourceRef.kind, source, outer)) {
    const path = name.replace(/^\.?\/+|(?<!\/)\/+$/gu, '');
    return { chart: { kind: 'folder', path, version: release.status?.lastAttemptedRevision } };
  }
  const [inNamespace = '', ...rest] = release.status?.helmChart?.split('/') ?? [source.namespace, `${namespace}-${release.metadata.name}`];
  return packaged(client, helmCharts, { namespace: inNamespace, name: rest.join('/') }, options);
}

function isSameSource(kind: string, { name, namespace }: Readonly<Record<'name' | 'namespace', string>>, { source }: GitOwner): boolean {
  return kind === source.kind && name === source.name && namespace === source.namespace;
}

async function packaged(
  client: KubeClient,
  resource: ResourceType<PackagedChart>,
  key: { readonly name: string; readonly namespace: string },
  options: CallOptions,
): Promise<FoundChart> {
  const where = `${resource.kind} ${key.namespace}/${key.name}`;
  const found = await getOrNothing(client, resource, key, options);
  if (found === undefined) return { refused: `${where} (${apiVersionOf(resource)}), its chart, does not exist` };
  const { url, digest } = found.status?.artifact ?? {};
  const ready = conditionOf(found.status?.conditions);
  if (url === undefined || digest === undefined)
    return { refused: `${where}, its chart, is not there: ${ready?.message ?? 'no report yet'}` };
  return { chart: { kind: 'artifact', artifact: { url, digest } } };
}

/** ConfigMaps of values of the namespace's other releases. */
async function readByOthers(client: KubeClient, { metadata }: HelmRelease, options: CallOptions): Promise<readonly string[]> {
  const { items } = await client.list(helmReleases, { ...options, namespace: metadata.namespace });
  const others = items.filter(({ metadata: other }) => other.uid !== metadata.uid);
  return [...new Set(others.flatMap(({ spec }) => (spec.valuesFrom ?? []).map(({ name }) => name)))].toSorted();
}

/** While it is at work, which may take as long as what it applied needs to become healthy, its condition alone is of the present generation. */
function readiness({ status, metadata }: HelmRelease): GitOwner['ready'] {
  const ready = conditionOf(status?.conditions);
  const isPresent = [ready?.observedGeneration, status?.observedGeneration].includes(metadata.generation);
  if (ready === undefined || !isPresent) return { ok: false, reason: 'NotReconciled', message: 'Flux has not reconciled it yet' };
  return { ok: ready.status === 'True', reason: ready.reason, message: ready.message };
}
