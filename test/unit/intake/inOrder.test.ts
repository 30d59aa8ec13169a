import { describe, expect, test } from 'vitest';
import { createInOrder } from '../../../src/intake/inOrder.ts';

/** Work that ends when told to. */
function held(): { readonly work: () => Promise<string>; readonly end: (result?: string) => void; readonly begun: () => boolean } {
  const { promise, resolve } = Promise.withResolvers<string>();
  let hasBegun = false;
  return {
    work: () => {
      hasBegun = true;
      return promise;
    },
    end: (result = 'done') => resolve(result),
    begun: () => hasBegun,
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createInOrder', () => {
  test('does work of one key one after the other', async () => {
    const inOrder = createInOrder(10);
    const [first, second] = [held(), held()];
    const [one, two] = [inOrder('a', first.work), inOrder('a', second.work)];
    await turn();
    expect([first.begun(), second.begun()]).toEqual([true, false]);
    first.end('1');
    expect(await one).toBe('1');
    await turn();
    expect(second.begun()).toBe(true);
    second.end('2');
    expect(await two).toBe('2');
  });

  test('does work of other keys meanwhile, at most so much at once', async () => {
    const inOrder = createInOrder(2);
    const works = [held(), held(), held()];
    const all = works.map(({ work }, index) => inOrder(String(index), work));
    await turn();
    expect(works.map(({ begun }) => begun())).toEqual([true, true, false]);
    works[1]?.end();
    await all[1];
    await turn();
    expect(works[2]?.begun()).toBe(true);
    for (const { end } of works) end();
    await Promise.all(all);
  });

  test('goes on after work that failed', async () => {
    const inOrder = createInOrder(1);
    const failing = inOrder('a', async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await inOrder('a', async () => 'yes')).toBe('yes');
    expect(await inOrder('b', async () => 'too')).toBe('too');
  });
});
