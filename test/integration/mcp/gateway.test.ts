/** MCP as people reach it: the gateway's process, and `agent-sre mcp` with a kubeconfig, on a real API server, by the clients that exist. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Incident, incidents } from '../../../src/crds/kinds.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { PROMPTS } from '../../../src/mcp/prompts.ts';
import { installCrds } from '../../support/installCrds.ts';
import { type McpClient, OVER_NETWORK, OVER_STDIO } from '../../support/mcpClients.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { newIncident } from '../../support/sreObjects.ts';
import { testClient } from '../../support/testClient.ts';
import { until, untilTrue } from '../../support/until.ts';

/** Contracts: what programs call. */
const KNOWN = `
  ask_jamie sre_chat analyze_logs incident_response monitoring_advice cli_tool check_golden_signals query_metrics
  query_prometheus query_prometheus_mcp query_logs query_traces query_grafana query_grafana_mcp get_pod_logs
  get_pod_status get_service_health kubectl_get kubectl_describe kubectl_logs flux_status health_check git_status git_pull
  git_commit git_push post_thread_reply get_channel_info get_thread_info get_agent_status
`
  .trim()
  .split(/\s+/u);

const program = join(import.meta.dirname, '../../../bin/agent-sre');
const { kubeconfigPath, kubeconfigs, tokens } = inject('cluster');
const folder = mkdtempSync(join(tmpdir(), 'mcp-'));

let client: KubeClient;
let namespace: string;
let gateway: ChildProcess;
let ports: Readonly<Record<'http' | 'mcp' | 'jamie mcp', number>>;

beforeAll(async () => {
  client = testClient(kubeconfigPath);
  await installCrds(client);
  namespace = await makeNamespace(client, 'mcp');
  await incident('cart-is-down');
  await allow('sre-viewers', [
    { apiGroups: ['agentsre.io'], resources: ['incidents', 'investigations', 'remediationplans'], verbs: ['get', 'list', 'watch'] },
  ]);
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `namespace: ${namespace}\nhttp: {port: 0}\nmcp: {port: 0, jamiePort: 0}\n`);
  gateway = spawn(program, ['gateway', '--config', config], { env: environment(kubeconfigPath), stdio: ['ignore', 'pipe', 'inherit'] });
  const found = new Map<string, number>();
  if (gateway.stdout !== null)
    createInterface({ input: gateway.stdout }).on('line', (line) => {
      const { server, port } = JSON.parse(line) as { readonly server?: string; readonly port?: number };
      if (server !== undefined && port !== undefined) found.set(server, port);
    });
  ports = await until('the gateway listens', () => (found.size >= 3 ? (Object.fromEntries(found) as typeof ports) : undefined));
  await untilTrue('the gateway is ready', async () => (await fetch(`http://127.0.0.1:${ports.mcp}/ready`)).ok);
}, 120_000);
afterAll(() => {
  gateway.kill();
  rmSync(folder, { recursive: true });
});

const environment = (kubeconfig: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  KUBECONFIG: kubeconfig,
  HOME: folder,
});

const incident = (name: string): Promise<Incident> =>
  client.create(incidents, newIncident({ name, namespace }, { title: `${name} it seems` }));

const change = (name: string, title: string): Promise<unknown> =>
  client.patch(incidents, { namespace, name }, { spec: { title } }, { type: 'merge' });

async function allow(group: string, rules: readonly object[]): Promise<void> {
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await client.raw('POST', `${rbac}/roles`, { apiVersion, kind: 'Role', metadata: { name: group }, rules });
  await client.raw('POST', `${rbac}/rolebindings`, {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name: group },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: group },
    subjects: [{ kind: 'Group', name: group, apiGroup: 'rbac.authorization.k8s.io' }],
  });
}

