/** A shop as `agent-sre collect` writes it: `cart` crashes for its configuration, `web` calls it, the rest is well. */
import type { Bundle } from '../../../src/sources/frozen/bundle.ts';

const BEGAN = '2026-01-01T10:00:00Z';
const CRASHED = '2026-01-01T11:58:00Z';

type Json = Readonly<Record<string, unknown>>;
const meta = (name: string, more: Json = {}): Json => ({ name, namespace: 'shop', uid: `uid-${name}`, creationTimestamp: BEGAN, ...more });
const owned = (kind: string, name: string, labels: Json): Json => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }],
  labels,
});

function workload(name: string, isReady: boolean): Json[] {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'server', image: `registry.example/${name}:1` }] } };
  const count = isReady ? 1 : 0;
  const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: count, availableReplicas: count };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  const crashed = { terminated: { exitCode: 1, reason: 'Error', startedAt: CRASHED, finishedAt: CRASHED } };
  const run = isReady
    ? { ready: true, restartCount: 0, state: { running: { startedAt: BEGAN } } }
    : { ready: false, restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: crashed };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta(name, { generation: 1 }), spec, status },
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: meta(`${name}-b`, owned('Deployment', name, labels)), spec, status },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: meta(`${name}-b-1`, owned('ReplicaSet', `${name}-b`, labels)),
      spec: { ...template.spec, nodeName: 'n1' },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: isReady ? BEGAN : CRASHED }],
        containerStatuses: [{ name: 'server', image: '', imageID: '', ...run }],
      },
    },
  ];
}

const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', uid: 'uid-n1', creationTimestamp: BEGAN },
  status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: BEGAN }] },
};

/** @param ill names of the workloads that crash */
export const shop = (names: readonly string[], ill: readonly string[]): Bundle => ({
  query: '',
  namespace: 'shop',
  collectedAt: '2026-01-01T12:00:00Z',
  objects: { items: [node, ...names.flatMap((name) => workload(name, !ill.includes(name)))] as unknown as Bundle['objects']['items'] },
  evidence: {
    errorLogs: Object.fromEntries(
      ill.map((name) => [
        JSON.stringify({ namespace: 'shop', service_name: `${name}-b-1` }),
        { previous: ['starting', 'Error: TIMEOUT_MS must be a number, got 2500ms'] },
      ]),
    ),
  },
});
