/**
 * The processes of the operator, as they are installed: from one configuration file, each under its own ServiceAccount and no more.
 *
 * The file names the Git token by the path where each process finds its own, as Secrets are mounted: only the executor's may push.
 * Logs, caches and credentials are in the cluster's folder, and go with it.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { defaultInstallation, type Process } from '../../src/crds/installation.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type Daemon, startOnFreePorts } from '../cluster/workspace/daemon.ts';
import type { Monitoring } from './monitoring.ts';
import type { PullRequests } from './pullRequests.ts';
import { ANY_USER, type ShopRepository } from './shopRepository.ts';

export interface OperatorProcess {
  readonly process: Process;
  readonly daemon: Daemon;
  /** Where it serves its health, its metrics and, the gateway, the webhook. */
  readonly url: string;
}

export interface Operator<P extends Process = Process> {
  readonly processes: Readonly<Record<P, OperatorProcess>>;
  readonly webhookUrl: string;
  readonly webhookTokenFile: string;
  /** Strings that must not be found anywhere but in the files that hold them. */
  readonly secrets: readonly string[];
  /** Writes the file anew with these sections, for processes that are started from now on. */
  configure(settings: Readonly<Record<string, unknown>>): void;
  /** Starts a process again, after it was ended. */
  restart(process: P): Promise<void>;
}

export interface OperatorParts<P extends Process = Process> {
  /** The gateway among them. */
  readonly processes: readonly (P | 'gateway')[];
  readonly monitoring?: Pick<Monitoring, 'prometheusUrl' | 'alertmanagerUrl'>;
  readonly repository?: ShopRepository;
  readonly pullRequests?: PullRequests | undefined;
  /** Sections of the configuration besides those that follow from the other parts. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

const HOST = '127.0.0.1';
const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(ROOT, 'bin', 'agent-sre');
const READY_SECONDS = 30;
/** In the folder in which each process runs. */
const GIT_TOKEN = 'git-token';
const SECRET_MODE = 0o600;

/** Settings of whoever runs this must not reach the operator. */
const UNSET = { PROMETHEUS_URL: '', ALERTMANAGER_URL: '', KUBE_CONTEXT: '', FLUX_NAMESPACE: '', SERVICE_NAME: '' };

export async function startOperator<P extends Process = Process>(
  cluster: Cluster,
  parts: OperatorParts<P>,
): Promise<Operator<P | 'gateway'>> {
  const folder = cluster.workspace.folder('operator');
  const token = randomBytes(24).toString('base64url');
  const webhookTokenFile = join(folder, 'webhook-token');
  writeFileSync(webhookTokenFile, token, { mode: SECRET_MODE });

  const configFile = join(folder, 'config.yaml');
  const configure = (settings: OperatorParts['settings']): void =>
    writeFileSync(
      configFile,
      stringify(configuration(cluster, { ...parts, settings: { ...parts.settings, ...settings } }, webhookTokenFile)),
    );
  configure({});

  const start = (process: Process): Promise<OperatorProcess> => startProcess(cluster, parts.repository, configFile, process);
  const started = await Promise.all(parts.processes.map(start));
  const processes = Object.fromEntries(started.map((one) => [one.process, one])) as Record<P | 'gateway', OperatorProcess>;
  const { repository } = parts;
  return {
    processes,
    webhookUrl: `${processes.gateway.url}/webhook/alert`,
    webhookTokenFile,
    secrets: [token, ...(repository === undefined ? [] : [repository.reader.token, repository.writer.token])],
    configure,
    async restart(process) {
      processes[process] = await start(process);
    },
  };
}

async function startProcess(
  cluster: Cluster,
  repository: ShopRepository | undefined,
  configFile: string,
  process: Process,
): Promise<OperatorProcess> {
  const { workspace } = cluster;
  const { namespace, accounts } = defaultInstallation;
  const home = workspace.folder(`operator/${process}`);
  const kubeconfig = await cluster.kubeconfigForServiceAccount(namespace, accounts[process]);
  if (repository !== undefined) {
    const { token } = process === 'executor' ? repository.writer : repository.reader;
    writeFileSync(join(home, GIT_TOKEN), token, { mode: SECRET_MODE });
  }

  const { daemon, ports } = await startOnFreePorts<[number]>({ ...workspace, hostAddress: HOST }, 1, ([port]) => ({
    name: `agent-sre-${process}`,
    command: PROGRAM,
    args: [process, '--config', configFile],
    env: { ...UNSET, KUBECONFIG: kubeconfig, API_HOST: HOST, API_PORT: String(port), TMPDIR: workspace.folder(`operator/${process}/tmp`) },
    cwd: home,
    origin: ROOT,
    url: `http://${HOST}:${port}`,
    health: { kind: 'http', url: `http://${HOST}:${port}/ready` },
    deadlineSeconds: READY_SECONDS,
  }));
  return { process, daemon, url: `http://${HOST}:${ports[0]}` };
}

function configuration(
  { binaries }: Cluster,
  { monitoring, repository, pullRequests, settings }: Omit<OperatorParts, 'processes'>,
  webhookTokenFile: string,
): object {
  return {
    namespace: defaultInstallation.namespace,
    cluster: { name: 'demo' },
    auth: { webhookTokenFile },
    mcp: { port: 0, jamiePort: 0 },
    ...(monitoring !== undefined && {
      sources: { prometheus: [{ url: monitoring.prometheusUrl }], alertmanager: [{ url: monitoring.alertmanagerUrl }] },
    }),
    ...(repository !== undefined && {
      git: {
        credentials: [{ urlPrefix: repository.url, username: ANY_USER, passwordFile: GIT_TOKEN }, ...(pullRequests?.git.credentials ?? [])],
        allowHttpHosts: [new URL(repository.url).host, ...(pullRequests?.git.allowHttpHosts ?? [])],
        hosts: pullRequests?.git.hosts ?? [],
      },
    }),
    identities: pullRequests?.identities ?? [],
    tools: { kubectl: binaries.kubectl },
    ...settings,
  };
}
