/**
 * A workload that fails because of what it calls, followed to the end of the chain.
 *
 * Right when its lines of the last hour complain of a Service, by name or by address: refused, timed out, unavailable, not found. Whoever is
 * complained of and complains of others in turn only passes it on; the end of the chain is who is complained of and complains of nobody. Of
 * that one it is said that it cannot be reached, where a check says the same or it has no ready endpoint. Both are symptoms: whatever is found
 * at the end of the chain explains them. Disproved by a check that reached it.
 */
import type { ObjectRef } from '../../crds/common.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Service, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { complaintsOfServices, type ServiceComplaint } from '../complaintsOfServices.ts';
import { endsOfFailing } from '../failingChain.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { checksOf, failedChecks, serviceRef, workloadsBehind } from '../reachability.ts';

export const dependency: Analyzer = {
  name: 'dependency',
  *find(snapshot) {
    const complaints = complaintsOfServices(snapshot);
    const ends = new Map(endsOfFailing(snapshot, complaints).map((ref) => [objectName(ref), ref]));
    for (const complaint of complaints) yield passedOn(snapshot, complaint, ends);
    for (const service of new Set(complaints.map((one) => one.service))) {
      const about = complaints.filter((one) => one.service === service);
      const isEnd =
        ends.has(objectName(serviceRef(service))) || workloadsBehind(snapshot, service).some(({ ref }) => ends.has(objectName(ref)));
      if (isEnd && isDown(snapshot, service)) yield unreachable(snapshot, service, about);
    }
  },
};

function passedOn(snapshot: Snapshot, { workload, service, lines }: ServiceComplaint, ends: ReadonlyMap<string, ObjectRef>): Finding {
  const behind = workloadsBehind(snapshot, service).map(({ ref }) => ref);
  const atEnd: ObjectRef[] = snapshot.workloads.filter(({ ref }) => ends.has(objectName(ref))).map(({ ref }) => ref);
  return {
    analyzer: dependency.name,
    reason: 'DependencyFailing',
    object: workload.ref,
    detail: service.name,
    message: `${objectName(workload.ref)} cannot reach Service ${service.name}: ${quote(lines[0]?.text ?? '')}.`,
    cures: [],
    evidence: [...new Set([workload.evidence, service.evidence, ...lines.map(({ evidence }) => evidence)])],
    pods: [],
    blames: [serviceRef(service), ...behind, ...atEnd],
    touchedBy: { direct: [], plausible: [] },
  };
}

function isDown(snapshot: Snapshot, service: Service): boolean {
  const reached = checksOf(snapshot, service).length > 0 && failedChecks(snapshot, service).length === 0;
  return !reached && (failedChecks(snapshot, service).length > 0 || service.endpoints?.ready === 0);
}

function unreachable(snapshot: Snapshot, service: Service, about: readonly ServiceComplaint[]): Finding {
  const checks = failedChecks(snapshot, service);
  const who = about.map(({ workload }) => objectName(workload.ref));
  return {
    analyzer: dependency.name,
    reason: 'ServiceUnreachable',
    object: serviceRef(service),
    message: `Service ${service.namespace}/${service.name} cannot be reached, as ${who.slice(0, 3).join(', ')} say: ${quote(about[0]?.lines[0]?.text ?? '')}.`,
    cures: [],
    evidence: [
      ...new Set([service.evidence, ...checks.map(({ evidence }) => evidence), ...about.flatMap(({ lines }) => lines[0]?.evidence ?? [])]),
    ],
    pods: [],
    blames: workloadsBehind(snapshot, service).map(({ ref }) => ref),
    indirect: checks.length === 0,
    touchedBy: { direct: [], plausible: [] },
  };
}
