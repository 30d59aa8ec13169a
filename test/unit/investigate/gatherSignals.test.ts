import { describe, expect, test } from 'vitest';
import { withSignals } from '../../../src/investigate/gatherSignals.ts';
import { createCallBudget } from '../../../src/sources/budget.ts';
import { SourceError } from '../../../src/sources/gap.ts';
import type { Snapshot } from '../../../src/sources/kubernetes/snapshot.ts';
import type { LogsPort } from '../../../src/sources/logs.ts';
import type { MetricsPort } from '../../../src/sources/metrics.ts';
import type { TelemetryPorts } from '../../../src/sources/signalsOf.ts';
import type { TracesPort } from '../../../src/sources/traces.ts';
import { createFakeClock, type FakeClock } from '../../support/fakeClock.ts';
import { ago, container, ended, MI, NOW, pod, running, workload } from './builders.ts';
import { app, deployment, world } from './surroundingsBuilders.ts';

const metricNames = ['container_memory_working_set_bytes', 'kubelet_volume_stats_used_bytes', 'kubelet_volume_stats_capacity_bytes'];
const memory: MetricsPort = {
  name: 'main',
  instant: () => Promise.resolve([]),
  metricNames: () => Promise.resolve(metricNames),
  range: (query, { start, end }) => {
    const isMemory = query.includes('container_memory_working_set_bytes');
    const labels: Record<string, string> = isMemory ? { container: 'cart' } : { persistentvolumeclaim: 'data' };
    const at = (share: number): number => start + share * (end - start);
    const points = [0.3, 0.6, 0.9].map((share): [number, number] => [at(share), isMemory ? share * 100 * MI : share]);
    return Promise.resolve({ series: [{ labels, points }], stepMs: 30_000, notes: [] });
  },
};
const sealed = (end: number) => ({
  lines: [{ at: end - 300_000, line: 'ERROR vault is sealed', labels: {} }],
  truncated: false,
  notes: [],
});
const logs: LogsPort = {
  name: 'loki',
  counts: () => Promise.resolve({ points: [], stepMs: 1, notes: [] }),
  lines: ({ window: { end } }) => Promise.resolve(sealed(end)),
};
const noTraces: TracesPort = {
  name: 'tempo',
  search: () => Promise.resolve({ traces: [], notes: [] }),
  trace: () => Promise.resolve({ spans: [], notes: [] }),
};
const ALL: TelemetryPorts = { metrics: [memory], logs: [logs], traces: [noTraces] };

interface Options {
  readonly ports?: TelemetryPorts;
  readonly calls?: number;
  readonly clock?: FakeClock;
  readonly signal?: AbortSignal;
}

const look = (
  snapshot: Snapshot,
  { ports = ALL, calls = 300, clock = createFakeClock(), signal = new AbortController().signal }: Options = {},
) => withSignals({ ports, clock, milliseconds: 1000, signal, budget: createCallBudget(calls, 8) }, snapshot);
const asked = ({ signals }: Snapshot): string[] => signals.map(({ object }) => object.name);
const gapsOf = ({ gaps }: Snapshot): string[] => gaps.map(({ source, reason }) => `${source} ${reason}`);
const killed = { terminated: { exitCode: 137, reason: 'OOMKilled', message: '', startedAt: ago(9), finishedAt: ago(3) } };

