/**
 * A rollout that does not get on, said by the controller itself: its deadline passed, or it may not make pods.
 *
 * Right when a Deployment's Progressing condition is False with ProgressDeadlineExceeded, or ReplicaFailure is True. It is a symptom: whatever
 * says why the new pods do not run explains it, and ranks above it. A quota that forbids pods is told by `quota`.
 */

import { objectName } from '../../sources/kubernetes/names.ts';
import type { Condition, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { onset, podName } from '../containers.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer } from '../finding.ts';
import { quote } from '../quote.ts';

export const rolloutStuck: Analyzer = {
  name: 'rolloutStuck',
  *find(snapshot) {
    for (const workload of snapshot.workloads) {
      const stuck = stuckCondition(workload);
      if (stuck === undefined) continue;
      const waiting = snapshot.pods.filter(({ owner, current, ready }) => owner.uid === workload.ref.uid && current && !ready);
      yield {
        analyzer: rolloutStuck.name,
        reason: 'RolloutStuck',
        object: workload.ref,
        message: `The rollout of ${objectName(workload.ref)} does not get on: ${quote(stuck.message)}${waitingFor(waiting.map(podName))}.`,
        cures: ['RevertCommit', 'RollbackWorkload'],
        evidence: [workload.evidence, workload.historyEvidence],
        pods: waiting.map(({ name }) => name),
        since: firstSeen(snapshot, workload, stuck),
        touchedBy: { direct: [], plausible: objectFields(workload.ref, 'spec') },
      };
    }
  },
};

function stuckCondition({ conditions }: Workload): Condition | undefined {
  return conditions.find(
    ({ type, status, reason, message }) =>
      (type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded') ||
      (type === 'ReplicaFailure' && status === 'True' && !/exceeded quota/iu.test(message)),
  );
}

const waitingFor = (names: readonly string[]): string => (names.length === 0 ? '' : `; not ready: ${names.slice(0, 3).join(', ')}`);

/** The deadline passes long after the trouble began. */
function firstSeen(snapshot: Snapshot, workload: Workload, stuck: Condition): number | undefined {
  const began = workload.revisions.find(({ current }) => current)?.beganAt;
  const pods = snapshot.pods.filter(({ owner, current }) => owner.uid === workload.ref.uid && current);
  const seen = [began, stuck.since, ...pods.map((pod) => onset(snapshot, pod))].filter((at) => at !== undefined);
  return seen.length === 0 ? undefined : Math.min(...seen);
}
