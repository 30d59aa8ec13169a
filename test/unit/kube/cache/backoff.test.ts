import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decorrelatedBackoff } from '../../../../src/kube/cache/backoff.ts';

test('every pause lies between the base and the cap, and is at most three times the one before', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 1, maxLength: 50 }), (draws) => {
      const left = [...draws];
      const backoff = decorrelatedBackoff(500, 30_000, () => left.shift() ?? 0);
      let last = 500;
      for (const _ of draws) {
        const pause = backoff.next();
        expect(pause).toBeGreaterThanOrEqual(500);
        expect(pause).toBeLessThanOrEqual(Math.min(30_000, last * 3));
        last = pause;
      }
    }),
  );
});

test('grows to the cap under bad luck, and starts anew after a success', () => {
  const backoff = decorrelatedBackoff(500, 30_000, () => 1);
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([1500, 4500, 13_500, 30_000, 30_000]);
  backoff.reset();
  expect(backoff.next()).toBe(1500);
});
