/**
 * Who calls whom: what was seen of calls, what traces show, and what configuration says: a literal address that names a Service leads to the workloads behind it.
 *
 * What sources have seen stands first; configuration adds what nobody has measured.
 */

import { objectName } from '../sources/kubernetes/names.ts';
import type { Call, Snapshot } from '../sources/kubernetes/snapshot.ts';
import { addressesOf } from './addresses.ts';
import { findService, workloadsBehind } from './reachability.ts';
import { tracedCalls } from './tracedCalls.ts';

export function withConfiguredCalls(snapshot: Snapshot): Snapshot {
  const seen = [...snapshot.calls, ...tracedCalls(snapshot)];
  const known = new Set(seen.map(nameOf));
  const configured = snapshot.workloads.flatMap((workload) =>
    [...addressesOf(workload)].flatMap((address) => {
      const service = findService(snapshot, address);
      const behind = service === undefined ? [] : workloadsBehind(snapshot, service);
      return behind.map(({ ref }): Call => ({ caller: workload.ref, callee: ref, source: 'environment' }));
    }),
  );
  const added = configured.filter((call) => !known.has(nameOf(call)) && objectName(call.caller) !== objectName(call.callee));
  return { ...snapshot, calls: [...seen, ...new Map(added.map((call) => [nameOf(call), call])).values()] };
}

const nameOf = ({ caller, callee }: Call): string => `${objectName(caller)}\n${objectName(callee)}`;
