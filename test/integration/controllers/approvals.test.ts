/** The rules of approval, on a real API server with admission and with the executor that counts: how many, how long, whose, and for what. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { conditionOf } from '../../../src/controllers/steps.ts';
import type { Approval, RemediationPlan } from '../../../src/crds/kinds.ts';
import { approvals } from '../../../src/crds/kinds.ts';
import { pods } from '../../../src/gitops/resources.ts';
import { nodes } from '../../../src/remediate/direct/resources.ts';
import { applyManifest } from '../../support/installCrds.ts';
import { until } from '../../support/until.ts';
import type { RunningExecutor } from './executorLife.ts';
import { OPERATOR, openPolicyStage, type PolicyStage } from './policyStage.ts';

const TIMEOUT = { timeout: 120_000 };
let stage: PolicyStage;
let executor: RunningExecutor;
beforeAll(async () => {
  stage = await openPolicyStage();
  await applyManifest(stage.admin, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'carol-approves' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'agent-sre-approver' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'carol' }],
  });
  executor = stage.start();
}, 120_000);
afterAll(async () => {
  await executor?.stop();
  await stage?.stop();
});

const inNamespace = (namespace: string) => ({ selector: { namespaces: [namespace] } });
const verdictOn = (approval: Approval): Promise<string> =>
  until(
    `Approval ${approval.metadata.name} is judged`,
    async () => {
      const found = await stage.admin.get(approvals, { namespace: OPERATOR, name: approval.metadata.name });
      return conditionOf(found?.status, 'Accepted')?.reason;
    },
    60_000,
  );
const isThere = async (namespace: string, name: string): Promise<boolean> =>
  (await stage.admin.get(pods, { namespace, name })) !== undefined;

test('two persons are two: the same one twice is one', TIMEOUT, async () => {
  await stage.policy('pair', { mode: 'Approve', ...inNamespace('pair'), approvals: { low: 2, medium: 2, high: 2 } });
  await stage.workload('pair', 'cart', ['pair-1']);
  const plan = await stage.deletePod('pair', 'pair-1');
  const twice = [await stage.approve(plan), await stage.approve(plan)];
  expect((await Promise.all(twice.map(verdictOn))).toSorted()).toEqual(['Accepted', 'SamePerson']);
  const { status } = await stage.when(plan, 'waits for the other', (now) => now.status?.waitingOn?.detail === '2 approvers; so far alice');
  expect(status?.phase).toBe('AwaitingApproval');
  expect(await isThere('pair', 'pair-1')).toBe(true);

  await stage.approve(plan, stage.person('bob'));
  expect(conditionOf((await stage.settled(plan)).status, 'Approved')?.message).toMatch(/^approved by (alice, bob|bob, alice)$/u);
});

test('a plan of high risk takes two persons, and none of them asked for it', TIMEOUT, async () => {
  await stage.policy('high', { mode: 'Approve', selector: { actions: ['UncordonNode'] } });
  await stage.readyNode('high');
  await stage.admin.patch(nodes, { name: 'high' }, { spec: { unschedulable: true } }, { type: 'merge' });
  const alice = stage.person('alice');
  const plan = await stage.propose('high', { type: 'UncordonNode', target: { kind: 'Node', name: 'high' } } as never, { by: alice });
  const own = await stage.approve(plan, alice);
  expect(await verdictOn(own)).toBe('OwnHighRiskPlan');
  await stage.approve(plan, stage.person('bob'));
  const { status } = await stage.when(plan, 'counts one', (now) => now.status?.waitingOn?.detail === '2 approvers; so far bob');
  expect(status?.risk?.level).toBe('High');

  await stage.approve(plan, stage.person('carol'));
  expect((await stage.settled(plan)).status?.phase).toBe('Succeeded');
});

test('an approval is over when the policy says, and when its giver says', TIMEOUT, async () => {
  await stage.policy('brief', { mode: 'Approve', ...inNamespace('brief'), lifetimes: { commitSeconds: 0, pullRequestSeconds: 604_800 } });
  await stage.policy('long', { mode: 'Approve', ...inNamespace('long') });
  for (const namespace of ['brief', 'long']) await stage.workload(namespace, 'cart', [`${namespace}-1`]);
  const brief = await stage.approve(await stage.deletePod('brief', 'brief-1'));
  expect(await verdictOn(brief)).toBe('Expired');
  const past = new Date(Date.now() - 1_000).toISOString();
  const long = await stage.approve(await stage.deletePod('long', 'long-1'), stage.person('alice'), { expiresAt: past });
  expect(await verdictOn(long)).toBe('Expired');
  expect([await isThere('brief', 'brief-1'), await isThere('long', 'long-1')]).toEqual([true, true]);
});

test('an approval is used once: it is no word on another plan, nor on the same one made anew', TIMEOUT, async () => {
  await stage.policy('once', { mode: 'Approve', ...inNamespace('once') });
  await stage.workload('once', 'cart', ['once-1', 'once-2']);
  const first = await stage.deletePod('once', 'once-1');
  const used = await stage.approve(first);
  expect((await stage.settled(first)).status?.phase).toBe('Succeeded');
  const second = await stage.deletePod('once', 'once-2');
  const shown = await stage.when(second, 'is shown', ({ status }) => status?.digest !== undefined);
  const reused = await stage.approve(second, stage.person('bob'), { planDigest: used.spec.planDigest });
  expect(await verdictOn(reused)).toBe('OtherDigest');
  const otherUid = await stage.approve(second, stage.person('carol'), {
    planRef: { name: second.metadata.name, uid: first.metadata.uid },
    planDigest: shown.status?.digest ?? '',
  });
  expect(await verdictOn(otherUid)).toBe('OtherPlan');
  expect(await isThere('once', 'once-2')).toBe(true);
});

test('one Reject ends a plan, also one that would go on by itself', TIMEOUT, async () => {
  const always = { name: 'always', from: '00:00', to: '24:00', timeZone: 'UTC' };
  const auto = { maxRisk: 'High' as const, minConfidence: 0, provenSuccesses: 0, withinDays: 30 };
  await stage.policy('veto', { mode: 'Auto', ...inNamespace('veto'), auto, freezeWindows: [always] });
  await stage.workload('veto', 'cart', ['veto-1']);
  const plan: RemediationPlan = await stage.deletePod('veto', 'veto-1');
  await stage.when(plan, 'is held up', ({ status }) => status?.phase === 'HeldUp' && status.policy?.decision === 'Auto');
  await stage.approve(plan, stage.person('bob'), { decision: 'Reject', reason: 'not now' });
  const { status } = await stage.settled(plan);
  expect(conditionOf(status, 'Succeeded')).toMatchObject({ reason: 'Rejected', message: 'rejected by bob: not now' });
  expect((await stage.records('veto')).flatMap(({ entries }) => entries)).toMatchObject([{ outcome: 'Rejected' }]);
  expect(await isThere('veto', 'veto-1')).toBe(true);
});
