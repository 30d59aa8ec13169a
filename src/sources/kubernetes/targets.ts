/**
 * From what an alert or a person named to the workloads that are meant: up the chain of owners to what stands in Git.
 *
 * A pod that no longer exists is followed by its successors: its name says which ReplicaSet, StatefulSet, DaemonSet or Job made
 * it. A target that does not exist and left nobody behind is `missing`, a clear result. An owner of a kind that is not known
 * here (a custom controller) ends the chain below it: such an object is never changed under its owner.
 */
import { closest } from '../../analysis/similarity.ts';
import type { ObjectRef } from '../../crds/common.ts';
import { apiVersionOf, type KubeObject, type ResourceType } from '../../kube/object.ts';
import { type ApiPod, type ApiWorkload, isWorkloadKind, pods, type WorkloadKind, workloadResources } from './api.ts';
import { LIMITS } from './limits.ts';
import { objectName, selectorText } from './names.ts';
import { serviceObjects } from './networkApi.ts';
import type { Reader, Seen } from './reader.ts';
import { selects } from './selection.ts';
import { type StandIn, standInFor } from './standIns.ts';

export interface Root {
  readonly ref: ObjectRef;
  readonly object: ApiWorkload;
}

export interface Resolution {
  readonly roots: readonly Root[];
  /** Pods that nothing owns. */
  readonly lonePods: readonly ApiPod[];
  readonly nodes: readonly string[];
  readonly missing: readonly ObjectRef[];
  /** Targets that could not be read: whether they exist is not known. */
  readonly unseen: readonly ObjectRef[];
  /** Targets of kinds that nobody here knows how to look at. */
  readonly foreign: readonly ObjectRef[];
  /** Namespaces of targets that are there, whether or not a workload is behind them. */
  readonly around: readonly string[];
}

/** More workloads than this are another question than "what is wrong with this one"; of a whole namespace, all are asked for. */
const MOST_ROOTS = 5;
const NOTHING: Resolution = { roots: [], lonePods: [], nodes: [], missing: [], unseen: [], foreign: [], around: [] };

export async function resolveTargets(reader: Reader, targets: readonly ObjectRef[]): Promise<Resolution> {
  const distinct = [...new Map(targets.map((target) => [objectName(target), target])).values()];
  const resolved = await Promise.all(
    distinct.map(async (target) => {
      const found = await resolveTarget(reader, target);
      const isThere = [found.missing, found.unseen, found.foreign].every((list) => list.length === 0);
      return isThere ? { ...found, around: namespaceOf(target) } : found;
    }),
  );
  const byUid = <T extends { readonly metadata: { readonly uid: string } }>(objects: readonly T[]): T[] => [
    ...new Map(objects.map((object) => [object.metadata.uid, object])).values(),
  ];
  const most = distinct.some(({ kind }) => kind === 'Namespace') ? LIMITS.namespaceWorkloads : MOST_ROOTS;
  const roots = new Map(resolved.flatMap((part) => part.roots).map((root) => [root.object.metadata.uid, root]));
  return {
    roots: [...roots.values()].slice(0, most),
    lonePods: byUid(resolved.flatMap(({ lonePods }) => lonePods)).slice(0, most),
    nodes: [...new Set(resolved.flatMap((part) => part.nodes))],
    missing: withoutGuesses(
      resolved.flatMap(({ missing }) => missing),
      distinct,
    ),
    unseen: resolved.flatMap(({ unseen }) => unseen),
    foreign: resolved.flatMap(({ foreign }) => foreign),
    around: [...new Set(resolved.flatMap(({ around }) => around))],
  };
}

/** A workload that was only read out of a pod's name, and is not there, is no target: the pod has led to its real owner. */
function withoutGuesses(missing: readonly ObjectRef[], targets: readonly ObjectRef[]): ObjectRef[] {
  const seen = targets.filter((target) => target.kind === 'Pod' && !missing.includes(target));
  return missing.filter(({ namespace, name }) => !seen.some((pod) => pod.namespace === namespace && pod.name.startsWith(`${name}-`)));
}

const namespaceOf = ({ kind, namespace, name }: ObjectRef): string[] =>
  kind === 'Namespace' ? [name] : namespace === undefined || namespace === '' ? [] : [namespace];

