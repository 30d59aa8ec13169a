/** A frozen snapshot as analyzers read a live one: the same views over the same objects, with what tools said beside them. */
import type { ObjectRef } from '../../crds/common.ts';
import type { LogOptions } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ApiPod } from '../kubernetes/api.ts';
import { gatherCluster } from '../kubernetes/gather.ts';
import { createListedReader, type ReadLog } from '../kubernetes/listedReader.ts';
import { objectName } from '../kubernetes/names.ts';
import type { Pod, Snapshot, Workload } from '../kubernetes/snapshot.ts';
import type { Cleaner } from '../text.ts';
import { type Bundle, timeOf } from './bundle.ts';
import { type FrozenLogs, frozenErrorLines, frozenLogs, logText, ownerByName } from './logs.ts';
import { servedObjects } from './objects.ts';
import { frozenCalls, frozenChecks, frozenDaemons, frozenSeries } from './telemetry.ts';

const LOOK_BACK_MS = 60 * 60_000;

export async function gatherFrozen(bundle: Bundle, cleaner: Cleaner): Promise<Snapshot> {
  const at = timeOf(bundle);
  const served = servedObjects(bundle.objects.items);
  const objects = served.objects.flatMap(asServed);
  const logs = frozenLogs(bundle);
  const pods = objects.filter((object) => object.kind === 'Pod') as unknown as readonly ApiPod[];
  const readLog: ReadLog = async (namespace, pod, options) => frozenLog(logs, pods, namespace, pod, options);
  const listed = createListedReader(objects, readLog, bundle.notSeen);
  const reader = { ...listed, gaps: [...listed.gaps, ...served.gaps] };
  const targets = [{ apiVersion: 'v1', kind: 'Namespace', name: bundle.namespace }];
  const snapshot = await gatherCluster(reader, { targets, window: { start: at - LOOK_BACK_MS, end: at }, at }, cleaner);
  const ownerOf = ownerByName(snapshot.workloads, snapshot.pods);
  return {
    ...snapshot,
    workloads: snapshot.workloads.map((workload) => countedFromPods(workload, snapshot.pods)),
    errorLines: frozenErrorLines(logs, ownerOf, cleaner),
    calls: [...snapshot.calls, ...frozenCalls(bundle, ownerOf)],
    checks: frozenChecks(bundle, cleaner),
    daemons: frozenDaemons(bundle, cleaner).filter(({ node }) => nodeByName(snapshot.nodes, node) !== undefined),
    series: frozenSeries(bundle, (name) => nodeByName(snapshot.nodes, name) ?? ownerOf(name)),
  };
}

/** A workload whose status was lost when it was written down; its pods say how it is. */
function countedFromPods(workload: Workload, pods: readonly Pod[]): Workload {
  const { ref, desired, ready, updated, available } = workload;
  if (ref.kind !== 'StatefulSet' || ready + updated + available > 0 || desired === 0) return workload;
  const count = pods.filter((pod) => pod.ready && objectName(pod.owner) === objectName(ref)).length;
  return count < desired ? workload : { ...workload, ready: desired, updated: desired, available: desired, complete: true };
}

const nodeByName = (nodes: Snapshot['nodes'], wanted: string): ObjectRef | undefined =>
  nodes.some(({ name }) => name === wanted) ? { apiVersion: 'v1', kind: 'Node', name: wanted } : undefined;

/** Secrets are never looked into, wherever they come from; endpoints of the older kind are read as the newer. */
function asServed(object: KubeObject): KubeObject[] {
  if (object.kind === 'Secret') return [];
  return object.kind === 'Endpoints' ? [sliceOf(object)] : [object];
}

function sliceOf(object: KubeObject): KubeObject {
  const { subsets = [] } = object as KubeObject & {
    readonly subsets?:
      | readonly { readonly addresses?: readonly unknown[] | null; readonly notReadyAddresses?: readonly unknown[] | null }[]
      | null;
  };
  const endpoints = (subsets ?? []).flatMap(({ addresses, notReadyAddresses }) => [
    ...(addresses ?? []).map(() => ({ conditions: { ready: true } })),
    ...(notReadyAddresses ?? []).map(() => ({ conditions: { ready: false } })),
  ]);
  const labels = { ...object.metadata.labels, 'kubernetes.io/service-name': object.metadata.name };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...object.metadata, labels },
    endpoints,
  } as unknown as KubeObject;
}

function frozenLog(
  logs: FrozenLogs,
  pods: readonly ApiPod[],
  namespace: string,
  podName: string,
  { container = '', previous = false }: LogOptions,
): string | undefined {
  const pod = pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === podName);
  const service = [...logs.keys()]
    .toSorted((a, b) => b.length - a.length)
    .find((name) => podName === name || podName.startsWith(`${name}-`));
  if (pod === undefined || service === undefined) return undefined;
  const waits = pod.status?.containerStatuses?.some(({ name, state }) => name === container && state?.waiting !== undefined) ?? false;
  return logText(logs, service, { container, isFirst: pod.spec?.containers?.[0]?.name === container, previous, waits });
}
