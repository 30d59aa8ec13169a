/**
 * The executor on a real API server with admission, real Git and the real Flux; nodes are simulated, and the test plays the approver and
 * the investigator.
 *
 * It is killed before and after each of its writes to the API server, one life after another: its plan still reaches its end, and has
 * pushed exactly one commit, or one and its revert. Between two writes lie the effects outside the cluster, so this also kills it
 * right before and right after each push.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../../src/crds/investigation.ts';
import {
  approvals,
  incidents,
  investigations,
  type RemediationPlan,
  remediationPlans,
  remediationPolicies,
} from '../../../src/crds/kinds.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { installApi } from '../../support/installCrds.ts';
import { newApproval } from '../../support/sreObjects.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';
import { openStage, type Shop, type Stage } from '../remediate/support/stage.ts';
import { live, liveAndDie, seen as seenBy } from './executorLife.ts';

const NAMESPACE = 'agent-sre';
/** More than any plan needs: each second life gets one write further. */
const LIVES_MAX = 60;

let stage: Stage;
let executor: KubeClient;
let investigator: KubeClient;
let alice: KubeClient;

beforeAll(async () => {
  stage = await openStage();
  await installApi(stage.client);
  executor = asServiceAccount(stage.client, NAMESPACE, 'agent-sre-executor');
  investigator = asServiceAccount(stage.client, NAMESPACE, 'agent-sre-investigator');
  alice = testClient(stage.cluster.kubeconfigFor('alice'));
  await stage.client.create(remediationPolicies, { metadata: { name: 'approve' }, spec: { mode: 'Approve' } });
}, 120_000);
afterAll(async () => {
  await alice?.close();
  await stage?.stop();
});

const cart = (namespace: string, port: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: ${namespace}}
spec:
  replicas: 1
  selector:
    matchLabels: {app: cart}
  template:
    metadata:
      labels: {app: cart}
    spec:
      containers:
        - name: app
          image: registry.test/cart:1.0
          env:
            - name: PORT # where it listens
              value: "${port}"
