/** Who complains in its logs that it cannot reach which Service, by its name or address. */

import { objectName } from '../sources/kubernetes/names.ts';
import type { Service, Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import { workloadsBehind } from './reachability.ts';
import { type TroubleLine, troubleWith } from './troubleLines.ts';

export interface ServiceComplaint {
  readonly workload: Workload;
  readonly service: Service;
  readonly lines: readonly TroubleLine[];
}

export function complaintsOfServices(snapshot: Snapshot): ServiceComplaint[] {
  return snapshot.workloads.flatMap((workload) =>
    snapshot.services.flatMap((service): ServiceComplaint[] => {
      if (workloadsBehind(snapshot, service).some(({ ref }) => objectName(ref) === objectName(workload.ref))) return [];
      const lines = [
        service.name,
        ...(service.headless || service.clusterIP === undefined || service.clusterIP === '' ? [] : [service.clusterIP]),
      ]
        .flatMap((name) => troubleWith(snapshot, workload, name))
        .filter(({ text }) => UNREACHED.test(text));
      return lines.length === 0 ? [] : [{ workload, service, lines }];
    }),
  );
}

/** That the other end could not be reached or did not answer; what it answered is another matter. */
const UNREACHED =
  /refused|timed? ?out|deadline exceeded|unavailable|unreachable|no such host|not resolve|ENOTFOUND|ECONN|EAI_AGAIN|reset by peer|no route to host|no healthy upstream|connect(?:ion)? (?:error|failure)|(?:cannot|can't|failed to|could not) connect/iu;
