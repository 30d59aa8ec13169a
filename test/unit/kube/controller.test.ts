import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createInformers } from '../../../src/kube/cache/informers.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { type ControllerDefinition, defineController, type Result, TerminalError, watching } from '../../../src/kube/controller.ts';
import { ConnectionError } from '../../../src/kube/errors.ts';
import { controllerMetrics, queueMetrics, reflectorMetrics } from '../../../src/kube/metrics.ts';
import { defineResource, type Key, keyString } from '../../../src/kube/object.ts';
import { createWorkQueue } from '../../../src/kube/work/queue.ts';
import { createRateLimiter } from '../../../src/kube/work/rateLimiter.ts';
import { createController } from '../../../src/kube/work/runController.ts';
import { type ConfigMap, configMap, configMaps } from '../../support/configMaps.ts';
import { createFakeClock, type FakeClock } from '../../support/fakeClock.ts';
import { type LogLine, recordingLogger } from '../../support/logger.ts';
import { createMemoryKube, type MemoryKube } from '../../support/memoryKube.ts';

const owners = defineResource<ConfigMap>({ group: 'x.example', version: 'v1', kind: 'Owner', plural: 'owners', namespaced: true });

let clock: FakeClock;
let kube: MemoryKube;
let registry: Registry;
let log: LogLine[];
/** `key@seconds` of each reconcile. */
let runs: string[];
let reports: string[];
let stop: AbortController;
let kill: AbortController;
let ended: Promise<readonly string[]>;

beforeEach(() => {
  clock = createFakeClock();
  kube = createMemoryKube();
  registry = new Registry();
  [log, runs, reports] = [[], [], []];
  [stop, kill] = [new AbortController(), new AbortController()];
});
afterEach(() => {
  stop.abort(new Error('the test is over'));
  kill.abort(new Error('the test is over'));
});

type Handler = ControllerDefinition<ConfigMap>['reconcile'];

async function start(reconcile: Handler, more: Partial<ControllerDefinition<ConfigMap>> = {}): Promise<void> {
  const counted: Handler = (key, context) => {
    runs.push(`${key.name}@${clock.monotonic() / 1000}`);
    return reconcile(key, context);
  };
  const definition = defineController<ConfigMap>({ name: 'maps', resource: configMaps, concurrency: 2, reconcile: counted, ...more });
  const logger = recordingLogger(log);
  const informers = createInformers({ client: kube, clock, logger, metricsFor: (name) => reflectorMetrics(registry, name) });
  const controller = createController({
    definition,
    informer: informers.of(configMaps, definition.indices === undefined ? {} : { indices: definition.indices }),
    watched: (definition.watches ?? []).map((watch) => informers.of(watch.resource)),
    client: kube as unknown as KubeClient,
    clock,
    logger,
    metrics: controllerMetrics(registry, 'maps', 2),
    newQueue: () => createWorkQueue(clock, createRateLimiter(clock), queueMetrics(registry, 'maps')),
    report: (object, reason) => reports.push(`${reason} ${object.metadata.name}`),
  });
  for (const informer of informers.all()) void informer.run(kill.signal);
  await clock.settle();
  ended = controller.run(stop.signal, kill.signal);
  await clock.settle();
}

const create = (name: string, data: Readonly<Record<string, string>> = {}): Promise<ConfigMap> =>
  kube.create(configMaps, configMap('shop', name, data));
const fine: Handler = () => Promise.resolve(undefined);
const failing =
  (poison: string, error: () => Error): Handler =>
  ({ name }) =>
    name === poison ? Promise.reject(error()) : Promise.resolve(undefined);
const hanging =
  (poison: string): Handler =>
  ({ name }) =>
    name === poison ? new Promise<Result>(() => undefined) : Promise.resolve(undefined);
const namesRun = (): string[] => runs.map((run) => run.replace(/@.*/, ''));
const metric = async (line: string): Promise<boolean> => (await registry.metrics()).includes(line);

