/**
 * Jobs that failed or ran out of time, and CronJobs that do not run.
 *
 * Right about a Job by its Failed condition; one that failed before the window counts only when it is what was asked about. A suspended CronJob is an intention, and is told only when it is what was asked about. Runs are
 * missed when the controller says so, or when the last run was begun longer ago than twice the longest gap that the schedule has.
 * Disproved by a run that succeeded since. Why its pods failed is told by the analyzers of containers, which lie deeper.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { ObjectEvent, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { longestGap } from '../cronGap.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { spokenTime } from '../times.ts';

export const jobs: Analyzer = {
  name: 'jobs',
  *find(snapshot) {
    for (const workload of snapshot.workloads) {
      if (workload.ref.kind === 'Job') yield* failedJob(snapshot, workload);
      if (workload.ref.kind === 'CronJob') yield* idleCronJob(snapshot, workload);
    }
  },
};

function* failedJob(snapshot: Snapshot, workload: Workload): Iterable<Finding> {
  const failed = workload.conditions.find(({ type, status }) => type === 'Failed' && status === 'True');
  const isOld = (failed?.since ?? snapshot.at) < snapshot.window.start;
  if (failed === undefined || (isOld && snapshot.workloads.length > 1)) return;
  const late = failed.reason === 'DeadlineExceeded';
  const says = `${late ? 'has run longer than it may' : 'has failed for good'}: ${quote(failed.message === '' ? failed.reason : failed.message)}`;
  const found = finding(snapshot, workload, late && !hasFailedPod(snapshot, workload) ? 'JobDeadlineExceeded' : 'JobFailed', says, []);
  yield { ...found, since: failed.since };
}

/** Then why they fail is the cause, and the deadline only its end. */
const hasFailedPod = ({ pods }: Snapshot, { ref }: Workload): boolean =>
  pods.some(
    ({ owner, containers }) =>
      objectName(owner) === objectName(ref) &&
      containers.some(
        ({ state, lastState }) =>
          state.waiting !== undefined || [state, lastState].some(({ terminated }) => (terminated?.exitCode ?? 0) !== 0),
      ),
  );

function* idleCronJob(snapshot: Snapshot, workload: Workload): Iterable<Finding> {
  if (workload.paused) {
    if (snapshot.workloads.length === 1) yield { ...finding(snapshot, workload, 'CronJobSuspended', 'is suspended', []), indirect: true };
    return;
  }
  const said = missedEvents(snapshot, workload)[0];
  if (said !== undefined) {
    const found = finding(snapshot, workload, 'CronJobMissedRuns', `has missed runs: ${quote(said.message)}`, [said.evidence]);
    yield { ...found, since: said.firstAt };
    return;
  }
  const overdue = overdueSince(snapshot, workload);
  if (overdue === undefined) return;
  const busy = (workload.schedule?.active ?? 0) > 0 && workload.schedule?.concurrency === 'Forbid';
  const why = busy ? '; a run is still going, and it allows one at a time' : '';
  const says = `has not begun a run since ${spokenTime(overdue)}, although its schedule is ${quote(workload.schedule?.text ?? '', 80)}${why}`;
  yield { ...finding(snapshot, workload, 'CronJobMissedRuns', says, []), since: overdue };
}

const MISSED = new Set(['MissSchedule', 'TooManyMissedTimes', 'FailedNeedsStart', 'UnparseableSchedule', 'InvalidSchedule']);

/** Newest first, of what was said after the last run that was begun. */
function missedEvents({ events, window }: Snapshot, { ref, schedule }: Workload): ObjectEvent[] {
  const since = Math.max(window.start, schedule?.lastAt ?? 0);
  return events
    .filter(({ kind, namespace, name }) => kind === 'CronJob' && namespace === ref.namespace && name === ref.name)
    .filter(({ reason, lastAt }) => MISSED.has(reason) && lastAt > since)
    .toSorted((a, b) => b.lastAt - a.lastAt);
}

const SLACK_MS = 5 * 60_000;

/** When the last run was begun, or it was made, if that is too long ago. */
function overdueSince({ at }: Snapshot, { schedule, createdAt }: Workload): number | undefined {
  const gap = schedule === undefined ? undefined : longestGap(schedule.text);
  const last = schedule?.lastAt ?? createdAt;
  return gap !== undefined && at - last > 2 * gap + SLACK_MS ? last : undefined;
}

function finding(snapshot: Snapshot, workload: Workload, reason: FindingReason, says: string, evidence: readonly string[]): Finding {
  const { ref } = workload;
  return {
    analyzer: jobs.name,
    reason,
    object: ref,
    message: `${objectName(ref)} ${says}.`,
    cures: ['RevertCommit'],
    evidence: [workload.evidence, ...evidence],
    pods: snapshot.pods.filter(({ owner }) => objectName(owner) === objectName(ref)).map(({ name }) => name),
    touchedBy: {
      direct: objectFields(
        ref,
        'spec.suspend',
        'spec.schedule',
        'spec.timeZone',
        'spec.concurrencyPolicy',
        'spec.backoffLimit',
        'spec.activeDeadlineSeconds',
      ),
      plausible: objectFields(ref, 'spec'),
    },
  };
}
