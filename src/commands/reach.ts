/** Whether the cluster can be reached and the namespace is there, and how long a person waits. */
import { closest } from '../analysis/similarity.ts';
import type { Clock } from '../clock.ts';
import type { ObjectRef } from '../crds/common.ts';
import type { KubeClient } from '../kube/client.ts';
import { isForbidden, isUnauthorized } from '../kube/errors.ts';
import type { ResourceType } from '../kube/object.ts';
import { isWorkloadKind, nodes, pods, workloadResources } from '../sources/kubernetes/api.ts';
import { namespaces } from '../sources/kubernetes/boundsApi.ts';
import { CommandError } from './errors.ts';

export const LONGEST_MS = 60_000;
const CONNECT_MS = 10_000;
const MOST_CANDIDATES = 1_000;

export async function withinTime<T>(clock: Pick<Clock, 'setTimeout'>, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const cancel = clock.setTimeout(() => limit.abort(new Error('the time was up')), LONGEST_MS);
  try {
    return await work(limit.signal);
  } finally {
    cancel();
  }
}

/** The first call: it tells whether the cluster can be reached, and whether it knows who calls. */
export async function requireNamespace(client: KubeClient, namespace: string): Promise<void> {
  try {
    if ((await client.get(namespaces, { name: namespace }, { timeoutMs: CONNECT_MS })) !== undefined) return;
  } catch (error) {
    // Whoever may look into a namespace need not be allowed to look at it.
    if (isForbidden(error)) return;
    if (!isUnauthorized(error)) throw unreached(client, error);
    throw new CommandError('the cluster does not know who you are; log in again, or name another --context or --kubeconfig', {
      cause: error,
    });
  }
  const others = await namesOf(client, namespaces);
  throw new CommandError(`there is no namespace ${namespace} at ${client.server}${meant(namespace, others)}`);
}

/** Whoever calls has many clusters: which one it was is half of the answer. */
function unreached({ server }: KubeClient, error: unknown): unknown {
  const { message } = error as Error;
  if (message.includes(server)) return error;
  return new CommandError(`${message} (${server}; check the --context and the --kubeconfig)`, { cause: error });
}

/** `; did you mean cart or cart-db?` */
export function meant(name: string, candidates: readonly string[], otherwise = 'check the name and the --context'): string {
  const near = closest(name, candidates.slice(0, MOST_CANDIDATES), 3);
  return near.length === 0 ? `; ${otherwise}` : `; did you mean ${near.join(' or ')}?`;
}

/** What there is in place of an object that is not there. */
export async function nearby(client: KubeClient, { kind, namespace, name }: ObjectRef): Promise<string> {
  const resource: ResourceType | undefined =
    kind === 'Node' ? nodes : kind === 'Pod' ? pods : isWorkloadKind(kind) ? workloadResources[kind] : undefined;
  const others = resource === undefined ? [] : await namesOf(client, resource, namespace);
  return meant(name, others, namespace === undefined ? undefined : 'check the name, the namespace (-n) and the --context');
}

const namesOf = (client: KubeClient, resource: ResourceType, namespace?: string): Promise<readonly string[]> =>
  client.list(resource, { namespace, timeoutMs: CONNECT_MS }).then(
    ({ items }) => items.map(({ metadata }) => metadata.name),
    () => [],
  );