describe('a controller', () => {
  test('reconciles what is there at the start, and what comes, changes and goes later', async () => {
    await create('a');
    await start(fine);
    const made = await create('b');
    await clock.settle();
    await kube.replace(configMaps, { ...made, data: { v: '2' } });
    await clock.settle();
    await kube.delete(configMaps, { namespace: 'shop', name: 'b' });
    await clock.settle();
    expect(namesRun()).toEqual(['a', 'b', 'b', 'b']);
  });

  test('skips changes of its own kind that it calls irrelevant', async () => {
    const made = await create('a');
    await start(fine, { isRelevant: (before, after) => before.data?.['v'] !== after.data?.['v'] });
    const labelled = await kube.replace(configMaps, { ...made, metadata: { ...made.metadata, labels: { seen: 'yes' } } });
    await clock.settle();
    expect(runs).toHaveLength(1);
    await kube.replace(configMaps, { ...labelled, data: { v: '2' } });
    await clock.settle();
    expect(runs).toHaveLength(2);
  });

  test('looks again when it asked to', async () => {
    await create('a');
    await start(() => Promise.resolve(runs.length === 1 ? { requeueAfterMs: 7000 } : undefined));
    await clock.advance(60_000);
    expect(runs).toEqual(['a@0', 'a@7']);
  });

  test('retries a failure with growing pauses, while others go on', async () => {
    await create('bad');
    await start(failing('bad', () => new Error('no')));
    await clock.advance(50);
    await create('good');
    await clock.advance(1000);
    expect(runs.slice(0, 4)).toEqual(['bad@0', 'bad@0.005', 'bad@0.015', 'bad@0.035']);
    expect(namesRun()).toContain('good');
    expect(await metric('controller_runtime_reconcile_total{controller="maps",result="error"} 8')).toBe(true);
  });

  test('tells the handler how often it has failed', async () => {
    const failures: number[] = [];
    await create('a');
    await start((_, context) => {
      failures.push(context.failures);
      return failures.length < 3 ? Promise.reject(new Error('no')) : Promise.resolve(undefined);
    });
    await clock.advance(1000);
    await create('b');
    await clock.settle();
    expect(failures).toEqual([0, 1, 2, 0]);
  });

  test('does not retry a terminal error before the object changes, and reports it', async () => {
    const made = await create('a');
    await start(failing('a', () => new TerminalError('makes no sense')));
    await clock.advance(3_600_000);
    expect(runs).toHaveLength(1);
    expect(reports).toEqual(['ReconcileFailed a']);
    await kube.replace(configMaps, { ...made, data: { v: '2' } });
    await clock.settle();
    expect(runs).toHaveLength(2);
  });

  test('never has one key in two reconciles', async () => {
    const made = await create('a');
    let running = 0;
    let most = 0;
    await start(async () => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(1000);
      running -= 1;
      return undefined;
    });
    await kube.replace(configMaps, { ...made, data: { v: '2' } });
    await clock.advance(5000);
    expect(runs).toHaveLength(2);
    expect(most).toBe(1);
  });

  test('runs for the keys that a change of another kind concerns, before and after it', async () => {
    const toKeys = ({ data, metadata }: ConfigMap): readonly Key[] => [{ namespace: metadata.namespace ?? '', name: data?.['of'] ?? '' }];
    await start(fine, { watches: [watching({ resource: owners, toKeys })] });
    const owner = await kube.create(owners, configMap('shop', 'o', { of: 'a' }));
    await clock.settle();
    await kube.replace(owners, { ...owner, data: { of: 'b' } });
    await clock.settle();
    expect(namesRun()).toEqual(['a', 'a', 'b']);
  });

  test('goes on when a toKeys throws', async () => {
    const toKeys = ({ data }: ConfigMap): readonly Key[] => {
      if (data?.['of'] === undefined) throw new Error('cannot digest');
      return [{ namespace: 'shop', name: data['of'] }];
    };
    await start(fine, { watches: [watching({ resource: owners, toKeys })] });
    await kube.create(owners, configMap('shop', 'poison'));
    await kube.create(owners, configMap('shop', 'o', { of: 'a' }));
    await clock.settle();
    expect(namesRun()).toEqual(['a']);
    expect(log.some(({ message }) => message.startsWith('toKeys threw'))).toBe(true);
  });

  test('gives the caches that it declared, and no others', async () => {
    const seen: unknown[] = [];
    await create('a');
    await start(
      ({ name }, { store, storeOf }) => {
        seen.push(store.get({ namespace: 'shop', name })?.metadata.name, storeOf(owners).size);
        storeOf(defineResource({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }));
        return Promise.resolve(undefined);
      },
      { watches: [watching({ resource: owners, toKeys: () => [] })] },
    );
    expect(seen).toEqual(['a', 0]);
    expect(String(log.find(({ message }) => message.startsWith('reconcile failed'))?.fields['err'])).toMatch(/does not watch pods/);
  });
});

