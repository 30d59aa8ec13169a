/** Whether a fix has helped, read from what the workload and its pods do. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/crds/investigation.ts';
import type { AbortCriterion, Action, Criterion } from '../../../src/crds/remediationPlan.ts';
import { type ContainerStatus, deployments, pods, replicaSets, type WorkloadObject } from '../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { type EvaluateInput, evaluate } from '../../../src/remediate/criteria.ts';
import { createMeasurements } from '../../../src/sources/measurements.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';
import { COMMIT, planOf } from './support.ts';

/** Objects of the API server in memory are made at this moment. */
const CREATED = Date.parse('2026-01-01T00:00:00Z');
const target = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const action: Action = { type: 'RevertCommit', target, revertCommit: { commit: COMMIT } };
const at = (seconds: number): string => new Date(CREATED + seconds * 1000).toISOString();
const REVISION = 'deployment.kubernetes.io/revision';

interface World {
  readonly status?: WorkloadObject['status'];
  readonly paused?: boolean;
  readonly containers?: readonly Partial<ContainerStatus>[];
  readonly ready?: boolean;
  readonly gone?: boolean;
}

async function cluster({
  status = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 },
  paused = false,
  containers = [{}],
  ready = true,
  gone = false,
}: World): Promise<KubeClient> {
  const kube = createMemoryKube();
  if (gone) return kube as unknown as KubeClient;
  const deployment = await kube.create(deployments, {
    metadata: { name: 'cart', namespace: 'shop', annotations: { [REVISION]: '2' } },
    spec: { replicas: 2, paused },
    status,
  });
  const owned = (uid: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind: 'x', name: 'x', uid, controller: true }] });
  const [old, now] = await Promise.all(
    ['1', '2'].map((revision) =>
      kube.create(replicaSets, {
        metadata: { name: `cart-${revision}`, namespace: 'shop', annotations: { [REVISION]: revision }, ...owned(deployment.metadata.uid) },
      }),
    ),
  );
  const pod = (name: string, uid: string, statuses: readonly Partial<ContainerStatus>[]) =>
    kube.create(pods, {
      metadata: { name, namespace: 'shop', ...owned(uid) },
      status: {
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
        containerStatuses: statuses.map((one) => ({ name: 'app', state: { running: {} }, ...one })),
      },
    });
  await pod('old', old?.metadata.uid ?? '', [
    { restartCount: 9, lastState: { terminated: { startedAt: at(-50), finishedAt: at(50), exitCode: 1 } } },
  ]);
  await pod('new', now?.metadata.uid ?? '', containers);
  return kube as unknown as KubeClient;
}

interface Case extends World {
  readonly name: string;
  readonly criterion?: Criterion;
  readonly abort?: AbortCriterion;
  /** Seconds after the sync. */
  readonly after?: number;
  /** The push, in seconds after the pods were made: before that, pods came with the fix. */
  readonly pushed?: number;
  readonly input?: Partial<EvaluateInput>;
  readonly want: object;
}

const SYNCED = 10;

async function run({ criterion = rollout, abort, after = 5, pushed = -5, input = {}, ...world }: Case) {
  const plan = planOf(action, { successCriteria: [criterion], abortCriteria: abort === undefined ? [] : [abort], soakSeconds: 30 });
  const commit = { sha: COMMIT, parent: COMMIT, repository: 'r', ref: 'main', pushedAt: at(pushed) };
  const clock = { now: () => CREATED + (SYNCED + after) * 1000 } as never;
  return evaluate(
    { client: await cluster(world), clock, measurements: createMeasurements([]), policyCriterion: () => undefined },
    { plan: { ...plan, status: { commit } }, syncedAt: CREATED + SYNCED * 1000, alertState: async () => 'inactive', ...input },
  );
}

