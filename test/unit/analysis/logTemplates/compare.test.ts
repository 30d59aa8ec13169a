import { describe, expect, test } from 'vitest';
import { compareTemplates } from '../../../../src/analysis/logTemplates/compare.ts';
import { createTemplateCounter, type TemplateCounts } from '../../../../src/analysis/logTemplates/counter.ts';
import { createTemplateMiner } from '../../../../src/analysis/logTemplates/miner.ts';

const HOUR = 3600;

/** 24 hourly slots, each with as much. */
const steady = (each: number): readonly number[] => Array.from({ length: 24 }, () => each);
const day = (counts: Readonly<Record<number, readonly number[]>>): TemplateCounts => windowOf(24 * HOUR, 24, counts);
const hour = (counts: Readonly<Record<number, number>>): TemplateCounts =>
  windowOf(HOUR, 1, Object.fromEntries(Object.entries(counts).map(([id, count]) => [id, [count]])));

function windowOf(seconds: number, slots: number, counts: Readonly<Record<string, readonly number[]>>): TemplateCounts {
  return { seconds, slots, counts: new Map(Object.entries(counts).map(([id, each]) => [Number(id), each])) };
}

describe('compareTemplates', () => {
  test.each<
    readonly [
      what: string,
      baseline: TemplateCounts,
      now: TemplateCounts,
      fresh: readonly number[],
      surging: readonly number[],
      vanished: readonly number[],
    ]
  >([
    ['as it was', day({ 1: steady(10) }), hour({ 1: 10 }), [], [], []],
    ['what the baseline does not have is new, once is enough', day({ 1: steady(10) }), hour({ 1: 10, 2: 1, 3: 5 }), [3, 2], [], []],
    ['ten times as much a second surges', day({ 1: steady(10) }), hour({ 1: 100 }), [], [1], []],
    ['twice as much may be chance', day({ 1: steady(10) }), hour({ 1: 20 }), [], [], []],
    ['a few lines more are no surge, however rare they were', day({ 1: [1, ...steady(0).slice(1)] }), hour({ 1: 9 }), [], [], []],
    ['what was as much in one hour of yesterday is no surge', day({ 1: [100, ...steady(0).slice(1)] }), hour({ 1: 90 }), [], [], []],
    ['what was expected and did not come has vanished', day({ 1: steady(10) }), hour({}), [], [], [1]],
    ['what came every ten minutes may have missed one hour', day({ 1: steady(6) }), hour({}), [], [], []],
    ['what was said once, at the start, has not vanished', day({ 1: [500, ...steady(0).slice(1)] }), hour({}), [], [], []],
    ['nothing before', day({}), hour({ 1: 3 }), [1], [], []],
    ['nothing at all', day({}), hour({}), [], [], []],
  ])('%s', (_what, baseline, now, ...expected) => {
    const changes = compareTemplates(baseline, now);
    const ids = (list: readonly { readonly id: number }[]): readonly number[] => list.map(({ id }) => id);
    expect([ids(changes.fresh), ids(changes.surging), ids(changes.vanished)]).toEqual(expected);
    expect(changes.traffic).toBe(1);
  });

  const ten = Array.from({ length: 10 }, (_, at) => at + 1);

  test('more traffic is no surge of everything, and what grew beyond it is one', () => {
    const baseline = day(Object.fromEntries(ten.map((id) => [id, steady(20)])));
    const now = hour({ ...Object.fromEntries(ten.map((id) => [id, 100])), 10: 1000 });
    const changes = compareTemplates(baseline, now);
    expect(changes.traffic).toBe(5);
    expect(changes.surging).toEqual([{ id: 10, before: 480, now: 1000, ratio: expect.closeTo(10) }]);
  });

  test('less traffic makes no surge of what stayed', () => {
    const baseline = day(Object.fromEntries(ten.map((id) => [id, steady(100)])));
    const changes = compareTemplates(baseline, hour({ ...Object.fromEntries(ten.map((id) => [id, 10])), 10: 100 }));
    expect(changes).toMatchObject({ traffic: 1, surging: [] });
  });
});

describe('createTemplateCounter', () => {
  test('counts by slot what falls into the window, and follows templates that were merged meanwhile', () => {
    const miner = createTemplateMiner();
    const baseline = createTemplateCounter(miner, { from: 0, to: 4000, slots: 4 });
    const now = createTemplateCounter(miner, { from: 4000, to: 5000, slots: 1 });
    baseline.add('session closed for user root', 0);
    baseline.add('session closed for user root', 3999);
    baseline.add('session closed for user root', 4000);
    now.add('session closed for user news', 4000);
    now.add('out of the window', Number.NaN);
    const id = miner.templates()[0]?.id ?? 0;
    expect(miner.templates()).toHaveLength(1);
    expect(baseline.counts()).toEqual({ seconds: 4, slots: 4, counts: new Map([[id, [1, 0, 0, 1]]]) });
    expect(now.counts()).toEqual({ seconds: 1, slots: 1, counts: new Map([[id, [1]]]) });
  });
});
