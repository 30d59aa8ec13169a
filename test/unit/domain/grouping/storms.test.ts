/** What `make eval-grouping` measures may not get worse: on the storms that the rules were tuned on, and on those that nobody looked at. */
import { describe, expect, test } from 'vitest';
import { type Score, scoreStorm } from '../../../storms/score.ts';
import { makeStorms } from '../../../storms/storm.ts';

const mean = (scores: readonly Score[], of: (score: Score) => number): number =>
  scores.reduce((sum, score) => sum + of(score), 0) / scores.length;
const sum = (scores: readonly Score[], of: (score: Score) => number): number => scores.reduce((all, score) => all + of(score), 0);

describe('labelled storms', () => {
  test.each([
    { name: 'tuned on', seed: 7 },
    { name: 'held out', seed: 1009 },
  ])('$name', { timeout: 120_000 }, ({ seed }) => {
    const storms = makeStorms(seed);
    const scores = storms.map(scoreStorm);
    expect(storms.length).toBeGreaterThanOrEqual(40);
    expect(mean(scores, ({ f1 }) => f1)).toBeGreaterThanOrEqual(0.95);
    expect(sum(scores, ({ led }) => led) / sum(scores, ({ causes }) => causes)).toBeGreaterThanOrEqual(0.9);
  });

  test('of one fault each bring nothing together that has nothing to do with it', { timeout: 120_000 }, () => {
    const scores = makeStorms(7)
      .filter(({ kind }) => !kind.includes('unrelated'))
      .map(scoreStorm);
    expect(sum(scores, ({ mixed }) => mixed)).toBe(0);
  });
});
