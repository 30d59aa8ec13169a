/** Auto and an error budget, with the real Prometheus: what it does not answer with one fresh number between 0 and 1 is not enough. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { conditionOf } from '../../../src/controllers/steps.ts';
import { createHttpSource } from '../../../src/sources/http.ts';
import { createPrometheus } from '../../../src/sources/prometheus.ts';
import { startPrometheus } from '../../cluster/addons/prometheus.ts';
import type { RunningExecutor } from './executorLife.ts';
import { openPolicyStage, type PolicyStage } from './policyStage.ts';

let stage: PolicyStage;
let executor: RunningExecutor;
beforeAll(async () => {
  stage = await openPolicyStage();
  const { url } = await startPrometheus(stage.cluster.workspace);
  executor = stage.start([createPrometheus(createHttpSource({ clock: systemClock }), { name: 'prometheus', url })]);
}, 120_000);
afterAll(async () => {
  await executor?.stop();
  await stage?.stop();
});

test.each([
  { namespace: 'enough', query: 'vector(0.9)', says: undefined },
  { namespace: 'spent', query: 'vector(0.2)', says: '20 % of the error budget are left, 50 % are needed' },
  { namespace: 'silent', query: 'slo:error_budget_left:ratio', says: 'gives nothing, or no number' },
  { namespace: 'nan', query: 'vector(0) / 0', says: 'gives nothing, or no number' },
  { namespace: 'many', query: 'label_replace(vector(1), "a", "b", "", "") or vector(1)', says: 'gives 2 series; it has to give one' },
  { namespace: 'percent', query: 'vector(90)', says: 'gives 90; a share is 0 to 1' },
  { namespace: 'broken', query: 'sum(', says: 'what is left of the error budget can’t be told: ' },
])('a query that gives "$query"', { timeout: 60_000 }, async ({ namespace, query, says }) => {
  const auto = {
    maxRisk: 'Low' as const,
    minConfidence: 0,
    provenSuccesses: 0,
    withinDays: 30,
    errorBudget: { query, minLeftPercent: 50 },
  };
  await stage.policy(namespace, { mode: 'Auto', selector: { namespaces: [namespace] }, auto });
  await stage.workload(namespace, 'cart', [`${namespace}-1`]);
  const plan = await stage.deletePod(namespace, `${namespace}-1`);
  const { status } = await stage.when(plan, 'is decided about', (now) => now.status?.policy !== undefined);
  expect(status?.policy?.decision).toBe(says === undefined ? 'Auto' : 'Approve');
  if (says !== undefined) expect(status?.policy?.reason).toContain(says);
  else expect(conditionOf((await stage.settled(plan)).status, 'Approved')?.reason).toBe('Auto');
});
