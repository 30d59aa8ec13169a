/**
 * The kubelet of a real node.
 *
 * It takes orders from the API server alone (client certificate, or a token that the API server vouches for), evicts nothing for
 * the fullness of a developer's disk, and counts on what `node.ts` made: folders, ports and kernel settings of its own.
 */
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiServer } from '../api/apiServer.ts';
import { writeKubeconfig } from '../api/kubeconfig.ts';
import { NODE_NAME } from '../api/users.ts';
import type { Found } from '../components/attempt.ts';
import { run } from '../lib/run.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { NodeAddresses } from './addresses.ts';
import type { NodeTools } from './capability.ts';
import type { NodeGround } from './node.ts';

export const KUBELET_PORT = 10_250;
const HEALTH_PORT = 10_248;

interface KubeletParts {
  readonly found: Found;
  readonly ground: NodeGround;
  readonly addresses: NodeAddresses;
  readonly apiServer: ApiServer;
  readonly controlGroup: string;
}

export async function startKubelet(workspace: Workspace, tools: NodeTools, parts: KubeletParts): Promise<void> {
  const { found, ground, addresses, apiServer } = parts;
  await routeApiService(tools, ground, apiServer);
  const folder = workspace.folder('kubelet');
  const configFile = join(folder, 'config.json');
  writeFileSync(configFile, JSON.stringify(kubeletConfig(folder, parts)), { mode: 0o600 });
  const { serverUrl, caData, tokens } = apiServer;
  const kubeconfig = writeKubeconfig(join(folder, 'kubeconfig'), { serverUrl, caData, user: 'kubelet', token: tokens.node });
  await workspace.start({
    name: 'kubelet',
    ...ground.inside(found.binary, [
      `--config=${configFile}`,
      `--kubeconfig=${kubeconfig}`,
      `--node-ip=${addresses.node}`,
      `--hostname-override=${NODE_NAME}`,
      '--housekeeping-interval=1s', // what containers use is looked at each ten seconds else, and tests are over by then
      '--v=1',
    ]),
    env: { TMPDIR: '/var/tmp' },
    origin: found.origin,
    url: `https://${addresses.node}:${KUBELET_PORT}`,
    health: { kind: 'http', url: `http://${addresses.node}:${HEALTH_PORT}/healthz` },
  });
}

function kubeletConfig(folder: string, { addresses, apiServer, controlGroup }: KubeletParts): object {
  const serving = apiServer.authority.server(NODE_NAME, [NODE_NAME, addresses.node]);
  const write = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const resolvers = join(folder, 'resolv.conf');
  if (existsSync('/etc/resolv.conf')) copyFileSync('/etc/resolv.conf', resolvers);
  else write('resolv.conf', '');
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: addresses.node,
    port: KUBELET_PORT,
    healthzBindAddress: addresses.node,
    healthzPort: HEALTH_PORT,
    tlsCertFile: write('serving.crt', serving.certificatePem),
    tlsPrivateKeyFile: write('serving.key', serving.keyPem),
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: apiServer.caFile } },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    // a pod that is backing off is looked at again after this time at the latest, and only then becomes CrashLoopBackOff in its status
    syncFrequency: '2s',
    cgroupDriver: 'cgroupfs',
    cgroupRoot: controlGroup,
    failCgroupV1: false,
    failSwapOn: false,
    volumePluginDir: '/var/lib/kubelet/volumeplugins',
    resolvConf: resolvers,
    clusterDomain: 'cluster.local',
    clusterDNS: [apiServer.serviceAddress.replace(/1$/, '10')], // nobody answers there, but without it every pod gets a warning
    serializeImagePulls: false,
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      'memory.available': '20Mi',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
      'imagefs.inodesFree': '0%',
    },
  };
}

/**
 * There is no kube-proxy, but pods know the API server by its service address: the node forwards that one address to where the
 * API server listens. The rule lives in the node's own network.
 */
async function routeApiService(tools: NodeTools, ground: NodeGround, { serverUrl, serviceAddress }: ApiServer): Promise<void> {
  const target = new URL(serverUrl).host;
  for (const chain of ['PREROUTING', 'OUTPUT']) {
    const rule = ['-d', serviceAddress, '-p', 'tcp', '--dport', '443', '-j', 'DNAT', '--to-destination', target];
    const { command, args } = ground.inside(tools.iptables, ['-t', 'nat', '-A', chain, ...rule]);
    await run(command, args, { timeoutSeconds: 10 });
  }
}
