/** etcd with its data in the workspace. It never waits for the disk: a test's data need not survive a power cut. */
import type { Found } from '../components/attempt.ts';
import { type Daemon, startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface Etcd {
  readonly daemon: Daemon;
  readonly url: string;
}

export async function startEtcd(workspace: Workspace, { binary, origin }: Found): Promise<Etcd> {
  const onLoopback = { ...workspace, hostAddress: '127.0.0.1' };
  const { daemon, ports } = await startOnFreePorts<[number, number]>(onLoopback, 2, ([clientPort, peerPort]) => {
    const client = `http://127.0.0.1:${clientPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    return {
      name: 'etcd',
      command: binary,
      origin,
      url: client,
      health: { kind: 'http', url: `${client}/health` },
      args: [
        '--name=test',
        `--data-dir=${workspace.folder('etcd')}`,
        '--unsafe-no-fsync',
        `--listen-client-urls=${client}`,
        `--advertise-client-urls=${client}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=test=${peer}`,
        '--log-level=warn',
      ],
    };
  });
  return { daemon, url: `http://127.0.0.1:${ports[0]}` };
}
