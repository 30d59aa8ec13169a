/**
 * Who calls whom: what was seen of calls, and what configuration says: a literal address that names a Service leads to the workloads behind it.
 *
 * What sources have seen stands first; configuration adds what nobody has measured.
 */

import { reach, type Topology, topologyOf } from '../analysis/topology.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Call, Snapshot } from '../sources/kubernetes/snapshot.ts';
import { addressesOf } from './addresses.ts';
import { findService, workloadsBehind } from './reachability.ts';

export function withConfiguredCalls(snapshot: Snapshot): Snapshot {
  const known = new Set(snapshot.calls.map(nameOf));
  const configured = snapshot.workloads.flatMap((workload) =>
    [...addressesOf(workload)].flatMap((address) => {
      const service = findService(snapshot, address);
      const behind = service === undefined ? [] : workloadsBehind(snapshot, service);
      return behind.map(({ ref }): Call => ({ caller: workload.ref, callee: ref, source: 'environment' }));
    }),
  );
  const added = configured.filter((call) => !known.has(nameOf(call)) && objectName(call.caller) !== objectName(call.callee));
  return { ...snapshot, calls: [...snapshot.calls, ...new Map(added.map((call) => [nameOf(call), call])).values()] };
}

const nameOf = ({ caller, callee }: Call): string => `${objectName(caller)}\n${objectName(callee)}`;

/** Workloads and their calls as a graph, by their names. */
export const callGraph = ({ calls }: Pick<Snapshot, 'calls'>): Topology =>
  topologyOf(
    new Map(),
    calls.map(({ caller, callee, source }) => ({
      from: objectName(caller),
      to: objectName(callee),
      kind: 'calls',
      source: LINK_SOURCES[source],
    })),
  );

const LINK_SOURCES = { environment: 'environment', declared: 'declared', trace: 'trace', metrics: 'trace', log: 'address' } as const;

/** Everything that a workload calls, however far down. */
export const calleesOf = (graph: Topology, name: string): ReadonlySet<string> =>
  new Set(reach(graph, name, { direction: 'needs', kinds: ['calls'] }).keys());
