/** What findings about how a workload answers have in common: its pods, and the fields whose change may have brought it about. */
import type { ObjectRef } from '../crds/common.ts';
import { evidenceKeys, objectName } from '../sources/kubernetes/names.ts';
import type { Signals, Snapshot } from '../sources/kubernetes/snapshot.ts';
import { isNews } from '../sources/signals/complaints.ts';
import { livingPods } from './containers.ts';
import { configurationOf, containerFields, type FieldPattern } from './fields.ts';
import type { Finding } from './finding.ts';
import { quote } from './quote.ts';

/** @param container of those that it has, the one that is meant; all of its own when it is not said */
export function aboutWorkload(
  { workloads, pods }: Snapshot,
  object: ObjectRef,
  container?: string,
): Pick<Finding, 'object' | 'cures' | 'pods' | 'touchedBy'> {
  const workload = workloads.find(({ ref }) => objectName(ref) === objectName(object));
  const own = pods.filter(({ owner }) => objectName(owner) === objectName(object));
  const containers = (workload?.containers ?? []).filter(({ name, role }) =>
    container === undefined ? role === 'app' : name === container,
  );
  const fields = (...names: readonly string[]): FieldPattern[] => containers.flatMap((one) => containerFields(object, one, ...names));
  const configuration = own.slice(0, 1).flatMap((pod) => containers.flatMap((one) => configurationOf(pod, one)));
  return {
    object: container === undefined || containers.length === 0 ? object : { ...object, container },
    cures: ['RevertCommit'],
    pods: own.map(({ name }) => name),
    touchedBy: { direct: fields('resources'), plausible: [...fields('image', 'env', 'envFrom', 'args', 'command'), ...configuration] },
  };
}

/** What its logs say that they did not say a day before, as a sentence with the evidence; of a workload that says nothing new, nothing. */
export function newsOf({ object, complaints }: Signals): { readonly text: string; readonly evidence: readonly string[] } {
  const first = complaints.find(isNews);
  if (first === undefined) return { text: '', evidence: [] };
  const how =
    first.dayBefore === undefined ? '' : first.change === 'new' ? ', which they did not a day before' : ', more than a day before';
  const count = first.now === 1 ? 'once' : `${first.now} times`;
  return { text: ` Its logs say ${count}${how}: ${quote(first.sample)}.`, evidence: [evidenceKeys.complaints(object)] };
}

/**
 * Whether something began as pods of a workload did, so lately that it may be their start: caches are cold and pools empty for some minutes, and
 * rates over five minutes remember it for as long again.
 */
export function mayBeStart(snapshot: Snapshot, object: ObjectRef, since: number): boolean {
  if (snapshot.window.end - since >= START_MS) return false;
  return livingPods(snapshot).some(
    ({ owner, createdAt, containers }) =>
      objectName(owner) === objectName(object) &&
      [createdAt, ...containers.map(({ state }) => state.running?.startedAt ?? 0)].some(
        (at) => at >= since - AROUND_MS && at <= since + AROUND_MS,
      ),
  );
}

const START_MS = 10 * 60_000;
const AROUND_MS = 3 * 60_000;
