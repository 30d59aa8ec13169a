import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createModelAccount } from '../../../src/compose/modelAccount.ts';
import { ConnectionError } from '../../../src/kube/errors.ts';
import { defineResource, type KubeObject } from '../../../src/kube/object.ts';
import { readAccount } from '../../../src/llm/account.ts';
import { type Cost, createLedger, type Ledger, type LedgerOptions } from '../../../src/llm/budget.ts';
import { withBudget } from '../../../src/llm/budgeted.ts';
import { ModelError } from '../../../src/llm/error.ts';
import type { AccountStore } from '../../../src/llm/journal.ts';
import type { ChatAnswer, LanguageModel } from '../../../src/llm/port.ts';
import { createTokenEstimator } from '../../../src/llm/tokens.ts';
import { createMemoryKube, type MemoryKube } from '../../support/memoryKube.ts';
import { memoryLedger } from '../../support/memoryLedger.ts';
import { question, scriptedModel } from './scripted.ts';

const tokens = (count: number): Cost => ({ tokens: count, moneyMicros: 0 });
const money = (micros: number): Cost => ({ tokens: 0, moneyMicros: micros });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-03-01T12:00:00Z');
const { signal } = new AbortController();

/** The account of an API server, as any number of processes see it, and the time that they all see. */
function shared(limits: Pick<LedgerOptions, 'hour' | 'day'> = {}) {
  const kube = createMemoryKube();
  const time = { now: START };
  const store = createModelAccount(kube, 'agent-sre');
  const process = (): Ledger => createLedger({ store, now: () => time.now, ...limits });
  return { kube, time, store, process };
}

/** A call that was made and did cost that much. */
async function pay(ledger: Ledger, cost: Cost, investigation = 'inv'): Promise<void> {
  const budget = ledger.open(investigation, {});
  (await budget.reserve(cost, signal)).settle(cost);
  await budget.close();
}

const reserves = (ledger: Ledger, cost: Cost, limits = {}, investigation = 'inv') =>
  ledger.open(investigation, limits).reserve(cost, signal);

describe('a budget', () => {
  test.each<{ name: string; limits: Partial<LedgerOptions>; most: Cost; says: RegExp }>([
    { name: 'of an investigation', limits: {}, most: tokens(101), says: /this investigation has not enough tokens/u },
    { name: 'of an hour', limits: { hour: { tokens: 50 } }, most: tokens(51), says: /this hour has not enough tokens/u },
    { name: 'of a day', limits: { day: { moneyMicros: 5 } }, most: money(6), says: /this day has not enough money/u },
  ])('$name refuses what might pass it', async ({ limits, most, says }) => {
    const budget = memoryLedger(START, limits).open('inv', { tokens: 100 });
    await expect(budget.reserve(most, signal)).rejects.toThrow(says);
    expect(budget.usage()).toEqual({ tokens: 0, moneyMicros: 0, toolCalls: 0 });
  });

  test('gives back what was reserved and not needed', async () => {
    const ledger = memoryLedger(START);
    const budget = ledger.open('inv', { tokens: 100 });
    const first = await budget.reserve(tokens(90), signal);
    await expect(budget.reserve(tokens(11), signal)).rejects.toMatchObject({ reason: 'BudgetExceeded' });
    first.settle(tokens(20));
    first.settle(tokens(0));
    expect(budget.usage().tokens).toBe(20);
    await expect(budget.reserve(tokens(81), signal)).rejects.toMatchObject({ reason: 'BudgetExceeded' });
    await budget.reserve(tokens(80), signal);
  });

  test('believes a server between nothing and what was reserved', async () => {
    const budget = memoryLedger(START).open('inv', { tokens: 1000 });
    for (const lie of [-5, Number.NaN, Number.POSITIVE_INFINITY, 1e12]) (await budget.reserve(tokens(100), signal)).settle(tokens(lie));
    expect(budget.usage().tokens).toBe(400);
  });

  test('of an hour is that of any hour, and the day goes on', async () => {
    const { process, time } = shared({ hour: { tokens: 10 }, day: { tokens: 15 } });
    await pay(process(), tokens(10));
    time.now += HOUR - 1;
    await expect(reserves(process(), tokens(1))).rejects.toThrow(/hour/u);
    time.now += 10 * MINUTE + 1; // the ten minutes in which it was spent have to be over as well
    await pay(process(), tokens(5));
    await expect(reserves(process(), tokens(1))).rejects.toThrow(/day/u);
    time.now = START + 24 * HOUR + 10 * MINUTE;
    await pay(process(), tokens(10)); // what was spent a day ago is forgiven, what was spent since is not
    await expect(reserves(process(), tokens(1))).rejects.toThrow(/hour/u);
  });

  test.each([{ jump: -HOUR }, { jump: -400 * 24 * HOUR }])(
    'does not begin anew when the clock is set back by $jump ms',
    async ({ jump }) => {
      const { process, time } = shared({ hour: { tokens: 10 } });
      await pay(process(), tokens(9));
      const open = await reserves(process(), tokens(1));
      time.now += jump;
      await expect(reserves(process(), tokens(1))).rejects.toThrow(/hour/u);
      open.settle(tokens(1));
    },
  );

  test('is not blocked for a year by a clock that was a year ahead', async () => {
    const { process, time } = shared({ hour: { tokens: 10 } });
    time.now += 365 * 24 * HOUR;
    await pay(process(), tokens(9));
    time.now = START;
    await pay(process(), tokens(1));
    time.now += HOUR + 10 * MINUTE;
    await pay(process(), tokens(10));
  });
});

