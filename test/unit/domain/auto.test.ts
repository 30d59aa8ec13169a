import { describe, expect, test } from 'vitest';
import { type AutoQuestion, autoRefusal } from '../../../src/domain/auto.ts';
import { budgetRefusal } from '../../../src/domain/errorBudget.ts';
import { policy } from '../../support/plans.ts';

const auto = policy('auto', { mode: 'Auto', auto: { maxRisk: 'Medium', minConfidence: 80, provenSuccesses: 2, withinDays: 30 } });
const subject = { what: 'RestartWorkload on Deployment/shop/cart', standing: { successes: 2, lastFailure: undefined }, repeats: 0 };
const good: AutoQuestion = { risk: 'Medium', confidence: 80, subjects: [subject], budget: undefined };

describe('Auto', () => {
  test.each<{ name: string; given: Partial<AutoQuestion>; want?: string }>([
    { name: 'holds within its conditions', given: {} },
    { name: 'does not hold above its risk', given: { risk: 'High' }, want: 'risk High is above Medium' },
    { name: 'does not hold below its confidence', given: { confidence: 79 }, want: 'confidence 79 % is below 80 %' },
    {
      name: 'has to be earned',
      given: { subjects: [{ ...subject, standing: { successes: 1, lastFailure: undefined } }] },
      want: '1 of 2 verified successes of RestartWorkload on Deployment/shop/cart in 30 days',
    },
    {
      name: 'is lost by a failure, until it is earned again',
      given: { subjects: [{ ...subject, standing: { successes: 0, lastFailure: '2026-01-01T00:00:00Z' } }] },
      want: '0 of 2 verified successes of RestartWorkload on Deployment/shop/cart in 30 days since the last failure at 2026-01-01T00:00:00Z',
    },
    {
      name: 'has to be earned for each action of a plan',
      given: { subjects: [subject, { ...subject, what: 'X', standing: { successes: 0, lastFailure: undefined } }] },
      want: '0 of 2 verified successes of X in 30 days',
    },
    {
      name: 'pauses when the same was done twice in six hours',
      given: { subjects: [{ ...subject, repeats: 2 }] },
      want: 'RestartWorkload on Deployment/shop/cart was done 2 times in the last 6 hours, so people decide',
    },
    { name: 'pauses without an error budget', given: { budget: 'nothing is left' }, want: 'nothing is left' },
    {
      name: 'says all that is missing',
      given: { risk: 'High', confidence: 1 },
      want: 'risk High is above Medium; confidence 1 % is below 80 %',
    },
  ])('$name', ({ given, want }) => {
    expect(autoRefusal(auto, { ...good, ...given })).toBe(want);
  });

  test('that nothing has to be proven for is lost by a failure all the same', () => {
    const free = policy('free', { mode: 'Auto', auto: { maxRisk: 'High', minConfidence: 0, provenSuccesses: 0, withinDays: 30 } });
    const failed = { ...subject, standing: { successes: 0, lastFailure: '2026-01-01T00:00:00Z' } };
    expect(autoRefusal(free, { ...good, subjects: [{ ...subject, standing: { successes: 0, lastFailure: undefined } }] })).toBeUndefined();
    expect(autoRefusal(free, { ...good, subjects: [failed] })).toContain('0 of 1 verified successes');
  });
});

describe('an error budget', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  const one = (value: number, at = now): { points: [number, number][] }[] => [
    {
      points: [
        [at - 60_000, 0.1],
        [at, value],
      ],
    },
  ];
  test.each([
    { name: 'of which enough is left lets Auto hold', answer: one(0.5), want: undefined },
    { name: 'of which too little is left does not', answer: one(0.499), want: '49.9 % of the error budget are left, 50 % are needed' },
    { name: 'that is overspent does not', answer: one(-0.2), want: '-20 % of the error budget are left, 50 % are needed' },
    {
      name: 'that is no share can’t be told',
      answer: one(99),
      want: 'what is left of the error budget can’t be told: the query of the policy gives 99; a share is 0 to 1',
    },
    {
      name: 'of several series can’t be told',
      answer: [...one(1), ...one(1)],
      want: 'what is left of the error budget can’t be told: the query of the policy gives 2 series; it has to give one',
    },
    {
      name: 'of no series can’t be told',
      answer: [],
      want: 'what is left of the error budget can’t be told: the query of the policy gives nothing, or no number',
    },
    {
      name: 'of no number can’t be told',
      answer: [{ points: [] }],
      want: 'what is left of the error budget can’t be told: the query of the policy gives nothing, or no number',
    },
    {
      name: 'that is stale can’t be told',
      answer: one(1, now - 301_000),
      want: 'what is left of the error budget can’t be told: the newest figure is from 2026-01-01T11:54:59.000Z',
    },
    {
      name: 'that nobody can be asked for can’t be told',
      answer: undefined,
      want: 'what is left of the error budget can’t be told: there is no metrics source to ask',
    },
  ])('$name', ({ answer, want }) => {
    expect(budgetRefusal(50, answer, now)).toBe(want);
  });
});
