/** One at a time, among tasks and among processes; a dead holder holds nobody up. */
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createQueue, withFileLock } from '../../../../src/gitops/git/lock.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('withFileLock', () => {
  const options = { clock: systemClock, timeoutMs: 10_000 };

  test('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await systemClock.sleep(5);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => withFileLock(join(folder, 'one'), options, work)));
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('takes over from a process that died', async () => {
    const path = join(folder, 'stale');
    writeFileSync(path, 'of a process that was killed');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(path, longAgo, longAgo);
    expect(await withFileLock(path, options, async () => 'done')).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('gives up on a lock that is held', async () => {
    const path = join(folder, 'held');
    const work = withFileLock(path, options, () => systemClock.sleep(300));
    await expect(withFileLock(path, { ...options, timeoutMs: 20 }, async () => 'never')).rejects.toThrow(/held by another process/);
    await work;
  });

  test('ends with its signal', async () => {
    const path = join(folder, 'signal');
    const work = withFileLock(path, options, () => systemClock.sleep(300));
    await expect(withFileLock(path, { ...options, signal: AbortSignal.timeout(20) }, async () => 'never')).rejects.toThrow(
      /timeout|aborted/i,
    );
    await work;
  });

  test('is given back when the work fails', async () => {
    const path = join(folder, 'failed');
    await expect(withFileLock(path, options, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withFileLock(path, options, async () => 'next')).toBe('next');
  });
});

test('a queue runs the tasks of one key in order, and those of others beside them', async () => {
  const queue = createQueue();
  const done: string[] = [];
  const task = (name: string, ms: number) => async (): Promise<void> => {
    await systemClock.sleep(ms);
    done.push(name);
    if (name === 'a1') throw new Error('the next one runs all the same');
  };
  const all = [queue('a', task('a1', 60)), queue('a', task('a2', 1)), queue('b', task('b1', 1))];
  await Promise.allSettled(all);
  expect(done).toEqual(['b1', 'a1', 'a2']);
});
