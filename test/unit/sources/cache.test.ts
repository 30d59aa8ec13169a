import { describe, expect, test } from 'vitest';
import { createCache } from '../../../src/sources/cache.ts';
import { createCachedHttp } from '../../../src/sources/cachedHttp.ts';
import { gapReason, SourceError } from '../../../src/sources/gap.ts';
import type { HttpSource } from '../../../src/sources/http.ts';
import { createFakeClock } from '../../support/fakeClock.ts';

function world(maxSize = 10_000) {
  const clock = createFakeClock();
  const cache = createCache<string>({ clock, ttlMs: 10_000, errorTtlMs: 1_000, maxSize, sizeOf: (value) => value.length });
  let asked = 0;
  const answering = (value: string) => (): Promise<string> => {
    asked += 1;
    return Promise.resolve(value);
  };
  return { clock, cache, answering, asked: () => asked };
}

describe('createCache', () => {
  test('gives an answer again for a while, and then asks', async () => {
    const { clock, cache, answering, asked } = world();
    expect(await cache.get('a', answering('1'))).toBe('1');
    await clock.advance(9_999);
    expect(await cache.get('a', answering('2'))).toBe('1');
    await clock.advance(1);
    expect(await cache.get('a', answering('3'))).toBe('3');
    expect(asked()).toBe(2);
  });

  test('gives a failure again for a shorter while', async () => {
    const { clock, cache, answering, asked } = world();
    const failing = (): Promise<string> => Promise.reject(new SourceError('Unavailable', 'down'));
    await expect(cache.get('a', failing)).rejects.toThrow('down');
    await expect(cache.get('a', answering('1'))).rejects.toThrow('down');
    expect(asked()).toBe(0);
    await clock.advance(1_000);
    expect(await cache.get('a', answering('1'))).toBe('1');
  });

  test('asks once for all who ask at the same time', async () => {
    const { cache, answering, asked } = world();
    const answers = await Promise.all(['1', '2', '3'].map((value) => cache.get('a', answering(value))));
    expect([answers, asked()]).toEqual([['1', '1', '1'], 1]);
  });

  test('holds no more than its size: the longest unused goes first, and what is too large is not kept', async () => {
    const { cache, answering } = world(1_200);
    for (const key of ['a', 'b', 'c', 'd']) await cache.get(key, answering(key.repeat(300)));
    await cache.get('a', answering('?'));
    await cache.get('f', answering('f'));
    expect([await cache.get('a', answering('asked')), await cache.get('b', answering('asked'))]).toEqual(['a'.repeat(300), 'asked']);
    await cache.get('e', answering('e'.repeat(301)));
    expect(await cache.get('e', answering('asked'))).toBe('asked');
    expect(cache.size()).toBeLessThanOrEqual(1_200);
  });

  describe('who gives up', () => {
    const hanging = () => {
      const signals: AbortSignal[] = [];
      const ask = (signal: AbortSignal): Promise<string> => {
        signals.push(signal);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
        });
      };
      return { ask, signals };
    };

    test('ends the call when nobody else waits, and the next who asks is not told of it', async () => {
      const { cache, answering } = world();
      const { ask, signals } = hanging();
      const controller = new AbortController();
      const waiting = cache.get('a', ask, controller.signal);
      controller.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
      expect(await cache.get('a', answering('1'))).toBe('1');
    });

    test('leaves the call to the others', async () => {
      const { cache, answering } = world();
      let answer: (value: string) => void = () => undefined;
      const slow = (): Promise<string> =>
        new Promise((resolve) => {
          answer = resolve;
        });
      const controller = new AbortController();
      const impatient = cache.get('a', slow, controller.signal);
      const patient = cache.get('a', answering('never'));
      controller.abort(new Error('enough'));
      await expect(impatient).rejects.toThrow('enough');
      answer('1');
      expect(await patient).toBe('1');
    });
  });
});

describe('createCachedHttp', () => {
  const endpoint = { name: 'main', url: 'http://a' };

  function counting(): { readonly http: HttpSource; readonly asked: string[] } {
    const asked: string[] = [];
    const ask: HttpSource['ask'] = ({ name }, path, options) => {
      asked.push([name, path, options?.query?.toString() ?? ''].join(' '));
      return Promise.resolve({ status: 200, json: { n: asked.length }, bytes: 10 });
    };
    return {
      asked,
      http: { ask, getJson: async (...args) => (await ask(args[0], args[1], { query: args[2] })).json, close: () => Promise.resolve() },
    };
  }

  test('tells questions apart by instance, tenant, path, parameters and body', async () => {
    const { http, asked } = counting();
    const cached = createCachedHttp(http, createFakeClock());
    const questions = [
      () => cached.ask(endpoint, 'a'),
      () => cached.ask({ ...endpoint, name: 'other' }, 'a'),
      () => cached.ask({ ...endpoint, url: 'http://b' }, 'a'),
      () => cached.ask({ ...endpoint, tenant: 'shop' }, 'a'),
      () => cached.ask(endpoint, 'b'),
      () => cached.getJson(endpoint, 'a', new URLSearchParams({ q: '1' })),
      () => cached.ask(endpoint, 'a', { body: new URLSearchParams({ q: '1' }) }),
      () => cached.ask(endpoint, 'a', { body: { json: { q: 1 } } }),
    ];
    for (const question of [...questions, ...questions]) await question();
    expect(asked).toHaveLength(questions.length);
  });

  test('a caller that gives up is told as every source tells it', async () => {
    const http: HttpSource = { ...counting().http, ask: () => new Promise(() => undefined) };
    const controller = new AbortController();
    const waiting = createCachedHttp(http, createFakeClock()).ask(endpoint, 'a', {}, controller.signal);
    controller.abort(new Error('enough'));
    const error: unknown = await waiting.catch((failure: unknown) => failure);
    expect([gapReason(error), (error as Error).message]).toEqual(['TimedOut', 'main: the time was up']);
  });
});
