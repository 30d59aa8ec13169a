/** containerd within a node's namespaces, with a network for pods, and the import of images into it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../lib/poll.ts';
import { run } from '../lib/run.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { NodeAddresses } from './addresses.ts';
import { writeBusyboxRoot } from './busybox.ts';
import type { NodeTools } from './capability.ts';
import type { NodeGround } from './node.ts';
import { type ImageConfig, writeOciImage } from './ociImage.ts';

/** Images that every real node has: one to sleep in each pod's sandbox, and one for tests under two tags, to go from one to the other. */
const PAUSE_IMAGE = 'agent-sre.test/pause:1';
const BUSYBOX_IMAGES = ['agent-sre.test/busybox:1', 'agent-sre.test/busybox:2'] as const;

export interface Containerd {
  /** Imports a folder as the root of an image under these names (`example.test/name:tag`). Pods take it with `imagePullPolicy: Never`. */
  importImage(rootDir: string, names: readonly string[], config?: ImageConfig): Promise<void>;
}

const IMPORT_SECONDS = 300;
const KUBERNETES = 'k8s.io';

export async function startContainerd(
  workspace: Workspace,
  tools: NodeTools,
  ground: NodeGround,
  addresses: NodeAddresses,
): Promise<Containerd> {
  const folder = workspace.folder('containerd');
  const configFile = join(folder, 'config.toml');
  const networks = workspace.folder('containerd/net.d');
  writeFileSync(join(networks, '10-pods.conflist'), JSON.stringify(podNetwork(addresses)));
  writeFileSync(configFile, containerdConfig(tools, networks));
  const socket = join(ground.root, 'run/containerd/containerd.sock');
  await workspace.start({
    name: 'containerd',
    ...ground.inside(tools.containerd, ['--config', configFile]),
    env: { TMPDIR: '/var/tmp' },
    origin: `PATH (${tools.containerd})`,
    health: { kind: 'socket', path: socket },
  });

  const ctr = (...args: string[]) =>
    run(tools.ctr, ['--address', socket, '--namespace', KUBERNETES, ...args], { timeoutSeconds: IMPORT_SECONDS });
  const importImage: Containerd['importImage'] = async (rootDir, names, config = {}) => {
    const scratch = mkdtempSync(join(workspace.folder('images'), 'import-'));
    try {
      const archive = join(scratch, 'image.tar');
      await writeOciImage(archive, rootDir, names, config);
      await ctr('images', 'import', archive);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    await until(`the kubelet can use ${names.join(', ')}`, { deadlineSeconds: 30 }, async () => {
      const { stdout } = await ctr('images', 'list', '--quiet', 'labels."io.cri-containerd.image"==managed');
      const listed = stdout.split('\n');
      return names.every((name) => listed.includes(name)) ? undefined : `containerd lists ${listed.join(', ')}`;
    });
  };
  await importBasicImages(workspace, tools, importImage);
  return { importImage };
}

async function importBasicImages(workspace: Workspace, tools: NodeTools, importImage: Containerd['importImage']): Promise<void> {
  const root = workspace.folder('images/busybox');
  await writeBusyboxRoot(root, tools.busybox);
  await importImage(root, BUSYBOX_IMAGES, { command: ['/bin/sh'] });
  await importImage(root, [PAUSE_IMAGE], { entrypoint: ['/bin/sleep', '2147483647'] });
  rmSync(root, { recursive: true, force: true });
}

/** Only what differs from containerd's defaults, which fit as /var and /run are the node's own. */
function containerdConfig({ cniFolder }: NodeTools, networks: string): string {
  return `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # a process may not lower its score below that of containerd itself, which is not always the lowest
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniFolder}"
    conf_dir = "${networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;
}

/** The node forwards for its pods without masquerading: this machine has a route to them. */
function podNetwork({ podCidr }: NodeAddresses): object {
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'pods',
        isGateway: true,
        hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: podCidr }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
    ],
  };
}
