import { Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { queueMetrics } from '../../../../src/kube/metrics.ts';
import { createWorkQueue, type WorkQueue } from '../../../../src/kube/work/queue.ts';
import { createRateLimiter, DEFAULT_RATE_LIMITS } from '../../../../src/kube/work/rateLimiter.ts';
import { createFakeClock, type FakeClock } from '../../../support/fakeClock.ts';

let clock: FakeClock;
let registry: Registry;
let queue: WorkQueue;
beforeEach(() => {
  clock = createFakeClock();
  registry = new Registry();
  queue = createWorkQueue(clock, createRateLimiter(clock), queueMetrics(registry, 'things'));
});

/** What a worker would get now; undefined when it would have to wait. */
async function takeNow(): Promise<string | undefined> {
  return queue.depth === 0 ? undefined : await queue.get();
}

describe('a work queue', () => {
  test('hands out keys in the order in which they came', async () => {
    for (const key of ['a', 'b', 'c']) queue.add(key);
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual(['a', 'b', 'c']);
  });

  test('holds a key once, however often it is added', async () => {
    for (const key of ['a', 'a', 'b', 'a']) queue.add(key);
    expect([await queue.get(), await queue.get(), await takeNow()]).toEqual(['a', 'b', undefined]);
  });

  test('never gives one key to two workers', async () => {
    queue.add('a');
    await queue.get();
    queue.add('a');
    expect(await takeNow()).toBeUndefined();
  });

  test('hands a key out again after done, if it was added while in work', async () => {
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.add('a');
    queue.done('a');
    expect(await takeNow()).toBe('a');
    queue.done('a');
    expect(await takeNow()).toBeUndefined();
  });

  test('wakes a worker that waits', async () => {
    const waiting = queue.get();
    queue.add('a');
    expect(await waiting).toBe('a');
  });

  test('lets the earliest of several delays win', async () => {
    queue.addAfter('a', 5000);
    queue.addAfter('a', 1000);
    queue.addAfter('a', 3000);
    await clock.advance(999);
    expect(queue.depth).toBe(0);
    await clock.advance(1);
    expect(await takeNow()).toBe('a');
    queue.done('a');
    await clock.advance(10_000);
    expect(queue.depth).toBe(0);
  });

  test('slows a failing key down from 5 ms, twofold, to 5 minutes', () => {
    const limiter = createRateLimiter(clock, { ...DEFAULT_RATE_LIMITS, burst: 1000 });
    const pauses = Array.from({ length: 18 }, () => limiter.delayMs('a'));
    expect(pauses.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(pauses.slice(15)).toEqual([163_840, 300_000, 300_000]);
    expect(limiter.delayMs('another')).toBe(5);
  });

  test('forgets the failures of a key that is well', () => {
    queue.addRateLimited('a');
    queue.forget('a');
    expect(queue.failures('a')).toBe(0);
  });

  test('lets at most a burst of 100 and then 10 a second fail', async () => {
    for (let n = 0; n < 120; n++) queue.addRateLimited(`key-${n}`);
    await clock.advance(10);
    expect(queue.depth).toBe(100);
    await clock.advance(1000);
    expect(queue.depth).toBe(110);
  });

  test('ends all workers at the shutdown, and takes nothing more', async () => {
    const waiting = queue.get();
    queue.addAfter('later', 100);
    queue.shutDown();
    queue.add('a');
    await clock.advance(1000);
    expect([await waiting, await queue.get(), queue.depth, clock.pendingTimers]).toEqual([undefined, undefined, 0, 0]);
  });

  test('reports under the names of client-go', async () => {
    for (const key of ['a', 'b', 'b']) queue.add(key);
    await queue.get();
    await clock.advance(2000);
    const text = await registry.metrics();
    for (const line of [
      'workqueue_adds_total{name="things",controller="things"} 2',
      'workqueue_depth{name="things",controller="things"} 1',
      'workqueue_unfinished_work_seconds{name="things",controller="things"} 2',
      'workqueue_longest_running_processor_seconds{name="things",controller="things"} 2',
    ]) {
      expect(text).toContain(line);
    }
  });
});