async function resolveTarget(reader: Reader, target: ObjectRef): Promise<Resolution> {
  const { kind, namespace = '', name } = target;
  if (kind === 'Node') return { ...NOTHING, nodes: [name] };
  if (kind === 'Pod') return resolvePod(reader, target);
  if (kind === 'Service') return resolveService(reader, target);
  if (kind === 'Namespace') return resolveNamespace(reader, target);
  const standIn = standInFor(target);
  if (standIn !== undefined) return resolveStandIn(reader, target, standIn);
  if (!isOurKind(target)) return { ...NOTHING, foreign: [target] };
  const seen = await reader.get(resourceOf(kind as WorkloadKind), { namespace, name });
  if (seen.kind === 'absent') return { ...NOTHING, missing: [target] };
  if (seen.kind === 'unseen') return { ...NOTHING, unseen: [target] };
  return { ...NOTHING, roots: [await climb(reader, kind as WorkloadKind, seen.object)] };
}

/** A kind of this name in the group in which we know it: a `Deployment` of somebody else's group is another thing. */
function isOurKind({ apiVersion, kind }: ObjectRef): boolean {
  return isWorkloadKind(kind) && (apiVersion === undefined || apiVersion === apiVersionOf(workloadResources[kind]));
}

const resourceOf = (kind: WorkloadKind): ResourceType<ApiWorkload> => workloadResources[kind];

async function resolvePod(reader: Reader, target: ObjectRef): Promise<Resolution> {
  const seen = await reader.get(pods, { namespace: target.namespace ?? '', name: target.name });
  if (seen.kind === 'found') return rootsOfPods(reader, [seen.object]);
  if (seen.kind === 'unseen') return { ...NOTHING, unseen: [target] };
  const maker = await makerByName(reader, target);
  return maker === undefined ? { ...NOTHING, missing: [target] } : { ...NOTHING, roots: [maker] };
}

/** Every workload at the top of its chain, and the pods that nothing owns. */
async function resolveNamespace(reader: Reader, target: ObjectRef): Promise<Resolution> {
  const namespace = target.name;
  const kinds = Object.keys(workloadResources) as WorkloadKind[];
  const [found, ...lists] = await Promise.all([
    reader.list(pods, { namespace }),
    ...kinds.map(async (kind) => (await reader.list(resourceOf(kind), { namespace }))?.map((object) => ({ kind, object }))),
  ]);
  if (found === undefined || lists.every((list) => list === undefined)) return { ...NOTHING, unseen: [target] };
  const roots = lists
    .flatMap((list) => list ?? [])
    .filter(({ kind, object }) => controllerOf(object) === undefined && !isRetired(kind, object))
    .map(({ kind, object }) => rootOf(kind, object));
  return { ...NOTHING, roots, lonePods: found.filter((pod) => controllerOf(pod) === undefined) };
}

/** A ReplicaSet without an owner and without pods is what a deleted Deployment left behind. */
const isRetired = (kind: WorkloadKind, { spec }: ApiWorkload): boolean => kind === 'ReplicaSet' && spec?.replicas === 0;

/** What is behind it; of that, what is not there is not what was asked about. */
async function resolveStandIn(reader: Reader, target: ObjectRef, { resource, behind }: StandIn): Promise<Resolution> {
  const seen = await reader.get(resource, { namespace: target.namespace ?? '', name: target.name });
  if (seen.kind === 'absent') return { ...NOTHING, missing: [target] };
  const found = seen.kind === 'found' ? await behind(reader, seen.object) : undefined;
  if (found === undefined) return { ...NOTHING, unseen: [target] };
  if ('pods' in found) return rootsOfPods(reader, found.pods);
  const resolved = await Promise.all(found.refs.slice(0, MOST_ROOTS).map((ref) => resolveTarget(reader, ref)));
  return { ...NOTHING, roots: resolved.flatMap(({ roots }) => roots), lonePods: resolved.flatMap(({ lonePods }) => lonePods) };
}

/** Its pods' workloads. A Service that is not there, or selects no pod, still says by its name and selector which workloads are meant. */
async function resolveService(reader: Reader, target: ObjectRef): Promise<Resolution> {
  const { namespace = '', name } = target;
  const seen = await reader.get(serviceObjects, { namespace, name });
  if (seen.kind === 'absent') return { ...NOTHING, missing: [target], roots: await meantBy(reader, target, {}) };
  const selector = seen.kind === 'found' ? (seen.object.spec?.selector ?? {}) : {};
  const labelSelector = selectorText({ matchLabels: selector });
  const found = labelSelector === undefined ? undefined : await reader.list(pods, { namespace, labelSelector });
  if (found === undefined) return { ...NOTHING, unseen: [target] };
  return found.length > 0 ? rootsOfPods(reader, found) : { ...NOTHING, roots: await meantBy(reader, target, selector) };
}

