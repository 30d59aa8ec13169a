/**
 * Which pods are meant: one by its name, those of a workload or Service, or those with some labels; the ill and the newest first.
 *
 * Each object that is looked at on the way is one that the caller may see.
 */
import { closest } from '../../../analysis/similarity.ts';
import { createCallBudget } from '../../../sources/budget.ts';
import { type ApiPod, pods as podResource, workloadResources } from '../../../sources/kubernetes/api.ts';
import { familyOf } from '../../../sources/kubernetes/family.ts';
import { isUnhealthy } from '../../../sources/kubernetes/podHealth.ts';
import { createReader } from '../../../sources/kubernetes/reader.ts';
import { resolveTargets } from '../../../sources/kubernetes/targets.ts';
import { ToolError } from '../../errors.ts';
import type { Call } from '../../tool.ts';
import { CALL_TIMEOUT_MS, type ClusterDeps } from '../deps.ts';
import type { ServedKind } from '../kinds.ts';
import { demandKind, inWords, look } from '../reading.ts';

export interface PodSelection {
  readonly namespace: string;
  /** Of a pod, or as people say it: of the workload. */
  readonly name?: string | undefined;
  /** Of `name`; absent: a pod, else a workload of that name. */
  readonly kind?: ServedKind | undefined;
  readonly labelSelector?: string | undefined;
}

type Deps = Pick<ClusterDeps, 'client' | 'cleaner'>;

const MOST_CALLS = 60;
const GUESSED = [workloadResources.Deployment, workloadResources.StatefulSet, workloadResources.DaemonSet, workloadResources.Job];

/** Never empty: throws `NotFound` with what is there instead. */
export async function selectPods(deps: Deps, selection: PodSelection, call: Call): Promise<readonly ApiPod[]> {
  const { namespace, name, kind, labelSelector } = selection;
  if (name === undefined)
    return illFirst(await listPods(deps, namespace, call, labelSelector), `with labels ${labelSelector ?? ''} in ${namespace}`);
  if (kind !== undefined && kind.kind !== 'Pod')
    return illFirst(await podsBehind(deps, kind, namespace, name, call), `of ${kind.kind} ${name} in ${namespace}`);
  const pod = await onePod(deps, namespace, name, call);
  if (pod !== undefined) return [pod];
  const all = await listPods(deps, namespace, call);
  const meant = kind === undefined ? await podsOfWorkload(deps, namespace, name, call) : [];
  if (meant.length > 0) return meant;
  const known = [...new Set(all.map(({ metadata }) => metadata.name))];
  const near = [...known.filter((one) => one.startsWith(`${name}-`)), ...closest(name, known, 4)].slice(0, 4);
  const advice = near.length === 0 ? 'kubectl_get lists the pods.' : `did you mean ${[...new Set(near)].join(', ')}?`;
  throw new ToolError('NotFound', `There is no pod or workload ${name} in namespace ${namespace}; ${advice}`);
}

async function onePod({ client, cleaner }: Deps, namespace: string, name: string, call: Call): Promise<ApiPod | undefined> {
  await demandKind(call, podResource, { namespace, name });
  return look(inWords('get', podResource, { namespace, name }), podResource, cleaner, () =>
    client.get(podResource, { namespace, name }, { signal: call.signal, timeoutMs: CALL_TIMEOUT_MS }),
  );
}

async function listPods({ client, cleaner }: Deps, namespace: string, call: Call, labelSelector?: string): Promise<readonly ApiPod[]> {
  await demandKind(call, podResource, { namespace });
  const options = { namespace, labelSelector, signal: call.signal, timeoutMs: CALL_TIMEOUT_MS };
  return look(
    inWords('list', podResource, { namespace }),
    podResource,
    cleaner,
    async () => (await client.list(podResource, options)).items,
  );
}

/** Of the first kind of workload that has one of this name, of those that the caller may see. */
async function podsOfWorkload(deps: Deps, namespace: string, name: string, call: Call): Promise<readonly ApiPod[]> {
  for (const resource of GUESSED) {
    const kind = { ...resource, singular: '', shortNames: [], verbs: [] };
    const found = await podsBehind(deps, kind, namespace, name, call).catch((error: unknown) => {
      if (error instanceof ToolError && (error.reason === 'Forbidden' || error.reason === 'NotFound')) return [];
      throw error;
    });
    if (found.length > 0) return found;
  }
  return [];
}

async function podsBehind({ client }: Deps, kind: ServedKind, namespace: string, name: string, call: Call): Promise<readonly ApiPod[]> {
  await demandKind(call, kind, { namespace, name });
  await demandKind(call, podResource, { namespace });
  const reader = createReader({ kube: client, budget: createCallBudget(MOST_CALLS, 4), signal: call.signal });
  const found = await resolveTargets(reader, [{ kind: kind.kind, namespace, name }]);
  if (found.missing.length > 0) throw new ToolError('NotFound', `There is no ${kind.kind} ${name} in namespace ${namespace}.`);
  if (found.foreign.length > 0)
    throw new ToolError('Invalid', `A ${kind.kind} has no pods that can be followed; give a workload, a pod or labels.`);
  if (found.unseen.length > 0)
    throw new ToolError('Unavailable', `${kind.kind} ${name} in namespace ${namespace} cannot be read just now.`);
  const families = await Promise.all(found.roots.map((root) => familyOf(reader, root)));
  return [...families.flatMap(({ pods }) => pods), ...found.lonePods];
}

function illFirst(found: readonly ApiPod[], which: string): readonly ApiPod[] {
  if (found.length === 0) throw new ToolError('NotFound', `There are no pods ${which}.`);
  const born = ({ metadata }: ApiPod): number => Date.parse(metadata.creationTimestamp);
  return found.toSorted((a, b) => Number(isUnhealthy(b)) - Number(isUnhealthy(a)) || born(b) - born(a));
}
