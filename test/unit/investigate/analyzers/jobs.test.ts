import { describe, expect, test } from 'vitest';
import type { ObjectRef } from '../../../../src/crds/common.ts';
import { jobs } from '../../../../src/investigate/analyzers/jobs.ts';
import type { Schedule, Snapshot, Workload } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, container, ended, event, pod, snapshot } from '../builders.ts';
import { condition, told, webWorkload, wellCart } from '../objectBuilders.ts';

const ref = (kind: string): ObjectRef => ({ apiVersion: 'batch/v1', kind, namespace: 'shop', name: 'report' });
const job = (more: Partial<Workload>) => wellCart({ ref: ref('Job'), ...more });
const cron = (schedule: Partial<Schedule> = {}, more: Partial<Workload> = {}) =>
  wellCart({
    ref: ref('CronJob'),
    schedule: { text: '*/5 * * * *', concurrency: 'Allow', active: 0, lastAt: ago(4), ...schedule },
    ...more,
  });
const said = (reason: string, minutes = 2) =>
  event(reason, 'too many missed start times', { kind: 'CronJob', name: 'report', lastAt: ago(minutes) });
const failed = (reason: string, minutes = 5) => ({ conditions: [condition('Failed', 'True', reason, '', minutes)] });

interface Case {
  readonly name: string;
  readonly more: Partial<Snapshot>;
  readonly want: readonly string[];
}

describe('jobs', () => {
  test.each<Case>([
    {
      name: 'a Job that has used up its retries',
      more: { workloads: [job(failed('BackoffLimitExceeded'))] },
      want: ['JobFailed Job/report'],
    },
    {
      name: 'a Job that ran out of time',
      more: { workloads: [job(failed('DeadlineExceeded'))] },
      want: ['JobDeadlineExceeded Job/report'],
    },
    { name: 'a Job that is done', more: { workloads: [job({ conditions: [condition('Complete', 'True', '')] })] }, want: [] },
    {
      name: 'a Job that failed long ago among others',
      more: { workloads: [job(failed('BackoffLimitExceeded', 900)), webWorkload()] },
      want: [],
    },
    {
      name: 'a Job that failed long ago and is asked about',
      more: { workloads: [job(failed('BackoffLimitExceeded', 900))] },
      want: ['JobFailed Job/report'],
    },
    { name: 'a CronJob that runs', more: { workloads: [cron()] }, want: [] },
    {
      name: 'a suspended one that is asked about',
      more: { workloads: [cron({}, { paused: true })] },
      want: ['CronJobSuspended CronJob/report (indirect)'],
    },
    {
      name: 'a suspended one that nobody asks about',
      more: { workloads: [cron({ lastAt: ago(900) }, { paused: true }), webWorkload()] },
      want: [],
    },
    {
      name: 'one that has missed runs, as its controller says',
      more: { workloads: [cron()], events: [said('TooManyMissedTimes')] },
      want: ['CronJobMissedRuns CronJob/report'],
    },
    { name: 'one that has run since', more: { workloads: [cron()], events: [said('TooManyMissedTimes', 6)] }, want: [] },
    {
      name: 'one that has not run for too long',
      more: { workloads: [cron({ lastAt: ago(30) })] },
      want: ['CronJobMissedRuns CronJob/report'],
    },
    { name: 'one that has never run', more: { workloads: [cron({ lastAt: undefined })] }, want: ['CronJobMissedRuns CronJob/report'] },
    { name: 'one that was made just now', more: { workloads: [cron({ lastAt: undefined }, { createdAt: ago(3) })] }, want: [] },
    { name: 'one that runs by night', more: { workloads: [cron({ text: '0 3 * * *', lastAt: ago(9 * 60) })] }, want: [] },
    { name: 'one that runs on weekdays', more: { workloads: [cron({ text: '0 3 * * MON-FRI', lastAt: ago(60 * 60) })] }, want: [] },
    { name: 'a schedule that is none proves nothing', more: { workloads: [cron({ text: 'often', lastAt: ago(9000) })] }, want: [] },
  ])('$name', ({ more, want }) => {
    expect(told(jobs.find(snapshot({ pods: [], ...more })))).toEqual(want);
  });

  test('a Job that ran out of time over pods that fail is one that failed', () => {
    const pods = [pod({ owner: ref('Job'), restartPolicy: 'Never' }, container({ state: ended(1) }))];
    expect(told(jobs.find(snapshot({ workloads: [job(failed('DeadlineExceeded'))], pods })))).toEqual(['JobFailed Job/report']);
  });

  test('says that a run which still goes on keeps the next from beginning', () => {
    const [found] = jobs.find(snapshot({ workloads: [cron({ lastAt: ago(60), active: 1, concurrency: 'Forbid' })] }));
    expect(found?.message).toContain('a run is still going, and it allows one at a time');
  });
});
