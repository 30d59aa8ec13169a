/**
 * Flux's source-controller, kustomize-controller and, where it is asked for, helm-controller, as processes beside the cluster, and their definitions in it.
 *
 * They are of different releases, as module proxies have them: the older source-controller serves Bucket and OCIRepository in
 * v1beta2, and the newer kustomize-controller wants them in v1. So the v1 of a newer release is added to these two definitions:
 * served, but not stored.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { KubeApi } from '../api/kubeApi.ts';
import type { Cluster } from '../cluster.ts';
import type { Found } from '../components/attempt.ts';
import { getBinaries } from '../components/binaries.ts';
import { until } from '../lib/poll.ts';
import { startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface Flux {
  readonly sourceUrl: string;
  stop(): Promise<void>;
}

export interface FluxOptions {
  /**
   * Whether a new commit ends the wait for the health of the one before, which else lasts until the Kustomization's timeout. Flux leaves
   * this off unless told.
   */
  readonly cancelHealthChecks?: boolean;
  /** Whether there is a helm-controller, too. */
  readonly helm?: boolean;
}

const ADDON_BINARIES = ['source-controller', 'kustomize-controller', 'helm-controller'] as const;
const NAMESPACE = 'flux-system';
const CRD_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const COMMON_ARGS = [
  '--watch-all-namespaces=true',
  '--log-level=info',
  '--min-retry-delay=500ms',
  '--max-retry-delay=5s',
  '--requeue-dependency=2s',
];

const definition = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ plural: z.string() }),
    versions: z.array(z.looseObject({ name: z.string(), served: z.boolean(), storage: z.boolean() })),
  }),
});
const resourceList = z.object({ resources: z.array(z.object({ name: z.string() })) });
type Definition = z.infer<typeof definition>;

export async function startFlux(cluster: Cluster, { cancelHealthChecks = true, helm = false }: FluxOptions = {}): Promise<Flux> {
  const { workspace } = cluster;
  const binaries = await getBinaries(ADDON_BINARIES, workspace.log);
  const { 'source-controller': source, 'kustomize-controller': kustomize, 'helm-controller': helmController } = binaries;
  await applyDefinitions(cluster.api, source, [kustomize, helmController]);
  const env = { KUBECONFIG: cluster.kubeconfigPath, RUNTIME_NAMESPACE: NAMESPACE };
  const [sources, ...appliers] = await Promise.all([
    startSourceController(workspace, source, env),
    startApplier(workspace, 'kustomize-controller', kustomize, env, [
      `--feature-gates=CancelHealthCheckOnNewRevision=${cancelHealthChecks}`,
    ]),
    ...(helm ? [startApplier(workspace, 'helm-controller', helmController, env, [])] : []),
  ]);
  return {
    sourceUrl: sources.url,
    async stop() {
      await Promise.all([sources, ...appliers].map(({ daemon }) => daemon.stop()));
    },
  };
}

async function startSourceController(workspace: Workspace, { binary, origin }: Found, env: Readonly<Record<string, string>>) {
  const host = workspace.hostAddress;
  const { daemon, ports } = await startOnFreePorts<[number, number, number]>(workspace, 3, ([storage, metrics, health]) => ({
    name: 'source-controller',
    command: binary,
    origin,
    env,
    url: `http://${host}:${storage}`,
    health: { kind: 'http', url: `http://${host}:${health}/readyz` },
    args: [
      ...COMMON_ARGS,
      `--storage-path=${workspace.folder('flux/sources')}`,
      `--storage-addr=${host}:${storage}`,
      `--storage-adv-addr=${host}:${storage}`,
      `--metrics-addr=${host}:${metrics}`,
      `--health-addr=${host}:${health}`,
    ],
  }));
  return { daemon, url: `http://${host}:${ports[0]}` };
}

/** A controller that applies what source-controller has fetched. */
function startApplier(
  workspace: Workspace,
  name: string,
  { binary, origin }: Found,
  env: Readonly<Record<string, string>>,
  more: readonly string[],
) {
  const host = workspace.hostAddress;
  return startOnFreePorts<[number, number]>(workspace, 2, ([metrics, health]) => ({
    name,
    command: binary,
    origin,
    env: { ...env, TMPDIR: workspace.folder(`flux/tmp-${name}`) },
    url: `http://${host}:${metrics}`,
    health: { kind: 'http', url: `http://${host}:${health}/readyz` },
    args: [...COMMON_ARGS, ...more, `--metrics-addr=${host}:${metrics}`, `--health-addr=${host}:${health}`],
  }));
}

async function applyDefinitions(api: KubeApi, source: Found, appliers: readonly Found[]): Promise<void> {
  const newer = readDefinitions(source, 'crds-v1');
  const ofSource = readDefinitions(source, 'crds').map((older) => withNewerVersions(older, newer));
  const all = [...ofSource, ...appliers.flatMap((one) => readDefinitions(one, 'crds'))];
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  await Promise.all([
    api.apply(`/api/v1/namespaces/${NAMESPACE}`, namespace),
    ...all.map((one) => api.apply(`${CRD_PATH}/${one.metadata.name}`, one)),
  ]);
  await Promise.all(all.map((one) => servesAllVersions(api, one)));
}

/** The controllers ask what the API server serves once, at their start, and end if a kind is not there yet. */
async function servesAllVersions(api: KubeApi, { metadata, spec: { group, names, versions } }: Definition): Promise<void> {
  const served = versions.filter((version) => version.served);
  await until(`the API server serves ${metadata.name}`, { deadlineSeconds: 30 }, async () => {
    const lists = await Promise.all(served.map(({ name }) => api.request('GET', `/apis/${group}/${name}`).catch(() => undefined)));
    const missing = served.filter(
      (_, index) => !resourceList.safeParse(lists[index]).data?.resources.some(({ name }) => name === names.plural),
    );
    return missing.length === 0 ? undefined : `not yet in ${missing.map(({ name }) => name).join(', ')}`;
  });
}

function readDefinitions({ binary }: Found, folder: string): readonly Definition[] {
  const path = join(dirname(binary), folder);
  const files = readdirSync(path).filter((name) => name.endsWith('.yaml'));
  return files.map((name) => definition.parse(parse(readFileSync(join(path, name), 'utf8'))));
}

/** Adds the versions that only the newer release has. What is stored does not change. */
export function withNewerVersions(older: Definition, newer: readonly Definition[]): Definition {
  const known = new Set(older.spec.versions.map(({ name }) => name));
  const more = newer.find(({ metadata }) => metadata.name === older.metadata.name)?.spec.versions ?? [];
  const added = more.filter(({ name }) => !known.has(name)).map((version) => ({ ...version, served: true, storage: false }));
  return { ...older, spec: { ...older.spec, versions: [...older.spec.versions, ...added] } };
}