/** Workloads whose pods it would select, and else those that are called nearly as it is. */
async function meantBy(reader: Reader, { namespace = '', name }: ObjectRef, selector: Readonly<Record<string, string>>): Promise<Root[]> {
  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
  const lists = await Promise.all(
    kinds.map(async (kind) => ((await reader.list(resourceOf(kind), { namespace })) ?? []).map((object) => rootOf(kind, object))),
  );
  const all = lists.flat().filter(({ object }) => controllerOf(object) === undefined);
  const isMeant = ({ object }: Root): boolean =>
    selects({ labels: selector, expressions: [] }, object.spec?.template?.metadata?.labels ?? {});
  const meant = Object.keys(selector).length === 0 ? [] : all.filter(isMeant);
  if (meant.length > 0) return meant.slice(0, MOST_ROOTS);
  const near = closest(name, [...new Set(all.map(({ object }) => object.metadata.name))], MOST_ROOTS);
  return near.flatMap((one) => all.filter(({ object }) => object.metadata.name === one)).slice(0, MOST_ROOTS);
}

/** The workloads of some pods, each climbed to once; pods that nothing owns stay as they are. */
async function rootsOfPods(reader: Reader, found: readonly ApiPod[]): Promise<Resolution> {
  const owners = Map.groupBy(found, (pod) => controllerOf(pod)?.uid ?? '');
  const lonePods = owners.get('') ?? [];
  owners.delete('');
  const roots = await Promise.all(
    [...owners.values()].slice(0, 2 * MOST_ROOTS).map(async (siblings) => ownerRoot(reader, siblings[0] as ApiPod)),
  );
  return { ...NOTHING, lonePods, roots: roots.filter((root) => root !== undefined) };
}

export const controllerOf = ({ metadata }: KubeObject) => metadata.ownerReferences?.find(({ controller }) => controller === true);

async function ownerRoot(reader: Reader, object: KubeObject): Promise<Root | undefined> {
  const owner = controllerOf(object);
  if (owner === undefined || !isOurKind(owner)) return undefined;
  const kind = owner.kind as WorkloadKind;
  const seen: Seen<ApiWorkload> = await reader.get(resourceOf(kind), { namespace: object.metadata.namespace ?? '', name: owner.name });
  return seen.kind === 'found' ? climb(reader, kind, seen.object) : undefined;
}

async function climb(reader: Reader, kind: WorkloadKind, object: ApiWorkload): Promise<Root> {
  const above = await ownerRoot(reader, object);
  return above ?? rootOf(kind, object);
}

function rootOf(kind: WorkloadKind, object: ApiWorkload): Root {
  const { namespace, name, uid } = object.metadata;
  return { ref: { apiVersion: apiVersionOf(workloadResources[kind]), kind, namespace, name, uid }, object };
}

/** `cart-5d4f8c7b9-x7k2p`, `db-0`, `agent-9q8wz`: the name of a pod says who made it. */
async function makerByName(reader: Reader, { namespace = '', name }: ObjectRef): Promise<Root | undefined> {
  const ordinal = /^(.+)-\d+$/u.exec(name)?.[1];
  const generated = /^(.+)-[a-z0-9]{5}$/u.exec(name)?.[1];
  const deployment = generated === undefined ? undefined : /^(.+)-[a-z0-9]{6,10}$/u.exec(generated)?.[1];
  const candidates: readonly (readonly [WorkloadKind, string | undefined])[] = [
    ['Deployment', deployment],
    ['StatefulSet', ordinal],
    ['ReplicaSet', generated],
    ['DaemonSet', generated],
    ['Job', generated],
  ];
  const found = await Promise.all(
    candidates.map(async ([kind, maker]) => {
      if (maker === undefined) return undefined;
      const seen = await reader.get(resourceOf(kind), { namespace, name: maker });
      return seen.kind === 'found' ? climb(reader, kind, seen.object) : undefined;
    }),
  );
  return found.find((root) => root !== undefined);
}
