/** What is in a namespace now, as far as it shows a fault: read with a few lists for all namespaces at once, as faults stand side by side. */
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../../src/kube/object.ts';
import { type ApiEvent, type ApiPod, type ApiWorkload, events, pods, workloadResources } from '../../src/sources/kubernetes/api.ts';
import { type ApiAutoscaler, autoscalers, namespaces } from '../../src/sources/kubernetes/boundsApi.ts';

export interface Seen {
  readonly namespace: string;
  /** Since when the namespace itself is being deleted. */
  readonly goingSince: string | undefined;
  readonly pods: readonly ApiPod[];
  readonly events: readonly ApiEvent[];
  readonly workloads: readonly ApiWorkload[];
  readonly autoscalers: readonly ApiAutoscaler[];
}

/** By namespace. */
export async function seeAll(kube: KubeClient): Promise<(namespace: string) => Seen> {
  const list = async <T extends KubeObject>(resource: ResourceType<T>): Promise<readonly T[]> => (await kube.list(resource)).items;
  const workloadLists = Object.values(workloadResources).map((resource) => list<ApiWorkload>(resource));
  const [all, podsIn, eventsIn, workloadsIn, autoscalersIn] = await Promise.all([
    list(namespaces),
    list(pods).then(byNamespace),
    list(events).then(byNamespace),
    Promise.all(workloadLists).then((lists) => byNamespace(lists.flat())),
    list(autoscalers).then(byNamespace),
  ]);
  return (namespace) => ({
    namespace,
    goingSince: all.find(({ metadata }) => metadata.name === namespace)?.metadata.deletionTimestamp,
    pods: podsIn(namespace),
    events: eventsIn(namespace),
    workloads: workloadsIn(namespace),
    autoscalers: autoscalersIn(namespace),
  });
}

function byNamespace<T extends KubeObject>(objects: readonly T[]): (namespace: string) => readonly T[] {
  const groups = Map.groupBy(objects, ({ metadata }) => metadata.namespace);
  return (namespace) => groups.get(namespace) ?? [];
}

const containersOf = ({ status }: ApiPod) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];

export type Sign = (seen: Seen) => boolean;

/** A container waits for this reason. */
const waitsFor =
  (reason: RegExp): Sign =>
  ({ pods: all }) =>
    all.some((pod) => containersOf(pod).some(({ state }) => reason.test(state?.waiting?.reason ?? '')));

/** A container has ended so often, and is kept from starting again. */
export const crashLoops = waitsFor(/^CrashLoopBackOff$/u);
export const pullFails = waitsFor(/^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/u);
export const cannotBeMade = waitsFor(/^(?:CreateContainerConfigError|CreateContainerError|RunContainerError|CrashLoopBackOff)$/u);

export const isUnschedulable: Sign = ({ pods: all }) =>
  all.some(({ status }) => status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable') === true);

/** Each pod runs and is ready, as many as the workloads want. Of events, the kubelet may drop some: they are signs only where they come again. */
export const isReady: Sign = ({ pods: all, workloads }) =>
  all.length > 0 &&
  all.every(({ status }) => status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') === true) &&
  workloads.every(({ status, spec }) => (status?.readyReplicas ?? 0) === (spec?.replicas ?? 0));

/** An event with this reason, whose message has that. */
export const says =
  (reason: string, message = /(?:)/u): Sign =>
  ({ events: all }) =>
    all.some((event) => event.reason === reason && message.test(event.message ?? ''));

type Listed = 'workloads' | 'autoscalers';
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly lastTransitionTime?: string;
}
const conditionsOf = (seen: Seen, list: Listed): readonly Condition[] => seen[list].flatMap(({ status }) => status?.conditions ?? []);

/** A condition of an object of that kind. */
export const holds =
  (list: Listed, type: string, status = 'True', reason = /(?:)/u): Sign =>
  (seen) =>
    conditionsOf(seen, list).some((one) => one.type === type && one.status === status && reason.test(one.reason ?? ''));

const isPast = (time: string | undefined, seconds: number): boolean => Date.now() - Date.parse(time ?? '') > seconds * 1000;

/** It has been so for a while, as rules of alerts want it. */
export const holdsFor =
  (seconds: number, list: Listed, type: string, status: string): Sign =>
  (seen) =>
    conditionsOf(seen, list).some((one) => one.type === type && one.status === status && isPast(one.lastTransitionTime, seconds));

/** A pod, or the namespace, is being deleted for a while. */
export const isGoingFor =
  (seconds: number): Sign =>
  ({ pods: all, goingSince }) =>
    isPast(goingSince, seconds) || all.some(({ metadata }) => isPast(metadata.deletionTimestamp, seconds));

/** All pods are ready, and have run for a while. */
export const isReadyFor =
  (seconds: number): Sign =>
  (seen) =>
    isReady(seen) && seen.pods.every(({ status }) => isPast((status as { readonly startTime?: string }).startTime, seconds));
