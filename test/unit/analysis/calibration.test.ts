import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Calibration,
  confidenceOf,
  fitIsotonic,
  fitLogistic,
  type Judged,
  poolAdjacentViolators,
} from '../../../src/analysis/calibration.ts';
import { expectedCalibrationError } from '../../../src/analysis/calibrationError.ts';
import { crossValidate } from '../../../src/analysis/crossValidation.ts';
import { randomFrom } from './support/random.ts';

const judged = (...cases: readonly (readonly [score: number, right: 0 | 1])[]): Judged[] =>
  cases.map(([score, right]) => ({ score, right: right === 1 }));
const anyCases = fc.array(fc.record({ score: fc.double({ min: -100, max: 100, noNaN: true }), right: fc.boolean() }), { minLength: 1 });

describe('poolAdjacentViolators', () => {
  test.each<readonly [string, readonly number[], readonly number[]]>([
    ['the example of R’s isoreg', [1, 0, 4, 3, 3, 5, 4, 2, 0], [0.5, 0.5, 3, 3, 3, 3, 3, 3, 3]],
    ['its other ending', [1, 0, 4, 3, 3, 5, 4, 2, 3], [0.5, 0.5, 10 / 3, 10 / 3, 10 / 3, 3.5, 3.5, 3.5, 3.5]],
    ['what rises already', [1, 2, 3], [1, 2, 3]],
    ['nothing', [], []],
  ])('fits %s', (_name, values, want) => {
    expect(
      poolAdjacentViolators(
        values,
        values.map(() => 1),
      ),
    ).toEqual(want);
  });

  test('weighs', () => {
    expect(poolAdjacentViolators([1, 0], [3, 1])).toEqual([0.75, 0.75]);
  });
});

describe('fitIsotonic', () => {
  const calibration = fitIsotonic(judged([0, 0], [1, 0], [2, 1], [3, 0], [4, 1], [5, 1]));
  test.each<readonly [string, number, number]>([
    ['below the first step', -9, 0],
    ['within a step', 2.5, 0.5],
    ['between two steps', 1.5, 0.25],
    ['beyond the last step', 9, 1],
    ['at an infinite score', Number.POSITIVE_INFINITY, 1],
    ['without a score', Number.NaN, 0],
  ])('%s', (_name, score, want) => {
    expect(calibration === undefined ? undefined : confidenceOf(calibration, score)).toBe(want);
  });

  test('pools equal scores', () => {
    expect(fitIsotonic(judged([1, 0], [1, 1]))?.steps).toEqual([{ from: 1, to: 1, confidence: 0.5 }]);
  });

  test('never falls, and is right on the whole, for any cases', () => {
    fc.assert(
      fc.property(
        anyCases,
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        (cases, a, b) => {
          const fitted = fitIsotonic(cases);
          if (fitted === undefined) throw new Error('not fitted');
          expect(confidenceOf(fitted, Math.min(a, b))).toBeLessThanOrEqual(confidenceOf(fitted, Math.max(a, b)) + 1e-12);
          const sum = cases.reduce((total, { score }) => total + confidenceOf(fitted, score), 0);
          expect(sum).toBeCloseTo(cases.filter(({ right }) => right).length, 6);
        },
      ),
    );
  });
});

describe('fitLogistic', () => {
  test('gives each of two scores the mean of its smoothed outcomes, which is the exact answer', () => {
    const fitted = fitLogistic(judged([0, 0], [0, 0], [0, 1], [1, 1], [1, 1], [1, 0]));
    const [yes, no] = [4 / 5, 1 / 5];
    expect(fitted === undefined ? undefined : confidenceOf(fitted, 0)).toBeCloseTo((no + no + yes) / 3, 8);
    expect(fitted === undefined ? undefined : confidenceOf(fitted, 1)).toBeCloseTo((yes + yes + no) / 3, 8);
  });

  test.each<readonly [string, readonly Judged[]]>([
    ['all right', judged([1, 1], [2, 1], [3, 1])],
    ['all wrong', judged([1, 0], [2, 0])],
    ['all of one score', judged([5, 1], [5, 0])],
    ['one case', judged([0, 1])],
    ['perfectly told apart', judged([-1000, 0], [-999, 0], [999, 1], [1000, 1])],
  ])('stays off 0 and 1: %s', (_name, cases) => {
    const fitted = fitLogistic(cases);
    for (const { score } of cases) {
      const confidence = fitted === undefined ? Number.NaN : confidenceOf(fitted, score);
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThan(1);
    }
  });

  test('balances its errors, for any cases: the gradient at the answer is nothing', () => {
    fc.assert(
      fc.property(anyCases, (cases) => {
        const fitted = fitLogistic(cases);
        if (fitted === undefined) throw new Error('not fitted');
        const right = cases.filter((one) => one.right).length;
        const goal = (one: Judged): number => (one.right ? (right + 1) / (right + 2) : 1 / (cases.length - right + 2));
        const rest = cases.reduce((sum, one) => sum + goal(one) - confidenceOf(fitted, one.score), 0);
        expect(Math.abs(rest)).toBeLessThan(1e-3);
      }),
    );
  });
});

test.each<readonly [string, (cases: readonly Judged[]) => Calibration | undefined]>([
  ['isotonic', fitIsotonic],
  ['logistic', fitLogistic],
])('%s confidence of held-out cases is right as often as it says', (_name, fit) => {
  const { uniform } = randomFrom(11);
  const cases = Array.from({ length: 1000 }, () => {
    const score = 8 * uniform() - 4;
    return { score, right: uniform() < 1 / (1 + Math.exp(-score)) };
  });
  const answers = crossValidate(cases, { k: 5, seed: 1 }, fit, (model, { score }) =>
    model === undefined ? 0 : confidenceOf(model, score),
  );
  const predictions = answers.map(({ item, answer }) => ({ confidence: answer, right: item.right }));
  expect(expectedCalibrationError(predictions)).toBeLessThan(0.05);
});

test('an infinite score has a confidence under any model', () => {
  const fitted = fitLogistic(judged([0, 0]));
  expect(fitted === undefined ? undefined : confidenceOf(fitted, Number.POSITIVE_INFINITY)).toBeCloseTo(1 / 3, 6);
});

test('nothing is fitted to no cases, or to cases without scores', () => {
  expect([fitIsotonic([]), fitLogistic([]), fitIsotonic(judged([Number.NaN, 1])), fitLogistic(judged([Number.NaN, 1]))]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
