/** A small shop in memory, and actions tried on it: what is refused is refused before anything is rendered. */

import { configMaps } from '../../../../src/crds/configMaps.ts';
import type { Action } from '../../../../src/crds/remediationPlan.ts';
import { autoscalers, daemonSets, deployments, pods, replicaSets, services, statefulSets } from '../../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../../../../src/kube/object.ts';
import { catalogue } from '../../../../src/remediate/catalogue/catalogue.ts';
import type { Considered } from '../../../../src/remediate/catalogue/facts.ts';
import type { Written } from '../../../../src/remediate/catalogue/types.ts';
import type { Refusal } from '../../../../src/remediate/refusal.ts';
import { readWorkload } from '../../../../src/remediate/workload.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';
import { type Diagnosis, investigationOf, ownerOf } from '../support.ts';

const RESOURCES: readonly ResourceType[] = [deployments, statefulSets, daemonSets, services, configMaps, autoscalers, pods, replicaSets];

/** A JSON merge patch, so that a case says only what is different. */
export function merged(object: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof object === 'object' && object !== null ? { ...object } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

export const container = {
  name: 'app',
  image: 'registry.test/cart:1.1',
  ports: [{ name: 'http', containerPort: 8080 }],
  env: [
    { name: 'PORT', value: '8090' },
    { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } },
  ],
  readinessProbe: { httpGet: { path: '/healthz', port: 8081 } },
  livenessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 5, failureThreshold: 2 },
  startupProbe: { exec: { command: ['true'] } },
};

export const cart = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'cart', namespace: 'shop' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'cart' } },
    template: { metadata: { labels: { app: 'cart', tier: 'web' } }, spec: { containers: [container] } },
  },
};
export const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'cart', namespace: 'shop' },
  spec: { selector: { app: 'kart' }, ports: [{ name: 'web', port: 80, targetPort: 9090 }] },
};
export const settings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'shop' },
  data: { mode: 'fast' },
};
export const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'cart', namespace: 'shop' },
  spec: { minReplicas: 1, maxReplicas: 4, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' } },
};
export const pod = (labels: object, ports: readonly object[] = [{ name: 'http', containerPort: 8080 }], name = 'cart-1') => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels },
  spec: { containers: [{ name: 'app', ports }] },
});

/** Revision `number` of the Deployment cart, whose template is its own with `patch` laid over its container. */
export const revision = (number: number, patch: object, over: object = {}) => ({ number, patch, over });

interface Shop {
  readonly objects?: readonly object[];
  readonly history?: readonly ReturnType<typeof revision>[];
}

async function openShop({ objects = [cart, service, settings], history = [] }: Shop): Promise<KubeClient> {
  const client = createMemoryKube() as unknown as KubeClient;
  let uid = '';
  for (const object of objects as readonly KubeObject[]) {
    const resource = RESOURCES.find(({ kind }) => kind === object.kind);
    if (resource === undefined) throw new Error(`no ${object.kind} here`);
    const made = await client.create(resource, structuredClone(object));
    if (made.kind === 'Deployment' && made.metadata.name === 'cart') uid = made.metadata.uid;
  }
  for (const { number, patch, over } of history) {
    const template = merged({ ...cart.spec.template, spec: { containers: [merged(container, patch)] } }, over);
    await client.create(replicaSets, {
      metadata: {
        name: `cart-${number}`,
        namespace: 'shop',
        labels: cart.spec.selector.matchLabels,
        annotations: { 'deployment.kubernetes.io/revision': `${number}` },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart', uid, controller: true }],
      },
      spec: { template } as never,
    });
  }
  return client;
}

/** What the action's own rules say; a test that expects a refusal fails if they let it through to where it would be rendered. */
export async function tryAction(shop: Shop, action: Action): Promise<Written | Refusal> {
  const client = await openShop(shop);
  const entry = catalogue[action.type];
  const target = await entry.about.read(client, action.target);
  if (target === undefined) throw new Error(`there is no ${action.target.kind} ${action.target.name}`);
  const renderer = { render: () => Promise.reject(new Error('it was let through to be rendered')) };
  const tree = { files: new Map(), leftOut: new Set<string>(), read: () => Promise.resolve(new Map()) };
  const before = { kind: 'rendered', objects: [], closure: { files: new Map(), layers: [] } } as never;
  const manifest = target.object as never;
  const result = await entry.write?.({
    action,
    target,
    manifest,
    owner: ownerOf(),
    repository: {} as never,
    base: '',
    tree,
    before,
    renderer,
    client,
  });
  if (result === undefined) throw new Error(`${action.type} is not written into Git`);
  return result;
}

/** What the action says when a plan is looked for. */
export async function considerAction(
  type: Action['type'],
  shop: Shop,
  diagnosis: Diagnosis & { readonly detail?: string; readonly object?: object },
): Promise<Considered> {
  const client = await openShop(shop);
  const { status } = investigationOf(diagnosis);
  const [finding] = status?.findings ?? [];
  const { rootCause } = status ?? {};
  if (finding === undefined || rootCause === undefined) throw new Error('no root cause');
  const workload = await readWorkload(client, { kind: 'Deployment', namespace: 'shop', name: 'cart' });
  const object = { ...rootCause.object, ...diagnosis.object };
  return catalogue[type].consider({
    rootCause: { ...rootCause, object },
    finding: { ...finding, ...(diagnosis.detail === undefined ? {} : { detail: diagnosis.detail }) },
    changes: status?.changes ?? [],
    workload,
    client,
  });
}
