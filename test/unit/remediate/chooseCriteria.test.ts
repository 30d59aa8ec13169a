/** By what a fix is verified: by what its diagnosis rested on, as far as that is measured. */
import { afterEach, expect, test } from 'vitest';
import type { RemediationPolicy } from '../../../src/crds/kinds.ts';
import { chooseCriteria } from '../../../src/remediate/chooseCriteria.ts';
import { type Measuring, type Metric, startMeasuring } from '../../support/measuring.ts';
import { policy } from '../../support/plans.ts';
import { type Diagnosis, investigationOf, nothingMeasured, workloadOf } from './support.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-01-02T12:00:00Z');
const EXPOSED = ['http_requests_total', 'http_request_duration_seconds_bucket'];
const SHARE = ') / (sum(';
const P95 = 'histogram_quantile';
const target = { kind: 'Deployment', namespace: 'shop', name: 'cart' };

let measuring: Measuring | undefined;
afterEach(async () => {
  await measuring?.close();
  measuring = undefined;
});

interface Given {
  readonly reason?: Diagnosis['reason'];
  readonly exposed?: readonly string[];
  readonly metrics?: Readonly<Record<string, Metric>>;
  readonly policies?: readonly RemediationPolicy[];
  /** What the root cause cites. */
  readonly query?: string;
}

async function chosen({
  reason = 'LatencyIncreased',
  exposed = EXPOSED,
  metrics,
  policies = [],
  query = 'get Deployment/shop/cart',
}: Given) {
  measuring = metrics === undefined ? undefined : await startMeasuring(exposed, metrics);
  const { status = {} } = investigationOf({ reason });
  const rootCause = { ...status.rootCause, evidence: ['e1'] } as NonNullable<typeof status.rootCause>;
  const evidence = [{ id: 'e1', source: 'kubernetes', query, at: '2026-01-02T12:00:00Z', summary: 'error: out of cheese' }];
  const { measurements } = measuring ?? nothingMeasured;
  return chooseCriteria(
    { action: 'RevertCommit', workload: workloadOf(), rootCause, diagnosis: { ...status, evidence } },
    { measurements, policies, now: NOW },
  );
}

const rose =
  (before: number, now: number): Metric =>
  (at) =>
    at > NOW - 20 * MINUTE ? now : before;
const level = (value: number): Metric => rose(value, value);
const within = (name: string, at: string) => ({
  type: 'SignalWithin',
  target,
  withinSeconds: 900,
  signal: { name, comparison: 'AtMost', level: at, windowSeconds: 120 },
});

test('a fix for latency is verified by latency: below half as much again as it used to be', async () => {
  const { success, abort, notVerified } = await chosen({ metrics: { [P95]: rose(0.2, 2), [SHARE]: level(0) } });
  expect(success).toEqual([{ type: 'NeighboursUnharmed', target, withinSeconds: 900 }, within('latencyP95', '0.3')]);
  expect(abort.map(({ type, signal }) => [type, signal])).toEqual([
    ['SignalWorsened', 'errorShare'],
    ['SignalWorsened', 'latencyP95'],
  ]);
  expect(notVerified).toEqual([]);
});

test('whatever the cause, errors that users notice have to end', async () => {
  const { success } = await chosen({ reason: 'ProbePortMismatch', metrics: { [P95]: level(0.2), [SHARE]: rose(0.01, 0.5) } });
  expect(success).toContainEqual(within('errorShare', '0.03'));
});

test('memory that did not suffice has to be below its limit', async () => {
  const exposed = [...EXPOSED, 'container_memory_working_set_bytes', 'container_spec_memory_limit_bytes'];
  const { success } = await chosen({
    reason: 'ContainerOutOfMemory',
    exposed,
    metrics: { container_memory: level(0.95), [P95]: level(0.2), [SHARE]: level(0) },
  });
  expect(success).toContainEqual(within('memoryOfLimit', '0.9'));
});

test('what was logged has to be logged no more', async () => {
  const { success } = await chosen({ query: 'last log lines of the previous run of app in shop/cart-1' });
  expect(success.map(({ type }) => type)).toEqual(['LogTemplateGone', 'NeighboursUnharmed']);
});

test.each(['ProbePortMismatch', 'ContainerOutOfMemory'] as const)(
  'what a program said that worked may be logged on: %s',
  async (reason) => {
    const { success } = await chosen({ reason, query: 'last log lines of app in shop/cart-1' });
    expect(success.map(({ type }) => type)).not.toContain('LogTemplateGone');
  },
);

test.each<Given & { readonly name: string; readonly want: readonly string[] }>([
  {
    name: 'that no metrics are configured',
    want: ['95th percentile of latency: no metrics are configured', 'share of errors: no metrics are configured'],
  },
  {
    name: 'that nobody measures it',
    exposed: [],
    metrics: {},
    want: ['95th percentile of latency: nobody measures it of this workload', 'share of errors: nobody measures it of this workload'],
  },
  {
    name: 'that the source fails',
    metrics: { [SHARE]: level(0) },
    want: ['95th percentile of latency: prometheus: HTTP 500'],
  },
  {
    name: 'that its metrics do not show the trouble',
    metrics: { [P95]: level(2), [SHARE]: level(0) },
    want: ['95th percentile of latency: its metrics do not show when it became bad, and so not where it has to get back to'],
  },
])('it is said $name', async ({ want, ...one }) => {
  const { success, notVerified } = await chosen(one);
  expect(success.map(({ type }) => type)).toEqual(['NeighboursUnharmed']);
  expect(notVerified.map(({ what, why }) => `${what}: ${why}`)).toEqual(want.map((line) => expect.stringContaining(line)));
});

const own = { name: 'orders', query: 'max(orders)', comparison: 'AtMost', level: '10', windowSeconds: 60, withinSeconds: 600 } as const;

test('an administrator’s objective and queries have to hold, by the policy that decides', async () => {
  const metrics = { [P95]: level(0.2), [SHARE]: level(0) };
  const policies = [
    policy('all', { mode: 'Approve' }),
    policy('shop', { mode: 'Approve', selector: { namespaces: ['shop'] }, objectivePercent: '99.9', criteria: [own] }),
  ];
  const { success } = await chosen({ metrics, policies, reason: 'ProbePortMismatch' });
  expect(success).toEqual([
    expect.objectContaining({ type: 'NeighboursUnharmed' }),
    { type: 'BurnRateWithin', target, withinSeconds: 900, burnRate: { objectivePercent: '99.9' } },
    { type: 'QueryWithin', target, withinSeconds: 600, query: { policy: 'shop', name: 'orders' } },
  ]);
});

test('an objective of what nobody measures is said to be left out', async () => {
  const { success, notVerified } = await chosen({
    exposed: [],
    metrics: {},
    policies: [policy('all', { mode: 'Approve', objectivePercent: '99.9' })],
  });
  expect(success.map(({ type }) => type)).not.toContain('BurnRateWithin');
  expect(notVerified).toContainEqual({ what: 'error budget of 99.9 %', why: 'nobody measures its errors' });
});
