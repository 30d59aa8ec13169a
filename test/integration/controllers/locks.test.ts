/** Locks of workloads on a real API server: whoever asks at once, and however often, one plan holds each at a time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LockParts, listLocks, releaseLocks, takeLock } from '../../../src/controllers/remediationplan/locks.ts';
import type { RemediationPlan } from '../../../src/crds/kinds.ts';
import type { Action } from '../../../src/crds/remediationPlan.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { leases } from '../../../src/kube/leaseRecord.ts';
import { asServiceAccount } from '../../support/testClient.ts';
import { OPERATOR, openPolicyStage, type PolicyStage } from './policyStage.ts';

let stage: PolicyStage;
let plans: readonly RemediationPlan[];
beforeAll(async () => {
  stage = await openPolicyStage();
  const action: Action = { type: 'DeletePod', target: { kind: 'Pod', namespace: 'shop', name: 'cart-1' } };
  plans = await Promise.all(Array.from({ length: 8 }, (_, index) => stage.propose(`contender-${index}`, action)));
}, 120_000);
afterAll(async () => stage?.stop());

const cart = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const parts = (client: KubeClient): LockParts => ({ client, namespace: OPERATOR, signal: new AbortController().signal, now: Date.now() });
const effectOf = ({ metadata }: RemediationPlan) => ({
  plan: metadata.uid,
  actions: ['DeletePod'],
  policies: ['p'],
  at: new Date().toISOString(),
});

test('of eight plans that two executors lock at once, one gets it, and each gets it in the end', { timeout: 60_000 }, async () => {
  const executors = [0, 1].map(() => asServiceAccount(stage.admin, OPERATOR, 'agent-sre-executor'));
  const waiting = new Set(plans);
  let holding = 0;
  const contend = async (plan: RemediationPlan, client: KubeClient): Promise<void> => {
    const taken = await takeLock(parts(client), cart, plan, effectOf(plan));
    if (taken.kind === 'held') return;
    holding += 1;
    expect(holding).toBe(1);
    const [lock] = await listLocks(parts(client));
    expect(lock).toMatchObject({ target: cart, holder: { name: plan.metadata.name } });
    waiting.delete(plan);
    holding -= 1;
    await releaseLocks(parts(client), plan.metadata.uid, new Date().toISOString());
  };
  while (waiting.size > 0) await Promise.all([...waiting].map((plan, index) => contend(plan, executors[index % 2] as KubeClient)));

  const [lock] = await listLocks(parts(stage.executor));
  expect(lock?.holder).toBeUndefined();
  expect(lock?.effects.map(({ plan }) => plan).toSorted()).toEqual(plans.map(({ metadata }) => metadata.uid).toSorted());
});

test('a lock that was taken and led to nothing leaves no trace', async () => {
  const [plan] = plans as [RemediationPlan];
  const other = { ...cart, name: 'other' };
  await takeLock(parts(stage.executor), other, plan, effectOf(plan));
  expect((await listLocks(parts(stage.executor))).some(({ target }) => target.name === 'other')).toBe(true);
  await releaseLocks(parts(stage.executor), plan.metadata.uid, undefined);
  expect((await listLocks(parts(stage.executor))).some(({ target }) => target.name === 'other')).toBe(false);
});

test('what somebody else has scribbled into a lock is no effect of ours, and the lock still locks', async () => {
  const [plan, next] = plans as [RemediationPlan, RemediationPlan];
  const third = { ...cart, name: 'third' };
  await takeLock(parts(stage.executor), third, plan, effectOf(plan));
  const { items } = await stage.admin.list(leases, { namespace: OPERATOR });
  const lease = items.find(({ metadata }) => metadata.annotations?.['agentsre.io/target'] === 'Deployment/shop/third');
  await stage.admin.patch(
    leases,
    { namespace: OPERATOR, name: lease?.metadata.name ?? '' },
    { metadata: { annotations: { 'agentsre.io/effects': '{"a":' } } },
    { type: 'merge' },
  );
  expect(await takeLock(parts(stage.executor), third, next, effectOf(next))).toEqual({ kind: 'held', by: plan.metadata.name });
  expect((await listLocks(parts(stage.executor))).find(({ target }) => target.name === 'third')?.effects).toEqual([]);
});
