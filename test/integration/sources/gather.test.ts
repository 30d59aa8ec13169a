import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { ObjectRef } from '../../../src/crds/common.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createCallBudget } from '../../../src/sources/budget.ts';
import { pods, replicaSets, workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { gatherCluster } from '../../../src/sources/kubernetes/gather.ts';
import { createReader } from '../../../src/sources/kubernetes/reader.ts';
import type { Snapshot } from '../../../src/sources/kubernetes/snapshot.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';
import {
  type Made,
  makeConfigMap,
  makeControllerRevision,
  makeEvent,
  makePod,
  makeReplicaSet,
  makeWorkload,
  podSpec,
  prepare,
  refTo,
  setStatus,
} from './world.ts';

const { Deployment, StatefulSet } = workloadResources;
const cleaner = createCleaner(createRedactor().text);
const crashed = {
  restartCount: 4,
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
  lastState: { terminated: { exitCode: 1, reason: 'Error', startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:01Z' } },
};

let admin: KubeClient;
let made: Made;
let namespace: string;

beforeAll(() => {
  admin = testClient(inject('cluster').kubeconfigPath);
});
afterAll(() => admin.close());
beforeEach(async () => {
  namespace = await makeNamespace(admin, 'shop');
  made = { client: admin, namespace };
  await prepare(admin, namespace);
});

function gathered(
  targets: readonly ObjectRef[],
  options: { client?: KubeClient; calls?: number; signal?: AbortSignal } = {},
): Promise<Snapshot> {
  const { client = admin, calls = 60, signal = AbortSignal.timeout(20_000) } = options;
  const reader = createReader({ kube: client, budget: createCallBudget(calls, 8), signal });
  const now = Date.now();
  return gatherCluster(reader, { targets, at: now, window: { start: now - 3_600_000, end: now } }, cleaner);
}

const oldSpec = podSpec('cart:1.0');
const newSpec = podSpec('cart:1.1', { env: [{ name: 'TIMEOUT', value: '2500ms' }] });

/** A Deployment in the middle of a rollout: the new pod crashes beside an old one that serves. */
async function blockedRollout(nodeName?: string): Promise<void> {
  const cart = await makeWorkload(made, 'Deployment', 'cart', newSpec);
  const before = await makeReplicaSet(made, cart, 'cart-6d4f8c7b9', 1, oldSpec);
  const after = await makeReplicaSet(made, cart, 'cart-7c9f5d6b8', 2, newSpec);
  await makePod(made, [before, replicaSets], 'cart-6d4f8c7b9-aaaaa', oldSpec, {
    ready: true,
    status: { ready: true, state: { running: {} } },
  });
  await makePod(made, [after, replicaSets], 'cart-7c9f5d6b8-bbbbb', { ...newSpec, nodeName }, { status: crashed });
  await setStatus(made, Deployment, cart, {
    observedGeneration: 1,
    replicas: 2,
    readyReplicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
  });
}

describe('gatherCluster', () => {
  test('sees a workload with its history and its pods of both revisions', async () => {
    await blockedRollout();
    const { workloads, pods: seen } = await gathered([refTo(Deployment, namespace, 'cart')]);
    expect(workloads).toMatchObject([
      { ref: { kind: 'Deployment', name: 'cart' }, desired: 1, ready: 1, updated: 1, complete: false, podsSeen: true },
    ]);
    const [latest, first] = workloads[0]?.revisions ?? [];
    expect(latest).toMatchObject({ number: 2, current: true, images: { app: 'cart:1.1' } });
    expect(latest?.changed?.map(({ path }) => path)).toEqual([
      'spec.template.spec.containers[app].image',
      'spec.template.spec.containers[app].env',
    ]);
    expect(first).toMatchObject({ number: 1, current: false, changed: undefined });
    expect(seen.map(({ name, current, ready }) => [name, current, ready])).toEqual([
      ['cart-7c9f5d6b8-bbbbb', true, false],
      ['cart-6d4f8c7b9-aaaaa', false, true],
    ]);
    expect(seen[0]?.containers[0]).toMatchObject({ restarts: 4, lastState: { terminated: { exitCode: 1 } } });
  });

  test.each<{ name: string; target: (namespace: string) => ObjectRef }>([
    { name: 'a pod', target: (ns) => ({ kind: 'Pod', namespace: ns, name: 'cart-7c9f5d6b8-bbbbb' }) },
    {
      name: 'a pod that is gone, by the name of its ReplicaSet',
      target: (ns) => ({ kind: 'Pod', namespace: ns, name: 'cart-7c9f5d6b8-zzzzz' }),
    },
    {
      name: 'a pod whose ReplicaSet is gone too, by the name of its Deployment',
      target: (ns) => ({ kind: 'Pod', namespace: ns, name: 'cart-5f5f5f5f5-zzzzz' }),
    },
    { name: 'a ReplicaSet', target: (ns) => refTo(replicaSets, ns, 'cart-6d4f8c7b9') },
    { name: 'the namespace, by what is unhealthy in it', target: (ns) => ({ kind: 'Namespace', name: ns }) },
  ])('is led to the Deployment by $name', async ({ target }) => {
    await blockedRollout();
    const { workloads, missing } = await gathered([target(namespace)]);
    expect(workloads.map(({ ref }) => `${ref.kind}/${ref.name}`)).toEqual(['Deployment/cart']);
    expect(missing).toEqual([]);
  });

  test('says what does not exist, and takes nothing else for it', async () => {
    await blockedRollout();
    const target = refTo(Deployment, namespace, 'basket');
    const { workloads, missing, gaps } = await gathered([target]);
    expect(workloads).toEqual([]);
    expect(missing).toEqual([target]);
    expect(gaps).toMatchObject([
      { reason: 'NotFound', message: expect.stringContaining(`Deployment/${namespace}/basket does not exist`) as string },
    ]);
  });

  test('says which kinds it cannot look at', async () => {
    const { gaps } = await gathered([{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace, name: 'cart' }]);
    expect(gaps).toMatchObject([{ reason: 'NotConfigured' }]);
  });

  test('knows the revisions of a StatefulSet by its pods’ labels', async () => {
    const db = await makeWorkload(made, 'StatefulSet', 'db', newSpec);
    await makeControllerRevision(made, db, 'db-aaa', 1, oldSpec);
    await makeControllerRevision(made, db, 'db-bbb', 2, newSpec);
    await makePod(made, [db, StatefulSet], 'db-0', newSpec, { status: crashed, labels: { 'controller-revision-hash': 'db-bbb' } });
    const { workloads, pods: seen } = await gathered([{ kind: 'Pod', namespace, name: 'db-7' }]);
    expect(workloads[0]?.revisions.map(({ number, images }) => [number, images['app']])).toEqual([
      [2, 'cart:1.1'],
      [1, 'cart:1.0'],
    ]);
    expect(seen).toMatchObject([{ name: 'db-0', revision: 'db-bbb', current: true }]);
  });

  test('leaves out pods that only have the same labels', async () => {
    await blockedRollout();
    const other = await makeWorkload(made, 'StatefulSet', 'cart', oldSpec);
    await makePod(made, [other, StatefulSet], 'cart-0', oldSpec);
    const { pods: seen } = await gathered([refTo(Deployment, namespace, 'cart')]);
    expect(seen.map(({ name }) => name)).not.toContain('cart-0');
  });

  test('joins events that say the same, and redacts what they say', async () => {
    await blockedRollout();
    const said = 'Back-off restarting failed container, DB_PASSWORD=hunter2-hunter2';
    await makeEvent(made, 'Pod', 'cart-7c9f5d6b8-bbbbb', 'BackOff', { message: said, count: 3 });
    await makeEvent(made, 'Pod', 'cart-7c9f5d6b8-bbbbb', 'BackOff', { message: said, count: 4 });
    await makeEvent(made, 'Deployment', 'cart', 'ScalingReplicaSet', { message: 'Scaled up\u202e\u200b replica set' });
    const { events } = await gathered([refTo(Deployment, namespace, 'cart')]);
    expect(events.map(({ kind, reason, count, container }) => [kind, reason, count, container])).toEqual([
      ['Deployment', 'ScalingReplicaSet', 1, undefined],
      ['Pod', 'BackOff', 7, 'app'],
    ]);
    expect(events[0]?.message).toBe('Scaled up replica set');
    expect(JSON.stringify(events)).not.toContain('hunter2');
  });

  test('looks up the ConfigMaps that a waiting pod names, their keys alone, and what there is instead', async () => {
    await makeConfigMap(made, 'cart-config', { 'app.yaml': 'token: hunter2-hunter2' });
    const spec = podSpec('cart:1.0', {
      envFrom: [{ configMapRef: { name: 'cart-config' } }, { configMapRef: { name: 'cart-confgi' } }, { secretRef: { name: 'db' } }],
    });
    const cart = await makeWorkload(made, 'Deployment', 'cart', spec);
    const set = await makeReplicaSet(made, cart, 'cart-6d4f8c7b9', 1, spec);
    await makePod(made, [set, replicaSets], 'cart-6d4f8c7b9-aaaaa', spec, {
      phase: 'Pending',
      status: { state: { waiting: { reason: 'CreateContainerConfigError' } } },
    });
    const snapshot = await gathered([refTo(Deployment, namespace, 'cart')]);
    expect(snapshot.configMaps.map(({ name, exists, keys }) => [name, exists, keys])).toEqual([
      ['cart-config', true, ['app.yaml']],
      ['cart-confgi', false, []],
    ]);
    expect(snapshot.configMapNames[namespace]).toContain('cart-config');
    expect(JSON.stringify(snapshot)).not.toContain('hunter2');
  });

  test('a log that cannot be read is a gap, and the rest is there', async () => {
    await blockedRollout('a-node-that-is-gone');
    const { gaps, pods: seen } = await gathered([refTo(Deployment, namespace, 'cart')]);
    expect(gaps.map(({ message }) => message).join('\n')).toMatch(/read the previous log of .*cart-7c9f5d6b8-bbbbb app/u);
    expect(seen).toHaveLength(2);
  });

  test('what the reader may not see is a gap, never "there is none"', async () => {
    await blockedRollout();
    const mallory = testClient(inject('cluster').kubeconfigs.mallory);
    try {
      const snapshot = await gathered([refTo(Deployment, namespace, 'cart')], { client: mallory });
      expect(snapshot).toMatchObject({ workloads: [], missing: [], unseen: [{ name: 'cart' }], gaps: [{ reason: 'Forbidden' }] });
    } finally {
      await mallory.close();
    }
  });

  test('stops at its budget of calls, and says so', async () => {
    await blockedRollout();
    const snapshot = await gathered([refTo(Deployment, namespace, 'cart')], { calls: 2 });
    expect(snapshot.workloads).toMatchObject([{ podsSeen: false }]);
    expect(snapshot.gaps.map(({ reason }) => reason)).toContain('TooLarge');
  });

  test('ends when its time is up, with gaps', async () => {
    await blockedRollout();
    const { gaps } = await gathered([refTo(Deployment, namespace, 'cart')], { signal: AbortSignal.abort() });
    expect(gaps).toMatchObject([{ reason: 'TimedOut' }]);
  });

  test('a pod that nothing owns stands for itself', async () => {
    await admin.create(pods, { metadata: { namespace, name: 'lonely' }, spec: oldSpec });
    const { workloads, pods: seen } = await gathered([{ kind: 'Pod', namespace, name: 'lonely' }]);
    expect(workloads).toEqual([]);
    expect(seen).toMatchObject([{ name: 'lonely', owner: { kind: 'Pod', name: 'lonely' } }]);
  });
});
