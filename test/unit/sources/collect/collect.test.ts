import { describe, expect, test } from 'vitest';
import { collectBundle } from '../../../../src/sources/collect/collect.ts';
import type { RangeSource, Series } from '../../../../src/sources/collect/range.ts';
import { packBundle, parseBundle } from '../../../../src/sources/frozen/bundle.ts';
import { gatherFrozen } from '../../../../src/sources/frozen/gather.ts';
import { createListedReader, type ReadLog } from '../../../../src/sources/kubernetes/listedReader.ts';
import type { MetricsSource } from '../../../../src/sources/prometheus.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { shop } from '../../commands/shop.ts';

const cleaner = createCleaner((text) => text.replaceAll('hunter2', '***'));
const redact = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('hunter2', '***'));
const at = Date.parse('2026-01-01T12:00:00Z');
const { items } = shop(['cart', 'web'], ['cart']).objects;

const logs: ReadLog = async (_, pod, { previous = false }) => {
  if (pod === 'cart-b-1') return previous ? 'starting\nError: TIMEOUT_MS must be a number, password hunter2' : undefined;
  return 'all is well\nWARN cart refused\nGET / 200';
};

type Source = RangeSource & MetricsSource;
const source = (name: string, series: readonly Series[] | Error): Source => ({
  name,
  async range() {
    if (series instanceof Error) throw series;
    return { series };
  },
  async instant(query) {
    if (series instanceof Error) throw series;
    return query.startsWith('ALERTS') ? [{ labels: { alertname: 'Down', namespace: 'shop', token: 'hunter2' }, value: 1, at }] : [];
  },
});
const steady: Series = {
  labels: { pod: 'web-b-1' },
  points: [
    [at - 60_000, 0.25],
    [at, 0.5],
  ],
};

async function collected(metrics: readonly Source[] = [], notSeen?: Parameters<typeof createListedReader>[2], objects = items) {
  const reader = createListedReader(objects, logs, notSeen);
  const bundle = await collectBundle({ reader, cleaner, redact, metrics, signal: AbortSignal.timeout(5_000) }, 'shop', at);
  return parseBundle('shop', JSON.stringify(bundle));
}

describe('collectBundle', () => {
  test('keeps the last run of what crashes, and of the rest the lines that tell of trouble', async () => {
    const { errorLogs } = (await collected()).evidence;
    expect(errorLogs).toEqual({
      '{"namespace":"shop","service_name":"cart-b-1"}': { previous: ['starting', 'Error: TIMEOUT_MS must be a number, password ***'] },
      '{"namespace":"shop","service_name":"web"}': { server: ['WARN cart refused'] },
    });
  });

  test('what it wrote is read as it was seen', async () => {
    const { workloads, pods, errorLines } = await gatherFrozen(await collected(), cleaner);
    expect(workloads.map(({ ref, complete }) => [ref.name, complete])).toEqual([
      ['cart', false],
      ['web', true],
    ]);
    const crashed = pods.find(({ name }) => name === 'cart-b-1')?.containers[0];
    expect(crashed?.logs.previous?.lines).toContain('Error: TIMEOUT_MS must be a number, password ***');
    expect(errorLines.map(({ owner, lines }) => [owner.name, lines.map(({ text }) => text)])).toEqual([['web', ['WARN cart refused']]]);
  });

  test('who set the number of replicas is kept, and nothing else of who wrote what', async () => {
    const replicas = { 'f:spec': { 'f:replicas': {} } };
    const time = '2026-01-01T11:00:00Z';
    const managedFields = [
      { manager: 'kustomize-controller', operation: 'Apply', time, fieldsV1: { 'f:spec': { ...replicas['f:spec'], 'f:hunter2': {} } } },
      { manager: 'kubectl', operation: 'Update', time, fieldsV1: { 'f:data': { 'f:hunter2': {} } } },
      { manager: 'odd', operation: 'Update', fieldsV1: { 'f:spec': null } },
      { manager: 'older', operation: 'Update' },
    ];
    const marked = items.map((one) => ({ ...one, metadata: { ...one.metadata, managedFields } }));
    const bundle = await collected([], undefined, marked);
    const kept = bundle.objects.items.filter(({ metadata }) => metadata.managedFields !== undefined);
    expect(kept.map(({ kind }) => kind)).toEqual(['Deployment', 'Deployment']);
    expect(kept[0]?.metadata.managedFields).toEqual([{ manager: 'kustomize-controller', operation: 'Apply', time, fieldsV1: replicas }]);
    const [cart] = (await gatherFrozen(bundle, cleaner)).workloads;
    expect(cart?.replicaOwners).toEqual([{ manager: 'kustomize-controller', by: 'engine', at: Date.parse(time) }]);
  });

  test('measurements come back by workload, at their times', async () => {
    const { series } = await gatherFrozen(await collected([source('main', [steady])]), cleaner);
    const cpu = series.find(({ metric }) => metric === 'cpuCores');
    expect(cpu).toMatchObject({ object: { name: 'web' }, points: steady.points });
  });

  test('the second source is asked when the first cannot answer, and that is a gap', async () => {
    const { evidence, notSeen } = await collected([source('ill', new Error('down')), source('main', [steady])]);
    expect(evidence.metricsCsv).toMatch(/^time,web-b-1-cpu,/u);
    expect(notSeen?.gaps.map(({ message }) => message).join('\n')).toContain('ask ill');
  });

  test('a name that would break the table is left out', async () => {
    const { evidence } = await collected([source('main', [{ ...steady, labels: { pod: 'a,b\nc' } }])]);
    expect(evidence.metricsCsv).toBeNull();
  });

  test('alerts that fire, redacted', async () => {
    const { evidence } = await collected([source('main', [])]);
    expect(evidence.alerts).toEqual({ '{"namespace":"shop"}': [{ alertname: 'Down', namespace: 'shop', token: '***' }] });
  });

  test('a kind that could not be read stays unseen in a diagnosis of the bundle', async () => {
    const gap = { source: 'kubernetes', reason: 'Forbidden' as const, message: 'list pods in shop: grant it' };
    const bundle = await collected([], { kinds: ['pods'], gaps: [gap] });
    expect(bundle.notSeen).toEqual({ kinds: ['pods'], gaps: [gap] });
    const { unseen, gaps } = await gatherFrozen(bundle, cleaner);
    expect(unseen).toMatchObject([{ kind: 'Namespace', name: 'shop' }]);
    expect(gaps).toMatchObject([gap]);
  });

  test('is small', async () => {
    expect((await packBundle(await collected())).byteLength).toBeLessThan(4_096);
  });
});
