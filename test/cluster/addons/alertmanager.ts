/**
 * Alertmanager, alone in its cluster, that tells one webhook of every alert.
 *
 * Its waiting times are a second unless told otherwise: in tests an alert shall arrive when it fires. A configuration of one's
 * own replaces all of that.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getBinaries } from '../components/binaries.ts';
import { post } from '../lib/http.ts';
import { startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface Webhook {
  readonly url: string;
  readonly bearerToken?: string;
}

export interface AlertmanagerOptions {
  readonly webhook?: Webhook;
  readonly groupBy?: readonly string[];
  readonly groupWaitSeconds?: number;
  readonly groupIntervalSeconds?: number;
  readonly repeatIntervalSeconds?: number;
  /** A whole configuration, as Alertmanager documents it. */
  readonly config?: object;
}

export interface Alertmanager {
  readonly url: string;
  /** Takes other settings; those left out stay as they are. */
  reload(change: AlertmanagerOptions): Promise<void>;
  stop(): Promise<void>;
}

export async function startAlertmanager(workspace: Workspace, options: AlertmanagerOptions = {}): Promise<Alertmanager> {
  const { alertmanager } = await getBinaries(['alertmanager'], workspace.log);
  const folder = workspace.folder('alertmanager');
  const configFile = join(folder, 'alertmanager.json');
  const write = (settings: AlertmanagerOptions): void =>
    writeFileSync(configFile, JSON.stringify(configOf(settings), undefined, 2), { mode: 0o600 });
  write(options);
  const { daemon, ports } = await startOnFreePorts<[number]>(workspace, 1, ([port]) => {
    const url = `http://${workspace.hostAddress}:${port}`;
    return {
      name: 'alertmanager',
      command: alertmanager.binary,
      origin: alertmanager.origin,
      url,
      health: { kind: 'http', url: `${url}/-/ready` },
      args: [
        `--config.file=${configFile}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=${workspace.hostAddress}:${port}`,
        '--cluster.listen-address=',
        '--log.level=warn',
      ],
    };
  });
  const url = `http://${workspace.hostAddress}:${ports[0]}`;
  let current = options;
  return {
    url,
    async reload(change) {
      current = { ...current, ...change };
      write(current);
      await post(`${url}/-/reload`);
    },
    stop: () => daemon.stop(),
  };
}

function configOf(options: AlertmanagerOptions): object {
  if (options.config !== undefined) return options.config;
  const {
    webhook,
    groupBy = ['alertname', 'namespace'],
    groupWaitSeconds = 1,
    groupIntervalSeconds = 1,
    repeatIntervalSeconds = 3600,
  } = options;
  const authorization = webhook?.bearerToken === undefined ? {} : { http_config: { authorization: { credentials: webhook.bearerToken } } };
  return {
    route: {
      receiver: 'default',
      group_by: groupBy,
      group_wait: `${groupWaitSeconds}s`,
      group_interval: `${groupIntervalSeconds}s`,
      repeat_interval: `${repeatIntervalSeconds}s`,
    },
    receivers: [{ name: 'default', ...(webhook && { webhook_configs: [{ url: webhook.url, send_resolved: true, ...authorization }] }) }],
  };
}
