/**
 * A stage with Git and Flux on which plans are carried out under the real accounts; the tests play the approver and the investigator.
 *
 * The plan of a story takes a commit back that moved a port.
 */
import { readChain } from '../../../src/audit/segment.ts';
import { type Verification, verifyChain } from '../../../src/audit/verify.ts';
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
import { type Life, live, seen } from './executorLife.ts';

export const NAMESPACE = 'agent-sre';

export interface Theatre {
  readonly stage: Stage;
  readonly executor: KubeClient;
  readonly investigator: KubeClient;
  readonly alice: KubeClient;
  readonly close: () => Promise<void>;
}

export async function openTheatre(): Promise<Theatre> {
  const stage = await openStage();
  await installApi(stage.client);
  const alice = testClient(stage.cluster.kubeconfigFor('alice'));
  await stage.client.create(remediationPolicies, { metadata: { name: 'approve' }, spec: { mode: 'Approve' } });
  return {
    stage,
    executor: asServiceAccount(stage.client, NAMESPACE, 'agent-sre-executor'),
    investigator: asServiceAccount(stage.client, NAMESPACE, 'agent-sre-investigator'),
    alice,
    close: async () => {
      await alice.close();
      await stage.stop();
    },
  };
}

export const cart = (namespace: string, port: string): string => `apiVersion: apps/v1
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

export interface Story {
  readonly shop: Shop;
  readonly bad: string;
  readonly plan: RemediationPlan;
}

export async function begin(theatre: Theatre, name: string): Promise<Story> {
  const shop = await theatre.stage.shop(name, { 'apps/cart.yaml': cart(name, '8080') });
  const bad = shop.ada.commit('Move the port', { 'apps/cart.yaml': cart(name, '9090') });
  await shop.applied(bad);
  return { shop, bad, plan: await planToTakeBack(theatre, { name, bad }) };
}

interface Harm {
  /** Of the namespace, and of all that is made for it. */
  readonly name: string;
  readonly bad: string;
}

/** The plan that takes a commit back, with the Incident and the diagnosis that it rests on. */
export async function planToTakeBack(
  { stage, investigator }: Theatre,
  { name, bad }: Harm,
  spec: Partial<RemediationPlan['spec']> = {},
): Promise<RemediationPlan> {
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
  return investigator.create(remediationPlans, {
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
      ...spec,
    },
  });
}

export const lifeOf = ({ stage, executor }: Theatre, plan: RemediationPlan): Life => ({
  executor,
  observer: stage.client,
  remediate: { repositories: stage.deps.repositories, renderer: stage.deps.renderer, operatorNamespace: NAMESPACE },
  plan,
});

/** Approves what is shown, as soon as it is. */
export const approve = (theatre: Theatre, plan: RemediationPlan): Promise<void> => say(theatre, plan, 'Approve');

/** Says a word on what is shown, as soon as it is. */
export async function say({ stage, alice }: Theatre, plan: RemediationPlan, decision: 'Approve' | 'Reject'): Promise<void> {
  const { name, uid } = plan.metadata;
  const digest = await until('the plan shows its digest', async () => (await seen(stage.client, plan)).status?.digest, 60_000);
  await alice.create(
    approvals,
    newApproval({ namespace: NAMESPACE, generateName: `${name}-` }, { planRef: { name, uid }, planDigest: digest, decision }),
  );
}

export type Outcome = 'NothingWrong' | 'Unresolved';

/** Says of the world after the fix what the investigator would, once it is asked; that never happens if the signal aborts first. */
export async function answerVerification(
  { stage, investigator }: Theatre,
  { metadata }: RemediationPlan,
  outcome: Outcome,
  signal?: AbortSignal,
): Promise<void> {
  const findings = outcome === 'Unresolved' ? [stillCrashing(metadata.name)] : [];
  const asked = await until(
    'the executor asks for a look at the world',
    async () => {
      if (signal?.aborted === true) return 'never';
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
    status: { outcome, findings, conditions: [succeeded] },
  };
  await investigator.apply(investigations, answer, { fieldManager: 'test', subresource: 'status' });
}

/** What the executor has put on record, verified, once it has told of the end of a plan. */
export async function auditAtTheEnd(theatre: Theatre, plan: RemediationPlan): Promise<Verification> {
  let over = false;
  const living = live({ ...lifeOf(theatre, plan), isOver: () => over });
  try {
    return await until('the audit tells of the end', async () => {
      const verified = verifyChain(await readChain(theatre.stage.client, NAMESPACE, 'executor'));
      return verified.entries.some(({ event, subject }) => event === 'PlanEnded' && subject?.uid === plan.metadata.uid)
        ? verified
        : undefined;
    });
  } finally {
    over = true;
    await living;
  }
}

const stillCrashing = (namespace: string): Finding => ({
  id: 'f1',
  analyzer: 'crashLoop',
  reason: 'ContainerExitsWithError',
  object: { kind: 'Deployment', namespace, name: 'cart', container: 'app' },
  message: 'Container app exits with 1.',
  evidence: ['e1'],
});
