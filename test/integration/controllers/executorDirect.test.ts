/**
 * Strategy Direct on a real API server with admission: the executor under its own account, killed before and after each of its writes, one life after another.
 * What it does it does once, what it leaves behind is recorded, and what did not help is taken back.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approvals, type RemediationPlan, remediationPolicies } from '../../../src/crds/kinds.ts';
import type { Action, Criterion } from '../../../src/crds/remediationPlan.ts';
import { hasEnded } from '../../../src/domain/plan.ts';
import { deployments, pods, replicaSets } from '../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { ownerReferenceTo, type ResourceType } from '../../../src/kube/object.ts';
import { nodes } from '../../../src/remediate/direct/resources.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { applyManifest, installApi } from '../../support/installCrds.ts';
import { newApproval } from '../../support/sreObjects.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';
import { makeReadyNode, proposeDirectly } from './directPlan.ts';
import { live, liveAndDie, seen } from './executorLife.ts';

const OPERATOR = 'agent-sre';
const SHOP = 'shop';
const unused = { open: () => Promise.reject(new Error('a direct action has no business with Git')) } as never;
const remediate = { repositories: unused, renderer: unused, operatorNamespace: OPERATOR };
/** More than any plan needs: each second life gets one write further. */
const LIVES_MAX = 100;

let cluster: Cluster;
let admin: KubeClient;
let executor: KubeClient;
let investigator: KubeClient;
let alice: KubeClient;
beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  executor = asServiceAccount(admin, OPERATOR, 'agent-sre-executor');
  investigator = asServiceAccount(admin, OPERATOR, 'agent-sre-investigator');
  alice = testClient(cluster.kubeconfigFor('alice'));
  await admin.create(remediationPolicies, { metadata: { name: 'approve' }, spec: { mode: 'Approve' } });
  await applyManifest(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHOP } });
  await applyManifest(admin, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: SHOP } });
  for (const name of ['n1', 'n2', 'n3']) await makeReadyNode(admin, name);
}, 120_000);
afterAll(async () => {
  await Promise.all([alice, executor, investigator, admin].map((client) => client?.close()));
  await cluster?.stop();
});

const propose = (name: string, action: Action, successCriteria: readonly Criterion[]): Promise<RemediationPlan> =>
  proposeDirectly({ admin, investigator }, { namespace: OPERATOR, name, action, successCriteria });

async function approve(plan: RemediationPlan): Promise<void> {
  const { name, uid } = plan.metadata;
  const digest = await until(
    'the plan shows its digest',
    async () => {
      const { status } = await seen(admin, plan);
      if (hasEnded(await seen(admin, plan))) throw new Error(JSON.stringify(status?.conditions));
      return status?.digest;
    },
    60_000,
  );
  const spec = { planRef: { name, uid }, planDigest: digest, decision: 'Approve' as const };
  await alice.create(approvals, newApproval({ namespace: OPERATOR, generateName: `${name}-` }, spec));
}

/** Counts the writes of one object, whoever they are by. */
function countWrites(resource: ResourceType, name: string): { readonly count: () => number; readonly stop: () => void } {
  const stop = new AbortController();
  let count = 0;
  const follow = async (): Promise<void> => {
    for await (const event of admin.watch(resource, { signal: stop.signal })) {
      if (event.type !== 'BOOKMARK' && event.type !== 'ADDED' && event.object.metadata.name === name) count += 1;
    }
  };
  void follow().catch(() => undefined);
  return { count: () => count, stop: () => stop.abort() };
}

const cordonOf = async (name: string): Promise<unknown> => (await admin.get(nodes, { name }))?.spec?.unschedulable;

