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

  describe('a part of it', () => {
    const reasonOf = (answer: Promise<unknown>): Promise<unknown> => answer.then(() => 'done', gapReason);

    test('has so many of the calls that are left, which count for the whole', async () => {
      const budget = createCallBudget(10, 2);
      await budget.spend(() => Promise.resolve());
      const part = budget.part(0.5, 2);
      expect(part.left()).toBe(4);
      const answers = await Promise.all(Array.from({ length: 5 }, () => reasonOf(part.spend(() => Promise.resolve()))));
      expect(answers).toEqual(['done', 'done', 'done', 'done', 'TooLarge']);
      expect([part.spent(), budget.spent(), budget.left()]).toEqual([4, 5, 5]);
    });

    test('takes no call that the whole has not', async () => {
      const budget = createCallBudget(4, 2);
      const part = budget.part(1, 2);
      for (let call = 0; call < 3; call += 1) await budget.spend(() => Promise.resolve());
      expect(await reasonOf(part.spend(() => Promise.resolve()))).toBe('done');
      expect(await reasonOf(part.spend(() => Promise.resolve()))).toBe('TooLarge');
      expect(budget.spent()).toBe(4);
    });

    test('has turns of its own: what hangs in one holds up neither the whole nor another', async () => {
      const budget = createCallBudget(10, 1);
      const [slow, quick] = [budget.part(0.5, 1), budget.part(0.5, 1)];
      const hangs = Promise.withResolvers<void>();
      const first = slow.spend(() => hangs.promise);
      const second = slow.spend(() => Promise.resolve('after it'));
      expect([await quick.spend(() => Promise.resolve('quick')), await budget.spend(() => Promise.resolve('whole'))]).toEqual([
        'quick',
        'whole',
      ]);
      hangs.resolve();
      expect(await Promise.all([first, second])).toEqual([undefined, 'after it']);
    });
  });
});