describe('after a process has died', () => {
  test('what it had announced and not settled is spent', async () => {
    const { process } = shared({ hour: { tokens: 100 } });
    await reserves(process(), tokens(60), {}, 'a');
    await expect(reserves(process(), tokens(41), {}, 'b')).rejects.toThrow(/hour/u);
    const again = process().open('a', { tokens: 90 });
    await expect(again.reserve(tokens(31), signal)).rejects.toThrow(/investigation/u);
    expect(again.usage().tokens).toBe(60);
    await again.reserve(tokens(30), signal);
  });

  test('what it had announced stays spent when it is written off, and no longer than a day', async () => {
    const { process, time, store } = shared({ day: { tokens: 100 } });
    await reserves(process(), tokens(60), {}, 'a');
    time.now += 30 * MINUTE;
    await pay(process(), tokens(1));
    expect(readAccount((await store.read())?.text ?? '')).toMatchObject({ reserved: [], investigations: { a: { tokens: 60 } } });
    await expect(reserves(process(), tokens(40))).rejects.toThrow(/day/u);
    time.now = START + 24 * HOUR + 10 * MINUTE;
    await reserves(process(), tokens(99));
  });

  test('an investigation that crashes its process each time comes to the end of its budget', async () => {
    const { process } = shared();
    let calls = 0;
    const crash = async (): Promise<void> => {
      await reserves(process(), tokens(30), { tokens: 100 });
      calls += 1;
      return crash();
    };
    await expect(crash()).rejects.toMatchObject({ reason: 'BudgetExceeded' });
    expect(calls).toBe(3);
  });
});