test('killed at every write, a node is cordoned once, and what is left behind is recorded', { timeout: 240_000 }, async () => {
  const action: Action = { type: 'CordonNode', target: { kind: 'Node', name: 'n1' }, cordonNode: { reviewAfterSeconds: 3600 } };
  const plan = await propose('cordon', action, [{ type: 'EffectInPlace', withinSeconds: 60 }]);
  const writes = countWrites(nodes, 'n1');
  const approved = approve(plan);
  const deaths = await liveAndDie({ executor, observer: admin, remediate, plan: plan }, LIVES_MAX);
  await approved;

  const { status } = await seen(admin, plan);
  expect(status?.phase, JSON.stringify(status?.conditions)).toBe('Succeeded');
  expect(await admin.get(nodes, { name: 'n1' })).toMatchObject({
    metadata: { annotations: { 'agentsre.io/cordoned-by': plan.metadata.uid } },
    spec: { unschedulable: true },
  });
  expect(status).toMatchObject({
    applied: { object: { kind: 'Node', name: 'n1', uid: expect.any(String) }, what: 'CordonNode on Node/n1' },
    leftBehind: { what: 'node n1 is cordoned', owner: 'alice', end: 'kubectl uncordon n1', overdueAt: expect.any(String) },
    renderedDiff: [{ object: 'Node/n1', path: 'spec.unschedulable', after: 'true' }],
  });
  expect(deaths.filter((death) => death.endsWith('patch nodes')).length).toBeGreaterThan(0);
  expect(writes.count()).toBe(1);
  writes.stop();

  // Somebody ends it by hand, with no word to anybody.
  await admin.patch(nodes, { name: 'n1' }, { spec: { unschedulable: null } }, { type: 'merge' });
  await live({ executor, observer: admin, remediate, plan, isOver: ({ status: now }) => now?.leftBehind?.endedAt !== undefined });
});

test('killed at every write, a cordon that did not help is taken back', { timeout: 240_000 }, async () => {
  await admin.patch(nodes, { name: 'n1' }, { spec: { unschedulable: null } }, { type: 'merge' });
  const action: Action = { type: 'CordonNode', target: { kind: 'Node', name: 'n2' }, cordonNode: { reviewAfterSeconds: 3600 } };
  const gone = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: SHOP, name: 'gone' };
  const plan = await propose('cordon-in-vain', action, [{ type: 'RolloutComplete', target: gone, withinSeconds: 0 }]);
  const approved = approve(plan);
  await liveAndDie({ executor, observer: admin, remediate, plan: plan }, LIVES_MAX);
  await approved;
  const { status } = await seen(admin, plan);
  expect(status?.phase, JSON.stringify(status?.conditions)).toBe('RolledBack');
  expect(status?.leftBehind).toBeUndefined();
  expect(await cordonOf('n2')).toBeUndefined();
});

test('killed at every write, a pod is deleted, and its successor of the same name is not', { timeout: 240_000 }, async () => {
  const labels = { app: 'cart' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'a:1' }] } };
  const deployment = await admin.create(deployments, {
    metadata: { name: 'cart', namespace: SHOP },
    spec: { selector: { matchLabels: labels }, template },
  });
  const set = await admin.create(replicaSets, {
    metadata: { name: 'cart-1', namespace: SHOP, labels, ownerReferences: [ownerReferenceTo(deployment, deployments)] },
    spec: { selector: { matchLabels: labels }, template },
  });
  const pod = () => ({
    metadata: { name: 'cart-1-a', namespace: SHOP, labels, ownerReferences: [ownerReferenceTo(set, replicaSets)] },
    spec: template.spec,
  });
  const first = await admin.create(pods, pod());
  const action: Action = { type: 'DeletePod', target: { kind: 'Pod', namespace: SHOP, name: 'cart-1-a', uid: first.metadata.uid } };
  const plan = await propose('delete', action, [{ type: 'EffectInPlace', withinSeconds: 60 }]);
  const approved = approve(plan);
  const replaced = until(
    'the pod is gone, and made anew',
    async () => ((await admin.get(pods, { namespace: SHOP, name: 'cart-1-a' })) === undefined ? admin.create(pods, pod()) : undefined),
    120_000,
  );
  const deaths = await liveAndDie({ executor, observer: admin, remediate, plan: plan }, LIVES_MAX);
  await approved;
  const second = await replaced;
  const { status } = await seen(admin, plan);
  expect(status?.phase, JSON.stringify(status?.conditions)).toBe('Succeeded');
  expect(deaths.filter((death) => death.endsWith('delete pods')).length).toBeGreaterThan(0);
  expect((await admin.get(pods, { namespace: SHOP, name: 'cart-1-a' }))?.metadata.uid).toBe(second.metadata.uid);
});
