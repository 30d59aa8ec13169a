/** A cluster in memory in which each action of the catalogue has something that it could rightly do, and a plan that says so. */
import type { ActionType } from '../../../../src/crds/actions/actions.ts';
import { configMaps } from '../../../../src/crds/configMaps.ts';
import type { Action, RemediationPlanSpec } from '../../../../src/crds/remediationPlan.ts';
import { gitRepositories, kustomizations } from '../../../../src/gitops/flux/resources.ts';
import { autoscalers, deployments, pods, replicaSets, services, volumeClaims } from '../../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../../../../src/kube/object.ts';
import { certificates, nodes, storageClasses } from '../../../../src/remediate/direct/resources.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';
import { autoscaler, cart, container, merged, service, settings } from '../catalogue/support.ts';

const named = (name: string, namespace?: string, more: object = {}) => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...more },
});
const flux = { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };
const ready = [{ type: 'Ready', status: 'True', reason: 'ok', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }];
/** Nobody's autoscaler, so that `cart` may be scaled. */
const elsewhere = merged(autoscaler, { metadata: { name: 'other' }, spec: { scaleTargetRef: { name: 'other' } } }) as object;
const misspelt = merged(container, {
  env: [...container.env.slice(0, 1), { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'setings', key: 'mode' } } }],
  resources: { limits: { memory: '64Mi' } },
});

const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];

const OBJECTS: readonly (readonly [ResourceType, object])[] = [
  [
    deployments,
    merged(cart, {
      metadata: { labels: flux },
      spec: { template: { spec: { containers: [misspelt], volumes } } },
      status: { observedGeneration: 1, updatedReplicas: 2 },
    }) as object,
  ],
  [deployments, { ...cart, ...named('cart', 'bank') }],
  [deployments, { ...cart, ...named('cart', 'kube-system') }],
  [services, service],
  [services, { ...service, ...named('web', 'shop'), spec: { ...service.spec, selector: { app: 'cart' } } }],
  [configMaps, settings],
  [autoscalers, elsewhere],
  [nodes, { ...named('n1'), status: { conditions: ready } }],
  [nodes, { ...named('n2'), status: { conditions: ready } }],
  ...['n3', 'n5', 'n6'].map((name): [ResourceType, object] => [nodes, { ...named(name), status: { conditions: ready } }]),
  [nodes, { ...named('n4'), spec: { unschedulable: true }, status: { conditions: ready } }],
  [
    volumeClaims,
    {
      ...named('data', 'shop'),
      spec: { storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
      status: { phase: 'Bound' },
    },
  ],
  [storageClasses, { ...named('fast'), allowVolumeExpansion: true }],
  [certificates, { ...named('tls', 'shop'), spec: { secretName: 's' }, status: { revision: 1, notAfter: '2026-01-01T00:00:00Z' } }],
  [
    kustomizations,
    {
      ...named('shop', 'flux-system'),
      spec: { path: './apps', sourceRef: { kind: 'GitRepository', name: 'shop' } },
      status: { conditions: ready, inventory: { entries: [{ id: 'shop_cart_apps_Deployment', v: 'v1' }] } },
    },
  ],
  [gitRepositories, { ...named('shop', 'flux-system'), spec: { url: 'https://git.test/shop', ref: { branch: 'main' } } }],
];

export async function openWorld(): Promise<KubeClient> {
  const client = createMemoryKube() as unknown as KubeClient;
  const made = new Map<string, KubeObject>();
  for (const [resource, object] of OBJECTS) {
    const one = await client.create(resource, structuredClone(object) as KubeObject);
    made.set(`${one.kind}/${one.metadata.namespace ?? ''}/${one.metadata.name}`, one);
  }
  const owner = (kind: string, name: string, uid: string) => [{ apiVersion: 'apps/v1', kind, name, uid, controller: true }];
  const uid = made.get('Deployment/shop/cart')?.metadata.uid ?? '';
  const template = { ...cart.spec.template, spec: { containers: [merged(misspelt, { image: 'registry.test/cart:1.0' })], volumes } };
  const set = await client.create(replicaSets, {
    ...named('cart-1', 'shop', {
      labels: { app: 'cart' },
      annotations: { 'deployment.kubernetes.io/revision': '1' },
      ownerReferences: owner('Deployment', 'cart', uid),
    }),
    spec: { template } as never,
  });
  const labels = { app: 'cart' };
  await client.create(pods, {
    ...named('cart-1-a', 'shop', { labels, ownerReferences: owner('ReplicaSet', 'cart-1', set.metadata.uid) }),
    spec: { containers: [container] },
  });
  return client;
}

const workload = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const aService = { kind: 'Service', namespace: 'shop', name: 'cart' };

/** One good action of each type; the test makes sure that each of them passes. */
export const GOOD: Readonly<Record<ActionType, Omit<Action, 'type'>>> = {
  RevertCommit: { target: workload, revertCommit: { commit: 'c0ffee'.padEnd(40, '0') } },
  SetImage: { target: workload, setImage: { container: 'app', revision: 1 } },
  SetResources: { target: workload, setResources: { container: 'app', memoryLimitMebibytes: 128 } },
  FixProbe: { target: workload, fixProbe: { container: 'app', probe: 'Readiness', port: 8080 } },
  FixServicePort: { target: { ...aService, name: 'web' }, fixServicePort: { port: 80, targetPort: 8080 } },
  FixServiceSelector: { target: aService, fixServiceSelector: { workloadKind: 'Deployment', workloadName: 'cart' } },
  FixConfigReference: { target: workload, fixConfigReference: { configMap: 'setings', toConfigMap: 'settings' } },
  ScaleWorkload: { target: workload, scaleWorkload: { replicas: 3 } },
  AdjustAutoscaler: { target: { kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'other' }, adjustAutoscaler: { maxReplicas: 6 } },
  RollbackWorkload: { target: workload, rollbackWorkload: { revision: 1 } },
  SetConfigValue: {
    target: { kind: 'ConfigMap', namespace: 'shop', name: 'settings' },
    setConfigValue: { key: 'mode', beforeCommit: 'c0ffee'.padEnd(40, '0') },
  },
  RestartWorkload: { target: workload },
  DeletePod: { target: { kind: 'Pod', namespace: 'shop', name: 'cart-1-a' } },
  CordonNode: { target: { kind: 'Node', name: 'n1' }, cordonNode: { reviewAfterSeconds: 3600 } },
  UncordonNode: { target: { kind: 'Node', name: 'n4' } },
  SuspendSync: { target: workload, suspendSync: { reviewAfterSeconds: 3600 } },
  ResumeSync: { target: workload },
  RenewCertificate: { target: { kind: 'Certificate', namespace: 'shop', name: 'tls' } },
  ExpandVolume: { target: { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' }, expandVolume: { mebibytes: 1536 } },
};

export const IMPERATIVE: ReadonlySet<ActionType> = new Set([
  'RestartWorkload',
  'DeletePod',
  'CordonNode',
  'UncordonNode',
  'SuspendSync',
  'ResumeSync',
  'RenewCertificate',
]);

export const strategyFor = (type: ActionType): RemediationPlanSpec['strategy'] => (IMPERATIVE.has(type) ? 'Direct' : 'Commit');