describe('an account that cannot be trusted', () => {
  const accounts = defineResource<KubeObject & { readonly data: Readonly<Record<string, string>> }>({
    group: '',
    version: 'v1',
    kind: 'ConfigMap',
    plural: 'configmaps',
    namespaced: true,
  });
  const key = { namespace: 'agent-sre', name: 'agent-sre-model-account' };
  const spoil = async (kube: MemoryKube, data: Record<string, string>): Promise<void> => {
    await kube.create(accounts, { metadata: key, data });
  };

  test.each<{ name: string; data: Record<string, string> }>([
    { name: 'is no JSON', data: { 'account.json': '{"spent":[' } },
    {
      name: 'has debts',
      data: { 'account.json': '{"spent":[{"from":"2026-03-01T12:00:00Z","tokens":-9,"moneyMicros":0}],"reserved":[],"investigations":{}}' },
    },
    {
      name: 'has a time that is none',
      data: { 'account.json': '{"spent":[{"from":"soon","tokens":9,"moneyMicros":0}],"reserved":[],"investigations":{}}' },
    },
    { name: 'has fields of a later version', data: { 'account.json': '{"spent":[],"reserved":[],"investigations":{},"debts":[]}' } },
    { name: 'is not there', data: {} },
  ])('that $name lets nothing be spent, and says what to do', async ({ data }) => {
    const { kube, process } = shared();
    await spoil(kube, data);
    await expect(reserves(process(), tokens(1))).rejects.toMatchObject({
      reason: 'BudgetUnknown',
      message: expect.stringMatching(/ConfigMap agent-sre\/agent-sre-model-account holds no account.*delete it/u),
    });
    await kube.delete(accounts, key);
    await reserves(process(), tokens(1));
  });

  test('as it cannot be reached lets nothing be spent until it can', async () => {
    const { kube, process } = shared();
    kube.fail(['get'], 1, () => new ConnectionError('connect 10.0.0.1:443: refused', 'refused'));
    const ledger = process();
    await expect(reserves(ledger, tokens(1))).rejects.toMatchObject({
      reason: 'BudgetUnknown',
      message: expect.stringContaining('refused'),
    });
    await reserves(ledger, tokens(1));
  });

  /** The write with this number is carried out, and its answer lost. */
  const losing = (store: AccountStore, lost: number): AccountStore => {
    let writes = 0;
    return {
      ...store,
      write: async (...given) => {
        const done = await store.write(...given);
        if ((writes += 1) === lost) throw new ConnectionError('the answer was lost', 'closed');
        return done;
      },
    };
  };

  test('as the answer to a reservation was lost is not charged for the call that was not made', async () => {
    const { store, process, time } = shared();
    const ledger = createLedger({ store: losing(store, 1), now: () => time.now, hour: { tokens: 100 } });
    await expect(reserves(ledger, tokens(90))).rejects.toMatchObject({ reason: 'BudgetUnknown' });
    await reserves(ledger, tokens(90));
    await reserves(process(), tokens(10));
    const { reserved } = readAccount((await store.read())?.text ?? '');
    expect(reserved.map((one) => one.tokens)).toEqual([90, 10]);
  });

  test('as the answer to a settlement was lost is settled once', async () => {
    const { store, time } = shared();
    const ledger = createLedger({ store: losing(store, 2), now: () => time.now });
    const budget = ledger.open('inv', {});
    (await budget.reserve(tokens(90), signal)).settle(tokens(10));
    await budget.close();
    await budget.reserve(tokens(1), signal);
    const { spent, reserved, investigations } = readAccount((await store.read())?.text ?? '');
    expect(spent).toMatchObject([{ tokens: 10 }]);
    expect(reserved).toMatchObject([{ tokens: 1 }]);
    expect(investigations).toMatchObject({ inv: { tokens: 10 } });
  });

  test('as its settlement could not be written is settled by the next write', async () => {
    const { kube, process, store } = shared({ hour: { tokens: 100 } });
    const ledger = process();
    const budget = ledger.open('inv', {});
    const call = await budget.reserve(tokens(90), signal);
    call.settle(tokens(10));
    kube.fail(['replace'], 1, () => new ConnectionError('no route', 'refused'));
    await budget.close();
    expect(readAccount((await store.read())?.text ?? '').reserved).toHaveLength(1);
    await ledger.open('other', {}).reserve(tokens(90), signal);
    expect(readAccount((await store.read())?.text ?? '').investigations).toMatchObject({ inv: { tokens: 10 } });
  });

  test('is not waited for when the caller gives up', async () => {
    const given = new AbortController();
    const store: AccountStore = { name: 'x', read: () => Promise.reject(new Error('aborted')), write: () => Promise.resolve(true) };
    given.abort();
    await expect(memoryLedger(START, { store }).open('inv', {}).reserve(tokens(1), given.signal)).rejects.toMatchObject({
      reason: 'Aborted',
    });
  });
});

test('two processes that read the same account do not both spend what is left', async () => {
  const { store, time } = shared();
  const { promise: bothHaveRead, resolve } = Promise.withResolvers<void>();
  let reads = 0;
  const slow: AccountStore = {
    ...store,
    read: async () => {
      const kept = await store.read();
      if ((reads += 1) === 2) resolve();
      await bothHaveRead;
      return kept;
    },
  };
  const process = () => createLedger({ store: slow, now: () => time.now, hour: { tokens: 100 } });
  await pay(createLedger({ store, now: () => time.now }), tokens(10), 'before');
  const ends = await Promise.allSettled([reserves(process(), tokens(60), {}, 'a'), reserves(process(), tokens(60), {}, 'b')]);
  expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(readAccount((await store.read())?.text ?? '').reserved).toMatchObject([{ tokens: 60 }]);
});

