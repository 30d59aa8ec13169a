/** Trouble beside a workload, told from objects of a real API server: each is named, and a shop that has them all in order is healthy. */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { investigations } from '../../../src/crds/kinds.ts';
import { createEvidenceStore } from '../../../src/evidence/store.ts';
import { createInvestigator } from '../../../src/investigate/investigate.ts';
import type { InvestigationResult } from '../../../src/investigate/result.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject, NewObject, ResourceType } from '../../../src/kube/object.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { type ApiWorkload, claims, replicaSets, workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { autoscalers, disruptionBudgets } from '../../../src/sources/kubernetes/boundsApi.ts';
import { endpointSlices, ingresses, networkPolicies, serviceObjects } from '../../../src/sources/kubernetes/networkApi.ts';
import { installCrds } from '../../support/installCrds.ts';
import { silentLogger } from '../../support/logger.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { newInvestigation } from '../../support/sreObjects.ts';
import { testClient } from '../../support/testClient.ts';
import { type Made, makeEvent, makePod, makeReplicaSet, makeWorkload, podSpec, prepare, refTo, setStatus } from '../sources/world.ts';

const { Deployment } = workloadResources;
const redactor = createRedactor();
const MINUTE = 60_000;

let admin: KubeClient;
let made: Made;
let namespace: string;
let cart: ApiWorkload;

beforeAll(async () => {
  admin = testClient(inject('cluster').kubeconfigPath);
  await installCrds(admin);
});
afterAll(() => admin.close());
beforeEach(async () => {
  namespace = await makeNamespace(admin, 'around');
  made = { client: admin, namespace };
  await prepare(admin, namespace);
  cart = await healthyShop();
});

/** Fields that the API server takes and this operator never reads are in no type of ours. */
const make = <T extends KubeObject>(resource: ResourceType<T>, name: string, body: object, meta: object = {}): Promise<T> =>
  admin.create(resource, { metadata: { namespace, name, ...meta }, ...body } as unknown as NewObject<T>);

const spec = () => podSpec('cart:1.0', { ports: [{ name: 'http', containerPort: 8080 }] });
const counts = { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 };

async function healthyShop(): Promise<ApiWorkload> {
  const workload = await makeWorkload(made, 'Deployment', 'cart', spec());
  const set = await makeReplicaSet(made, workload, 'cart-6d4f8c7b9', 1, spec());
  await makePod(made, [set, replicaSets], 'cart-6d4f8c7b9-aaaaa', spec(), { ready: true, status: { ready: true, state: { running: {} } } });
  await setStatus(made, Deployment, workload, counts);
  await make(serviceObjects, 'cart', { spec: { selector: { app: 'cart' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] } });
  await make(
    endpointSlices,
    'cart-1',
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.0.5'], conditions: { ready: true } }], ports: [{ name: 'http', port: 8080 }] },
    { labels: { 'kubernetes.io/service-name': 'cart' } },
  );
  return workload;
}

const paths = (name: string, port: object) => [{ path: '/', pathType: 'Prefix', backend: { service: { name, port } } }];
const ingress = (name: string, port: object = { number: 80 }) =>
  make(ingresses, 'shop', { spec: { rules: [{ host: 'shop.example', http: { paths: paths(name, port) } }] } });
const policy = (rules: readonly object[]) =>
  make(networkPolicies, 'guard', { spec: { podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Ingress'], ingress: rules } });
const open = { ports: [{ port: 'http' }] };
const budget = () => make(disruptionBudgets, 'cart', { spec: { minAvailable: 1, selector: { matchLabels: { app: 'cart' } } } });

async function autoscaler(maxReplicas: number, condition: object): Promise<void> {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' };
  await make(autoscalers, 'cart', { spec: { minReplicas: 1, maxReplicas, scaleTargetRef } });
  const since = { lastTransitionTime: new Date(Date.now() - 20 * MINUTE).toISOString() };
  const status = { currentReplicas: maxReplicas, desiredReplicas: maxReplicas, conditions: [{ ...condition, ...since }] };
  await admin.patch(autoscalers, { namespace, name: 'cart' }, { status }, { type: 'merge', subresource: 'status' });
}
const limited = {
  type: 'ScalingLimited',
  status: 'True',
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum',
};
const blind = {
  type: 'ScalingActive',
  status: 'False',
  reason: 'FailedGetResourceMetric',
  message: 'unable to get metrics for resource cpu',
};

async function heldClaim(): Promise<void> {
  const body = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
  await make(claims, 'data', body, { finalizers: ['example.com/guard'] });
  await makePod(
    made,
    [cart, Deployment],
    'cart-held',
    { ...spec(), volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] },
    {
      ready: true,
      status: { ready: true, state: { running: {} } },
    },
  );
  await admin.delete(claims, { namespace, name: 'data' });
}

async function refusedRollout(): Promise<void> {
  await makeReplicaSet(made, cart, 'cart-7c9f5d6b8', 2, spec());
  await makeEvent(made, 'ReplicaSet', 'cart-7c9f5d6b8', 'FailedCreate', {
    message: 'Error creating: pods "cart-" is forbidden: error looking up service account shop/absent: serviceaccount "absent" not found',
  });
  await setStatus(made, Deployment, cart, { ...counts, updatedReplicas: 0 });
}

async function pausedRollout(): Promise<void> {
  await admin.patch(Deployment, { namespace, name: 'cart' }, { spec: { paused: true } }, { type: 'merge' });
  await setStatus(made, Deployment, cart, { ...counts, observedGeneration: 2, updatedReplicas: 0 });
}

/** As Flux applies it, and as the controller of autoscalers scales. */
const deliver = (replicas: number) =>
  admin.apply(
    Deployment,
    { metadata: { namespace, name: 'cart', labels: FLUX_MARKS }, spec: { replicas } },
    { fieldManager: 'kustomize-controller', force: true },
  );
const FLUX_MARKS = { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };

async function scale(replicas: number): Promise<void> {
  const manager = { type: 'merge', fieldManager: 'kube-controller-manager' } as const;
  const key = { namespace, name: 'cart' };
  await admin.patch(Deployment, key, { spec: { replicas } }, { ...manager, subresource: 'scale' });
  const status = { currentReplicas: replicas, desiredReplicas: replicas, lastScaleTime: new Date().toISOString() };
  await admin.patch(autoscalers, key, { status }, { ...manager, subresource: 'status' });
}

/** Scaled by both, one after the other, and well each time. */
async function scaledBy(...steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  await deliver(2);
  await autoscaler(8, { type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale', message: '' });
  for (const step of steps) await step();
  const { spec: { replicas = 0 } = {} } = (await admin.get(Deployment, { namespace, name: 'cart' })) ?? {};
  const all = { replicas, readyReplicas: replicas, updatedReplicas: replicas, availableReplicas: replicas };
  await setStatus(made, Deployment, cart, { ...all, observedGeneration: 99 });
}

/** Ten minutes from now: by then what is being deleted has not gone away. */
const later = { ...systemClock, now: () => Date.now() + 10 * MINUTE };

async function investigate(): Promise<InvestigationResult> {
  const targets = [refTo(Deployment, namespace, 'cart')];
  const investigation = await admin.create(
    investigations,
    newInvestigation(
      { namespace, generateName: 'inv-' },
      { incidentRef: undefined, question: 'What is wrong?', window: undefined, targets },
    ),
  );
  const evidence = createEvidenceStore({ client: admin, namespace, redactor, clock: systemClock });
  const investigator = createInvestigator({ kube: admin, clock: later, logger: silentLogger, redact: redactor.text, evidence });
  return investigator.run({ investigation, signal: AbortSignal.timeout(30_000) });
}

interface Case {
  readonly name: string;
  readonly make: () => Promise<unknown>;
  readonly want: readonly string[];
}

describe('what lies around a workload', () => {
  test.each<Case>([
    { name: 'an Ingress to a Service that does not exist', make: () => ingress('carts'), want: ['IngressBackendMissing Ingress/shop'] },
    {
      name: 'an Ingress to a port that the Service does not have',
      make: () => ingress('cart', { name: 'web' }),
      want: ['IngressBackendMissing Ingress/shop'],
    },
    {
      name: 'a policy that cuts what an Ingress lets in',
      make: async () => [await ingress('cart'), await policy([])],
      want: ['NetworkPolicyBlocks NetworkPolicy/guard'],
    },
    { name: 'a policy that nobody runs into', make: () => policy([]), want: [] },
    {
      name: 'an autoscaler at its maximum',
      make: () => autoscaler(4, limited),
      want: ['AutoscalerAtMaximum HorizontalPodAutoscaler/cart'],
    },
    {
      name: 'an autoscaler without metrics',
      make: () => autoscaler(4, blind),
      want: ['AutoscalerMetricsMissing HorizontalPodAutoscaler/cart'],
    },
    {
      name: 'an autoscaler that an engine undoes',
      make: () =>
        scaledBy(
          () => scale(5),
          () => deliver(2),
        ),
      want: ['AutoscalerConflict HorizontalPodAutoscaler/cart'],
    },
    { name: 'an autoscaler that has the last word', make: () => scaledBy(() => scale(5)), want: [] },
    {
      name: 'an autoscaler that comes to what Git says',
      make: () =>
        scaledBy(
          () => scale(5),
          () => scale(2),
          () => deliver(2),
        ),
      want: [],
    },
    {
      name: 'a claim that a finalizer holds',
      make: heldClaim,
      want: ['StuckTerminating PersistentVolumeClaim/data'],
    },
    { name: 'a service account that does not exist', make: refusedRollout, want: ['ServiceAccountMissing Deployment/cart'] },
    { name: 'a rollout that is paused', make: pausedRollout, want: ['RolloutPaused Deployment/cart'] },
    {
      name: 'all of it in order',
      make: async () => [await ingress('cart', { name: 'http' }), await policy([open]), await budget(), await autoscaler(1, limited)],
      want: [],
    },
  ])('$name', async ({ make: prepared, want }) => {
    await prepared();
    const { findings, outcome, gaps } = await investigate();
    expect(findings.map(({ reason, object }) => `${reason} ${object.kind}/${object.name}`)).toEqual(want);
    expect(gaps.filter(({ reason }) => reason !== 'NotConfigured')).toEqual([]);
    if (want.length === 0) expect(outcome).toBe('NothingWrong');
    for (const { evidence } of findings) expect(evidence).not.toEqual([]);
  });

  test('an eviction that a budget refuses', async () => {
    await budget();
    const status = { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, observedGeneration: 1 };
    await admin.patch(disruptionBudgets, { namespace, name: 'cart' }, { status }, { type: 'merge', subresource: 'status' });
    await makeEvent(made, 'Pod', 'cart-6d4f8c7b9-aaaaa', 'EvictionBlocked', {
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
    });
    const { rootCause } = await investigate();
    expect(rootCause).toMatchObject({ reason: 'DisruptionBudgetBlocks', object: { kind: 'PodDisruptionBudget', name: 'cart' } });
  });
});
