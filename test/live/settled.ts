/** Whether all that was applied to a namespace has become what it asks for. */
import type { KubeClient } from '../../src/kube/client.ts';
import { type ApiWorkload, pods, workloadResources } from '../../src/sources/kubernetes/api.ts';

const { Deployment, StatefulSet, DaemonSet, Job, CronJob } = workloadResources;
type Status = Readonly<Record<string, unknown>>;
const statusOf = ({ status }: ApiWorkload): Status => status ?? {};
const specOf = ({ spec }: ApiWorkload): Status => spec ?? {};
const isObserved = (object: ApiWorkload): boolean =>
  statusOf(object)['observedGeneration'] === (object.metadata as { readonly generation?: number }).generation;

const isDone: Readonly<Record<string, (object: ApiWorkload) => boolean>> = {
  Deployment: (object) => {
    const { updatedReplicas = 0, readyReplicas = 0, replicas = 0 } = statusOf(object);
    const wanted = specOf(object)['replicas'];
    return isObserved(object) && updatedReplicas === wanted && readyReplicas === wanted && replicas === wanted;
  },
  StatefulSet: (object) => statusOf(object)['readyReplicas'] === specOf(object)['replicas'],
  DaemonSet: (object) =>
    isObserved(object) &&
    (statusOf(object)['numberReady'] ?? 0) === statusOf(object)['desiredNumberScheduled'] &&
    statusOf(object)['numberReady'] !== 0,
  Job: (object) => statusOf(object)['succeeded'] === 1,
  CronJob: (object) => specOf(object)['suspend'] === true || statusOf(object)['lastSuccessfulTime'] !== undefined,
};

export async function isSettled(client: KubeClient, namespace: string): Promise<boolean> {
  const kinds = [Deployment, StatefulSet, DaemonSet, Job, CronJob];
  const lists = await Promise.all(kinds.map((resource) => client.list(resource, { namespace })));
  const isAll = lists.every(({ items }, index) => items.every((object) => isDone[kinds[index]?.kind ?? '']?.(object) === true));
  if (!isAll) return false;
  const { items } = await client.list(pods, { namespace });
  return items.every(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      (status?.phase === 'Succeeded' ||
        (status?.phase === 'Running' && status.containerStatuses?.every(({ ready }) => ready === true) === true)),
  );
}