/** What every client finds, whichever way it came. */
async function asksAboutAnIncident(mcp: McpClient, name: string): Promise<void> {
  expect(await mcp.tools()).toEqual(expect.arrayContaining(['list_incidents', 'get_incident', 'kubectl_get', 'get_agent_status']));
  const { data, text } = await mcp.call('get_incident', { namespace, name: 'cart-is-down' });
  expect(data).toMatchObject({ namespace, name: 'cart-is-down', title: 'cart-is-down it seems' });
  expect(text).toContain('cart-is-down it seems');
  expect(await mcp.read(`incident://${namespace}/cart-is-down`)).toContain('cart-is-down it seems');
  expect(await mcp.complete('explain_incident', 'incident', 'cart')).toContain('cart-is-down');
  expect(await mcp.read('runbook://ContainerOutOfMemory')).toMatch(/^# ContainerOutOfMemory\n\nThe kernel kills it/u);

  const heard: string[] = [];
  const uri = `incident://${namespace}/${name}`;
  await incident(name);
  await mcp.subscribe(uri, (what) => heard.push(what));
  let changes = 0;
  await untilTrue('the change of the Incident is heard', async () => {
    await change(name, `changed ${(changes += 1)} times`);
    return heard.includes(uri);
  });
  await client.delete(incidents, { namespace, name });
  await untilTrue('that it has gone is heard', () => heard.includes('list'));
}

describe.each(OVER_NETWORK)('$name', ({ name, connect }) => {
  test('asks the gateway about an Incident, and hears when it changes', async () => {
    const mcp = await connect({ url: `http://127.0.0.1:${ports.mcp}/mcp` });
    await asksAboutAnIncident(mcp, `by-${name.toLowerCase().replaceAll(/[^a-z0-9]+/gu, '-')}`);
    await mcp.close();
  });
});

describe('the gateway', () => {
  const at = (server: keyof typeof ports, path = '/mcp'): string => `http://127.0.0.1:${ports[server]}${path}`;
  const listed = async (url: string): Promise<readonly string[]> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    });
    return ((await response.json()) as { result: { tools: readonly { name: string }[] } }).result.tools.map(({ name }) => name);
  };

  test('serves the same on all its ports and paths, and on Jamie’s what Jamie is asked', async () => {
    const all = await listed(at('mcp'));
    expect(await listed(at('mcp', '/mcp/http'))).toEqual(all);
    expect(await listed(at('http'))).toEqual(all);
    const ofJamie = await listed(at('jamie mcp'));
    expect(ofJamie).toContain('ask_jamie');
    expect(ofJamie).not.toContain('kubectl_get');
    const short = await listed(at('mcp', '/mcp?toolset=core'));
    expect(short.length).toBeLessThan(all.length);
    for (const server of ['mcp', 'jamie mcp'] as const)
      for (const path of ['/health', '/ready']) expect((await fetch(at(server, path))).status).toBe(200);
  });

  test('has no tool that approves, or writes to Git or the cluster', async () => {
    expect((await listed(at('mcp'))).filter((name) => /approve|reject|apply|delete|patch|exec|scale|restart/u.test(name))).toEqual([]);
  });

  test('lists every tool that callers know by name, and prompts that name no other', async () => {
    const all = await listed(at('mcp'));
    expect(all).toEqual(expect.arrayContaining(KNOWN));
    for (const { name, text } of PROMPTS) {
      const named = text({}).match(/\b[a-z]+(?:_[a-z]+)+\b/gu) ?? [];
      expect({ name, unknown: named.filter((word) => !all.includes(word)) }).toEqual({ name, unknown: [] });
    }
  });

  test('shows each what they may see', async () => {
    const viewer = await OVER_NETWORK[0]?.connect({ url: at('mcp'), token: tokens.dave });
    expect(await viewer?.call('get_incident', { namespace, name: 'cart-is-down' })).toMatchObject({ isError: false });
    expect(await viewer?.call('kubectl_get', { resource: 'pods', namespace: 'kube-system' })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/may not list pods in namespace kube-system/u),
    });
    await viewer?.close();
    const outsider = await OVER_NETWORK[2]?.connect({ url: at('mcp'), token: tokens.mallory });
    expect(await outsider?.call('get_incident', { namespace, name: 'cart-is-down' })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/may not get incidents\.agentsre\.io cart-is-down in namespace/u),
    });
    await expect(outsider?.read(`incident://${namespace}/cart-is-down`)).rejects.toThrow(/may not get incidents/u);
    await expect(outsider?.subscribe(`incident://${namespace}/cart-is-down`, () => undefined)).rejects.toThrow(/may not get incidents/u);
    await outsider?.close();
  });

  test.each([
    { name: 'a token of nobody', header: ['authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.YQ'], status: 401 },
    { name: 'a page of a stranger', header: ['origin', 'https://evil.example'], status: 403 },
  ])('lets $name in by no way', async ({ header: [field = '', value = ''], status }) => {
    for (const path of ['/mcp', '/mcp/http']) expect((await fetch(at('mcp', path), { headers: { [field]: value } })).status).toBe(status);
    const { WebSocket } = await import('ws');
    const refused = new WebSocket(at('mcp').replace('http', 'ws'), 'mcp', { headers: { [field]: value } });
    const answer = await new Promise<number | undefined>((resolve) => {
      refused.on('unexpected-response', (_request, response) => resolve(response.statusCode)).on('error', () => undefined);
    });
    expect(answer).toBe(status);
  });
});

