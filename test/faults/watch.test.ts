/** Watching the API server through everything that goes wrong between it and us: no event is ever lost. */
import { afterEach, describe, expect, inject, test } from 'vitest';
import { untilTrue } from '../support/until.ts';
import type { Fault } from './proxy/faultProxy.ts';
import * as faults from './proxy/faults.ts';
import { type CacheUnderFault, startCacheUnderFault } from './support/cacheUnderFault.ts';

let cache: CacheUnderFault;
afterEach(async () => cache.close());

/** Objects that come, change and go, some of them again. */
async function live(round: number): Promise<void> {
  const names = [0, 1, 2, 3].map((n) => `r${round}-${n}`);
  await Promise.all(names.map((name) => cache.create(name)));
  await Promise.all(names.slice(0, 3).map((name) => cache.change(name)));
  await Promise.all(names.slice(0, 2).map((name) => cache.remove(name)));
  await cache.create(names[0] ?? '');
}

interface Case {
  readonly name: string;
  readonly make: () => Fault;
}

describe('a watch meets', () => {
  test.each<Case>([
    { name: '500 when it starts', make: () => faults.internalError(faults.watches, 3) },
    { name: '500 to everything', make: () => faults.internalError(faults.everything, 4) },
    { name: '410 as a status', make: () => faults.goneAsStatus(faults.watches, 2) },
    { name: '410 in the stream', make: () => faults.goneInStream(2) },
    { name: '410 and then 500 to the new list', make: () => faults.goneAsStatus(faults.everything, 2) },
    { name: '429 with Retry-After', make: () => faults.tooManyRequests(faults.watches, 1, 1) },
    { name: 'a line that is cut in the middle', make: () => faults.truncatedLine(2, 2) },
    { name: 'events that come twice and out of date', make: () => faults.repeatedEvents(1) },
    { name: 'bytes that come twice', make: () => faults.doubledBytes(2) },
    { name: 'a stream that freezes in the middle of an event', make: () => faults.frozenStream(2, 1) },
  ])('$name', async ({ make }) => {
    cache = await startCacheUnderFault(inject('cluster'));
    await live(1);
    const fault = make();
    cache.proxy.inject(fault);
    cache.proxy.network.cutAll();
    await live(2);
    await untilTrue('the fault was met as often as it was to be', () => fault.times === 0);
    await live(3);
    expect(await cache.settled()).toEqual({ missed: [] });
  });
});

describe('the network', () => {
  test('cuts every connection, again and again', async () => {
    cache = await startCacheUnderFault(inject('cluster'));
    for (let round = 1; round <= 4; round++) {
      cache.proxy.network.cutAll();
      await live(round);
    }
    expect(await cache.settled()).toEqual({ missed: [] });
  });

  test('refuses connections for a while', async () => {
    cache = await startCacheUnderFault(inject('cluster'));
    await live(1);
    await cache.proxy.network.refuse();
    cache.proxy.network.cutAll();
    await live(2);
    await untilTrue('the cache knows that it is cut off', () => cache.informer.failure !== undefined);
    await cache.proxy.network.accept();
    await live(3);
    expect(await cache.settled()).toEqual({ missed: [] });
  });

  test('swallows every byte, and tells nobody', async () => {
    cache = await startCacheUnderFault(inject('cluster'));
    await live(1);
    cache.proxy.network.freeze();
    await live(2);
    await untilTrue('the silence is noticed', () => cache.informer.failure !== undefined);
    cache.proxy.network.thaw();
    await live(3);
    expect(await cache.settled()).toEqual({ missed: [] });
  });
});

test('nothing is lost over HTTP/1.1 either', async () => {
  cache = await startCacheUnderFault(inject('cluster'), { http1Only: true });
  await live(1);
  const fault = faults.truncatedLine(1, 1);
  cache.proxy.inject(fault);
  cache.proxy.network.cutAll();
  await live(2);
  await untilTrue('the fault was met', () => fault.times === 0);
  cache.proxy.network.strand();
  await live(3);
  expect(await cache.settled()).toEqual({ missed: [] });
});

test('a connection that the network has forgotten is given up, and another one made', async () => {
  cache = await startCacheUnderFault(inject('cluster'));
  await live(1);
  cache.proxy.network.strand();
  await live(2);
  expect(await cache.settled()).toEqual({ missed: [] });
});

test('an object that was deleted while the watch was dead is reported deleted after the new list', async () => {
  cache = await startCacheUnderFault(inject('cluster'));
  await cache.create('kept');
  await cache.create('gone');
  await untilTrue('both are cached', () => cache.informer.store.size === 2);
  await cache.proxy.network.refuse();
  cache.proxy.network.cutAll();
  await cache.remove('gone');
  cache.proxy.inject(faults.goneAsStatus(faults.watches, 1));
  await cache.proxy.network.accept();
  expect(await cache.settled()).toEqual({ missed: [] });
  expect([...cache.deleted]).toEqual(['gone']);
});

test('a list that is older than what was seen is not believed', async () => {
  cache = await startCacheUnderFault(inject('cluster'));
  await cache.create('old');
  await untilTrue('it is cached', () => cache.informer.store.size === 1);
  const restore = cache.proxy.inject(faults.staleLists(1));
  // The first list under the fault is remembered, the second one is answered with it.
  cache.proxy.inject(faults.goneAsStatus(faults.watches, 1));
  cache.proxy.network.cutAll();
  await untilTrue('a list was remembered', () => cache.proxy.requests.filter(({ isList }) => isList).length >= 2);
  await cache.create('new');
  await untilTrue('the new object is cached', () => cache.informer.store.size === 2);
  cache.proxy.inject(faults.goneAsStatus(faults.watches, 1));
  cache.proxy.network.cutAll();
  await untilTrue('the stale list was served', () => cache.proxy.requests.filter(({ isList }) => isList).length >= 3);
  restore();
  expect(await cache.settled()).toEqual({ missed: [] });
  expect([...cache.deleted]).toEqual([]);
});