test('the account stays small, however many investigations there were', async () => {
  const { process, time, store } = shared();
  const ledger = process();
  for (let at = 0; at < 400; at += 1) {
    time.now += 4 * MINUTE;
    await pay(ledger, { tokens: 123_456_789, moneyMicros: 987_654_321 }, `7d1c7e2e-0d6f-4b5b-9a6e-${String(at).padStart(12, '0')}`);
  }
  const text = (await store.read())?.text ?? '';
  expect(text.length).toBeLessThan(32 * 1024);
  const { spent, investigations } = readAccount(text);
  expect(spent.length).toBeLessThanOrEqual(145);
  expect(Object.keys(investigations)).toHaveLength(100);
});

test('no limit is passed by two processes and their calls, however these end and whichever process dies', async () => {
  const LIMIT = 2_000;
  const call = fc.record({
    process: fc.integer({ min: 0, max: 1 }),
    size: fc.integer({ min: 0, max: 400 }),
    counted: fc.integer({ min: -10, max: 5000 }),
    end: fc.constantFrom('says', 'free', 'broke off', 'dies'),
  });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(call, { minLength: 1, maxLength: 20 }), async (scheduler, calls) => {
      const { process, store } = shared({ hour: { tokens: LIMIT, moneyMicros: 9_000 } });
      const ledgers = [process(), process()] as const;
      let truly = 0;
      const ask = async ({ process: at, size, counted, end }: (typeof calls)[number]): Promise<void> => {
        const model: LanguageModel = {
          name: 'm',
          chat: async (): Promise<ChatAnswer> => {
            await scheduler.schedule(Promise.resolve());
            truly += end === 'free' ? 0 : Math.min(Math.max(counted, 0), size + 1);
            if (end === 'dies') await Promise.race([]);
            if (end !== 'says') throw new ModelError('Unavailable', 'x', { mayHaveSpent: end === 'broke off' });
            return { text: '', toolCalls: [], finish: 'stop', count: { promptTokens: Math.max(counted, 0), outputTokens: 0 } };
          },
        };
        const budget = (ledgers[at] ?? ledgers[0]).open(`inv-${at}`, { tokens: 1_500 });
        const budgeted = withBudget(model, {
          budget,
          estimator: createTokenEstimator(),
          price: { inputPerMillion: 3, outputPerMillion: 10 },
          enforcesWindow: false,
        });
        const asked = budgeted.chat(question('x'.repeat(size))).catch(() => {});
        if (end !== 'dies') await asked;
        const { spent, reserved } = readAccount((await store.read())?.text ?? '{"spent":[],"reserved":[],"investigations":{}}');
        const sum = [...spent, ...reserved].reduce(
          (all, one) => ({ tokens: all.tokens + one.tokens, moneyMicros: all.moneyMicros + one.moneyMicros }),
          money(0),
        );
        expect(sum.tokens).toBeLessThanOrEqual(LIMIT);
        expect(sum.moneyMicros).toBeLessThanOrEqual(9_000);
      };
      await scheduler.waitFor(Promise.all(calls.map(ask)));
      expect(truly).toBeLessThanOrEqual(LIMIT);
    }),
    { numRuns: 60 },
  );
});

describe('a model with a budget', () => {
  const asked = (limit: number) => {
    const budget = memoryLedger(START).open('inv', { tokens: limit });
    const model = scriptedModel([{ text: 'x', count: { promptTokens: 70, outputTokens: 5 } }]);
    return { budget, model, budgeted: withBudget(model, { budget, estimator: createTokenEstimator(), enforcesWindow: true }) };
  };

  test('is not asked what it might not be able to pay', async () => {
    const { model, budgeted, budget } = asked(150);
    await expect(budgeted.chat(question('x'.repeat(100)))).rejects.toMatchObject({ reason: 'BudgetExceeded' });
    expect(model.asked).toEqual([]);
    expect(budget.usage().tokens).toBe(0);
  });

  test('is charged what the server counted', async () => {
    const { budgeted, budget } = asked(1_000);
    await budgeted.chat(question('x'.repeat(100)));
    expect(budget.usage().tokens).toBe(75);
  });

  test('is charged the most that is possible when the server does not count, at most its window', async () => {
    const budget = memoryLedger(START).open('inv', { tokens: 100_000 });
    const budgeted = withBudget(scriptedModel(['x']), { budget, estimator: createTokenEstimator(), enforcesWindow: true });
    await budgeted.chat(question('x'.repeat(50_000)));
    expect(budget.usage().tokens).toBe(8_100);
  });
});
