/**
 * What policies ask of the executor, on a real API server with admission and under its own account: Auto is earned and lost, one plan is at work on a
 * workload at a time, limits hold a plan up and let it go on, and an edited policy makes what was shown under it stale.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conditionOf } from '../../../src/controllers/steps.ts';
import {
  type Approval,
  approvals,
  incidents,
  type RemediationPlan,
  remediationPlans,
  remediationPolicies,
} from '../../../src/crds/kinds.ts';
import { hasEnded } from '../../../src/domain/plan.ts';
import { pods } from '../../../src/gitops/resources.ts';
import { nodes } from '../../../src/remediate/direct/resources.ts';
import { until, untilTrue } from '../../support/until.ts';
import { liveAndDie } from './executorLife.ts';
import { OPERATOR, openPolicyStage, type PolicyStage, remediate } from './policyStage.ts';

const TIMEOUT = { timeout: 180_000 };
let stage: PolicyStage;
beforeAll(async () => {
  stage = await openPolicyStage();
}, 120_000);
afterAll(async () => stage?.stop());

const inNamespace = (namespace: string) => ({ selector: { namespaces: [namespace] } });
const isHeldBy =
  (reason: string) =>
  (plan: RemediationPlan): boolean =>
    plan.status?.phase === 'HeldUp' && conditionOf(plan.status, 'Approved')?.reason === reason;
const podIsThere = async (namespace: string, name: string): Promise<boolean> =>
  (await stage.admin.get(pods, { namespace, name })) !== undefined;
test('Auto is earned by a verified success, works by itself, and is lost at the first failed verification', TIMEOUT, async () => {
  await stage.policy('earn', {
    mode: 'Auto',
    ...inNamespace('earn'),
    auto: { maxRisk: 'Low', minConfidence: 90, provenSuccesses: 1, withinDays: 30 },
  });
  await stage.workload('earn', 'cart', ['earn-1', 'earn-2', 'earn-3']);
  const executor = stage.start();

  const first = await stage.deletePod('earn', 'earn-1');
  const shown = await stage.when(first, 'is shown', ({ status }) => status?.digest !== undefined);
  expect(shown.status?.policy).toMatchObject({
    decision: 'Approve',
    reason: expect.stringContaining('not by itself now: 0 of 1 verified successes of DeletePod on Deployment/earn/cart in 30 days'),
  });
  await stage.approve(first);
  expect((await stage.settled(first)).status?.phase).toBe('Succeeded');

  const second = await stage.settled(await stage.deletePod('earn', 'earn-2', { failsAfterSeconds: 0 }));
  expect(conditionOf(second.status, 'Approved')).toMatchObject({ status: 'True', reason: 'Auto' });
  expect(second.status?.phase).toBe('Failed');

  const third = await stage.deletePod('earn', 'earn-3');
  const lost = await stage.when(third, 'is shown', ({ status }) => status?.digest !== undefined);
  expect(lost.status?.policy?.decision).toBe('Approve');
  expect(lost.status?.policy?.reason).toContain(`since the last failure at ${second.status?.completedAt}`);
  expect(lost.status?.policy?.reason).toContain('was done 2 times in the last 6 hours, so people decide');
  expect(await podIsThere('earn', 'earn-3')).toBe(true);

  const [record] = await stage.records('earn');
  expect(record).toMatchObject({
    target: { kind: 'Deployment', namespace: 'earn', name: 'cart' },
    entries: [
      { plan: first.metadata.uid, action: 'DeletePod', outcome: 'Verified' },
      { plan: second.metadata.uid, action: 'DeletePod', outcome: 'Failed' },
    ],
  });
  await executor.stop();
});

test('a plan that a person made is never carried out by itself, whatever confidence it claims', TIMEOUT, async () => {
  await stage.policy('free', {
    mode: 'Auto',
    ...inNamespace('free'),
    auto: { maxRisk: 'High', minConfidence: 0, provenSuccesses: 0, withinDays: 30 },
  });
  await stage.workload('free', 'cart', ['free-1', 'free-2']);
  const executor = stage.start();
  const by = stage.person('alice');
  const plan = await stage.deletePod('free', 'free-1', { by, confidence: 100 });
  const shown = await stage.when(plan, 'is shown', ({ status }) => status?.digest !== undefined);
  expect(shown.status?.policy).toMatchObject({ decision: 'Approve', reason: expect.stringContaining('alice made this plan') });
  const ours = await stage.settled(await stage.deletePod('free', 'free-2'));
  expect(conditionOf(ours.status, 'Approved')?.reason).toBe('Auto');
  expect(await podIsThere('free', 'free-1')).toBe(true);
  await executor.stop();
});

test('what is in maintenance is not remedied by itself', TIMEOUT, async () => {
  const always = { name: 'upgrade', from: '00:00', to: '24:00', timeZone: 'UTC', reason: 'new nodes' };
  await stage.policy('quiet', {
    mode: 'Auto',
    ...inNamespace('quiet'),
    auto: { maxRisk: 'High', minConfidence: 0, provenSuccesses: 0, withinDays: 30 },
    maintenance: [always],
  });
  await stage.workload('quiet', 'cart', ['quiet-1']);
  const executor = stage.start();
  const shown = await stage.when(await stage.deletePod('quiet', 'quiet-1'), 'is shown', ({ status }) => status?.digest !== undefined);
  expect(shown.status?.policy).toMatchObject({
    decision: 'Approve',
    reason: expect.stringContaining('maintenance window upgrade of RemediationPolicy quiet is open: new nodes, so people decide'),
  });
  await executor.stop();
});

test('what a person has silenced is not remedied by itself', TIMEOUT, async () => {
  await stage.policy('mute', {
    mode: 'Auto',
    ...inNamespace('mute'),
    auto: { maxRisk: 'High', minConfidence: 0, provenSuccesses: 0, withinDays: 30 },
  });
  await stage.workload('mute', 'cart', ['mute-1']);
  const plan = await stage.deletePod('mute', 'mute-1');
  const silence = { until: new Date(Date.now() + 3600_000).toISOString(), reason: 'looking at it', by: 'alice' };
  const incident = { namespace: OPERATOR, name: plan.spec.incidentRef.name };
  await stage.person('alice').patch(incidents, incident, { spec: { silence } }, { type: 'merge' });
  const executor = stage.start();
  const shown = await stage.when(plan, 'is shown', ({ status }) => status?.digest !== undefined);
  expect(shown.status?.policy).toMatchObject({
    decision: 'Approve',
    reason: expect.stringMatching(/silenced until .* by alice: looking at it, so people decide$/u),
  });
  await executor.stop();
});

test('Approvals of a plan that is gone go, and those of another stay', TIMEOUT, async () => {
  await stage.policy('gone', { mode: 'Approve', ...inNamespace('gone'), soakSeconds: 1 });
  await stage.workload('gone', 'cart', ['gone-1', 'gone-2']);
  const plan = await stage.deletePod('gone', 'gone-1');
  const other = await stage.deletePod('gone', 'gone-2');
  const executor = stage.start();
  const [ours, theirs] = [await stage.approve(plan), await stage.approve(other)];
  await Promise.all([plan, other].map((one) => stage.when(one, 'has ended', hasEnded)));
  await stage.admin.delete(remediationPlans, { namespace: OPERATOR, name: plan.metadata.name });
  const has = async ({ metadata }: Approval): Promise<boolean> =>
    (await stage.admin.get(approvals, { namespace: OPERATOR, name: metadata.name })) !== undefined;
  await untilTrue('the Approval is gone', async () => !(await has(ours)), 60_000);
  expect(await has(theirs)).toBe(true);
  await executor.stop();
});

test('one plan at a time is at work on a workload, and the next goes on by itself', TIMEOUT, async () => {
  await stage.policy('contend', { mode: 'Approve', ...inNamespace('contend'), soakSeconds: 4 });
  await stage.workload('contend', 'cart', ['contend-1', 'contend-2']);
  const plans = [await stage.deletePod('contend', 'contend-1'), await stage.deletePod('contend', 'contend-2')];
  const executor = stage.start();
  await Promise.all(plans.map((plan) => stage.approve(plan)));
  const held = await until(
    'one of the two is held up',
    async () => {
      for (const plan of plans) {
        const now = await stage.when(plan, 'exists', () => true);
        if (isHeldBy('WorkloadLocked')(now)) return now;
      }
      return undefined;
    },
    60_000,
  );
  const other = plans.find(({ metadata }) => metadata.name !== held.metadata.name);
  expect(held.status?.waitingOn).toEqual({
    who: 'AgentSRE',
    detail: `plan ${other?.metadata.name} is at work on Deployment/contend/cart; until it has ended`,
  });
  expect(await stage.locks()).toMatchObject({ 'Deployment/contend/cart': other?.metadata.name });

  const ended = await Promise.all(plans.map((plan) => stage.settled(plan)));
  const [first, second] = ended.toSorted((a, b) => Date.parse(a.status?.applied?.at ?? '') - Date.parse(b.status?.applied?.at ?? ''));
  expect(ended.map(({ status }) => status?.phase)).toEqual(['Succeeded', 'Succeeded']);
  expect(Date.parse(second?.status?.applied?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.status?.completedAt ?? ''));
  expect((await stage.locks())['Deployment/contend/cart']).toBeUndefined();
  await executor.stop();
});

test('killed at every write, locks, record and effect of an Auto plan included, it acts once and leaves one outcome and no lock', {
  timeout: 240_000,
}, async () => {
  await stage.policy('mortal', {
    mode: 'Auto',
    ...inNamespace('mortal'),
    auto: { maxRisk: 'Low', minConfidence: 0, provenSuccesses: 0, withinDays: 30 },
  });
  await stage.workload('mortal', 'cart', ['mortal-1']);
  const plan = await stage.deletePod('mortal', 'mortal-1');
  const deaths = await liveAndDie({ executor: stage.executor, observer: stage.admin, remediate, plan }, 60);
  const { status } = await stage.settled(plan);
  expect(status?.phase, JSON.stringify(status?.conditions)).toBe('Succeeded');
  expect(deaths).toEqual(
    expect.arrayContaining([expect.stringMatching(/(create|replace) leases$/u), expect.stringMatching(/create configmaps$/u)]),
  );
  expect((await stage.locks())['Deployment/mortal/cart']).toBeUndefined();
  const records = await stage.records('mortal');
  expect(records.flatMap(({ entries }) => entries)).toMatchObject([{ plan: plan.metadata.uid, outcome: 'Verified' }]);
});

test('the lock of a plan that is gone is taken over', TIMEOUT, async () => {
  await stage.policy('orphan', { mode: 'Approve', ...inNamespace('orphan') });
  await stage.workload('orphan', 'cart', ['orphan-1', 'orphan-2']);
  const lost = await stage.deletePod('orphan', 'orphan-1', { soakSeconds: 3_600 });
  const before = stage.start();
  await stage.approve(lost);
  await stage.when(lost, 'is at work', ({ status }) => status?.applied !== undefined);
  await before.stop();
  await stage.admin.delete(remediationPlans, { namespace: OPERATOR, name: lost.metadata.name });

  const next = await stage.deletePod('orphan', 'orphan-2');
  const after = stage.start();
  await stage.approve(next);
  expect((await stage.settled(next)).status?.phase).toBe('Succeeded');
  await after.stop();
});

describe('a plan that is held up', () => {
  test('by the number of plans at once goes on when one has ended', TIMEOUT, async () => {
    await stage.policy('one', { mode: 'Approve', ...inNamespace('one'), maxConcurrent: 1, soakSeconds: 4 });
    await stage.workload('one', 'cart', ['one-1']);
    await stage.workload('one', 'web', ['one-2']);
    const plans = [await stage.deletePod('one', 'one-1'), await stage.deletePod('one', 'one-2')];
    const executor = stage.start();
    await Promise.all(plans.map((plan) => stage.approve(plan)));
    await until(
      'one of the two is held up',
      async () => {
        const now = await Promise.all(plans.map((plan) => stage.when(plan, 'exists', () => true)));
        return now.some(isHeldBy('ConcurrencyLimit')) ? true : undefined;
      },
      60_000,
    );
    const ended = await Promise.all(plans.map((plan) => stage.settled(plan)));
    const [first, second] = ended.toSorted((a, b) => Date.parse(a.status?.applied?.at ?? '') - Date.parse(b.status?.applied?.at ?? ''));
    expect(ended.map(({ status }) => status?.phase)).toEqual(['Succeeded', 'Succeeded']);
    expect(Date.parse(second?.status?.applied?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.status?.completedAt ?? ''));
    await executor.stop();
  });

  test('by a cooldown goes on when it is over, and a restart changes nothing', TIMEOUT, async () => {
    await stage.policy('cool', { mode: 'Approve', ...inNamespace('cool'), cooldownSeconds: 12 });
    await stage.workload('cool', 'cart', ['cool-1', 'cool-2']);
    const first = await stage.deletePod('cool', 'cool-1');
    const before = stage.start();
    await stage.approve(first);
    const { status: done } = await stage.settled(first);
    const second = await stage.deletePod('cool', 'cool-2');
    await stage.approve(second);
    const held = await stage.when(second, 'is held up', isHeldBy('Cooldown'));
    await before.stop();
    const over = Date.parse(done?.applied?.at ?? '') + 12_000;
    expect(held.status?.waitingOn?.detail).toContain(`until ${new Date(over).toISOString().replace(/\.\d{3}Z$/u, 'Z')}`);
    const after = stage.start();
    const ended = await stage.settled(second);
    expect(ended.status?.phase).toBe('Succeeded');
    expect(Date.parse(ended.status?.applied?.at ?? '')).toBeGreaterThanOrEqual(over - 1_000);
    await after.stop();
  });

  test('by the share of its namespace says so', TIMEOUT, async () => {
    await stage.policy('share', { mode: 'Approve', ...inNamespace('share'), maxNamespacePercentPerHour: 50 });
    for (const name of ['a', 'b']) await stage.workload('share', name, [`share-${name}`]);
    const executor = stage.start();
    const first = await stage.deletePod('share', 'share-a');
    await stage.approve(first);
    await stage.settled(first);
    const second = await stage.deletePod('share', 'share-b');
    await stage.approve(second);
    const held = await stage.when(second, 'is held up', isHeldBy('NamespaceLimit'));
    expect(held.status?.waitingOn?.detail).toMatch(
      /lets 50 % of the workloads of namespace share be touched in an hour; that is 1 of 2, and 1 were; until /u,
    );
    await executor.stop();
  });

  test('by a freeze window begins nothing; what is at work already is taken back', TIMEOUT, async () => {
    const name = 'freeze';
    const always = { name: 'always', from: '00:00', to: '24:00', timeZone: 'Europe/Berlin' };
    const cordon = (node: string) => ({
      type: 'CordonNode' as const,
      target: { kind: 'Node', name: node },
      cordonNode: { reviewAfterSeconds: 3600 },
    });
    const isCordoned = async (node: string): Promise<unknown> => (await stage.admin.get(nodes, { name: node }))?.spec?.unschedulable;
    for (const node of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']) await stage.readyNode(node);
    await stage.policy(name, { mode: 'Approve', selector: { actions: ['CordonNode'] } });
    const executor = stage.start();
    const plan = await stage.propose('frozen', cordon('n1'), { failsAfterSeconds: 10 });
    await stage.approve(plan);
    await stage.when(plan, 'is at work', ({ status }) => status?.applied !== undefined);
    await stage.admin.patch(remediationPolicies, { name }, { spec: { freezeWindows: [always] } }, { type: 'merge' });
    expect(await isCordoned('n1')).toBe(true);

    const later = await stage.propose('later', cordon('n2'));
    await stage.approve(later);
    const held = await stage.when(later, 'is held up', isHeldBy('FreezeWindow'));
    expect(held.status?.waitingOn?.detail).toBe(`freeze window always of RemediationPolicy ${name} is open without an end`);
    expect((await stage.settled(plan)).status?.phase).toBe('RolledBack');
    expect([await isCordoned('n1'), await isCordoned('n2')]).toEqual([undefined, undefined]);
    await executor.stop();
  });
});

test('a policy that asks for what cannot be says so in its own status, and lets nothing begin', TIMEOUT, async () => {
  const name = 'mars';
  const window = { name: 'nightly', from: '22:00', to: '06:00', timeZone: 'Mars/Olympus' };
  await stage.policy(name, { mode: 'Approve', ...inNamespace(name), freezeWindows: [window] });
  await stage.workload(name, 'cart', ['mars-1']);
  const executor = stage.start();
  const policy = await until(
    'the policy is judged',
    async () => {
      const found = await stage.admin.get(remediationPolicies, { name });
      return conditionOf(found?.status, 'Ready') === undefined ? undefined : found;
    },
    60_000,
  );
  expect(conditionOf(policy.status, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'Invalid',
    message: expect.stringContaining('freeze window nightly names the time zone "Mars/Olympus", which does not exist'),
  });
  const plan = await stage.deletePod(name, 'mars-1');
  await stage.approve(plan);
  const held = await stage.when(plan, 'is held up', isHeldBy('PolicyInvalid'));
  expect(held.status?.waitingOn).toMatchObject({ who: 'Person', detail: expect.stringContaining('RemediationPolicy mars is not valid') });

  await stage.admin.patch(remediationPolicies, { name }, { spec: { freezeWindows: null } }, { type: 'merge' });
  await until(
    'the policy is judged anew',
    async () => {
      const found = await stage.admin.get(remediationPolicies, { name });
      return conditionOf(found?.status, 'Ready')?.status === 'True' ? true : undefined;
    },
    60_000,
  );
  const stale = await stage.when(plan, 'has ended', hasEnded);
  expect(conditionOf(stale.status, 'Succeeded')).toMatchObject({
    reason: 'Stale',
    message: expect.stringContaining('RemediationPolicy mars was edited'),
  });
  expect(await podIsThere(name, 'mars-1')).toBe(true);
  await executor.stop();
});
