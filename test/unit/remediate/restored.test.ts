/** Whether all is as it was before a fix that was taken back. */
import { expect, test } from 'vitest';
import { deployments } from '../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { notRestored } from '../../../src/remediate/restored.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';

const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' };
const image = { object, path: 'spec.template.spec.containers[app].image', value: 'cart:1.0' };
const absent = { object, path: 'spec.template.spec.containers[app].command' };

interface Case {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly ready?: number;
  readonly observed?: number;
  readonly gone?: boolean;
  readonly want: string | undefined;
}

test.each<Case>([
  { name: 'all is as before', want: undefined },
  { name: 'more is ready than before', ready: 3, want: undefined },
  {
    name: 'a field is not what it was',
    image: 'cart:1.1',
    want: 'spec.template.spec.containers[app].image of Deployment shop/cart is not what it was before the fix',
  },
  { name: 'a field is there that was not', command: ['sh'], want: expect.stringContaining('command of Deployment shop/cart') as string },
  { name: 'fewer are ready', ready: 1, want: '1 replicas of Deployment shop/cart are ready, and 2 were before the fix' },
  { name: 'its controller has yet to look', observed: 0, want: 'the controller of Deployment shop/cart has not seen it yet' },
  { name: 'it is gone', gone: true, want: 'Deployment shop/cart does not exist any more' },
])('$name', async ({ image: now = 'cart:1.0', command, ready = 2, observed = 1, gone = false, want }) => {
  const kube = createMemoryKube();
  if (!gone)
    await kube.create(deployments, {
      metadata: { name: 'cart', namespace: 'shop', generation: 1 },
      spec: {
        replicas: 3,
        template: { spec: { containers: [{ name: 'app', image: now, ...(command === undefined ? {} : { command: [...command] }) }] } },
      },
      status: { observedGeneration: observed, readyReplicas: ready },
    });
  const given = { preimages: [image, absent], readyBefore: [{ object, ready: 2 }], asShown: (value: string) => value };
  expect(await notRestored(kube as unknown as KubeClient, given)).toEqual(want);
});
