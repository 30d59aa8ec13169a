import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateLimits, type RatePolicy } from '../../../src/server/rateLimits.ts';
import { createFakeClock } from '../../support/fakeClock.ts';

const policy: RatePolicy = { name: 'default', quota: 3, windowSeconds: 60 };

describe('a caller', () => {
  test('may ask as often as the quota says, and is told what is left and when to come back', () => {
    const take = createRateLimits(createFakeClock());
    const answers = [1, 2, 3, 4].map(() => take('alice', policy));
    expect(answers.map(({ isAllowed }) => isAllowed)).toEqual([true, true, true, false]);
    expect(answers.map(({ headers }) => headers)).toEqual([
      { 'ratelimit-policy': '"default";q=3;w=60', ratelimit: '"default";r=2;t=20' },
      { 'ratelimit-policy': '"default";q=3;w=60', ratelimit: '"default";r=1;t=40' },
      { 'ratelimit-policy': '"default";q=3;w=60', ratelimit: '"default";r=0;t=60' },
      { 'ratelimit-policy': '"default";q=3;w=60', ratelimit: '"default";r=0;t=60', 'retry-after': '20' },
    ]);
  });

  test('may ask again after the time that was told, and no second earlier', async () => {
    const clock = createFakeClock();
    const take = createRateLimits(clock);
    for (const _ of [1, 2, 3]) take('alice', policy);
    await clock.advance(19_000);
    expect(take('alice', policy)).toMatchObject({ isAllowed: false, headers: { 'retry-after': '1' } });
    await clock.advance(1000);
    expect([take('alice', policy).isAllowed, take('alice', policy).isAllowed]).toEqual([true, false]);
  });

  test('is not held up by others, nor by what they asked under another policy', () => {
    const take = createRateLimits(createFakeClock());
    for (const _ of [1, 2, 3, 4]) take('alice', policy);
    expect([take('bob', policy).isAllowed, take('alice', { ...policy, name: 'chat' }).isAllowed]).toEqual([true, true]);
  });

  test('never gets more than the quota and what has filled up since, however they ask', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 }), async (pauses) => {
        const clock = createFakeClock();
        const take = createRateLimits(clock);
        let allowed = 0;
        for (const pause of pauses) {
          await clock.advance(pause);
          if (take('alice', policy).isAllowed) allowed += 1;
        }
        const total = pauses.reduce((sum, pause) => sum + pause, 0);
        expect(allowed).toBeLessThanOrEqual(3 + total / 20_000 + 1e-6);
      }),
      { numRuns: 30 },
    );
  });
});
