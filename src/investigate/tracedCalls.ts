/**
 * Calls that traces have seen, between objects of the snapshot: whoever sends spans under a name is the workload that says so, has that name, or is
 * behind the Service of that name. A name that nothing here has stays a name: what is called may be elsewhere, or not looked at yet.
 */
import type { ObjectRef } from '../crds/common.ts';
import { evidenceKeys, objectName } from '../sources/kubernetes/names.ts';
import type { Call, Service, Signals, Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { CallReading, ServiceCall } from '../sources/signals/callReading.ts';
import { subjectOf } from '../sources/signals/subjectOf.ts';
import { clusterHost, findService, serviceRef, workloadsBehind } from './reachability.ts';

export interface TracedCall extends ServiceCall {
  readonly from: readonly ObjectRef[];
  readonly to: readonly ObjectRef[];
  readonly evidence: string;
}

export type TracedChange = 'failing' | 'slower';

/** Workloads that traces know by this name; a host names a Service, and its workloads. */
export function workloadsNamed(snapshot: Snapshot, name: string, namespace: string): ObjectRef[] {
  const named = snapshot.workloads.filter(
    (workload) => workload.ref.namespace === namespace && (subjectOf(workload, []).service ?? workload.ref.name) === name,
  );
  if (named.length > 0) return named.map(({ ref }) => ref);
  const service = serviceNamed(snapshot, name, namespace);
  return service === undefined ? [] : workloadsBehind(snapshot, service).map(({ ref }) => ref);
}

function serviceNamed(snapshot: Snapshot, name: string, namespace: string): Service | undefined {
  const host = clusterHost(name, namespace);
  return host && findService(snapshot, host);
}

/** All calls between workloads of the snapshot. */
export function tracedCalls(snapshot: Snapshot): Call[] {
  return snapshot.signals.flatMap((signals) =>
    callsOf(snapshot, signals, signals.traces?.calls ?? []).flatMap(({ from, to }) =>
      from.flatMap((caller) => to.map((callee): Call => ({ caller, callee, source: 'trace' }))),
    ),
  );
}

export function changedCalls(snapshot: Snapshot, change: TracedChange): TracedCall[] {
  const found = snapshot.signals.flatMap((signals) => callsOf(snapshot, signals, signals.traces?.[change] ?? []));
  return [...new Map(found.map((call) => [`${call.caller}\n${call.callee}`, call])).values()];
}

/** What the calls of a workload that changed lead to, directly: Services and the workloads behind them. */
export function changedCallees(snapshot: Snapshot, object: ObjectRef, change: TracedChange): ObjectRef[] {
  const own = changedCalls(snapshot, change).filter(({ from }) => from.some((ref) => objectName(ref) === objectName(object)));
  return own.flatMap(({ to, callee }) => {
    const service = serviceNamed(snapshot, callee, object.namespace ?? '');
    return service === undefined ? to : [serviceRef(service), ...to];
  });
}

/** Services that changed calls lead to; those that fail first. */
export function changedServices(snapshot: Snapshot): Service[] {
  const calls = [...changedCalls(snapshot, 'failing'), ...changedCalls(snapshot, 'slower')];
  return calls.flatMap(({ callee, from }) => serviceNamed(snapshot, callee, from[0]?.namespace ?? '') ?? []);
}

function callsOf(snapshot: Snapshot, { object, traces }: Signals, calls: readonly ServiceCall[]): TracedCall[] {
  if (traces === undefined) return [];
  const refsOf = (name: string): ObjectRef[] =>
    name === traces.service ? [object] : workloadsNamed(snapshot, name, namespaceOf(traces, name) ?? object.namespace ?? '');
  return calls
    .map(({ caller, callee }) => ({ caller, callee, from: refsOf(caller), to: refsOf(callee), evidence: evidenceKeys.traces(object) }))
    .filter(({ from, to }) => !from.some((one) => to.some((other) => objectName(one) === objectName(other))));
}

export const namespaceOf = ({ namespaces }: CallReading, name: string): string | undefined =>
  Object.hasOwn(namespaces, name) ? namespaces[name] : undefined;
