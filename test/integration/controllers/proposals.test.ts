/**
 * A proposal after another, on a real API server with the investigator's and the executor's controllers: an edited policy makes an open plan stale, a
 * short lifetime lets it expire, each time a new one follows and says so, and after the third people are asked. The test plays the diagnosis.
 */

import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createIncidentController } from '../../../src/controllers/incident/controller.ts';
import { conditionOf } from '../../../src/controllers/steps.ts';
import {
  type Incident,
  incidents,
  investigations,
  type RemediationPlan,
  remediationPlans,
  remediationPolicies,
} from '../../../src/crds/kinds.ts';
import { deployments } from '../../../src/gitops/resources.ts';
import { createManager } from '../../../src/kube/manager.ts';
import { createMeasurements } from '../../../src/sources/measurements.ts';
import { startWriting } from '../../support/auditChain.ts';
import { silentLogger } from '../../support/logger.ts';
import { until } from '../../support/until.ts';
import type { RunningExecutor } from './executorLife.ts';
import { OPERATOR, openPolicyStage, type PolicyStage } from './policyStage.ts';

const TIMEOUT = { timeout: 120_000 };
const PATIENCE_MS = 60_000;
let stage: PolicyStage;
let executor: RunningExecutor;
let investigating: Promise<unknown>;
const stop = new AbortController();
beforeAll(async () => {
  stage = await openPolicyStage();
  executor = stage.start();
  const manager = createManager({
    client: stage.investigator,
    clock: systemClock,
    logger: silentLogger,
    registry: new Registry(),
    name: 'agentsre.io/investigator',
    drainMs: 1_000,
  });
  manager.addController(
    createIncidentController({
      retentionMs: 30 * 24 * 3600_000,
      audit: startWriting().write({ chain: 'investigator' }),
      clock: systemClock,
      events: manager.events,
      redact: (text) => text,
      namespace: OPERATOR,
      proposals: { operatorNamespace: OPERATOR, protectedNamespaces: [] },
      unconfirmedAfterMs: 60_000,
      announcements: {
        critical: { minutes: 0, occurrences: 1 },
        warning: { minutes: 2, occurrences: 2 },
        info: { minutes: 10, occurrences: 3 },
      },
      measurements: createMeasurements([]),
      verdictOn: () => ({ kind: 'leader', settledAt: 0 }),
      alertState: () => Promise.resolve('unknown' as const),
    }),
  );
  investigating = manager.run(stop.signal).catch(() => undefined);
}, 120_000);
afterAll(async () => {
  stop.abort();
  await investigating;
  await executor?.stop();
  await stage?.stop();
});

