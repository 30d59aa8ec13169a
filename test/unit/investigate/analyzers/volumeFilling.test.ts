import { describe, expect, test } from 'vitest';
import { analyse } from '../../../../src/investigate/analyse.ts';
import { volumeFilling } from '../../../../src/investigate/analyzers/volumeFilling.ts';
import { type Shape, signal, signalsOfApp, steady, withSignalsOf } from '../signalsBuilders.ts';
import { app, world } from '../surroundingsBuilders.ts';

const claim = { persistentvolumeclaim: 'data' };
/** At a pace an hour, up to what it is now. */
const filling =
  (used: number, perHour: number): Shape =>
  (minutesAgo) =>
    used - (perHour * minutesAgo) / 60;

interface Case {
  readonly name: string;
  readonly now: Shape;
  readonly dayBefore: Shape | null;
}

const seen = ({ now, dayBefore }: Pick<Case, 'now' | 'dayBefore'>) =>
  world(
    app('db'),
    withSignalsOf(signalsOfApp('db', { metrics: [signal('volumeUsage', now, { labels: claim, dayBefore, noise: 0.001 })] })),
  );
const found = (one: Case) => analyse(seen(one), [volumeFilling]).findings;

describe('volumeFilling', () => {
  test.each<Case>([
    { name: 'at 85 % it will be full in five hours', now: filling(0.85, 0.03), dayBefore: filling(0.4, 0.02) },
    { name: 'at 85 % it will be full in fifteen hours', now: filling(0.85, 0.01), dayBefore: steady(0.6) },
    { name: 'at 60 % it will be full in three hours', now: filling(0.6, 0.15), dayBefore: steady(0.2) },
    { name: 'of yesterday nobody knows', now: filling(0.85, 0.03), dayBefore: null },
  ])('tells when $name', (one) => {
    expect(found(one)).toMatchObject([{ reason: 'VolumeFilling', object: { name: 'db' }, detail: 'data' }]);
  });

  test('says how full it is, how fast it fills, and when it will be full', () => {
    const [finding] = found({ name: '', now: filling(0.85, 0.03), dayBefore: null });
    expect(finding?.message).toMatch(
      /^Deployment\/shop\/db: the volume of claim data is 85 % full, fills by [23](?:\.\d)? % an hour, and is full about 2026-01-01 1[67]:\d\d:\d\d UTC if that goes on\.$/u,
    );
  });

  test.each<Case>([
    { name: 'it is at 85 %, as ever', now: steady(0.85), dayBefore: steady(0.85) },
    { name: 'it is at 85 % and fills by a hundredth a day', now: filling(0.85, 0.0004), dayBefore: steady(0.84) },
    { name: 'it was as full yesterday, and was cleaned up', now: filling(0.85, 0.03), dayBefore: filling(0.9, 0.03) },
    { name: 'it is at a third and fills', now: filling(0.33, 0.05), dayBefore: null },
    { name: 'it empties', now: filling(0.85, -0.03), dayBefore: null },
    { name: 'it is full already', now: filling(0.985, 0.03), dayBefore: null },
  ])('is silent when $name', (one) => {
    expect(found(one)).toEqual([]);
  });
});
