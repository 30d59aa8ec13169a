import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brierScore, expectedCalibrationError, type Prediction, reliability } from '../../../src/analysis/calibrationError.ts';

const said = (confidence: number, right: number, wrong: number): Prediction[] => [
  ...Array.from({ length: right }, () => ({ confidence, right: true })),
  ...Array.from({ length: wrong }, () => ({ confidence, right: false })),
];

describe('expectedCalibrationError', () => {
  test.each<readonly [string, readonly Prediction[], number | undefined]>([
    ['is nothing when a 0.9 is right nine times in ten', said(0.9, 9, 1), 0],
    ['is the gap when it is right five times in ten', said(0.9, 5, 5), 0.4],
    ['weighs bins by their predictions', [...said(0.9, 5, 5), ...said(0.15, 3, 27)], 0.25 * 0.4 + 0.75 * 0.05],
    ['takes errors within one bin together', [...said(0.72, 1, 0), ...said(0.78, 0, 1)], 0.25],
    ['takes what is no number for no confidence', said(Number.NaN, 1, 1), 0.5],
    ['takes 1.5 for 1', said(1.5, 2, 0), 0],
    ['is unknown of no predictions', [], undefined],
  ])('%s', (_name, predictions, want) => {
    const got = expectedCalibrationError(predictions);
    if (want === undefined) expect(got).toBeUndefined();
    else expect(got).toBeCloseTo(want, 12);
  });
});

test('reliability puts a border into the bin below it, and leaves empty bins out', () => {
  expect(reliability([...said(0, 0, 1), ...said(0.5, 1, 0), ...said(1, 1, 1)])).toEqual([
    { from: 0, to: 0.1, count: 1, confidence: 0, accuracy: 0 },
    { from: 0.4, to: 0.5, count: 1, confidence: 0.5, accuracy: 1 },
    { from: 0.9, to: 1, count: 2, confidence: 1, accuracy: 0.5 },
  ]);
});

describe('brierScore', () => {
  test.each<readonly [string, readonly Prediction[], number | undefined]>([
    ['is nothing for certainty that is right', said(1, 3, 0), 0],
    ['is one for certainty that is wrong', said(1, 0, 3), 1],
    ['is a quarter for a coin', said(0.5, 4, 2), 0.25],
    ['is unknown of no predictions', [], undefined],
  ])('%s', (_name, predictions, want) => {
    expect(brierScore(predictions)).toBe(want);
  });
});

test('both are between 0 and 1 for anything', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ confidence: fc.double(), right: fc.boolean() }), { minLength: 1 }), (predictions) => {
      for (const score of [expectedCalibrationError(predictions), brierScore(predictions)]) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }
    }),
  );
});