describe('reading its own writes', () => {
  test('a key waits until the cache holds what its last reconcile wrote', async () => {
    await create('a');
    const versions: (string | undefined)[] = [];
    await start(async (key, { client, store }) => {
      const object = store.get(key);
      versions.push(object?.metadata.resourceVersion);
      if (object === undefined || object.data?.['v'] === '2') return undefined;
      // The cache goes blind just before the write, and takes half a second to come back.
      kube.endWatches(new ConnectionError('cut', 'closed'));
      await client.replace(configMaps, { ...object, data: { v: '2' } });
      return { requeueAfterMs: 1 };
    });
    await clock.advance(400);
    expect(versions).toHaveLength(1);
    await clock.advance(2000);
    expect(new Set(versions).size).toBe(2);
    expect(await metric('kube_runtime_cache_waits_total{controller="maps"} 1')).toBe(true);
  });

  test('a key goes on as soon as the cache holds something later than what it wrote', async () => {
    await create('a');
    const times: number[] = [];
    await start(async (key, { client, store }) => {
      times.push(clock.monotonic());
      const object = store.get(key);
      if (object === undefined || times.length > 1) return undefined;
      kube.endWatches(new ConnectionError('cut', 'closed'));
      const written = await client.replace(configMaps, { ...object, data: { v: '2' } });
      await kube.delete(configMaps, key);
      await kube.create(configMaps, configMap('shop', 'a', { by: 'another', after: written.metadata.resourceVersion }));
      // A new list, which shows only what came last.
      kube.compact();
      return { requeueAfterMs: 1 };
    });
    await clock.advance(2000);
    expect(times.length).toBeGreaterThan(1);
  });

  test('a key waits until an object that it deleted is gone from the cache', async () => {
    await create('a');
    await kube.create(owners, configMap('shop', 'child'));
    const seen: number[] = [];
    await start(
      async (_, { client, storeOf }) => {
        seen.push(storeOf(owners).size);
        if (storeOf(owners).size === 0) return undefined;
        kube.endWatches(new ConnectionError('cut', 'closed'));
        await client.delete(owners, { namespace: 'shop', name: 'child' });
        return { requeueAfterMs: 1 };
      },
      { watches: [watching({ resource: owners, toKeys: () => [] })] },
    );
    await clock.advance(5000);
    expect(seen).toEqual([1, 0]);
  });
});

