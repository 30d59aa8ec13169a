import { describe, expect, test } from 'vitest';
import { ModelError, type ModelErrorDetails, type ModelFailure } from '../../../src/llm/error.ts';
import { withFallbacks } from '../../../src/llm/fallbacks.ts';
import { createPlaces, withPlaces } from '../../../src/llm/places.ts';
import type { LanguageModel } from '../../../src/llm/port.ts';
import { createMemoryStore, keyOf, recorded } from '../../../src/llm/record.ts';
import { withRetries } from '../../../src/llm/retries.ts';
import { createFakeClock } from '../../support/fakeClock.ts';
import { question, type Scripted, scriptedModel } from './scripted.ts';

const failure = (reason: ModelFailure, details: ModelErrorDetails = {}): ModelError => new ModelError(reason, `m: ${reason}`, details);

describe('retries', () => {
  const run = async (answers: [Scripted, ...Scripted[]], { random = 0.5, advance = 60_000 } = {}) => {
    const clock = createFakeClock();
    const model = scriptedModel(answers);
    const work = withRetries(model, { clock, random: () => random })
      .chat(question())
      .then(
        ({ text }) => text,
        (error: ModelError) => error.reason,
      );
    await clock.advance(advance);
    const asked = model.asked.length;
    return { end: await Promise.race([work, Promise.resolve('waits')]), asked };
  };

  test.each<{ name: string; answers: [Scripted, ...Scripted[]]; want: string; asked: number }>([
    { name: 'are not needed for an answer', answers: ['fine'], want: 'fine', asked: 1 },
    { name: 'get over two refusals', answers: [failure('Unavailable'), failure('RateLimited'), 'fine'], want: 'fine', asked: 3 },
    { name: 'give up after three attempts', answers: [failure('Unavailable')], want: 'Unavailable', asked: 3 },
    { name: 'wait as long as the server asks', answers: [failure('RateLimited', { retryAfterMs: 5_000 }), 'fine'], want: 'fine', asked: 2 },
    {
      name: 'do not wait for a server that asks for too long',
      answers: [failure('RateLimited', { retryAfterMs: 60_000 })],
      want: 'RateLimited',
      asked: 1,
    },
    {
      name: 'do not pay twice for what broke off',
      answers: [failure('Unavailable', { mayHaveSpent: true })],
      want: 'Unavailable',
      asked: 1,
    },
    { name: 'do not repeat what will fail again', answers: [failure('Forbidden')], want: 'Forbidden', asked: 1 },
    { name: 'do not repeat what was too late', answers: [failure('TimedOut', { mayHaveSpent: true })], want: 'TimedOut', asked: 1 },
  ])('$name', async ({ answers, want, asked }) => {
    expect(await run(answers)).toEqual({ end: want, asked });
  });

  test('pause for half to all of 500 ms first', async () => {
    expect(await run([failure('Unavailable'), 'fine'], { random: 0, advance: 249 })).toMatchObject({ asked: 1 });
    expect(await run([failure('Unavailable'), 'fine'], { random: 0, advance: 250 })).toMatchObject({ asked: 2 });
    expect(await run([failure('Unavailable'), 'fine'], { random: 0.99, advance: 490 })).toMatchObject({ asked: 1 });
  });

  test('end when the caller gives up in a pause', async () => {
    const clock = createFakeClock();
    const caller = new AbortController();
    const work = withRetries(scriptedModel([failure('Unavailable')]), { clock, random: () => 0 }).chat(
      question('', { signal: caller.signal }),
    );
    await clock.settle();
    caller.abort();
    await expect(work).rejects.toMatchObject({ reason: 'Aborted' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('fallbacks', () => {
  test('are asked in order, until one answers', async () => {
    const models = [
      scriptedModel([failure('Unavailable')]),
      scriptedModel([failure('TimedOut')]),
      scriptedModel(['third']),
      scriptedModel(['fourth']),
    ] as const;
    expect((await withFallbacks([...models]).chat(question())).text).toBe('third');
    expect(models[3].asked).toEqual([]);
  });

  test('tell the reason of the first when none answers', async () => {
    const model = withFallbacks([scriptedModel([failure('NotFound')]), scriptedModel([failure('Unavailable')])]);
    await expect(model.chat(question())).rejects.toMatchObject({ reason: 'NotFound', message: 'm: NotFound; m: Unavailable' });
  });

  test.each<{ reason: ModelFailure }>([
    { reason: 'Aborted' },
    { reason: 'BudgetExceeded' },
    { reason: 'BudgetUnknown' },
    { reason: 'ContextExceeded' },
    { reason: 'NoTools' },
  ])('are not asked after $reason: the caller has to act first', async ({ reason }) => {
    const second = scriptedModel(['second']);
    await expect(withFallbacks([scriptedModel([failure(reason)]), second]).chat(question())).rejects.toMatchObject({ reason });
    expect(second.asked).toEqual([]);
  });
});

describe('records', () => {
  test('of one scope say nothing in another', async () => {
    const store = createMemoryStore();
    const of = (scope: string, ...answers: readonly [string, ...string[]]) => recorded(scriptedModel(answers), store, scope);
    expect((await of('inv-1', 'nonsense').chat(question('a'))).text).toBe('nonsense');
    expect((await of('inv-1', 'sense').chat(question('a'))).text).toBe('nonsense');
    expect((await of('inv-2', 'sense').chat(question('a'))).text).toBe('sense');
  });

  test('answer the same question once asked, and only the same', async () => {
    const store = createMemoryStore();
    const model = scriptedModel(['first', 'second']);
    const kept = recorded(model, store);
    expect((await kept.chat(question('a'))).text).toBe('first');
    expect((await kept.chat(question('a'))).text).toBe('first');
    expect((await kept.chat(question('b'))).text).toBe('second');
    expect(model.asked).toHaveLength(2);
    expect(store.size).toBe(2);
  });

  test('are as many as there is room for, the newest', async () => {
    const store = createMemoryStore(2);
    const kept = recorded(scriptedModel(['x']), store);
    for (const content of ['a', 'b', 'c']) await kept.chat(question(content));
    expect(store.size).toBe(2);
    expect(await store.get(keyOf('scripted', question('a')))).toBeUndefined();
  });

  test('are the same whatever the nonce of the fences was', () => {
    const fenced = (nonce: string) => keyOf('m', question(`[e1 begins ${nonce}] x [e1 ends ${nonce}]`, { nonce }));
    expect(fenced('aaaa0000')).toBe(fenced('bbbb1111'));
  });

  test.each<{ name: string; change: object }>([
    { name: 'parameters', change: { maxOutputTokens: 1 } },
    { name: 'tools', change: { tools: [{ name: 't', description: '', parameters: {} }] } },
    { name: 'the form', change: { format: {} } },
    { name: 'the seed', change: { seed: 1 } },
  ])('differ by $name', ({ change }) => {
    expect(keyOf('m', question('a', change))).not.toBe(keyOf('m', question('a')));
    expect(keyOf('m', question('a'))).not.toBe(keyOf('n', question('a')));
  });
});

describe('places', () => {
  /** A model that answers when it is let. */
  function held() {
    const open: (() => void)[] = [];
    let asked = 0;
    const model: LanguageModel = {
      name: 'held',
      chat: async () => {
        asked += 1;
        await new Promise<void>((resolve) => open.push(resolve));
        return { text: 'fine', toolCalls: [], finish: 'stop' };
      },
    };
    return { model, open, asked: () => asked };
  }
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };

  test('are eight; who waits for one is asked for next, and who gives up waiting holds none', async () => {
    const { model, open, asked } = held();
    const placed = withPlaces(model, createPlaces());
    const leaving = new AbortController();
    const first = Array.from({ length: 8 }, () => placed.chat(question()));
    const left = placed.chat(question('never mind', { signal: leaving.signal })).catch((error: unknown) => error);
    const ninth = placed.chat(question());
    await turns();
    expect(asked()).toBe(8);
    leaving.abort();
    expect(await left).toMatchObject({ reason: 'Aborted' });
    open.shift()?.();
    await first[0];
    await turns();
    expect(asked()).toBe(9);
    for (const answer of open) answer();
    expect(await Promise.all([...first, ninth])).toHaveLength(9);
  });
});
