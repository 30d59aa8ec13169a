/** kube-controller-manager and kube-scheduler: what makes objects of an API server into a cluster. */
import { join } from 'node:path';
import type { ApiServer } from '../api/apiServer.ts';
import { writeKubeconfig } from '../api/kubeconfig.ts';
import type { Binaries } from '../components/binaries.ts';
import { startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

type ControllerBinaries = Binaries<'kube-controller-manager' | 'kube-scheduler'>;

export async function startControllers(workspace: Workspace, binaries: ControllerBinaries, apiServer: ApiServer): Promise<void> {
  await Promise.all([
    startController(workspace, 'kube-controller-manager', binaries, apiServer, [
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${apiServer.serviceAccountKeyFile}`,
      `--root-ca-file=${apiServer.caFile}`,
    ]),
    startController(workspace, 'kube-scheduler', binaries, apiServer, []),
  ]);
}

async function startController(
  workspace: Workspace,
  name: keyof ControllerBinaries,
  binaries: ControllerBinaries,
  { serverUrl, caData, tokens }: ApiServer,
  more: readonly string[],
): Promise<void> {
  const { binary, origin } = binaries[name];
  const token = name === 'kube-scheduler' ? tokens.scheduler : tokens.controllerManager;
  const kubeconfig = writeKubeconfig(join(workspace.folder('controllers'), name), { serverUrl, caData, user: name, token });
  const onLoopback = { ...workspace, hostAddress: '127.0.0.1' };
  await startOnFreePorts<[number]>(onLoopback, 1, ([port]) => ({
    name,
    command: binary,
    origin,
    url: `https://127.0.0.1:${port}`,
    health: { kind: 'http', url: `https://127.0.0.1:${port}/healthz` },
    args: [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--bind-address=127.0.0.1', `--secure-port=${port}`, ...more],
    env: {},
  }));
}
