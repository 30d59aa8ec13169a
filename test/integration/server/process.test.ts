import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { KubeClient } from '../../../src/kube/client.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { installApi } from '../../support/installCrds.ts';
import { testClient } from '../../support/testClient.ts';
import { until, untilTrue } from '../../support/until.ts';
import { crashLoop, message, rawAlert } from '../../unit/intake/builders.ts';
import { incidentsIn, isOpen } from '../intake/harness.ts';

const program = join(import.meta.dirname, '../../../bin/agent-sre');
const folder = mkdtempSync(join(tmpdir(), 'process-'));
const tokenFile = join(folder, 'token');
writeFileSync(tokenFile, 'token-of-alertmanager');

let cluster: Cluster;
let client: KubeClient;
const running: Program[] = [];

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  client = testClient(cluster.kubeconfigPath);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await cluster?.stop();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
});

interface Program {
  readonly lines: readonly Record<string, unknown>[];
  readonly errors: readonly string[];
  readonly port: () => Promise<number>;
  readonly get: (path: string) => Promise<Response>;
  readonly deliver: (labels: readonly Record<string, string>[]) => Promise<Response>;
  /** The exit code, or the signal that ended it. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | string | null>;
  readonly exit: Promise<number | string | null>;
}

interface StartOptions {
  /** Lines of the configuration. */
  readonly config?: string;
  readonly webhookPort?: boolean;
  readonly kubeconfig?: string;
  readonly env?: Record<string, string>;
}

function start(
  role: string,
  { config = '', webhookPort = false, kubeconfig = cluster.kubeconfigPath, env = {} }: StartOptions = {},
): Program {
  const file = join(folder, `config-${running.length}.yaml`);
  writeFileSync(
    file,
    `http: {port: 0${webhookPort ? ', webhookPort: 0' : ''}}\nmcp: {port: 0, jamiePort: 0}\nauth: {webhookTokenFile: ${tokenFile}}\n${config}`,
  );
  const child: ChildProcess = spawn(program, [role, '--config', file], {
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [lines, errors]: [Record<string, unknown>[], string[]] = [[], []];
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const exit = new Promise<number | string | null>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
  const port = (): Promise<number> =>
    until(
      `${role} listens: ${errors.join(' ')}`,
      () => lines.find(({ msg, server }) => msg === 'listening' && server === 'http')?.['port'] as number | undefined,
    );
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => fetch(`http://127.0.0.1:${await port()}${path}`, init);
  const made: Program = {
    lines,
    errors,
    port,
    exit,
    get: (at) => request(at),
    deliver: (labels) =>
      request('/webhook/alert', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer token-of-alertmanager' },
        body: JSON.stringify(message(labels.map((of) => rawAlert({ labels: of })))),
      }),
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exit;
    },
  };
  running.push(made);
  return made;
}

const isReady = (one: Program) => async (): Promise<boolean> => (await one.get('/ready')).status === 200;