`;

interface Story {
  readonly shop: Shop;
  readonly bad: string;
  readonly plan: RemediationPlan;
}

async function begin(name: string): Promise<Story> {
  const shop = await stage.shop(name, { 'apps/cart.yaml': cart(name, '8080') });
  const bad = shop.ada.commit('Move the port', { 'apps/cart.yaml': cart(name, '9090') });
  await shop.applied(bad);
  const target = { kind: 'Deployment', namespace: name, name: 'cart' };
  const meta = { namespace: NAMESPACE, name };
  const incident = await stage.client.create(incidents, {
    metadata: meta,
    spec: { title: name, severity: 'warning', source: 'Manual', targets: [target] },
  });
  const incidentRef = { name, uid: incident.metadata.uid };
  const diagnosis = await investigator.create(investigations, {
    metadata: meta,
    spec: { purpose: 'Diagnosis', incidentRef, targets: [target] },
  });
  const plan = await investigator.create(remediationPlans, {
    metadata: meta,
    spec: {
      incidentRef,
      investigationRef: { name, uid: diagnosis.metadata.uid },
      ordinal: 1,
      summary: 'Take the port back.',
      actions: [{ type: 'RevertCommit', target, revertCommit: { commit: bad } }],
      strategy: 'Commit',
      successCriteria: [
        { type: 'RolloutComplete', target, withinSeconds: 600 },
        { type: 'FindingsCleared', target, withinSeconds: 600 },
      ],
      soakSeconds: 0,
      rollback: 'Automatic',
      expiresAt: new Date(Date.now() + 1_200_000).toISOString(),
      confidence: 90,
    },
  });
  return { shop, bad, plan };
}

const life = (plan: RemediationPlan) => ({
  executor,
  observer: stage.client,
  remediate: { repositories: stage.deps.repositories, renderer: stage.deps.renderer, operatorNamespace: NAMESPACE },
  plan,
});
const seen = (plan: RemediationPlan): Promise<RemediationPlan> => seenBy(stage.client, plan);

/** Approves what is shown, and says of the world after the fix what the investigator would. */
async function playTheOthers(
  plan: RemediationPlan,
  outcome: 'NothingWrong' | 'Unresolved',
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<void> {
  const { metadata } = plan;
  const { status } = await until(
    'the plan shows its digest',
    async () => ((await seen(plan)).status?.digest === undefined ? undefined : seen(plan)),
    60_000,
  );
  const planRef = { name: metadata.name, uid: metadata.uid };
  await alice.create(
    approvals,
    newApproval(
      { namespace: NAMESPACE, generateName: `${metadata.name}-` },
      { planRef, planDigest: status?.digest ?? '', decision: 'Approve' },
    ),
  );
  const asked = await until(
    'the executor asks for a look at the world',
    async () => {
      if (signal.aborted) return 'never';
      const { items } = await stage.client.list(investigations, { namespace: NAMESPACE });
      return items.find(({ spec }) => spec.planRef?.uid === metadata.uid);
    },
    120_000,
  );
  if (asked === 'never') return;
  const succeeded = {
    type: 'Succeeded',
    status: 'True' as const,
    reason: outcome,
    message: '',
    lastTransitionTime: new Date().toISOString(),
  };
  const answer = {
    metadata: { namespace: NAMESPACE, name: asked.metadata.name },
    status: { outcome, findings: [...findings], conditions: [succeeded] },
  };
  await investigator.apply(investigations, answer, { fieldManager: 'test', subresource: 'status' });
}

interface Case {
  readonly name: string;
  readonly shop: string;
  readonly outcome: 'NothingWrong' | 'Unresolved';
  readonly stillWrong: boolean;
  readonly want: { readonly phase: string; readonly port: string; readonly commits: number };
}

test.each<Case>([
  {
    name: 'a fix that helps is pushed exactly once',
    shop: 'helped',
    outcome: 'NothingWrong',
    stillWrong: false,
    want: { phase: 'Succeeded', port: '8080', commits: 1 },
  },
  {
    name: 'a fix that does not help is pushed and taken back exactly once',
    shop: 'not-helped',
    outcome: 'Unresolved',
    stillWrong: true,
    want: { phase: 'RolledBack', port: '9090', commits: 2 },
  },
])('killed at every write, $name', { timeout: 240_000 }, async ({ shop: name, outcome, stillWrong, want }) => {
  const { shop, bad, plan } = await begin(name);
  const over = new AbortController();
  const findings = stillWrong ? [stillCrashing(name)] : [];
  const others = playTheOthers(plan, outcome, findings, over.signal);
  const deaths = await liveAndDie(life(plan), LIVES_MAX);
  over.abort();
  await others;

  const { status } = await seen(plan);
  expect(status?.phase, JSON.stringify(status?.conditions)).toBe(want.phase);
  expect(shop.ada.read('apps/cart.yaml')).toBe(cart(name, want.port));
  const ours = shop.ada.git('log', '--reverse', '--format=%H', `${bad}..HEAD`).split('\n');
  expect(ours).toEqual([status?.commit?.sha, status?.rollback?.commit?.sha].slice(0, want.commits));
  expect(deaths.filter((death) => death === 'before apply remediationplans').length).toBeGreaterThan(3);
});

test('refused by the Git host, the plan says so and waits for a person; with the right password it goes on', {
  timeout: 120_000,
}, async () => {
  const { plan } = await begin('refused');
  const password = readFileSync(stage.passwordFile, 'utf8');
  writeFileSync(stage.passwordFile, 'wrong');
  await live({ ...life(plan), isOver: ({ status }) => status?.waitingOn?.detail !== undefined });
  const { status } = await seen(plan);
  expect(status?.waitingOn).toMatchObject({ who: 'Person', detail: expect.stringContaining('credential') });
  expect(status?.conditions?.find(({ type }) => type === 'Rendered')).toMatchObject({ status: 'False', reason: 'GitUnauthorized' });

  writeFileSync(stage.passwordFile, password);
  await live({ ...life(plan), isOver: ({ status: now }) => now?.phase === 'AwaitingApproval' });
  expect((await seen(plan)).status).toMatchObject({ phase: 'AwaitingApproval', digest: expect.stringMatching(/^sha256:/u) });
});

const stillCrashing = (namespace: string): Finding => ({
  id: 'f1',
  analyzer: 'crashLoop',
  reason: 'ContainerExitsWithError',
  object: { kind: 'Deployment', namespace, name: 'cart', container: 'app' },
  message: 'Container app exits with 1.',
  evidence: ['e1'],
});