const rollout: Criterion = { type: 'RolloutComplete', target, withinSeconds: 60 };
const restarts: Criterion = { type: 'NoContainerRestarts', target, withinSeconds: 60 };
const alert: Criterion = { type: 'AlertResolved', withinSeconds: 60 };
const findings: Criterion = { type: 'FindingsCleared', target, withinSeconds: 60 };
const echo: Criterion = { type: 'LogTemplateGone', target, withinSeconds: 60 };
const neighbours: Criterion = { type: 'NeighboursUnharmed', target, withinSeconds: 60 };
const neighbour = { reason: 'ProbeFailing', object: { kind: 'Deployment', namespace: 'shop', name: 'web' } } as const;
const passed = { outcome: 'Passed' };
const pending = { outcome: 'Pending' };
const failed = { outcome: 'Failed' };
const crashed = (startedAt: number, finishedAt: number) => ({
  terminated: { startedAt: at(startedAt), finishedAt: at(finishedAt), exitCode: 1, reason: 'Error' },
});
const done = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 };

describe('success criteria', () => {
  test.each<Case>([
    { name: 'a rollout with every replica updated and available has passed', want: passed },
    {
      name: 'a rollout that its controller has not seen is pending',
      status: { ...done, observedGeneration: 0 },
      want: { ...pending, checks: [{ message: 'its controller has not seen the change yet' }] },
    },
    { name: 'a rollout with old replicas left is pending', status: { ...done, replicas: 3 }, want: pending },
    { name: 'a rollout that is paused says so', paused: true, want: { checks: [{ message: expect.stringContaining('paused') }] } },
    {
      name: 'a rollout that is overdue has failed',
      status: { ...done, availableReplicas: 1 },
      after: 61,
      want: {
        ...failed,
        checks: [{ name: 'RolloutComplete Deployment/cart', message: expect.stringMatching(/2 of 2 updated, 1 available \(60 s/) }],
      },
    },
    { name: 'a workload that is gone is not one that is rolled out', gone: true, after: 61, want: failed },
    { name: 'pods of the old template count for nothing', criterion: restarts, want: passed },
    { name: 'a pod that is not ready is pending', criterion: restarts, ready: false, want: pending },
    {
      name: 'a crash a moment ago is pending',
      criterion: restarts,
      containers: [{ restartCount: 1, lastState: crashed(1, 12) }],
      want: { ...pending, checks: [{ message: expect.stringContaining('crashed once') }] },
    },
    {
      name: 'a crash that is longer ago than the soak time has passed',
      criterion: restarts,
      containers: [{ restartCount: 1, lastState: crashed(1, 12) }],
      after: 40,
      want: passed,
    },
    {
      name: 'a run of an older pod that began before the sync counts for nothing',
      criterion: restarts,
      pushed: 5,
      containers: [{ restartCount: 4, lastState: crashed(1, 12) }],
      want: passed,
    },
    {
      name: 'a run of an older pod that began after the sync counts',
      criterion: restarts,
      pushed: 5,
      containers: [{ restartCount: 4, lastState: crashed(11, 12) }],
      want: pending,
    },
    { name: 'an alert that is inactive has passed', criterion: alert, want: passed },
    { name: 'an alert that fires is pending', criterion: alert, input: { alertState: async () => 'firing' }, want: pending },
    {
      name: 'an alert that fires for too long has failed',
      criterion: alert,
      after: 61,
      input: { alertState: async () => 'firing' },
      want: failed,
    },
    {
      name: 'an alert that can’t be seen is never taken for resolved',
      criterion: alert,
      after: 61,
      input: { alertState: async () => 'unknown' },
      want: { outcome: 'Inconclusive' },
    },
    { name: 'findings are pending until the verification has looked', criterion: findings, want: pending },
    {
      name: 'that nobody could look in time is neither good nor bad',
      criterion: findings,
      after: 61,
      input: { verification: { complete: false, findings: [] } },
      want: { outcome: 'Inconclusive', bad: [] },
    },
    {
      name: 'an error that is still logged is not gone',
      criterion: echo,
      input: { verification: { complete: true, findings: [finding('ErrorStillLogged')], logsRead: true } },
      want: { ...pending, bad: ['LogTemplateGone Deployment/cart'] },
    },
    {
      name: 'an error that is not logged any more is gone',
      criterion: echo,
      input: { verification: { complete: true, findings: [], logsRead: true } },
      want: passed,
    },
    {
      name: 'an error is not gone because nobody could read the logs',
      criterion: echo,
      after: 61,
      input: { verification: { complete: true, findings: [], logsRead: false } },
      want: { outcome: 'Inconclusive' },
    },
    {
      name: 'a neighbour that was ill before the fix may be so after it',
      criterion: neighbours,
      input: { before: [neighbour], verification: { complete: true, findings: [], neighbours: [neighbour] } },
      want: passed,
    },
    {
      name: 'a neighbour that is ill since the fix is not well',
      criterion: neighbours,
      input: { before: [], verification: { complete: true, findings: [], neighbours: [neighbour] } },
      want: { bad: ['NeighboursUnharmed Deployment/cart'], checks: [{ message: 'since the fix ProbeFailing of Deployment shop/web' }] },
    },
    {
      name: 'neighbours of which nobody knows how they were can’t be judged',
      criterion: neighbours,
      after: 61,
      input: { verification: { complete: true, findings: [], neighbours: [] } },
      want: { outcome: 'Inconclusive' },
    },
    {
      name: 'findings are pending while it looks',
      criterion: findings,
      input: { verification: { complete: false, findings: [] } },
      want: pending,
    },
    { name: 'no finding is good', criterion: findings, input: { verification: { complete: true, findings: [] } }, want: passed },
    {
      name: 'a new finding on the target is not',
      criterion: findings,
      input: { verification: { complete: true, findings: [finding('ProbeFailing')] } },
      want: pending,
    },
    {
      name: 'the same cause on a new pod is not',
      criterion: findings,
      input: {
        causes: [finding('ImageNotFound')],
        verification: { complete: true, findings: [finding('ImageNotFound', { kind: 'Pod', name: 'cart-2' })] },
      },
      want: pending,
    },
    {
      name: 'what is wrong elsewhere is not this plan’s',
      criterion: findings,
      input: { verification: { complete: true, findings: [finding('ProbeFailing', { name: 'other' })] } },
      want: passed,
    },
  ])('$name', async (one) => {
    expect(await run(one)).toMatchObject(one.want);
  });
});

describe('abort criteria', () => {
  const twice: AbortCriterion = { type: 'ContainerRestarts', target, threshold: 2 };
  const deadline: AbortCriterion = { type: 'RolloutDeadlineExceeded', target, threshold: 1 };
  const exceeded = (seconds: number) => ({
    ...done,
    conditions: [
      {
        type: 'Progressing',
        status: 'False' as const,
        reason: 'ProgressDeadlineExceeded',
        message: 'stuck',
        lastTransitionTime: at(seconds),
        lastUpdateTime: at(seconds),
      },
    ],
  });
  test.each<Case>([
    { name: 'one crash is not two', abort: twice, containers: [{ restartCount: 1, lastState: crashed(1, 2) }], want: { abort: undefined } },
    {
      name: 'a container that waits after its second crash has crashed twice',
      abort: twice,
      containers: [{ restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: crashed(3, 4) }],
      want: { abort: { message: expect.stringContaining('crashed 2 times') } },
    },
    {
      name: 'one that ends well and is started again has crashed, too',
      abort: twice,
      containers: [
        { restartCount: 2, lastState: { terminated: { exitCode: 0, reason: 'Completed', startedAt: at(1), finishedAt: at(2) } } },
      ],
      want: { abort: {} },
    },
    {
      name: 'a rollout that exceeds its deadline',
      abort: deadline,
      status: exceeded(12),
      want: { abort: { message: expect.stringContaining('stuck') } },
    },
    {
      name: 'a deadline that was exceeded before the fix is what was to be cured',
      abort: deadline,
      status: exceeded(-60),
      want: { abort: undefined },
    },
    {
      name: 'fewer ready replicas than the threshold',
      abort: { type: 'ReadyReplicasBelow', target, threshold: 3 },
      want: { abort: { message: expect.stringContaining('2 replicas') } },
    },
    { name: 'as many as the threshold', abort: { type: 'ReadyReplicasBelow', target, threshold: 2 }, want: { abort: undefined } },
  ])('$name', async (one) => {
    const { abort } = await run(one);
    expect({ abort }).toMatchObject(one.want);
  });
});

function finding(reason: Finding['reason'], object: Partial<Finding['object']> = {}): Finding {
  return { id: 'f', analyzer: 'a', reason, object: { ...target, ...object }, message: 'seen', evidence: [] };
}
