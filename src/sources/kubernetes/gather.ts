/**
 * Gathers a snapshot of the cluster around some targets: workloads, pods, events, last log lines, rollout history, and what the
 * pods refer to. Reads run side by side, in three waves, as each needs names that the one before it found.
 *
 * Bounded by `LIMITS` and by the reader's budget of calls and time. Whatever could not be read is a gap in the snapshot.
 */
import type { ObjectRef } from '../../crds/common.ts';
import type { Gap } from '../../crds/investigation.ts';
import type { Cleaner } from '../text.ts';
import {
  type ApiConfigMap,
  type ApiEvent,
  type ApiPod,
  claims as claimResource,
  configMaps,
  events as eventResource,
  nodes as nodeResource,
  pods as podResource,
} from './api.ts';
import { routesIn } from './configRoutes.ts';
import { deletingViews } from './deletingView.ts';
import { eventViews } from './eventView.ts';
import { claimView, configMapView, nodeView } from './factViews.ts';
import { type Family, familyOf } from './family.ts';
import { LIMITS } from './limits.ts';
import { readLogs } from './logs.ts';
import { objectName } from './names.ts';
import { isUnhealthy } from './podHealth.ts';
import { podRef, podView } from './podView.ts';
import { KUBERNETES, type Reader } from './reader.ts';
import type { Claim, ConfigMapFacts, Node, ObjectEvent, Pod, Route, Snapshot, Workload } from './snapshot.ts';
import { NO_TELEMETRY, readSurroundings } from './surroundings.ts';
import { type Resolution, resolveTargets } from './targets.ts';
import { readingWhole } from './wholeNamespace.ts';
import { workloadView } from './workloadView.ts';

