/** How a fix is chosen to be judged, judged and given up by what the real Prometheus has measured: a fault with errors, its end, and what that says when. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { AbortCriterion, Criterion } from '../../../src/crds/remediationPlan.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { chooseCriteria } from '../../../src/remediate/chooseCriteria.ts';
import { evaluate } from '../../../src/remediate/criteria.ts';
import { watch } from '../../../src/remediate/watch.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import { createMeasurements, type Measurements } from '../../../src/sources/measurements.ts';
import { createPrometheus } from '../../../src/sources/prometheus.ts';
import { startPrometheus } from '../../cluster/addons/prometheus.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';
import { plan } from '../../support/plans.ts';
import { untilTrue } from '../../support/until.ts';
import { investigationOf, workloadOf } from '../../unit/remediate/support.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const target = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const labels = { namespace: 'shop', pod: 'cart-7d9c6b5f4d-x2x7k' };

let workspace: Workspace;
let http: HttpSource;
let measurements: Measurements;
const NOW = Date.now();
/** The fault began, and a fix was synced. */
const [BEGAN, SYNCED] = [NOW - 40 * MINUTE, NOW - 12 * MINUTE];

beforeAll(async () => {
  workspace = await openWorkspace({ description: 'Figures' });
  const prometheus = await startPrometheus(workspace, { historyHours: 6 });
  const times = Array.from({ length: 4 * 180 + 1 }, (_, index) => NOW - 180 * MINUTE + index * 15 * SECOND);
  const counter = (code: string, perSecond: (at: number) => number) => {
    let value = 0;
    const points = times.map((at) => [at, (value += 15 * perSecond(at))] as const);
    return { name: 'http_requests', labels: { ...labels, code }, points };
  };
  const fails = (at: number): boolean => at >= BEGAN && at < SYNCED;
  await prometheus.push([counter('200', (at) => (fails(at) ? 6 : 10)), counter('500', (at) => (fails(at) ? 4 : 0))]);
  http = createHttpSource({ clock: systemClock });
  measurements = createMeasurements([createPrometheus(http, { name: 'prometheus', url: prometheus.url })]);
  await untilTrue('the history can be asked for', async () => {
    const seen = await measurements.measure(target, 'errorShare', { start: NOW - 60 * MINUTE, end: NOW });
    return (seen?.series.length ?? 0) > 0;
  });
}, 120_000);
afterAll(async () => {
  await http?.close();
  await workspace?.stop();
});

const depsAt = (now: number) => ({
  client: createMemoryKube() as unknown as KubeClient,
  clock: { ...systemClock, now: () => now },
  measurements,
  policyCriterion: () => undefined,
});

/** A plan whose fix was pushed a moment before it was synced. */
const planWith = (criteria: readonly Criterion[], aborts: readonly AbortCriterion[], pushedAt: number) =>
  plan({
    spec: {
      actions: [{ type: 'RevertCommit', target, revertCommit: { commit: 'a'.repeat(40) } }],
      successCriteria: [...criteria],
      abortCriteria: [...aborts],
    },
    status: {
      commit: { sha: 'a'.repeat(40), parent: 'b'.repeat(40), repository: 'r', ref: 'main', pushedAt: new Date(pushedAt).toISOString() },
    },
  });

async function judgedAt(now: number, criterion: Criterion) {
  const { checks } = await evaluate(depsAt(now), {
    plan: planWith([criterion], [], SYNCED),
    syncedAt: SYNCED,
    alertState: async () => 'inactive',
  });
  return checks[0]?.result;
}

const errors: Criterion = {
  type: 'SignalWithin',
  target,
  withinSeconds: 900,
  signal: { name: 'errorShare', comparison: 'AtMost', level: '0.02', windowSeconds: 120 },
};

describe('errors that a fix has ended', () => {
  test('are chosen to be judged by, at the level where they are not bad', async () => {
    const { status = {} } = investigationOf({ reason: 'ErrorRateIncreased' });
    if (status.rootCause === undefined) throw new Error('no cause');
    const chosen = await chooseCriteria(
      { action: 'RevertCommit', workload: workloadOf(), rootCause: status.rootCause, diagnosis: status },
      { measurements, policies: [], now: SYNCED - MINUTE },
    );
    expect(chosen.success).toContainEqual(errors);
    expect(chosen.abort).toEqual([{ type: 'SignalWorsened', target, threshold: 1, signal: 'errorShare' }]);
    expect(chosen.notVerified).toEqual([{ what: '95th percentile of latency', why: 'nobody measures it of this workload' }]);
  });

  test.each([
    { name: 'are still there right after the sync, as rates remember', at: SYNCED + MINUTE, want: 'Pending' },
    { name: 'are gone when the rate has forgotten them', at: SYNCED + 8 * MINUTE, want: 'Passed' },
  ])('$name', async ({ at, want }) => {
    expect(await judgedAt(at, errors)).toBe(want);
  });

  test('do not burn the budget any more', async () => {
    const budget: Criterion = { type: 'BurnRateWithin', target, withinSeconds: 900, burnRate: { objectivePercent: '99.9' } };
    expect(await judgedAt(SYNCED + 2 * MINUTE, budget)).toBe('Pending');
    expect(await judgedAt(SYNCED + 11 * MINUTE, { ...budget, burnRate: { objectivePercent: '90' } })).toBe('Passed');
  });
});

describe('errors that came with a push', () => {
  const worse: AbortCriterion = { type: 'SignalWorsened', target, threshold: 1, signal: 'errorShare' };

  test.each([
    { name: 'take it back within minutes, before the engine has said a word', pushed: BEGAN, at: BEGAN + 6 * MINUTE, want: true },
    { name: 'do not before they have lasted', pushed: BEGAN, at: BEGAN + MINUTE, want: false },
    { name: 'do not where they were there before', pushed: SYNCED - 10 * MINUTE, at: SYNCED - MINUTE, want: false },
    { name: 'do not where the push has ended them', pushed: SYNCED, at: NOW, want: false },
  ])('$name', async ({ pushed, at, want }) => {
    const abort = await watch(depsAt(at), planWith([], [worse], pushed), undefined);
    expect(abort !== undefined).toBe(want);
  });
});
