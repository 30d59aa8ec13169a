import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createInformer, type Informer } from '../../../../src/kube/cache/informer.ts';
import { DEFAULT_TIMINGS } from '../../../../src/kube/cache/reflector.ts';
import { ConnectionError } from '../../../../src/kube/errors.ts';
import { reflectorMetrics } from '../../../../src/kube/metrics.ts';
import { type ConfigMap, configMap, configMaps } from '../../../support/configMaps.ts';
import { createFakeClock, type FakeClock } from '../../../support/fakeClock.ts';
import { type LogLine, recordingLogger } from '../../../support/logger.ts';
import { createMemoryKube, type MemoryKube, refusal } from '../../../support/memoryKube.ts';

let clock: FakeClock;
let kube: MemoryKube;
let informer: Informer<ConfigMap>;
let log: LogLine[];
let changes: string[];
let stop: AbortController;

beforeEach(() => {
  clock = createFakeClock();
  kube = createMemoryKube();
  log = [];
  changes = [];
  stop = new AbortController();
  const metrics = reflectorMetrics(new Registry(), 'configmaps');
  informer = createInformer({ client: kube, resource: configMaps, selection: {}, clock, logger: recordingLogger(log), metrics });
  informer.onChange((change) => changes.push(`${change.type} ${change.object.metadata.name}`));
});
afterEach(() => stop.abort(new Error('the test is over')));

const start = async (): Promise<void> => {
  void informer.run(stop.signal);
  await clock.settle();
};
const create = (name: string): Promise<ConfigMap> => kube.create(configMaps, configMap('shop', name));
const pauses = (): unknown[] => log.filter(({ message }) => message === 'watch interrupted').map(({ fields }) => fields['pauseMs']);
const outage = (): Error => new ConnectionError('no answer', 'closed');

describe('a reflector', () => {
  test('lists once, then watches', async () => {
    await create('a');
    await start();
    await create('b');
    await clock.settle();
    expect(changes).toEqual(['added a', 'added b']);
    expect(kube.calls).toMatchObject({ list: 1, watch: 1 });
  });

  test('goes on at once, without a list, when a watch has ended in order', async () => {
    await start();
    await clock.advance(DEFAULT_TIMINGS.watchSeconds * 1000);
    kube.endWatches();
    await clock.settle();
    await create('a');
    await clock.settle();
    expect(changes).toEqual(['added a']);
    expect(kube.calls).toMatchObject({ list: 1, watch: 2 });
    expect(pauses()).toEqual([]);
  });

  test('lists anew at once after 410', async () => {
    await start();
    await create('a');
    kube.compact();
    kube.endWatches(refusal(410, 'Expired', 'too old'));
    await clock.settle();
    expect(kube.calls).toMatchObject({ list: 2, watch: 2 });
    expect(pauses()).toEqual([0]);
  });

  test('pauses before the next list when 410 follows on 410', async () => {
    await start();
    kube.fail(['watch'], 2, () => refusal(410, 'Expired', 'too old'));
    kube.endWatches();
    await clock.settle();
    expect(pauses()[0]).toBeGreaterThanOrEqual(500);
  });

  test('waits 0.5 to 30 s between failures, and never gives up', async () => {
    await start();
    kube.fail(['watch', 'list'], 40, outage);
    kube.endWatches(outage());
    await clock.advance(3_600_000);
    expect(pauses()).toHaveLength(41);
    for (const pause of pauses()) {
      expect(pause).toBeGreaterThanOrEqual(500);
      expect(pause).toBeLessThanOrEqual(30_000);
    }
    await create('a');
    await clock.settle();
    expect(changes).toEqual(['added a']);
  });

  test('waits as long as the server asks', async () => {
    await start();
    kube.endWatches(Object.assign(refusal(429, 'TooManyRequests', 'slow down'), { retryAfterSeconds: 45 }));
    await clock.settle();
    expect(pauses()).toEqual([45_000]);
  });

  test('treats a watch that ends at once and brings nothing as a failure', async () => {
    await start();
    kube.endWatches();
    await clock.settle();
    expect(pauses()).toHaveLength(1);
    expect(informer.failure?.message).toMatch(/ended at once/);
  });

  test('is well again, and says so, when the next watch is accepted', async () => {
    await start();
    kube.endWatches(outage());
    await clock.settle();
    expect(informer.failure).toBeInstanceOf(ConnectionError);
    await clock.advance(30_000);
    expect(informer.failure).toBeUndefined();
  });

  test('reports what was deleted and made anew under the same name while it could not see', async () => {
    await create('a');
    await start();
    changes.length = 0;
    const unseen = [kube.delete(configMaps, { namespace: 'shop', name: 'a' }), create('a')];
    kube.compact();
    kube.endWatches(refusal(410, 'Expired', 'too old'));
    await Promise.all(unseen);
    await clock.settle();
    expect(changes).toEqual(['deleted a', 'added a']);
    expect(kube.calls.list).toBe(2);
  });

  test('believes data that went back in time only after a minute of it', async () => {
    await create('a');
    await start();
    const past = { items: [], resourceVersion: '50' };
    const real = kube.list;
    Object.assign(kube, { list: () => Promise.resolve(past) });
    kube.compact();
    kube.endWatches(refusal(410, 'Expired', 'too old'));
    await clock.advance(DEFAULT_TIMINGS.distrustMs - 1000);
    expect(informer.store.size).toBe(1);
    await clock.advance(60_000);
    expect(informer.store.size).toBe(0);
    Object.assign(kube, { list: real });
  });

  test('survives a listener that throws, and tells the others', async () => {
    informer.onChange(({ object }) => {
      if (object.metadata.name === 'poison') throw new Error('cannot digest');
    });
    const healthy: string[] = [];
    informer.onChange(({ object }) => healthy.push(object.metadata.name));
    await start();
    for (const name of ['a', 'poison', 'b']) await create(name);
    await clock.settle();
    expect(healthy).toEqual(['a', 'poison', 'b']);
    expect(log.filter(({ message }) => message.startsWith('a listener threw'))).toHaveLength(1);
  });
});

