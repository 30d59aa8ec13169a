import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Entry,
  entriesOf,
  mergeRecords,
  OUTCOMES,
  type Outcome,
  readRecord,
  standingOf,
  tallies,
  type WorkloadRecord,
  withEntries,
} from '../../../src/domain/record.ts';
import { plan as newPlan } from '../../support/plans.ts';

const DAY = 24 * 3_600_000;
const now = Date.parse('2026-03-01T00:00:00Z');
const daysAgo = (days: number): string => new Date(now - days * DAY).toISOString();
const entry = (plan: string, outcome: Outcome, days: number, action = 'RestartWorkload'): Entry => ({
  plan,
  name: `agent-sre/${plan}`,
  action,
  outcome,
  at: daysAgo(days),
});
const record = (...entries: Entry[]): WorkloadRecord => ({ target: { kind: 'Deployment', namespace: 'shop', name: 'cart' }, entries });

describe('what counts for Auto', () => {
  test.each<{ name: string; given: WorkloadRecord; want: ReturnType<typeof standingOf> }>([
    { name: 'nothing, at first', given: record(), want: { successes: 0, lastFailure: undefined } },
    {
      name: 'verified successes',
      given: record(entry('a', 'Verified', 2), entry('b', 'Verified', 1)),
      want: { successes: 2, lastFailure: undefined },
    },
    {
      name: 'none from before the period',
      given: record(entry('a', 'Verified', 31), entry('b', 'Verified', 29)),
      want: { successes: 1, lastFailure: undefined },
    },
    {
      name: 'none of another action',
      given: record(entry('a', 'Verified', 1, 'SetImage')),
      want: { successes: 0, lastFailure: undefined },
    },
    {
      name: 'none from before a failure',
      given: record(entry('a', 'Verified', 3), entry('b', 'Failed', 2), entry('c', 'Verified', 1)),
      want: { successes: 1, lastFailure: daysAgo(2) },
    },
    {
      name: 'no failure from before the period',
      given: record(entry('a', 'Failed', 40), entry('b', 'Verified', 1)),
      want: { successes: 1, lastFailure: undefined },
    },
    {
      name: 'no suggestion that people followed, and no rejection',
      given: record(entry('a', 'SuggestedSame', 2), entry('b', 'Rejected', 1)),
      want: { successes: 0, lastFailure: undefined },
    },
  ])('$name', ({ given, want }) => {
    expect(standingOf(given, 'RestartWorkload', { withinDays: 30, now })).toEqual(want);
  });
});

test('an outcome that is written twice stands there once', () => {
  const once = withEntries(record(), [entry('a', 'Verified', 1)]);
  expect(withEntries(once, [entry('a', 'Verified', 0)])).toBe(once);
});

test('the record stays small, and suggestions never push out what was done', () => {
  const outcomes = fc.array(fc.constantFrom(...OUTCOMES), { maxLength: 400 });
  fc.assert(
    fc.property(outcomes, (all) => {
      const full = all.reduce((before, outcome, index) => withEntries(before, [entry(`p${index}`, outcome, 400 - index)]), record());
      const isDone = ({ outcome }: Entry): boolean => outcome === 'Verified' || outcome === 'Failed';
      const done = all.map((outcome, index) => entry(`p${index}`, outcome, 400 - index)).filter(isDone);
      expect(full.entries.filter(isDone)).toEqual(done.slice(-60));
      expect(JSON.stringify(full).length).toBeLessThan(32_768);
    }),
    { numRuns: 20 },
  );
});

test('what somebody has made of it that is no record is none', () => {
  expect(['', 'null', '{}', '{"target":{},"entries":[{}]}', 'x'].map(readRecord)).toEqual(Array.from({ length: 5 }));
  expect(readRecord(JSON.stringify(record(entry('a', 'Verified', 1))))).toEqual(record(entry('a', 'Verified', 1)));
});

test('outcomes are counted by action', () => {
  const given = record(entry('a', 'Verified', 3), entry('b', 'Verified', 2), entry('c', 'Rejected', 1, 'SetImage'));
  expect([...tallies(given)].map(([action, { Verified, Rejected }]) => [action, Verified, Rejected])).toEqual([
    ['RestartWorkload', 2, 0],
    ['SetImage', 0, 1],
  ]);
});

describe('what a plan adds to the record', () => {
  type Status = NonNullable<Parameters<typeof newPlan>[0]>['status'];
  const subjects = [{ action: 'RevertCommit' as const, kind: 'Deployment', namespace: 'shop', name: 'checkout' }];
  const commit = { sha: 'a'.repeat(40), parent: 'b'.repeat(40), repository: 'https://git.example/shop.git', ref: 'main' };
  const at = '2026-01-01T00:10:00Z';
  test.each<{ name: string; status: Status; want: Outcome | undefined }>([
    { name: 'a verified fix', status: { phase: 'Succeeded', commit }, want: 'Verified' },
    { name: 'a fix that was taken back', status: { phase: 'RolledBack', commit }, want: 'Failed' },
    { name: 'a fix that was left half done', status: { phase: 'Failed', commit }, want: 'Failed' },
    { name: 'a fix of which nobody could tell', status: { phase: 'Inconclusive', commit }, want: undefined },
    { name: 'a rejection', status: { phase: 'Rejected' }, want: 'Rejected' },
    { name: 'nothing where nothing was done', status: { phase: 'Stale' }, want: undefined },
    { name: 'nothing while it is at work', status: { phase: 'Verifying', commit }, want: undefined },
    { name: 'what people did', status: { phase: 'Suggested', suggestion: { score: 'Same', message: '', at } }, want: 'SuggestedSame' },
    {
      name: 'nothing of a suggestion that can’t be scored',
      status: { phase: 'Suggested', suggestion: { message: '', at } },
      want: undefined,
    },
  ])('$name', ({ status, want }) => {
    const records = mergeRecords(entriesOf(newPlan({ status: { ...status, subjects, completedAt: at } })));
    const expected = { plan: 'rp-uid', name: 'agent-sre/rp-1', action: 'RevertCommit', outcome: want, at };
    expect(records.flatMap(({ entries }) => entries)).toEqual(want === undefined ? [] : [expected]);
  });
});
