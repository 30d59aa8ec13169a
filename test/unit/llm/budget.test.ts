import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cost, createLedger } from '../../../src/llm/budget.ts';
import { withBudget } from '../../../src/llm/budgeted.ts';
import { ModelError } from '../../../src/llm/error.ts';
import type { ChatAnswer, LanguageModel } from '../../../src/llm/port.ts';
import { createTokenEstimator } from '../../../src/llm/tokens.ts';
import { createFakeClock } from '../../support/fakeClock.ts';
import { question, scriptedModel } from './scripted.ts';

const tokens = (count: number): Cost => ({ tokens: count, moneyMicros: 0 });
const money = (micros: number): Cost => ({ tokens: 0, moneyMicros: micros });
const HOUR = 3_600_000;

describe('a budget', () => {
  const at = (time: { now: number }) => () => time.now;

  test.each<{ name: string; limits: Parameters<typeof createLedger>[0]; most: Cost; says: RegExp }>([
    { name: 'of an investigation', limits: { now: () => 0 }, most: tokens(101), says: /this investigation has not enough tokens/u },
    { name: 'of an hour', limits: { now: () => 0, hour: { tokens: 50 } }, most: tokens(51), says: /this hour has not enough tokens/u },
    { name: 'of a day', limits: { now: () => 0, day: { moneyMicros: 5 } }, most: money(6), says: /this day has not enough money/u },
  ])('$name refuses what might pass it', ({ limits, most, says }) => {
    const budget = createLedger(limits).open({ tokens: 100 });
    expect(() => budget.reserve(most)).toThrow(says);
    expect(budget.usage()).toEqual({ tokens: 0, moneyMicros: 0, toolCalls: 0 });
  });

  test('gives back what was reserved and not needed', () => {
    const budget = createLedger({ now: () => 0 }).open({ tokens: 100 });
    const first = budget.reserve(tokens(90));
    expect(budget.left().tokens).toBe(10);
    first.settle(tokens(20));
    first.settle(tokens(20));
    expect(budget.left().tokens).toBe(80);
    expect(budget.usage().tokens).toBe(20);
  });

  test('believes a server between nothing and what was reserved', () => {
    const budget = createLedger({ now: () => 0 }).open({ tokens: 1000 });
    for (const lie of [-5, Number.NaN, Number.POSITIVE_INFINITY, 1e12]) budget.reserve(tokens(100)).settle(tokens(lie));
    expect(budget.usage().tokens).toBe(400);
  });

  test('of an hour begins anew when the hour is over, that of the day goes on', () => {
    const time = { now: 0 };
    const ledger = createLedger({ now: at(time), hour: { tokens: 10 }, day: { tokens: 15 } });
    ledger.open({}).reserve(tokens(10)).settle(tokens(10));
    expect(() => ledger.open({}).reserve(tokens(1))).toThrow(/hour/u);
    time.now = HOUR;
    ledger.open({}).reserve(tokens(5)).settle(tokens(5));
    expect(() => ledger.open({}).reserve(tokens(1))).toThrow(/day/u);
  });

  test('does not begin anew when the clock is set back', () => {
    const time = { now: 10 * HOUR };
    const ledger = createLedger({ now: at(time), hour: { tokens: 10 } });
    ledger.open({}).reserve(tokens(10)).settle(tokens(10));
    time.now = 0;
    expect(() => ledger.open({}).reserve(tokens(1))).toThrow(/hour/u);
  });

  test('goes on after a restart from what was kept', () => {
    const ledger = createLedger({ now: () => 0, day: { tokens: 100 } });
    const budget = ledger.open({ tokens: 100 });
    budget.reserve(tokens(60)).settle(tokens(60));
    budget.addToolCall();
    const kept = JSON.parse(JSON.stringify({ state: ledger.state(), usage: budget.usage() })) as {
      state: ReturnType<typeof ledger.state>;
      usage: ReturnType<typeof budget.usage>;
    };
    const again = createLedger({ now: () => 0, day: { tokens: 100 }, state: kept.state });
    expect(again.open({}).left().tokens).toBe(40);
    expect(again.open({ tokens: 100 }, kept.usage)).toMatchObject({});
    expect(again.open({ tokens: 70 }, kept.usage).left().tokens).toBe(10);
    expect(again.open({ tokens: 70 }, kept.usage).usage()).toEqual({ tokens: 60, moneyMicros: 0, toolCalls: 1 });
  });

  test('is never passed, however many calls run at once and however they end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(
          fc.record({
            size: fc.integer({ min: 0, max: 400 }),
            counted: fc.integer({ min: -10, max: 5000 }),
            end: fc.constantFrom('says', 'free', 'broke off'),
          }),
          {
            minLength: 1,
            maxLength: 20,
          },
        ),
        async (scheduler, calls) => {
          const limit = 2_000;
          const ledger = createLedger({ now: () => 0, hour: { tokens: limit, moneyMicros: 9_000 } });
          const highest = { tokens: 0, moneyMicros: 0 };
          const note = (): void => {
            const { hour } = ledger.state();
            highest.tokens = Math.max(highest.tokens, hour.tokens);
            highest.moneyMicros = Math.max(highest.moneyMicros, hour.moneyMicros);
          };
          let truly = 0;
          const ask = async ({ size, counted, end }: (typeof calls)[number]): Promise<void> => {
            const model: LanguageModel = {
              name: 'm',
              chat: async (): Promise<ChatAnswer> => {
                await scheduler.schedule(Promise.resolve());
                if (end !== 'says') throw new ModelError('Unavailable', 'x', { mayHaveSpent: end === 'broke off' });
                truly += Math.min(Math.max(counted, 0), size + 1);
                return { text: '', toolCalls: [], finish: 'stop', count: { promptTokens: Math.max(counted, 0), outputTokens: 0 } };
              },
            };
            const budgeted = withBudget(model, {
              budget: ledger.open({ tokens: 1_500 }),
              estimator: createTokenEstimator(),
              price: { inputPerMillion: 3, outputPerMillion: 10 },
              enforcesWindow: false,
            });
            await budgeted.chat(question('x'.repeat(size))).catch(() => {});
            note();
          };
          const all = Promise.all(calls.map(ask));
          await scheduler.waitFor(all);
          expect(highest.tokens).toBeLessThanOrEqual(limit);
          expect(highest.moneyMicros).toBeLessThanOrEqual(9_000);
          expect(truly).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a model with a budget', () => {
  const asked = (limit: number) => {
    const budget = createLedger({ now: createFakeClock().now }).open({ tokens: limit });
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
    const budget = createLedger({ now: () => 0 }).open({ tokens: 100_000 });
    const budgeted = withBudget(scriptedModel(['x']), { budget, estimator: createTokenEstimator(), enforcesWindow: true });
    await budgeted.chat(question('x'.repeat(50_000)));
    expect(budget.usage().tokens).toBe(8_100);
  });
});