export interface GatherRequest {
  readonly targets: readonly ObjectRef[];
  readonly window: Snapshot['window'];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export async function gatherCluster(asked: Reader, request: GatherRequest, cleaner: Cleaner): Promise<Snapshot> {
  const whole = request.targets.some(({ kind }) => kind === 'Namespace');
  const reader = whole ? readingWhole(asked) : asked;
  const resolution = await resolveTargets(reader, request.targets);
  const families = await Promise.all(resolution.roots.map((root) => familyOf(reader, root)));
  const apiPods = [...families.flatMap((family) => family.pods), ...resolution.lonePods];
  const detailed = apiPods.toSorted(unhealthyFirst).slice(0, LIMITS.podsInDetail * Math.max(1, families.length));

  const [logsOf, events] = await Promise.all([
    readLogs(reader, detailed.filter(isUnhealthy), cleaner),
    readEvents(reader, eventSubjects(families, detailed), cleaner),
  ]);
  const pods = [
    ...families.flatMap((family) => family.pods.map((pod) => podView(pod, family.placeOf(pod), (name) => logsOf(pod, name), cleaner))),
    ...resolution.lonePods.map((pod) => podView(pod, { owner: podRef(pod), current: true }, (name) => logsOf(pod, name), cleaner)),
  ];
  const workloads = families.map((family) => workloadView(family, cleaner));
  const [facts, surroundings] = await Promise.all([
    readFacts(reader, { pods, resolution, whole }, cleaner),
    readSurroundings(reader, namespacesOf(workloads, pods, resolution.around), pods.some(waitsForVolume), cleaner),
  ]);
  return {
    at: request.at,
    window: request.window,
    workloads,
    pods,
    events: [...events, ...(await readLaterEvents(reader, { ...surroundings, pods, workloads, claims: facts.claims }, cleaner))],
    ...facts,
    ...surroundings,
    deleting: [...surroundings.deleting, ...deletingViews(podResource, apiPods, cleaner)],
    routes: [...surroundings.routes, ...facts.configMaps.flatMap(configMapRoutes)],
    ...NO_TELEMETRY,
    missing: resolution.missing,
    unseen: resolution.unseen,
    gaps: [...reader.gaps, ...resolution.foreign.map(foreignGap), ...resolution.missing.map(missingGap)],
  };
}

const namespacesOf = (workloads: readonly Workload[], pods: readonly Pod[], around: readonly string[]): string[] => [
  ...new Set([...workloads.flatMap(({ ref }) => ref.namespace ?? []), ...pods.map(({ namespace }) => namespace), ...around]),
];

const waitsForVolume = ({ phase, claims }: Pod): boolean => phase === 'Pending' && claims.length > 0;

const configMapRoutes = ({ namespace, name, data = {}, evidence }: ConfigMapFacts): Route[] =>
  Object.values(data).flatMap((text) => routesIn({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name }, text, evidence));

const foreignGap = (target: ObjectRef): Gap => ({
  source: KUBERNETES,
  reason: 'NotConfigured',
  message: `${objectName(target)}: nobody here knows how to look at this kind; name the workload behind it`,
});

/** A target that is not there. */
export const missingGap = (target: ObjectRef): Gap => ({
  source: KUBERNETES,
  reason: 'NotFound',
  message: `${objectName(target)} does not exist, and nothing that it made is left; check the name, or whether it was deleted`,
});

const unhealthyFirst = (a: ApiPod, b: ApiPod): number => Number(isUnhealthy(b)) - Number(isUnhealthy(a));

type Subject = Pick<ObjectRef, 'kind' | 'namespace' | 'name'>;

/** The workload, the ReplicaSets that are at work, and the pods that are looked at closely. */
function eventSubjects(families: readonly Family[], pods: readonly ApiPod[]): Subject[] {
  const owners = families.flatMap(({ ref, makers }) => [ref, ...makers]);
  return [...owners, ...pods.map(podRef)];
}

async function readEvents(reader: Reader, subjects: readonly Subject[], cleaner: Cleaner): Promise<ObjectEvent[]> {
  const lists = await Promise.all(subjects.map((subject) => eventsOf(reader, subject)));
  return lists.flatMap((list) => eventViews(list, cleaner).slice(0, LIMITS.eventsAnObject));
}

/** By name and not by uid: what happened to a pod of the same name before this one counts too. Events of nodes are in any namespace. */
async function eventsOf(reader: Reader, { kind, namespace, name }: Subject): Promise<readonly ApiEvent[]> {
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
  return (await reader.list(eventResource, { namespace, fieldSelector })) ?? [];
}

type Facts = Pick<Snapshot, 'nodes' | 'configMaps' | 'configMapNames' | 'claims'>;

interface Looked {
  readonly pods: readonly Pod[];
  readonly resolution: Resolution;
  /** All of a namespace is asked for. */
  readonly whole: boolean;
}

async function readFacts(reader: Reader, { pods, resolution, whole }: Looked, cleaner: Cleaner): Promise<Facts> {
  const [nodes, found, claims] = await Promise.all([
    whole ? readAllNodes(reader, cleaner) : readNodes(reader, pods, resolution.nodes, cleaner),
    whole ? readAllConfigMaps(reader, pods, cleaner) : readConfigMaps(reader, pods),
    readClaims(reader, pods),
  ]);
  return { nodes, claims, configMaps: found, configMapNames: await readCandidates(reader, found) };
}

/** All nodes for a pod that fits on none of them; otherwise those that the pods are on. */
async function readNodes(reader: Reader, pods: readonly Pod[], targeted: readonly string[], cleaner: Cleaner): Promise<Node[]> {
  if (pods.some(({ unscheduled }) => unscheduled !== undefined)) return readAllNodes(reader, cleaner);
  const names = new Set([...targeted, ...pods.flatMap(({ node }) => node ?? [])]);
  const seen = await Promise.all([...names].slice(0, LIMITS.nodes).map((name) => reader.get(nodeResource, { name })));
  return seen.flatMap((one) => (one.kind === 'found' ? [nodeView(one.object, cleaner)] : []));
}

const readAllNodes = async (reader: Reader, cleaner: Cleaner): Promise<Node[]> =>
  ((await reader.list(nodeResource, {})) ?? []).map((node) => nodeView(node, cleaner));

/** Those that exist, with what they hold, and those that pods name and that do not. */
async function readAllConfigMaps(reader: Reader, pods: readonly Pod[], cleaner: Cleaner): Promise<ConfigMapFacts[]> {
  const namespaces = [...new Set(pods.map(({ namespace }) => namespace))];
  const listed = await Promise.all(
    namespaces.map(async (namespace) => ({ namespace, objects: await reader.list(configMaps, { namespace }) })),
  );
  return listed.flatMap(({ namespace, objects }) => {
    if (objects === undefined) return [];
    const existing = new Set(objects.map(({ metadata }) => metadata.name));
    const named = pods.filter((pod) => pod.namespace === namespace).flatMap(({ references }) => references);
    const absent = [...new Set(named.filter(({ kind, name }) => kind === 'ConfigMap' && !existing.has(name)).map(({ name }) => name))];
    return [
      ...objects.map((object) => configMapWithData(object, cleaner)),
      ...absent.map((name) => configMapView(namespace, name, undefined)),
    ];
  });
}

function configMapWithData(object: ApiConfigMap, cleaner: Cleaner): ConfigMapFacts {
  const { namespace = '', name } = object.metadata;
  const data = Object.entries(object.data ?? {}).map(
    ([key, value]) => [key, cleaner.lines(value.slice(0, LIMITS.configMapData)).join('\n')] as const,
  );
  return { ...configMapView(namespace, name, object), data: Object.fromEntries(data) };
}

/** Every pod mounts it and every namespace has it; should it be missing, the kubelet says so. */
const ROOT_CA = 'kube-root-ca.crt';

async function readConfigMaps(reader: Reader, pods: readonly Pod[]): Promise<ConfigMapFacts[]> {
  const wanted = distinct(
    pods
      .filter(isTroubled)
      .flatMap(({ namespace, references }) =>
        references.filter(({ kind, name }) => kind === 'ConfigMap' && name !== ROOT_CA).map(({ name }) => ({ namespace, name })),
      ),
  );
  const seen = await Promise.all(
    wanted.slice(0, LIMITS.references).map(async (key) => {
      const one = await reader.get(configMaps, key);
      return one.kind === 'unseen' ? [] : [configMapView(key.namespace, key.name, one.kind === 'found' ? one.object : undefined)];
    }),
  );
  return seen.flat();
}

/** What there is instead of a ConfigMap that is missing. */
async function readCandidates(reader: Reader, found: readonly ConfigMapFacts[]): Promise<Record<string, readonly string[]>> {
  const namespaces = [...new Set(found.filter(({ exists }) => !exists).map(({ namespace }) => namespace))];
  const lists = await Promise.all(namespaces.map((namespace) => reader.list(configMaps, { namespace })));
  const names = lists.map((list) => list?.map(({ metadata }) => metadata.name) ?? []);
  return Object.fromEntries(namespaces.map((namespace, index) => [namespace, names[index] ?? []]));
}

async function readClaims(reader: Reader, pods: readonly Pod[]): Promise<Claim[]> {
  const waiting = pods.filter(({ phase }) => phase === 'Pending');
  const wanted = distinct(waiting.flatMap(({ namespace, claims }) => claims.map((name) => ({ namespace, name }))));
  const seen = await Promise.all(
    wanted.slice(0, LIMITS.claims).map(async (key) => {
      const one = await reader.get(claimResource, key);
      return one.kind === 'unseen' ? [] : [claimView(key.namespace, key.name, one.kind === 'found' ? one.object : undefined)];
    }),
  );
  return seen.flat();
}

/** What provisioners say of claims that wait, autoscalers of what they did, and controllers of Ingresses that name a certificate; what the kubelet says of nodes. */
async function readLaterEvents(
  reader: Reader,
  { pods, workloads, claims, routes, autoscalers }: Pick<Snapshot, 'pods' | 'workloads' | 'claims' | 'routes' | 'autoscalers'>,
  cleaner: Cleaner,
): Promise<ObjectEvent[]> {
  const waiting = claims
    .filter(({ exists, phase }) => exists && phase !== 'Bound')
    .map(({ namespace, name }) => ({ kind: 'PersistentVolumeClaim', namespace, name }));
  const secured = routes
    .filter(({ tlsSecret }) => tlsSecret !== undefined)
    .map(({ owner: { kind, namespace, name } }) => ({ kind, namespace, name }));
  const scalers = autoscalers
    .filter(({ target }) => workloads.some(({ ref }) => objectName(ref) === objectName(target)))
    .map(({ ref: { kind, namespace, name } }) => ({ kind, namespace, name }));
  const some = [...distinct(secured).slice(0, LIMITS.securedRoutes), ...scalers.slice(0, LIMITS.autoscalers)];
  return readEvents(reader, [...waiting, ...some, ...killingNodes(pods)], cleaner);
}

/** Nodes that may have run out of memory. */
function killingNodes(pods: readonly Pod[]): Subject[] {
  const killed = pods.filter(
    ({ reason, containers }) =>
      reason === 'Evicted' ||
      containers.some(({ state, lastState }) => [state, lastState].some(({ terminated }) => terminated?.reason === 'OOMKilled')),
  );
  return [...new Set(killed.flatMap(({ node }) => node ?? []))].slice(0, 2).map((name) => ({ kind: 'Node', name }));
}

const isTroubled = ({ ready, phase }: Pod): boolean => !ready && phase !== 'Succeeded';

const distinct = <T extends object>(items: readonly T[]): T[] => [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