describe('withSignals', () => {
  test('brings what telemetry says into the snapshot, as signals, lines and series', async () => {
    const snapshot = await look(world(app('cart', { pod: { claims: ['data'] } })));
    expect(snapshot.signals).toMatchObject([
      {
        object: deployment('cart'),
        metrics: [{ signal: 'memoryUsage' }, { signal: 'volumeUsage' }],
        complaints: [{ sample: 'vault is sealed' }],
        logSource: 'loki',
      },
    ]);
    expect(snapshot.series.map(({ metric, instance, evidence }) => [metric, instance, evidence])).toEqual([
      ['memoryBytes', 'cart', 'signal/Deployment/shop/cart/memoryUsage/cart'],
      ['volumeUsedShare', 'data', 'signal/Deployment/shop/cart/volumeUsage/data'],
    ]);
  });

  test('lines that yesterday had as well tell of no trouble of today', async () => {
    const snapshot = await look(world(app('cart')));
    expect(snapshot.errorLines).toEqual([]);
    const today: LogsPort = {
      ...logs,
      lines: ({ window: { end } }) => Promise.resolve(end === NOW ? sealed(end) : { lines: [], truncated: false, notes: [] }),
    };
    expect((await look(world(app('cart')), { ports: { ...ALL, logs: [today] } })).errorLines).toMatchObject([
      { lines: [{ text: 'vault is sealed', count: 1 }], evidence: 'complaints/Deployment/shop/cart' },
    ]);
  });

  test('what a container used when it was killed for memory is known', async () => {
    const shot = container({ name: 'cart', state: running(3), lastState: killed, limits: { memoryBytes: 96 * MI } });
    const [first] = (await look(world(app('cart', { container: shot })))).pods;
    const { usage } = first?.containers[0] ?? {};
    expect(usage).toEqual({ memoryBytes: 90 * MI, evidence: 'signal/Deployment/shop/cart/memoryUsage/cart' });
  });

  test('asks about the workloads that look worst, so many as the calls allow', async () => {
    const many = world(
      app('well'),
      app('complains'),
      app('ill', { ready: false }),
      app('shot', { container: { state: running(3), lastState: killed } }),
      { errorLines: [{ owner: deployment('complains'), lines: [{ text: 'no', count: 1 }], evidence: 'x' }] },
    );
    expect(asked(await look(many))).toEqual(['shot', 'ill', 'complains']);
    expect(asked(await look(many, { calls: 120 }))).toEqual(['shot', 'ill']);
    expect(asked(await look(many, { calls: 5 }))).toEqual(['shot']);
  });

  test('asks about none twice, and about pods that nothing owns', async () => {
    const lone = pod({ name: 'lone', owner: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'lone' } });
    const once = await look(world(app('cart'), { pods: [lone] }));
    expect(asked(once)).toEqual(['lone', 'cart']);
    expect(asked(await look({ ...once, workloads: [...once.workloads, workload({ ref: deployment('new') })] }))).toEqual([
      'lone',
      'cart',
      'new',
    ]);
  });

  test('what is not configured is a gap, and the rest is asked', async () => {
    const snapshot = await look(world(app('cart')), { ports: { metrics: [memory], logs: [], traces: [] } });
    expect(gapsOf(snapshot)).toEqual(['logs NotConfigured', 'traces NotConfigured']);
    expect(snapshot.signals[0]?.metrics.length).toBe(1);
  });

  test('a source that fails is a typed gap, and the others speak', async () => {
    const refuses: LogsPort = { ...logs, lines: () => Promise.reject(new SourceError('Forbidden', 'no')) };
    const snapshot = await look(world(app('cart')), { ports: { ...ALL, logs: [refuses] } });
    expect(new Set(gapsOf(snapshot))).toEqual(new Set(['logs Forbidden']));
    expect(snapshot.signals[0]).toMatchObject({ metrics: [{ signal: 'memoryUsage' }], complaints: [] });
  });

  test('a source that never answers, and heeds no signal, is left when its time is up; what the others said stays', async () => {
    const clock = createFakeClock();
    const hangs: TracesPort = { ...noTraces, search: () => new Promise(() => undefined) };
    const looking = look(world(app('cart')), { ports: { ...ALL, traces: [hangs] }, clock });
    await clock.advance(1000);
    const snapshot = await looking;
    expect(new Set(gapsOf(snapshot))).toEqual(new Set(['traces TimedOut']));
    expect(snapshot.gaps[0]?.message).toContain('the time of the sources of telemetry was up');
    expect(snapshot.signals[0]).toMatchObject({ metrics: [{ signal: 'memoryUsage' }], complaints: [{ sample: 'vault is sealed' }] });
  });

  test('a budget that is spent is a gap', async () => {
    const snapshot = await look(world(app('cart')), { calls: 0 });
    expect(new Set(gapsOf(snapshot))).toEqual(new Set(['metrics TooLarge', 'logs TooLarge', 'traces TooLarge']));
  });

  test('a container that ended otherwise gets no memory', async () => {
    const failed = container({ name: 'cart', state: running(3), lastState: ended(1) });
    const [first] = (await look(world(app('cart', { container: failed })))).pods;
    expect(first?.containers[0]?.usage).toBeUndefined();
  });
});