describe('quarantine', () => {
  const parkedAt = (): number | undefined => Number(runs[14]?.replace(/.*@/, ''));

  test('parks a key after 15 failures in a row, says so, and tries it every 10 minutes', async () => {
    const parked: string[] = [];
    await create('bad');
    await start(
      failing('bad', () => new Error('no')),
      { onQuarantine: (key, error, failures) => parked.push(`${keyString(key)} ${error.message} ${failures}`) },
    );
    await clock.advance(500_000);
    expect(runs).toHaveLength(15);
    expect(parked).toEqual(['shop/bad no 15']);
    expect(reports).toEqual(['Quarantined bad']);
    expect(await metric('kube_runtime_quarantined_keys{controller="maps"} 1')).toBe(true);
    await clock.advance(600_000);
    expect(runs).toHaveLength(16);
    expect(Number(runs[15]?.replace(/.*@/, '')) - (parkedAt() ?? 0)).toBe(600);
  });

  test('lets a parked key go as soon as its object is another one', async () => {
    const made = await create('bad');
    let broken = true;
    await start(() => (broken ? Promise.reject(new Error('no')) : Promise.resolve(undefined)));
    await clock.advance(400_000);
    const count = runs.length;
    const touched = await kube.replace(configMaps, { ...made, metadata: { ...made.metadata, labels: { touched: 'yes' } } });
    await clock.settle();
    expect(runs).toHaveLength(count);
    broken = false;
    await kube.replace(configMaps, { ...touched, metadata: { ...touched.metadata, generation: 2 } });
    await clock.settle();
    expect(runs).toHaveLength(count + 1);
    expect(await metric('kube_runtime_quarantined_keys{controller="maps"} 0')).toBe(true);
  });

  test('does not blame a key for an API server that is away', async () => {
    await create('a');
    await start(failing('a', () => new Error('read pods', { cause: new ConnectionError('no answer', 'refused') })));
    await clock.advance(3_000_000);
    expect(runs.length).toBeGreaterThan(20);
    expect(reports).toEqual([]);
  });

  test('parks a key whose handler hangs, and gives its place to others', async () => {
    for (const name of ['stuck1', 'stuck2', 'good']) await create(name);
    const signals: AbortSignal[] = [];
    await start(
      ({ name }, context) => {
        if (name === 'good') return Promise.resolve(undefined);
        signals.push(context.signal);
        return new Promise<Result>(() => undefined);
      },
      { timeoutMs: 30_000 },
    );
    expect(namesRun()).toEqual(['stuck1', 'stuck2']);
    await clock.advance(30_000);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    await clock.advance(5000);
    expect(namesRun()).toEqual(['stuck1', 'stuck2', 'good']);
    expect(reports).toEqual(['Quarantined stuck1', 'Quarantined stuck2']);
    // Still in the hands of its handler: never a second one beside it.
    await clock.advance(3_600_000);
    expect(namesRun()).toEqual(['stuck1', 'stuck2', 'good']);
    expect(await metric('controller_runtime_reconcile_timeouts_total{controller="maps"} 2')).toBe(true);
  });

  test('counts a handler that heeds its signal as failed, and retries it', async () => {
    await create('slow');
    await start(
      async (_, { signal }) => {
        await clock.sleep(3_600_000, signal);
        return undefined;
      },
      { timeoutMs: 30_000 },
    );
    await clock.advance(31_000);
    expect(runs).toEqual(['slow@0', 'slow@30.005']);
    expect(reports).toEqual([]);
  });
});

describe('stopping a controller', () => {
  test('lets what is in work end, and begins nothing new', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await create(name);
    let finished = 0;
    await start(async () => {
      await clock.sleep(2000);
      finished += 1;
      return undefined;
    });
    stop.abort(new Error('stop'));
    await create('e');
    await clock.advance(10_000);
    expect(await ended).toEqual([]);
    expect([namesRun(), finished]).toEqual([['a', 'b'], 2]);
  });

  test('aborts what is in work when killed, without counting it as failed', async () => {
    await create('a');
    await start(async (_, { signal }) => {
      await clock.sleep(60_000, signal);
      return undefined;
    });
    stop.abort(new Error('stop'));
    kill.abort(new Error('now'));
    await clock.settle();
    expect(await ended).toEqual([]);
    expect(log.filter(({ message }) => message.startsWith('reconcile'))).toEqual([]);
  });

  test('names the handlers that never came back', async () => {
    await create('a');
    await start(hanging('a'));
    stop.abort(new Error('stop'));
    kill.abort(new Error('now'));
    await clock.advance(5000);
    expect(await ended).toEqual(['shop/a']);
  });
});
