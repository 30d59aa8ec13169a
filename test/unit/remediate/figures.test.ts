/** Whether a fix has helped, and whether it harms, by what is measured. */
import { afterEach, describe, expect, test } from 'vitest';
import type { AbortCriterion, Criterion } from '../../../src/crds/remediationPlan.ts';
import { evaluate } from '../../../src/remediate/criteria.ts';
import { watch } from '../../../src/remediate/watch.ts';
import { type Measuring, type Metric, startMeasuring } from '../../support/measuring.ts';
import { COMMIT, emptyCluster, planOf } from './support.ts';

const MINUTE = 60_000;
const PUSHED = Date.parse('2026-01-01T12:00:00Z');
const SYNCED = PUSHED + MINUTE;
const target = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const EXPOSED = ['http_requests_total', 'http_request_duration_seconds_bucket'];
/** The share of errors divides by the rate of all. */
const SHARE = ') / (sum(';
const P95 = 'histogram_quantile';

let measuring: Measuring | undefined;
afterEach(async () => {
  await measuring?.close();
});

interface Given {
  readonly criterion?: Criterion;
  readonly abort?: AbortCriterion;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly exposed?: readonly string[];
  /** Minutes after the sync. */
  readonly after?: number;
}

async function given({ criterion, abort, metrics, exposed = EXPOSED, after = 5 }: Given) {
  measuring = await startMeasuring(exposed, metrics);
  const plan = planOf(
    { type: 'RevertCommit', target, revertCommit: { commit: COMMIT } },
    { successCriteria: criterion === undefined ? [] : [criterion], abortCriteria: abort === undefined ? [] : [abort] },
  );
  const commit = { sha: COMMIT, parent: COMMIT, repository: 'r', ref: 'main', pushedAt: new Date(PUSHED).toISOString() };
  const waiting = {
    name: 'orders',
    query: 'max(orders{ns="$namespace",app="$workload"})',
    comparison: 'AtMost',
    level: '10',
    windowSeconds: 60,
    withinSeconds: 600,
  } as const;
  const deps = {
    client: emptyCluster,
    clock: { now: () => SYNCED + after * MINUTE } as never,
    measurements: measuring.measurements,
    policyCriterion: (policy: string, name: string) => (policy === 'shop' && name === 'orders' ? waiting : undefined),
  };
  return { deps, plan: { ...plan, status: { commit } } };
}

async function judged(one: Given) {
  const { deps, plan } = await given(one);
  return evaluate(deps, { plan, syncedAt: SYNCED, alertState: async () => 'inactive' });
}

const latency: Criterion = {
  type: 'SignalWithin',
  target,
  withinSeconds: 600,
  signal: { name: 'latencyP95', comparison: 'AtMost', level: '0.3', windowSeconds: 120 },
};
const budget: Criterion = { type: 'BurnRateWithin', target, withinSeconds: 600, burnRate: { objectivePercent: '99.9' } };
const orders: Criterion = { type: 'QueryWithin', target, withinSeconds: 600, query: { policy: 'shop', name: 'orders' } };
const fallsAt =
  (time: number, before: number, then: number): Metric =>
  (at) =>
    at < time ? before : then;

