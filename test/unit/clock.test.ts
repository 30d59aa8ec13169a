import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createFakeClock } from '../support/fakeClock.ts';

describe('the system clock', () => {
  test('does not fire a delay of months at once, as Node timers do', async () => {
    let fired = false;
    const cancel = systemClock.setTimeout(() => {
      fired = true;
    }, 90 * 86_400_000);
    await systemClock.sleep(20);
    cancel();
    expect(fired).toBe(false);
  });

  test('ends a sleep with the reason of its signal', async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(systemClock.sleep(0, controller.signal)).rejects.toThrow('enough');
  });
});

describe('the fake clock', () => {
  test('fires in the order of time, and lets each timer set the next', async () => {
    const clock = createFakeClock(0);
    const seen: string[] = [];
    clock.setTimeout(() => seen.push(`b@${clock.now()}`), 20);
    clock.setTimeout(() => {
      seen.push(`a@${clock.now()}`);
      clock.setTimeout(() => seen.push(`c@${clock.now()}`), 5);
    }, 10);
    await clock.advance(30);
    expect(seen).toEqual(['a@10', 'c@15', 'b@20']);
  });

  test('moves wall time alone when asked to', async () => {
    const clock = createFakeClock(1000);
    clock.jumpWall(-500);
    await clock.advance(10);
    expect([clock.now(), clock.monotonic()]).toEqual([510, 10]);
  });
});
