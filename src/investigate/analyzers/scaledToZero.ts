/**
 * A workload that is scaled to zero while somebody depends on it.
 *
 * Right when zero replicas are asked for, a Service leads to it, and others call it: by what was seen of calls, by their configuration, by
 * their complaints, or by a check that failed. Disproved by nobody calling it, or only what is switched off as well: many things are switched
 * off on purpose; so is a canary behind a Service that others serve. An autoscaler that may go to zero is on purpose too.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Service, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { callersOf } from '../addresses.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer } from '../finding.ts';
import { isScaledToZero } from '../health.ts';
import { failedChecks, workloadsBehind } from '../reachability.ts';
import { troubleWith } from '../troubleLines.ts';

export const scaledToZero: Analyzer = {
  name: 'scaledToZero',
  *find(snapshot) {
    for (const workload of snapshot.workloads) {
      if (!isScaledToZero(workload) || mayGoToZero(snapshot, workload)) continue;
      const services = snapshot.services.filter((one) => isServedByAlone(snapshot, one, workload));
      const callers = dependents(snapshot, workload, services);
      const failed = services.flatMap((one) => failedChecks(snapshot, one));
      if (services.length === 0 || (callers.length === 0 && failed.length === 0)) continue;
      const who =
        callers.length === 0 ? 'a Service leads to it' : `${callers.slice(0, 3).join(', ')} depend${callers.length === 1 ? 's' : ''} on it`;
      yield {
        analyzer: scaledToZero.name,
        reason: 'WorkloadScaledToZero',
        object: workload.ref,
        message: `${objectName(workload.ref)} is scaled to 0 replicas, while ${who}.`,
        cures: ['RevertCommit', 'ScaleWorkload'],
        evidence: [workload.evidence, ...services.map(({ evidence }) => evidence), ...failed.map(({ evidence }) => evidence)],
        pods: [],
        touchedBy: { direct: objectFields(workload.ref, 'spec.replicas'), plausible: [] },
      };
    }
  },
};

const isServedByAlone = (snapshot: Snapshot, one: Service, workload: Workload): boolean => {
  const behind = workloadsBehind(snapshot, one);
  return behind.includes(workload) && behind.every(({ desired }) => desired === 0) && (one.endpoints?.ready ?? 0) === 0;
};

const mayGoToZero = ({ autoscalers }: Snapshot, { ref }: Workload): boolean =>
  autoscalers.some(({ target, min }) => objectName(target) === objectName(ref) && min === 0);

function dependents(snapshot: Snapshot, workload: Workload, services: Snapshot['services']): string[] {
  const name = objectName(workload.ref);
  const seen = snapshot.calls.filter(({ callee }) => objectName(callee) === name).map(({ caller }) => objectName(caller));
  const told = services.flatMap((one) => callersOf(snapshot, one)).map(({ ref }) => objectName(ref));
  const complaining = snapshot.workloads
    .filter((other) => services.some((one) => troubleWith(snapshot, other, one.name).length > 0))
    .map(({ ref }) => objectName(ref));
  const off = new Set(snapshot.workloads.filter(isScaledToZero).map(({ ref }) => objectName(ref)));
  return [...new Set([...seen, ...told, ...complaining])].filter((one) => one !== name && !off.has(one));
}