/** An Incident about a workload that leaks memory, as far as its diagnosis. */
async function diagnosed(namespace: string): Promise<Incident> {
  await stage.workload(namespace, 'cart', []);
  const key = { namespace, name: 'cart' };
  const { metadata } = (await stage.admin.get(deployments, key)) ?? {};
  const rolledOut = { observedGeneration: metadata?.generation, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  await stage.admin.patch(deployments, key, { status: rolledOut }, { type: 'merge', subresource: 'status' });
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', ...key };
  const incident = await stage.admin.create(incidents, {
    metadata: { namespace: OPERATOR, name: `leak-${namespace}` },
    spec: { title: 'The cart leaks', severity: 'warning', source: 'Manual', targets: [target] },
  });
  const asked = await until(
    'the diagnosis is asked for',
    async () => {
      const { items } = await stage.admin.list(investigations, { namespace: OPERATOR });
      return items.find(({ spec }) => spec.incidentRef?.uid === incident.metadata.uid);
    },
    PATIENCE_MS,
  );
  const finding = { id: 'f1', analyzer: 'memoryLeak', reason: 'MemoryLeak' as const, object: target, message: 'It grows.', evidence: [] };
  const rootCause = {
    reason: 'MemoryLeak' as const,
    object: target,
    statement: 'The cart leaks.',
    confidence: 95,
    finding: 'f1',
    evidence: [],
  };
  const lastTransitionTime = new Date().toISOString();
  const succeeded = { type: 'Succeeded', status: 'True' as const, reason: 'RootCauseFound', message: '', lastTransitionTime };
  await stage.investigator.apply(
    investigations,
    {
      metadata: { namespace: OPERATOR, name: asked.metadata.name },
      status: { outcome: 'RootCauseFound', findings: [finding], rootCause, affected: [target], conditions: [succeeded] },
    },
    { fieldManager: 'test', subresource: 'status' },
  );
  return incident;
}

const plansOf = async ({ metadata }: Incident): Promise<readonly RemediationPlan[]> => {
  const { items } = await stage.admin.list(remediationPlans, { namespace: OPERATOR });
  return items.filter(({ spec }) => spec.incidentRef.uid === metadata.uid).toSorted((a, b) => a.spec.ordinal - b.spec.ordinal);
};

const shown = (incident: Incident, ordinal: number): Promise<RemediationPlan> =>
  until(
    `proposal ${ordinal} of ${incident.metadata.name} is shown`,
    async () => (await plansOf(incident)).find(({ spec, status }) => spec.ordinal === ordinal && status?.digest !== undefined),
    PATIENCE_MS,
  );

const now = async ({ metadata }: Incident): Promise<Incident | undefined> =>
  stage.admin.get(incidents, { namespace: OPERATOR, name: metadata.name });

async function handedToPeople(incident: Incident): Promise<Incident> {
  return until(
    `${incident.metadata.name} is handed to people`,
    async () => {
      const found = await now(incident);
      return conditionOf(found?.status, 'RemediationProposed')?.reason === 'TooManyProposals' ? found : undefined;
    },
    PATIENCE_MS,
  );
}

test('a policy that is edited makes an open plan stale at once, and a new proposal says which it is and why', TIMEOUT, async () => {
  await stage.policy('edited', { mode: 'Approve', selector: { namespaces: ['edited'] } });
  const incident = await diagnosed('edited');
  for (const ordinal of [1, 2, 3]) {
    const plan = await shown(incident, ordinal);
    expect(plan.status?.policy).toMatchObject({ name: 'edited', decision: 'Approve', among: [{ name: 'edited', generation: ordinal }] });
    await stage.admin.patch(remediationPolicies, { name: 'edited' }, { spec: { cooldownSeconds: ordinal } }, { type: 'merge' });
    const stale = await stage.settled(plan);
    expect(conditionOf(stale.status, 'Succeeded')).toMatchObject({
      reason: 'Stale',
      message: expect.stringContaining('RemediationPolicy edited was edited since this was shown'),
    });
  }
  const { status } = await handedToPeople(incident);
  expect(await plansOf(incident)).toHaveLength(3);
  const lines = (status?.timeline ?? []).filter(({ reason }) => reason === 'PlanProposed').map(({ message }) => message);
  expect(lines).toEqual([
    expect.stringMatching(/^Plan rp-[0-9a-f]{16}$/u),
    expect.stringMatching(/^Plan rp-[0-9a-f]{16} \(proposal 2 of at most 3; the one before is Stale: RemediationPolicy edited was edited/u),
    expect.stringMatching(/^Plan rp-[0-9a-f]{16} \(proposal 3 of at most 3; the one before is Stale: RemediationPolicy edited was edited/u),
  ]);
  expect(status?.waitingOn).toEqual({
    who: 'Person',
    detail: '3 proposals went stale, expired or did not last; look at the cause by hand',
  });
});

test('a plan waits as long as its policy says, and a new proposal follows when nobody came', TIMEOUT, async () => {
  const lifetimes = { commitSeconds: 3, pullRequestSeconds: 604_800 };
  await stage.policy('brief', { mode: 'Approve', selector: { namespaces: ['brief'] }, lifetimes });
  const incident = await diagnosed('brief');
  await handedToPeople(incident);
  const plans = await plansOf(incident);
  expect(plans.map(({ spec, status }) => [spec.ordinal, status?.phase])).toEqual([
    [1, 'Expired'],
    [2, 'Expired'],
    [3, 'Expired'],
  ]);
  for (const { spec, metadata } of plans)
    expect(Date.parse(spec.expiresAt) - Date.parse(metadata.creationTimestamp)).toBeLessThanOrEqual(4_000);
  const lines = ((await now(incident))?.status?.timeline ?? []).map(({ message }) => message);
  expect(lines.filter((line) => line.includes('the one before is Expired: nobody approved it before'))).toHaveLength(2);
});
