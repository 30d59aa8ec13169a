/** The gateway under measurement: a process of its own on a cluster of its own, asked by HTTP as Alertmanager does. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { KubeClient } from '../../../src/kube/client.ts';
import { startCluster } from '../../cluster/cluster.ts';
import { freePorts } from '../../cluster/lib/ports.ts';
import { gatewayProcess, TOKEN } from '../../faults/support/gateway.ts';
import { installApi } from '../../support/installCrds.ts';
import { testClient } from '../../support/testClient.ts';

export interface Answered {
  readonly status: number;
  readonly ms: number;
}

export interface Subject {
  readonly client: KubeClient;
  readonly namespace: string;
  /** @param isLast the server may close the connection behind the answer, as it does where it has not read the body */
  readonly send: (body: string | Uint8Array, headers?: Readonly<Record<string, string>>, isLast?: boolean) => Promise<Answered>;
  /** In MiB. */
  readonly memory: () => { readonly now: number; readonly peak: number };
  /** The longest that the event loop was held up since the last time this was asked, in milliseconds. */
  readonly longestHold: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

export async function startSubject(): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-intake-'));
  const cluster = await startCluster({ level: 'api' });
  const client = testClient(cluster.kubeconfigPath);
  await installApi(client);
  const namespace = 'agent-sre';
  const [port = 0] = await freePorts('127.0.0.1', 1);
  const kubeconfig = await cluster.kubeconfigForServiceAccount(namespace, 'agent-sre-gateway');
  const gateway = gatewayProcess({ folder, port, kubeconfig, config: 'logging: {level: error}\n' });
  await gateway.start();
  const dispatcher = new Agent({ connections: 200, headersTimeout: 60_000 });
  const origin = `http://127.0.0.1:${port}`;
  return {
    client,
    namespace,
    send: async (body, headers = { 'content-type': 'application/json' }, isLast = false) => {
      const begun = performance.now();
      const sent = { authorization: `Bearer ${TOKEN}`, ...headers };
      const answer = await request(`${origin}/webhook/alert`, { method: 'POST', headers: sent, body, dispatcher, reset: isLast });
      await answer.body.dump();
      return { status: answer.statusCode, ms: performance.now() - begun };
    },
    memory: () => {
      const status = readFileSync(`/proc/${gateway.pid()}/status`, 'utf8');
      const mebibytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`, 'u').exec(status)?.[1] ?? Number.NaN) / 1024;
      return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
    },
    longestHold: async () => {
      const { body } = await request(`${origin}/metrics`, { dispatcher });
      const [, seconds] = /^nodejs_eventloop_lag_max_seconds (\S+)/mu.exec(await body.text()) ?? [];
      return Number(seconds) * 1000;
    },
    stop: async () => {
      await dispatcher.destroy();
      await gateway.kill();
      await client.close();
      await cluster.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
