import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadKubeConfig } from '../../../src/config/kubeConfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, { current = name }: { readonly current?: string } = {}): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': current,
      clusters: [{ name, cluster: { server: `https://${name}:6443` } }],
      users: [{ name, user: {} }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    }),
  );
  return path;
}

const serverOf = (options: Parameters<typeof loadKubeConfig>[0]): string | undefined => loadKubeConfig(options).getCurrentCluster()?.server;

describe('loadKubeConfig', () => {
  test('takes the current context', () => {
    expect(serverOf({ kubeconfig: written('one') })).toBe('https://one:6443');
  });

  test('takes another context', () => {
    expect(serverOf({ kubeconfig: [written('one'), written('two')].join(delimiter), context: 'two' })).toBe('https://two:6443');
  });

  test('takes the current context of the first of several files', () => {
    expect(serverOf({ kubeconfig: [written('one'), written('two')].join(delimiter) })).toBe('https://one:6443');
  });

  test.each<{ name: string; options: () => Parameters<typeof loadKubeConfig>[0]; says: RegExp }>([
    {
      name: 'a file that is not there',
      options: () => ({ kubeconfig: '/nowhere/config' }),
      says: /^kubeconfig \/nowhere\/config cannot be loaded: ENOENT/u,
    },
    {
      name: 'a context that is not there',
      options: () => ({ kubeconfig: written('one'), context: 'two' }),
      says: /^context two is not in the kubeconfig; it has one$/u,
    },
    {
      name: 'a file without a current context',
      options: () => ({ kubeconfig: written('one', { current: '' }) }),
      says: /has no current context; name one of one by --context, kubernetes\.context or KUBE_CONTEXT$/u,
    },
    {
      name: 'a file that is none',
      options: () => {
        const path = join(folder, 'notes');
        writeFileSync(path, 'hello');
        return { kubeconfig: path };
      },
      says: /notes has no context at all; name the file that kubectl uses$/u,
    },
  ])('says what is wrong with $name', ({ options, says }) => {
    expect(() => loadKubeConfig(options())).toThrow(says);
  });
});
