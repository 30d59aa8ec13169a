import { describe, expect, test } from 'vitest';
import { createCallBudget } from '../../../src/sources/budget.ts';
import { gapReason } from '../../../src/sources/gap.ts';

describe('a call budget', () => {
  test('refuses the call beyond it, and counts those that were made', async () => {
    const budget = createCallBudget(2, 8);
    expect([await budget.spend(() => Promise.resolve('a')), await budget.spend(() => Promise.resolve('b'))]).toEqual(['a', 'b']);
    const refused: unknown = await budget.spend(() => Promise.resolve('c')).catch((error: unknown) => error);
    expect(gapReason(refused)).toBe('TooLarge');
    expect(budget.spent()).toBe(2);
  });

  test('lets only so many run at once, and the next when one ends, failed or not', async () => {
    const budget = createCallBudget(100, 3);
    let running = 0;
    let most = 0;
    const call = async (index: number): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      if (index % 2 === 0) throw new Error('no');
    };
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => budget.spend(() => call(index))));
    expect(most).toBe(3);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  });
});
