import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changePoints } from '../../../src/analysis/changePoints.ts';
import { randomFrom, series } from './support/random.ts';

/** Annual flow of the Nile at Aswan, 1871 to 1970, in 10^8 cubic metres: public record, in every text book on change points. */
const NILE = [
  1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140, 1100, 1210, 1150, 1250,
  1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821,
  768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860,
  874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
];

const { normal, uniform } = randomFrom(7);
const indices = (values: readonly number[]): number[] => changePoints(values).map(({ index }) => index);
const remembering = (length: number, memory: number): number[] => {
  let last = 0;
  return series(length, () => (last = memory * last + normal()));
};

describe('changePoints', () => {
  test('finds the one change of the Nile, after 1898', () => {
    expect(changePoints(NILE)).toMatchObject([{ index: 1899 - 1871, onset: 1899 - 1871, before: 1130, after: 842.5 }]);
    expect(changePoints(NILE)[0]?.effectSize).toBeLessThan(-2);
  });

  test.each<{ name: string; values: readonly number[]; want: readonly number[] }>([
    { name: 'nothing in noise', values: series(500, normal), want: [] },
    { name: 'nothing in noise that remembers', values: remembering(1000, 0.7), want: [] },
    { name: 'nothing in lone spikes', values: series(500, (index) => (index % 100 === 50 ? 1000 : normal())), want: [] },
    { name: 'nothing in rare counts', values: series(1000, () => (uniform() < 0.1 ? 1 : 0)), want: [] },
    { name: 'nothing in a constant', values: series(100, () => 5), want: [] },
    { name: 'nothing in a constant with one spike', values: series(100, (index) => (index === 40 ? 9 : 5)), want: [] },
    { name: 'nothing in too few samples', values: [1, 1, 1, 9, 9, 9], want: [] },
    { name: 'nothing in no samples', values: [], want: [] },
    { name: 'nothing where nothing is a number', values: series(50, () => Number.NaN), want: [] },
    { name: 'the step of a constant', values: series(100, (index) => (index < 70 ? 3 : 5)), want: [70] },
    {
      name: 'a step and the way back',
      values: series(300, (index) => normal() / 10 + (index >= 100 && index < 150 ? 5 : 0)),
      want: [100, 150],
    },
    {
      name: 'a step beside wild samples',
      values: series(200, (i) => (i % 37 === 9 ? -500 : normal() / 10 + (i < 90 ? 0 : 3))),
      want: [90],
    },
    {
      name: 'a step beside infinities, counted in the index',
      values: series(200, (index) => (index % 3 === 1 ? Number.POSITIVE_INFINITY : normal() / 10 + (index < 90 ? 0 : 3))),
      want: [90],
    },
    { name: 'a step of large numbers', values: series(100, (index) => 1e12 + normal() + (index < 50 ? 0 : 20)), want: [50] },
    {
      name: 'steps to the sample in a long series',
      values: series(10_000, (i) => normal() / 10 + (i < 3333 || i > 7776 ? 0 : 2)),
      want: [3333, 7777],
    },
  ])('finds $name', ({ values, want }) => {
    expect(indices(values)).toEqual(want);
  });

  test('sees a rate of rare counts rise, with means for levels', () => {
    const own = randomFrom(1);
    const [change] = changePoints(series(1000, (index) => (own.uniform() < (index < 600 ? 0.1 : 0.45) ? 1 : 0)));
    expect(Math.abs((change?.index ?? 0) - 600)).toBeLessThan(10);
    expect(change?.before).toBeCloseTo(0.1, 1);
    expect(change?.after).toBeCloseTo(0.45, 1);
  });

  test('says that a level which crept up began before its change', () => {
    const values = series(200, (index) => 10 + normal() / 100 + (index < 100 ? 0 : Math.min(1, (index - 100) / 40)));
    const [first] = changePoints(values);
    expect(first?.onset).toBeLessThan(first?.index ?? 0);
    expect(Math.abs((first?.onset ?? 0) - 100)).toBeLessThanOrEqual(4);
  });

  test('bears anything: places in order, onsets not after them, numbers for levels', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.integer({ min: 0, max: 3 })), { maxLength: 200 }), (values) => {
        const found = changePoints(values);
        expect(found.map(({ index }) => index)).toEqual(found.map(({ index }) => index).toSorted((a, b) => a - b));
        for (const { index, onset, before, after, effectSize } of found) {
          expect(onset).toBeLessThanOrEqual(index);
          expect([values[index], before, after, effectSize].every((value) => Number.isFinite(value))).toBe(true);
        }
      }),
    );
  });

  test('finds a clear step wherever it is and however large, in any unit', () => {
    const place = fc.integer({ min: 10, max: 90 });
    fc.assert(
      fc.property(place, fc.integer({ min: 8, max: 1000 }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (at, height, unit) => {
        const found = changePoints(series(100, (index) => unit * (((index * 7919) % 13) / 13 + (index < at ? 0 : height))));
        const [largest] = found.toSorted((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
        expect(largest?.index).toBe(at);
      }),
    );
  });
});
