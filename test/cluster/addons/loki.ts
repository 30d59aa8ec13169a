/**
 * Loki, all of it in one process, that keeps what it is given in its folder.
 *
 * It listens on the loopback alone, and takes lines as soon as it is ready.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getBinaries } from '../components/binaries.ts';
import { post } from '../lib/http.ts';
import { startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface LogStream {
  readonly labels: Readonly<Record<string, string>>;
  /** Oldest first; times in milliseconds since the epoch. */
  readonly entries: readonly {
    readonly at: number;
    readonly line: string;
    /** Structured metadata. */
    readonly metadata?: Readonly<Record<string, string>>;
  }[];
}

export interface LokiOptions {
  /** Merged into `limits_config`, as Loki documents it. */
  readonly limits?: Readonly<Record<string, unknown>>;
}

export interface Loki {
  readonly url: string;
  /** What is pushed can be asked for when this returns. */
  push(streams: readonly LogStream[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startLoki(workspace: Workspace, { limits = {} }: LokiOptions = {}): Promise<Loki> {
  const { loki } = await getBinaries(['loki'], workspace.log);
  const folder = workspace.folder('loki');
  const configFile = join(folder, 'loki.json');
  const { daemon, ports } = await startOnFreePorts<[number, number]>(workspace, 2, ([http, grpc]) => {
    const url = `http://${workspace.hostAddress}:${http}`;
    writeFileSync(configFile, JSON.stringify(configOf(folder, workspace.hostAddress, { http, grpc }, limits), undefined, 2), {
      mode: 0o600,
    });
    return {
      name: 'loki',
      command: loki.binary,
      origin: loki.origin,
      url,
      health: { kind: 'http', url: `${url}/ready` },
      cwd: folder,
      args: [`-config.file=${configFile}`, '-target=all', '-log.level=warn', '-reporting.enabled=false'],
    };
  });
  const url = `http://${workspace.hostAddress}:${ports[0]}`;
  return {
    url,
    push: async (streams) => {
      const body = { streams: streams.map(({ labels, entries }) => ({ stream: labels, values: entries.map(wireEntry) })) };
      await post(`${url}/loki/api/v1/push`, body);
    },
    stop: () => daemon.stop(),
  };
}

const wireEntry = ({ at, line, metadata }: LogStream['entries'][number]): readonly unknown[] =>
  metadata === undefined ? [`${at}000000`, line] : [`${at}000000`, line, metadata];

interface Ports {
  readonly http: number;
  readonly grpc: number;
}

function configOf(folder: string, host: string, { http, grpc }: Ports, limits: Readonly<Record<string, unknown>>): object {
  const ring = { kvstore: { store: 'inmemory' }, instance_addr: host };
  return {
    auth_enabled: false,
    server: { http_listen_address: host, http_listen_port: http, grpc_listen_address: host, grpc_listen_port: grpc },
    common: {
      ring,
      replication_factor: 1,
      path_prefix: folder,
      instance_addr: host,
      storage: { filesystem: { chunks_directory: join(folder, 'chunks'), rules_directory: join(folder, 'rules') } },
    },
    frontend: { address: host },
    memberlist: { bind_addr: [host], bind_port: 0 },
    ingester: { lifecycler: { ring: { kvstore: { store: 'inmemory' }, replication_factor: 1 }, min_ready_duration: '0s' } },
    schema_config: {
      configs: [
        { from: '2024-01-01', store: 'tsdb', object_store: 'filesystem', schema: 'v13', index: { prefix: 'index_', period: '24h' } },
      ],
    },
    // Whatever the age of what is pushed: it is not in the store yet.
    querier: { query_ingesters_within: '0s' },
    limits_config: { allow_structured_metadata: true, reject_old_samples: false, ...limits },
    analytics: { reporting_enabled: false },
  };
}
