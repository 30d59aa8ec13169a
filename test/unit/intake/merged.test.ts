import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createMerged } from '../../../src/intake/merged.ts';

/** Work that goes on until it is let go, and what was asked of it. */
function stage(limit: number) {
  const runs: { readonly key: string; readonly items: readonly number[]; readonly finish: (error?: Error) => void }[] = [];
  const merged = createMerged<number, string>(
    limit,
    (key, items) =>
      new Promise((resolve, reject) => {
        runs.push({ key, items, finish: (error) => (error === undefined ? resolve(`${key}: ${items.join()}`) : reject(error)) });
      }),
  );
  return { runs, merged, seen: () => runs.map(({ key, items }) => `${key} ${items.join()}`) };
}

describe('merged work', () => {
  test('of one key goes one after the other, what came meanwhile together and in order', async () => {
    const { runs, merged, seen } = stage(9);
    const all = [1, 2, 3].map((item) => merged('a', item));
    expect(seen()).toEqual(['a 1']);
    runs[0]?.finish();
    await turn();
    expect(seen()).toEqual(['a 1', 'a 2,3']);
    runs[1]?.finish();
    expect(await Promise.all(all)).toEqual(['a: 1', 'a: 2,3', 'a: 2,3']);
  });

  test('of different keys goes side by side, up to the limit', async () => {
    const { runs, merged, seen } = stage(2);
    const all = ['a', 'b', 'c'].map((key) => merged(key, 1));
    expect(seen()).toEqual(['a 1', 'b 1']);
    runs[1]?.finish();
    await turn();
    expect(seen()).toEqual(['a 1', 'b 1', 'c 1']);
    for (const { finish } of runs) finish();
    await Promise.all(all);
  });

  test('lets nobody wait longer than those before', async () => {
    const { runs, merged, seen } = stage(1);
    const all = [merged('a', 1), merged('b', 1), merged('a', 2)];
    runs[0]?.finish();
    await turn();
    expect(seen()).toEqual(['a 1', 'b 1']);
    runs[1]?.finish();
    await turn();
    expect(seen()).toEqual(['a 1', 'b 1', 'a 2']);
    runs[2]?.finish();
    await Promise.all(all);
  });

  test('that fails fails for those that were in it, and goes on with the next', async () => {
    const { runs, merged } = stage(1);
    const [first, second] = [merged('a', 1), merged('a', 2)];
    runs[0]?.finish(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    runs[1]?.finish();
    expect(await second).toBe('a: 2');
  });
});
