import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { manifestOf, patchOf, patchOfContainers, together } from '../../../../src/tools/advice/changes.ts';
import { cpuText, memoryText } from '../../../../src/tools/advice/figures.ts';

const cart = { kind: 'Deployment', namespace: 'shop', name: 'cart' } as const;

describe('patches of one workload', () => {
  test('are one patch, merged by the names of containers', () => {
    const all = [
      patchOfContainers(cart, [{ name: 'app', readinessProbe: { tcpSocket: { port: 80 } } }]),
      patchOf(cart, { replicas: 2 }),
      patchOfContainers(cart, [{ name: 'proxy', resources: { requests: { cpu: '10m' } } }]),
      patchOfContainers(cart, [{ name: 'app', resources: { limits: { memory: '1Gi' } } }]),
      patchOfContainers(cart, [{ name: 'app', resources: { requests: { cpu: '20m' } } }]),
    ];
    expect(parse(together(all)?.yaml ?? '')).toEqual({
      spec: {
        replicas: 2,
        template: {
          spec: {
            containers: [
              {
                name: 'app',
                readinessProbe: { tcpSocket: { port: 80 } },
                resources: { limits: { memory: '1Gi' }, requests: { cpu: '20m' } },
              },
              { name: 'proxy', resources: { requests: { cpu: '10m' } } },
            ],
          },
        },
      },
    });
  });

  test('are none where there are only objects to be made', () => {
    expect(together([manifestOf({ kind: 'PodDisruptionBudget' })])).toBeUndefined();
  });
});

test.each([
  [0.0001, '10m'],
  [0.2401, '250m'],
  [2, '2'],
])('%f cores are written %s', (cores, text) => {
  expect(cpuText(cores)).toBe(text);
});

test.each([
  [1, '16Mi'],
  [100 * 2 ** 20, '112Mi'],
  [2 ** 30, '1Gi'],
])('%d bytes are written %s', (bytes, text) => {
  expect(memoryText(bytes)).toBe(text);
});
