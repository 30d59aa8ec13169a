/** What counts as the log of a program. */
import { describe, expect, test } from 'vitest';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { createCallBudget } from '../../../../src/sources/budget.ts';
import { createReader } from '../../../../src/sources/kubernetes/reader.ts';

const EXCUSE = 'unable to retrieve container logs for containerd://fbce76d4a6817b2bd4c23eb591929971c6c31914d1e7a';

const readerOf = (text: string) =>
  createReader({
    kube: { logs: () => Promise.resolve(text) } as unknown as KubeClient,
    budget: createCallBudget(5, 1),
    signal: new AbortController().signal,
  });

describe('a log', () => {
  test.each([
    EXCUSE,
    `${EXCUSE}\n`,
    'failed to try resolving symlinks in path "/var/log/pods/shop_web-1_7/app/0.log": lstat /var/log/pods/shop_web-1_7/app/0.log: no such file or directory',
  ])('is not what the kubelet says in its place: %s', async (text) => {
    const reader = readerOf(text);
    expect(await reader.logs('shop', 'web-1', { container: 'app', previous: true })).toBeUndefined();
    expect(reader.gaps).toMatchObject([
      { reason: 'NotFound', message: expect.stringContaining('read the previous log of shop/web-1 app') },
    ]);
  });

  test('is asked for again while the kubelet only just lost the one before', async () => {
    const answers = [EXCUSE, 'Error: no route'];
    const slept: number[] = [];
    const reader = createReader({
      kube: { logs: async () => answers.shift() ?? '' } as unknown as KubeClient,
      budget: createCallBudget(5, 1),
      signal: new AbortController().signal,
      clock: { sleep: async (ms) => void slept.push(ms) },
    });
    expect(await reader.logs('shop', 'web-1', { container: 'app', previous: true })).toBe('Error: no route');
    expect(slept).toEqual([1_000]);
    expect(reader.gaps).toEqual([]);
  });

  test('is given up when the kubelet says so again and again', async () => {
    let asked = 0;
    const reader = createReader({
      kube: {
        logs: async () => {
          asked += 1;
          return EXCUSE;
        },
      } as unknown as KubeClient,
      budget: createCallBudget(5, 1),
      signal: new AbortController().signal,
      clock: { sleep: async () => undefined },
    });
    expect(await reader.logs('shop', 'web-1', { container: 'app' })).toBeUndefined();
    expect(asked).toBe(3);
    expect(reader.gaps).toMatchObject([{ reason: 'NotFound' }]);
  });

  test.each(['', 'Error: no route', `Error: no route\n${EXCUSE}`, `${EXCUSE}, says the backup agent, and ends`])(
    'is all that a program says: %s',
    async (text) => {
      const reader = readerOf(text);
      expect(await reader.logs('shop', 'web-1', { container: 'app' })).toBe(text);
      expect(reader.gaps).toEqual([]);
    },
  );
});
