/** Of pods: where they run, what owns them, and what the cluster says is wrong with the workload as a whole. */
import { type EntityKey, key, keyOfRef, type Placement, type Trouble } from '../../../domain/grouping/topology.ts';
import type { ApiContainerStatus, ApiPod } from '../api.ts';
import { entityOf } from './objects.ts';

export function placementsOf(pods: readonly ApiPod[]): readonly Placement[] {
  return pods.map((pod) => ({
    pod: entityOf(pod),
    workload: workloadOf(pod),
    node: pod.spec?.nodeName === undefined ? undefined : key('Node', undefined, pod.spec.nodeName),
  }));
}

/** By the controller that owns it; a ReplicaSet's name ends in the hash of its template. */
export function workloadOf({ metadata }: ApiPod): EntityKey {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true) ?? metadata.ownerReferences?.[0];
  if (owner === undefined) return key('Workload', metadata.namespace, metadata.name);
  const hash = metadata.labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`))
    return key('Workload', metadata.namespace, owner.name.slice(0, -hash.length - 1));
  const ref = keyOfRef({ kind: owner.kind, namespace: metadata.namespace, name: owner.name });
  return ref.startsWith('Workload/') ? ref : key('Workload', metadata.namespace, owner.name);
}

/** What its containers wait for, where that says the cause; and that none of its pods is ready. */
export function podTroubles(pods: readonly ApiPod[]): readonly Trouble[] {
  const byWorkload = Map.groupBy(pods, workloadOf);
  return [...byWorkload].flatMap(([entity, own]) => [...ownTroubles(entity, own), ...registryTroubles(own), ...absence(entity, own)]);
}

function ownTroubles(entity: EntityKey, pods: readonly ApiPod[]): readonly Trouble[] {
  const found = pods.flatMap((pod) => statusesOf(pod).flatMap((status) => troubleOf(entity, status) ?? []));
  return found.filter((trouble, at) => found.findIndex(({ words }) => words === trouble.words) === at);
}

const statusesOf = ({ status }: ApiPod): readonly ApiContainerStatus[] => [
  ...(status?.containerStatuses ?? []),
  ...(status?.initContainerStatuses ?? []),
];

function troubleOf(entity: EntityKey, { state, lastState, ready }: ApiContainerStatus): Trouble | undefined {
  const reason = state?.waiting?.reason ?? '';
  if (/ImagePull|InvalidImageName|ImageInspect/u.test(reason)) return { entity, mode: 'image', words: `cannot pull its image (${reason})` };
  if (/CreateContainer(?:Config)?Error/u.test(reason)) return { entity, mode: 'config', words: `lacks configuration (${reason})` };
  const killed = [state?.terminated, lastState?.terminated].find((ended) => ended?.reason === 'OOMKilled');
  return killed === undefined || ready === true ? undefined : { entity, mode: 'oom', words: 'is killed at its memory limit' };
}

/** In the words of container runtimes: the registry itself does not answer, or refuses. A name that is not found is the image's own. */
const REGISTRY_FAILS =
  /connection refused|i\/o timeout|deadline exceeded|no such host|TLS handshake|50[0-9] |service unavailable|toomanyrequests|429|server misbehaving|x509/iu;

function registryTroubles(pods: readonly ApiPod[]): readonly Trouble[] {
  return pods.flatMap((pod) =>
    statusesOf(pod).flatMap(({ state, image }): Trouble[] => {
      const { reason = '', message = '' } = state?.waiting ?? {};
      const registry = image === undefined ? undefined : registryOf(image);
      if (registry === undefined || !/ImagePull/u.test(reason) || !REGISTRY_FAILS.test(message)) return [];
      return [{ entity: registry, mode: 'down', words: 'does not serve images' }];
    }),
  );
}

/** `registry.example.com:5000/shop/cart:1` is pulled from `registry.example.com:5000`; without a host it is Docker Hub's. */
export function registryOf(image: string): EntityKey {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (/[.:]/u.test(first) || first === 'localhost');
  return key('Registry', undefined, isHost ? first : 'docker.io');
}

function absence(entity: EntityKey, pods: readonly ApiPod[]): readonly Trouble[] {
  const told = pods.flatMap(({ status }) => status?.conditions?.filter(({ type }) => type === 'Ready') ?? []);
  const wanted = pods.filter(({ status }) => status?.phase !== 'Succeeded');
  if (wanted.length === 0 || told.length < wanted.length || told.some(({ status }) => status === 'True')) return [];
  const times = told.map(({ lastTransitionTime = '' }) => Date.parse(lastTransitionTime)).filter(Number.isFinite);
  return [{ entity, mode: 'down', since: times.length === 0 ? undefined : Math.max(...times), words: 'has no pod that is ready' }];
}
