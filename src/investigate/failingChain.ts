/**
 * Where chains of failing calls end: who is complained of, or seen to fail, and neither complains nor calls anybody who fails.
 *
 * Links come from complaints in logs and from traces alike.
 */
import { deepestFailing } from '../analysis/deepestFailing.ts';
import type { ObjectRef } from '../crds/common.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { ServiceComplaint } from './complaintsOfServices.ts';
import { serviceRef, workloadsBehind } from './reachability.ts';
import { changedCalls } from './tracedCalls.ts';

/** Workloads, and Services that none is behind. */
export function endsOfFailing(snapshot: Snapshot, complaints: readonly ServiceComplaint[]): ObjectRef[] {
  const complained = complaints.flatMap(({ workload, service }) => {
    const behind = workloadsBehind(snapshot, service).map(({ ref }) => ref);
    return (behind.length === 0 ? [serviceRef(service)] : behind).map((to) => ({ from: workload.ref, to }));
  });
  const traced = changedCalls(snapshot, 'failing').flatMap(({ from, to }) =>
    from.flatMap((caller) => to.map((callee) => ({ from: caller, to: callee }))),
  );
  const calls = [...complained, ...traced];
  const refs = new Map(calls.flatMap(({ from, to }) => [from, to].map((ref) => [objectName(ref), ref] as const)));
  return deepestFailing(calls.map(({ from, to }) => ({ from: objectName(from), to: objectName(to) })))
    .flat()
    .flatMap((name) => refs.get(name) ?? []);
}
