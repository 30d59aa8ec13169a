/** Whether an object is about something else than what was asked about. */
import type { ObjectRef } from '../crds/common.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import { workloadsBehind } from './reachability.ts';

const OF_ONE_SERVICE = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Service']);

/** @param targets what was seen of what was asked about, alone */
export function isElsewhere(targets: Snapshot, object: ObjectRef): boolean {
  if (targets.workloads.length === 0 || !OF_ONE_SERVICE.has(object.kind)) return false;
  const own = new Set([...targets.workloads.map(({ ref }) => objectName(ref)), ...targets.pods.map(({ owner }) => objectName(owner))]);
  if (own.has(objectName(object))) return false;
  const service = targets.services.find(
    ({ name, namespace }) => object.kind === 'Service' && name === object.name && namespace === object.namespace,
  );
  return service === undefined || workloadsBehind(targets, service).length === 0;
}