describe('the store of a cache', () => {
  test('is not in sync before the first list', async () => {
    expect(informer.store.synced).toBe(false);
    await start();
    expect(informer.store.synced).toBe(true);
  });

  test('finds objects by index, and follows their changes', async () => {
    informer.declareIndices({ byOwner: ({ data }) => (data?.['owner'] === undefined ? [] : [data['owner']]) });
    await start();
    const made = await kube.create(configMaps, configMap('shop', 'a', { owner: 'x' }));
    await kube.create(configMaps, configMap('shop', 'b'));
    await clock.settle();
    const namesBy = (owner: string): string[] => informer.store.byIndex('byOwner', owner).map(({ metadata }) => metadata.name);
    expect(namesBy('x')).toEqual(['a']);
    await kube.replace(configMaps, { ...made, data: { owner: 'y' } });
    await clock.settle();
    expect([namesBy('x'), namesBy('y')]).toEqual([[], ['a']]);
    await kube.delete(configMaps, { namespace: 'shop', name: 'a' });
    await clock.settle();
    expect(namesBy('y')).toEqual([]);
  });

  test('refuses an index that nobody declared', () => {
    expect(() => informer.store.byIndex('byOwner', 'x')).toThrow('there is no index "byOwner"');
  });

  test('keeps an object whose index function throws, and leaves it out of that index', async () => {
    informer.declareIndices({
      fragile: ({ metadata }) => {
        if (metadata.name === 'poison') throw new Error('cannot digest');
        return ['all'];
      },
    });
    await start();
    for (const name of ['a', 'poison']) await create(name);
    await clock.settle();
    expect(informer.store.size).toBe(2);
    expect(informer.store.byIndex('fragile', 'all')).toHaveLength(1);
  });

  test('hands out objects that nobody can change', async () => {
    await create('a');
    await start();
    const found = informer.store.get({ namespace: 'shop', name: 'a' });
    expect(() => Object.assign(found?.metadata ?? {}, { name: 'b' })).toThrow(TypeError);
  });
});
