/**
 * Simulated nodes: KWOK plays their kubelets, so pods are bound, become ready and go, and nothing runs.
 *
 * Its kubelet endpoint is real enough for `kubectl logs`, of what a ClusterLogs object among the stages names.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ApiServer } from '../api/apiServer.ts';
import type { KubeApi } from '../api/kubeApi.ts';
import { writeKubeconfig } from '../api/kubeconfig.ts';
import type { Found } from '../components/attempt.ts';
import { until } from '../lib/poll.ts';
import { startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

const SIMULATED = 'kwok.x-k8s.io/node=fake';
const [ANNOTATION, ANNOTATION_VALUE] = SIMULATED.split('=') as [string, string];
const DEFAULT_NODES = 3;
const OWN_STAGES = [
  'node/fast/node-initialize.yaml',
  'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'pod/fast/pod-ready.yaml',
  'pod/fast/pod-complete.yaml',
  'pod/fast/pod-delete.yaml',
];

/** `stages` are files of further stages and other KWOK objects, beside its own for nodes and pods that just work. */
export async function startKwok(
  workspace: Workspace,
  { binary, origin }: Found,
  apiServer: ApiServer,
  stages: readonly string[] = [],
): Promise<void> {
  const folder = workspace.folder('kwok');
  const { serverUrl, caData, tokens, authority } = apiServer;
  const kubeconfig = writeKubeconfig(join(folder, 'kubeconfig'), { serverUrl, caData, user: 'kwok', token: tokens.admin });
  const serving = authority.server('kwok', ['127.0.0.1']);
  writeFileSync(join(folder, 'serving.crt'), serving.certificatePem);
  writeFileSync(join(folder, 'serving.key'), serving.keyPem, { mode: 0o600 });
  const ownStages = OWN_STAGES.map((file) => join(dirname(binary), 'stages', file));
  await startOnFreePorts<[number]>(workspace, 1, ([port]) => ({
    name: 'kwok',
    command: binary,
    origin,
    url: `https://127.0.0.1:${port}`,
    health: { kind: 'http', url: `https://127.0.0.1:${port}/healthz`, caFile: apiServer.caFile },
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--manage-nodes-with-annotation-selector=${SIMULATED}`,
      '--node-ip=127.0.0.1',
      `--node-port=${port}`,
      `--server-address=127.0.0.1:${port}`,
      `--tls-cert-file=${join(folder, 'serving.crt')}`,
      `--tls-private-key-file=${join(folder, 'serving.key')}`,
      '--node-lease-duration-seconds=40',
      '--cidr=10.244.0.0/16',
      ...[...ownStages, ...stages].map((file) => `--config=${file}`),
    ],
  }));
}

/** Makes the nodes and waits until they are ready. */
export async function addSimulatedNodes(api: KubeApi, count = DEFAULT_NODES): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `node-${index}`);
  await Promise.all(names.map((name) => api.request('POST', '/api/v1/nodes', simulatedNode(name))));
  await until(`${count} simulated nodes are ready`, { deadlineSeconds: 60 }, () => notReady(api, count));
}

/** Undefined when at least `count` nodes are ready. */
export async function notReady(api: KubeApi, count: number): Promise<string | undefined> {
  const { items } = (await api.request('GET', '/api/v1/nodes')) as {
    items: { status: { conditions?: { type: string; status: string }[] } }[];
  };
  const ready = items.filter(({ status }) => status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'));
  return ready.length >= count ? undefined : `${ready.length} of ${count} nodes are ready`;
}

function simulatedNode(name: string): object {
  const resources = { cpu: '32', memory: '256Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { [ANNOTATION]: ANNOTATION_VALUE },
      labels: { type: 'kwok', 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' },
    },
    status: { allocatable: resources, capacity: resources },
  };
}