describe('the guide', () => {
  test.each(configurations())('$ide: its configuration connects', async ({ server }) => {
    const mcp = await connectBy(server);
    expect(await mcp.tools()).toContain('list_incidents');
    expect(await mcp.call('get_incident', { namespace, name: 'cart-is-down' })).toMatchObject({ isError: false });
    await mcp.close();
  });

  /** As the IDE would: with its token in the header, and its command where that is. */
  async function connectBy({
    url = '',
    serverUrl = url,
    httpUrl = serverUrl,
    headers,
    command,
    args = [],
  }: ServerEntry): Promise<McpClient> {
    if (command !== undefined) {
      expect(command).toBe('agent-sre');
      const [stdio] = OVER_STDIO;
      if (stdio === undefined) throw new Error('no client');
      return stdio.connect({ command: program, args, env: environment(kubeconfigPath) });
    }
    expect(httpUrl).toMatch(/^http:\/\/localhost:30120\/mcp/u);
    expect(headers?.['Authorization']).toMatch(/^Bearer \S+$/u);
    const [http] = OVER_NETWORK;
    if (http === undefined) throw new Error('no client');
    return http.connect({ url: httpUrl.replace('localhost:30120', `127.0.0.1:${ports.mcp}`), token: tokens.dave });
  }
});

interface ServerEntry {
  readonly url?: string;
  readonly serverUrl?: string;
  readonly httpUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly command?: string;
  readonly args?: readonly string[];
}

/** Each section of the page that has a configuration file, by its heading. */
function configurations(): readonly { readonly ide: string; readonly server: ServerEntry }[] {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/mcp.md'), 'utf8');
  return [...page.matchAll(/^### ([^\n]+)\n(?:(?!^###?\s)[\s\S])*?```json\n([\s\S]*?)```/gmu)].map(([, ide = '', text = '']) => {
    const {
      servers,
      mcpServers,
      context_servers: contextServers,
    } = JSON.parse(text) as Readonly<Record<string, Readonly<Record<string, ServerEntry>>>>;
    return { ide, server: (servers ?? mcpServers ?? contextServers)?.['agent-sre'] ?? {} };
  });
}

describe.each(OVER_STDIO)('$name on standard input and output', ({ name, connect }) => {
  const command = (kubeconfig: string) => {
    const config = join(folder, 'stdio.yaml');
    writeFileSync(config, `namespace: ${namespace}\n`);
    return { command: program, args: ['mcp', '--config', config], env: environment(kubeconfig) };
  };

  test('asks about an Incident with the rights of whoever started it, and hears when it changes', async () => {
    const mcp = await connect(command(kubeconfigPath));
    // the caches fill while the client is served already
    await untilTrue('Incidents are listed', async () => !(await mcp.call('list_incidents')).isError);
    await asksAboutAnIncident(mcp, `by-stdio-${name.replaceAll(/[^a-z0-9]+/gu, '-')}`);
    await mcp.close();
  });

  test('is told by the API server what its user may not', async () => {
    const mcp = await connect(command(kubeconfigs.mallory));
    expect(await mcp.call('get_incident', { namespace, name: 'cart-is-down' })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/may not get incidents\.agentsre\.io/u),
    });
    await mcp.close();
  });
});