/** These build on one another: the cluster has nothing of ours at first. */
describe('a process', () => {
  test('without an API server says so, keeps trying, and ends in order', async () => {
    const kubeconfig = join(folder, 'away');
    writeFileSync(
      kubeconfig,
      'apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: "https://127.0.0.1:9"}}]\nusers: [{name: a, user: {}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n',
    );
    const all = start('all', { kubeconfig });
    const answer = await all.get('/ready');
    expect(answer.status).toBe(503);
    await untilTrue('it says what is wrong', async () => JSON.stringify(await (await all.get('/ready')).json()).includes('127.0.0.1:9'));
    expect((await all.get('/health')).status).toBe(200);
    expect(await all.end()).toBe(0);
  });

  test('without our kinds names them, says how to install them, and goes on once they are there', async () => {
    const all = start('all');
    await untilTrue('it says what is missing', async () =>
      JSON.stringify(await (await all.get('/ready')).json()).includes('does not serve incidents'),
    );
    await untilTrue('it logs what to do', () => JSON.stringify(all.lines).includes('kubectl apply -k config/default'));
    expect((await all.deliver([crashLoop])).status).toBe(503);
    await installApi(client);
    await untilTrue('it is ready', isReady(all), 60_000);
    expect((await all.deliver([crashLoop])).status).toBe(200);
    expect(await all.end('SIGINT')).toBe(0);
    expect(all.lines.at(-1)).toMatchObject({ msg: 'stopped' });
  });

  test.each(['gateway', 'investigator', 'executor'])('plays the role of %s alone, with the rights of its own account', async (role) => {
    const one = start(role, { kubeconfig: await cluster.kubeconfigForServiceAccount('agent-sre', `agent-sre-${role}`) });
    await untilTrue('it is ready', isReady(one));
    expect((await one.deliver([crashLoop])).status).toBe(role === 'gateway' ? 200 : 404);
    expect(await (await one.get('/metrics')).text()).toContain('http_requests_total{');
    expect(await one.end()).toBe(0);
  });

  test('serves the webhook on a port of its own, and nothing else but health', async () => {
    const gateway = start('gateway', { webhookPort: true });
    const port = await until(
      'the second server listens',
      () => gateway.lines.find(({ server }) => server === 'webhook')?.['port'] as number | undefined,
    );
    const at = async (path: string): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect([await at('/health'), await at('/metrics'), await at('/webhook/alert')]).toEqual([200, 404, 405]);
  });

  test('killed in a storm loses and doubles nothing once its alerts come again', async () => {
    const namespaces = Array.from({ length: 60 }, (_, index) => `storm-${index}`);
    const labelsOf = (namespace: string): Record<string, string> => ({ ...crashLoop, alertname: 'Storm', namespace });
    const first = start('gateway');
    await untilTrue('it is ready', isReady(first));
    const deliveries = namespaces.map((namespace) => first.deliver([labelsOf(namespace)]).catch(() => undefined));
    await untilTrue('some are stored', async () => (await storms()).length >= 10);
    expect(await first.end('SIGKILL')).toBe('SIGKILL');
    await Promise.all(deliveries);

    const second = start('gateway');
    await untilTrue('it is ready', isReady(second));
    const answers = await Promise.all(namespaces.map((namespace) => second.deliver([labelsOf(namespace)])));
    expect(answers.map(({ status }) => status)).toEqual(namespaces.map(() => 200));
    const open = (await storms()).filter(isOpen);
    expect(open.map(({ spec }) => spec.targets?.[0]?.namespace).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual(
      namespaces.toSorted((a, b) => a.localeCompare(b)),
    );
  });

  test('that cannot listen says which setting to change', async () => {
    const first = start('gateway');
    const port = await first.port();
    const second = start('gateway', { env: { API_PORT: String(port) } });
    expect(await second.exit).toBe(1);
    expect(second.errors.join('\n')).toContain(`listen on 127.0.0.1:${port}: the port is in use; set http.port or API_PORT to another one`);
  });

  test('with a wrong configuration does not start, and says why', async () => {
    const one = start('all', { config: 'htpp: {}\n' });
    expect(await one.exit).toBe(2);
    expect(one.errors).toEqual([expect.stringMatching(/^agent-sre: .*config-0\.yaml:4: htpp: is not a setting; did you mean http\?$/u)]);
  });

  test('never logs a credential that it was given', async () => {
    const gateway = start('gateway');
    await untilTrue('it is ready', isReady(gateway));
    await gateway.deliver([{ ...crashLoop, alertname: 'token-of-alertmanager' }]);
    await gateway.end();
    expect(JSON.stringify([gateway.lines, gateway.errors])).not.toContain('token-of-alertmanager');
    expect(JSON.stringify(await incidentsIn(client, 'agent-sre'))).not.toContain('token-of-alertmanager');
  });
});

async function storms() {
  return (await incidentsIn(client, 'agent-sre')).filter(({ spec }) => spec.alerts?.[0]?.labels['alertname'] === 'Storm');
}
