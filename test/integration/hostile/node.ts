/** A node of which only the kubelet's logs are there, known to a real API server, and a Deployment whose pod crashes on it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineResource } from '../../../src/kube/object.ts';
import { replicaSets, workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { type KubeletStandIn, startKubelet } from '../../standins/kubelet/kubelet.ts';
import { type Made, makePod, makeReplicaSet, makeWorkload, podSpec, setStatus } from '../sources/world.ts';

const nodes = defineResource({ group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false });

export interface NodeStandIn {
  readonly name: string;
  readonly kubelet: KubeletStandIn;
  stop(): Promise<void>;
}

/** @param auditLogPath of the API server's cluster: its certificates lie beside it */
export async function startNode(admin: KubeClient, suffix: string, auditLogPath: string): Promise<NodeStandIn> {
  // the API server believes nodes whose certificate its own authority has signed: its own is one for this address
  const own = (file: string): Buffer => readFileSync(join(dirname(auditLogPath), file));
  const kubelet = await startKubelet({ cert: own('serving.crt'), key: own('serving.key') });
  const name = `node-of-${suffix}`;
  await admin.create(nodes, { metadata: { name } });
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
    conditions: [
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'posting', lastHeartbeatTime: new Date().toISOString() },
    ],
  };
  await admin.patch(nodes, { name }, { status }, { type: 'merge', subresource: 'status' });
  return {
    name,
    kubelet,
    stop: async () => {
      await admin.delete(nodes, { name });
      await kubelet.stop();
    },
  };
}

/** What the program says last. */
export const LAST = 'Error: CART_TIMEOUT_MS must be a whole number, got 2500ms';
export const POD = 'cart-7c9f5d6b8-a';
export const SET = 'cart-7c9f5d6b8';

/** A pod that exits with 1 at each start. */
export async function makeCrashing(made: Made, nodeName: string): Promise<void> {
  const spec = { ...podSpec('cart:1.0'), nodeName };
  const cart = await makeWorkload(made, 'Deployment', 'cart', spec);
  const set = await makeReplicaSet(made, cart, SET, 1, spec);
  const at = new Date().toISOString();
  const ended = { exitCode: 1, reason: 'Error', startedAt: at, finishedAt: at };
  const state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } };
  await makePod(made, [set, replicaSets], POD, spec, { status: { restartCount: 3, state, lastState: { terminated: ended } } });
  await setStatus(made, workloadResources.Deployment, cart, { observedGeneration: 1, replicas: 1, updatedReplicas: 1 });
}
