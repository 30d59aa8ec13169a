import { describe, expect, test } from 'vitest';
import { giveMemoryBack } from '../../../src/compose/idleMemory.ts';
import { createFakeClock } from '../../support/fakeClock.ts';

const MIB = 1024 * 1024;

/** What is used falls to 60 MiB with each collection. */
async function collections(used: readonly number[], busy: number): Promise<readonly number[]> {
  const clock = createFakeClock();
  const ending = new AbortController();
  let heap = 0;
  let looks = 0;
  const collectedAt: number[] = [];
  const done = giveMemoryBack(
    {
      busy: () => busy,
      used: () => {
        if (looks < used.length && collectedAt.length === 0) heap = (used[looks] ?? 0) * MIB;
        looks += 1;
        return heap;
      },
      collect: () => {
        collectedAt.push(clock.monotonic());
        heap = 60 * MIB;
      },
    },
    clock,
    ending.signal,
  );
  await clock.advance(30_000);
  ending.abort();
  await done;
  return collectedAt;
}

describe('memory is given back', () => {
  test('once, when a burst is over and nothing is going on', async () => {
    expect(await collections([150, 150], 0.01)).toEqual([5_000]);
  });

  test('never while the process is at work', async () => {
    expect(await collections([150, 150, 150, 150], 0.4)).toEqual([]);
  });

  test('not where Node was started without the means, and the process goes on', async () => {
    const heap = { collect: undefined, busy: () => 0, used: () => 1e9 };
    await expect(giveMemoryBack(heap, createFakeClock(), new AbortController().signal)).resolves.toBeUndefined();
  });
});
