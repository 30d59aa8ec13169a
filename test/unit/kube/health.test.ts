import { expect, test } from 'vitest';
import { createHealth } from '../../../src/kube/health.ts';
import { createFakeClock } from '../../support/fakeClock.ts';

test('a report names each check, and why it failed', async () => {
  const clock = createFakeClock();
  const health = createHealth(clock);
  health.addReadyCheck('fine', () => ({ ok: true }));
  health.addReadyCheck('cache', () => ({ ok: false, why: 'the first list is under way' }));
  health.addReadyCheck('throws', () => {
    throw new Error('broken check');
  });
  health.addReadyCheck('hangs', () => new Promise(() => undefined));
  const report = health.ready();
  await clock.advance(2000);
  expect(await report).toEqual({
    ok: false,
    checks: [
      { name: 'fine', ok: true },
      { name: 'cache', ok: false, why: 'the first list is under way' },
      { name: 'throws', ok: false, why: 'broken check' },
      { name: 'hangs', ok: false, why: 'no result within 2000 ms' },
    ],
  });
  expect(await health.live()).toEqual({ ok: true, checks: [] });
});
