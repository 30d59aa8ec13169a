/**
 * A program that says that it cannot start, where its end itself was not seen: a taken port, a binary of another architecture.
 *
 * Right while a pod of the workload is not ready and the lines are what a source of logs has kept of it. Disproved by the pod being ready.
 * Where the end of the container was seen, `crashLoop` tells the same of it, and both are one finding.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import type { Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { type CredibleLine, credibleLines, podsOf } from '../credibleLines.ts';
import { architectureLine, portInUseLine } from '../endReading.ts';
import { containerFields, podFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';

export const startFailure: Analyzer = {
  name: 'startFailure',
  *find(snapshot) {
    for (const line of credibleLines(snapshot)) {
      const reason = line.healthy ? undefined : reasonOf(line);
      if (reason !== undefined) yield finding(snapshot, line, reason);
    }
  },
};

function reasonOf({ text, evidence }: CredibleLine): FindingReason | undefined {
  const tail = { lines: [text], evidence };
  if (portInUseLine(tail) !== undefined) return 'ContainerPortInUse';
  return architectureLine(tail) === undefined ? undefined : 'ImageArchitectureMismatch';
}

function finding(snapshot: Snapshot, { owner, container, text, evidence }: CredibleLine, reason: FindingReason): Finding {
  const pods = podsOf(snapshot, owner).filter(({ ready }) => !ready);
  const spec = pods.flatMap(({ containers }) => containers).find(({ name }) => name === container);
  const what = reason === 'ContainerPortInUse' ? 'cannot listen, its port is taken' : 'is not built for the architecture of its node';
  return {
    analyzer: startFailure.name,
    reason,
    object: { ...owner, container },
    message: `${owner.kind} ${owner.namespace ?? ''}/${owner.name} ${what}: ${quote(text)}.`,
    cures: ['RevertCommit', 'SetImage', 'RollbackWorkload'],
    evidence: [evidence, ...pods.map((pod) => pod.evidence)],
    pods: pods.map(({ name }) => name),
    touchedBy: {
      direct: [
        ...podFields(owner, 'containers', 'initContainers', 'hostNetwork'),
        ...(spec === undefined ? [] : containerFields(owner, spec, 'ports', 'args', 'command', 'env', 'image')),
      ],
      plausible: [],
    },
  };
}
