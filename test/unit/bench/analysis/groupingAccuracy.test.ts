import { describe, expect, test } from 'vitest';
import { groupingOf } from '../../../bench/analysis/groupingAccuracy.ts';

describe('groupingOf', () => {
  test.each<
    readonly [what: string, found: readonly (number | string)[], truth: readonly (number | string)[], accuracy: number, f1: number]
  >([
    ['the same groups under other names are right', [7, 7, 8], ['a', 'a', 'b'], 1, 1],
    ['a group that was split is wrong in all its parts', [1, 2, 3], ['a', 'a', 'b'], 1 / 3, 2 / 5],
    ['groups that were put together are all wrong', [1, 1, 1, 2], ['a', 'a', 'b', 'c'], 1 / 4, 2 / 5],
    ['a group that lost one line to another spoils both', [1, 1, 2, 2, 2], ['a', 'a', 'a', 'b', 'b'], 0, 0],
    ['everything apart', [1, 2, 3, 4], ['a', 'a', 'a', 'a'], 0, 0],
    ['frequent groups weigh more in accuracy, and the same in F1', [1, 1, 1, 1, 2, 3], ['a', 'a', 'a', 'a', 'b', 'b'], 4 / 6, 2 / 5],
    ['no lines at all', [], [], 1, 1],
  ])('%s', (_what, found, truth, accuracy, f1) => {
    const grouping = groupingOf(found, truth);
    expect(grouping.accuracy).toBeCloseTo(accuracy);
    expect(grouping.f1).toBeCloseTo(f1);
  });

  test('counts the groups', () => {
    expect(groupingOf([1, 2, 3], ['a', 'a', 'b'])).toMatchObject({ found: 3, truth: 2 });
  });

  test('refuses what does not belong together', () => {
    expect(() => groupingOf([1], [])).toThrow('1 lines were grouped, 0 have a true group');
  });
});