describe('a criterion by figures', () => {
  test.each<Given & { readonly name: string; readonly want: object }>([
    {
      name: 'holds when the signal is back',
      criterion: latency,
      metrics: { [P95]: fallsAt(SYNCED, 2, 0.2) },
      want: { outcome: 'Passed', checks: [{ message: '95th percentile of latency: 200 ms, at most 300 ms is wanted' }] },
    },
    { name: 'is pending while the signal is not back', criterion: latency, metrics: { [P95]: () => 2 }, want: { outcome: 'Pending' } },
    {
      name: 'has failed when it is not back in time',
      criterion: latency,
      metrics: { [P95]: () => 2 },
      after: 11,
      want: { outcome: 'Failed' },
    },
    {
      name: 'forgets what was before the sync',
      criterion: latency,
      metrics: { [P95]: (at) => (at < SYNCED ? 0.1 : undefined) },
      after: 1,
      want: { outcome: 'Pending', bad: [], checks: [{ message: expect.stringContaining('nothing was measured since the sync') }] },
    },
    {
      name: 'is not told by silence',
      criterion: latency,
      metrics: { [P95]: () => undefined },
      after: 11,
      want: { outcome: 'Inconclusive' },
    },
    {
      name: 'is not told by what is no number',
      criterion: latency,
      metrics: { [P95]: () => Number.NaN },
      after: 11,
      want: { outcome: 'Inconclusive' },
    },
    {
      name: 'is not told by a source that fails',
      criterion: latency,
      metrics: {},
      after: 11,
      want: { outcome: 'Inconclusive', bad: [], checks: [{ message: expect.stringContaining('HTTP 500') }] },
    },
    {
      name: 'is not told where nobody measures it',
      criterion: latency,
      metrics: {},
      exposed: [],
      after: 11,
      want: { outcome: 'Inconclusive' },
    },
    {
      name: 'holds while the budget does not burn',
      criterion: budget,
      metrics: { [SHARE]: () => 0, 'sum(': () => 10 },
      want: { outcome: 'Passed' },
    },
    {
      name: 'does not hold while the budget burns',
      criterion: budget,
      metrics: { [SHARE]: () => 0.05, 'sum(': () => 10 },
      want: { bad: ['BurnRateWithin Deployment/cart'] },
    },
    {
      name: 'holds when the budget has stopped burning',
      criterion: budget,
      metrics: { [SHARE]: fallsAt(SYNCED, 0.2, 0), 'sum(': () => 10 },
      after: 31,
      want: { outcome: 'Passed' },
    },
    {
      name: 'of an administrator holds',
      criterion: orders,
      metrics: { 'max(orders{ns="shop",app="cart"})': () => 3 },
      want: { outcome: 'Passed', checks: [{ name: 'QueryWithin orders Deployment/cart', message: 'orders: 3, at most 10 is wanted' }] },
    },
    {
      name: 'of an administrator does not hold',
      criterion: orders,
      metrics: { orders: () => 30 },
      want: { bad: ['QueryWithin orders Deployment/cart'] },
    },
    {
      name: 'of an administrator who has taken it away is not told',
      criterion: { ...orders, query: { policy: 'shop', name: 'gone' } },
      metrics: {},
      after: 11,
      want: { outcome: 'Inconclusive', checks: [{ message: 'RemediationPolicy shop has no criterion gone any more' }] },
    },
  ])('$name', async (one) => {
    expect(await judged(one)).toMatchObject(one.want);
  });
});

describe('what is measured takes a fix back', () => {
  const worse: AbortCriterion = { type: 'SignalWorsened', target, threshold: 1, signal: 'errorShare' };
  test.each<Given & { readonly name: string; readonly synced?: boolean; readonly want: object | undefined }>([
    {
      name: 'where errors are clearly more than before the push',
      metrics: { [SHARE]: fallsAt(PUSHED + MINUTE, 0.01, 0.4) },
      want: {
        criterion: worse,
        message: 'the share of errors of Deployment shop/cart is 40 %, after at most 1 % in the hour before the fix',
      },
    },
    {
      name: 'also before the engine has said that it is there',
      metrics: { [SHARE]: fallsAt(PUSHED + MINUTE, 0.01, 0.4) },
      synced: false,
      want: { criterion: worse },
    },
    { name: 'not where it is as bad as before', metrics: { [SHARE]: () => 0.4 }, want: undefined },
    { name: 'not where the source fails', metrics: {}, want: undefined },
    { name: 'not where nobody measures it', metrics: {}, exposed: [], want: undefined },
  ])('$name', async ({ synced = true, want, ...one }) => {
    const { deps, plan } = await given({ ...one, abort: worse });
    const abort = await watch(deps, plan, synced ? SYNCED : undefined);
    if (want === undefined) expect(abort).toBeUndefined();
    else expect(abort).toMatchObject(want);
  });
});
