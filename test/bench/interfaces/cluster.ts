/**
 * Listing 5,000 pods by MCP: `kubectl_get` beside the two Kubernetes servers that npm has, on the same API server, in the same run, by turns.
 *
 *   node test/bench/interfaces/cluster.ts [--pods 5000] [--rounds 5] [--kubeconfig FILE: a cluster that has its pods]
 *
 * Each is a process of its own, asked over standard input and output by the same client. Tokens are characters by four, and beside that by our own
 * estimate (`src/llm/tokens.ts`); memory is the most that the process and its children held while it was asked. The pods are written to the API server,
 * one in fifty of them ill; nothing runs. The others are installed into a cache, and are no dependency. It prints, and judges nothing.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { defineResource } from '../../../src/kube/object.ts';
import { createTokenEstimator } from '../../../src/llm/tokens.ts';
import { pods } from '../../../src/sources/kubernetes/api.ts';
import { startCluster } from '../../cluster/cluster.ts';
import { getBinaries } from '../../cluster/components/binaries.ts';
import { cacheRoot } from '../../cluster/components/cache.ts';
import { testClient } from '../../support/testClient.ts';

const { values } = parseArgs({
  options: { pods: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '5' }, kubeconfig: { type: 'string' } },
});
const [POD_COUNT, ROUNDS] = [Number(values.pods), Number(values.rounds)];
const PEERS = { 'kubernetes-mcp-server': '0.0.67', 'mcp-server-kubernetes': '4.1.7' } as const;
const NAMESPACES = ['shop', 'pay', 'search', 'web', 'batch'];

interface Subject {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

interface Measured {
  readonly ms: number;
  readonly text: string;
  readonly failed: boolean;
  readonly peakMiB: number;
}

function installPeers(): string {
  const folder = join(cacheRoot(), 'bench-interfaces');
  const wanted = Object.entries(PEERS);
  if (wanted.every(([name]) => existsSync(join(folder, 'node_modules', name)))) return folder;
  mkdirSync(folder, { recursive: true });
  const options = ['--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--prefix', folder];
  execFileSync('npm', ['install', ...options, ...wanted.map(([name, version]) => `${name}@${version}`)], { stdio: 'inherit' });
  return folder;
}

function subjectsIn(folder: string): readonly Subject[] {
  const root = join(import.meta.dirname, '../../..');
  const built = join(root, 'dist/agent-sre.mjs');
  const theirs = join(folder, 'node_modules');
  return [
    {
      name: 'kubectl_get of Agent-SRE',
      command: process.execPath,
      args: [existsSync(built) ? built : join(root, 'src/main.ts'), 'mcp'],
      tool: 'kubectl_get',
      arguments: { resource: 'pods' },
    },
    {
      name: `kubernetes-mcp-server ${PEERS['kubernetes-mcp-server']}, pods_list`,
      command: process.execPath,
      args: [join(theirs, 'kubernetes-mcp-server/bin/index.js')],
      tool: 'pods_list',
      arguments: {},
    },
    {
      name: `mcp-server-kubernetes ${PEERS['mcp-server-kubernetes']}, kubectl_get`,
      command: process.execPath,
      args: [join(theirs, 'mcp-server-kubernetes/dist/index.js')],
      tool: 'kubectl_get',
      arguments: { resourceType: 'pods', allNamespaces: true },
    },
    {
      name: 'the same, output wide',
      command: process.execPath,
      args: [join(theirs, 'mcp-server-kubernetes/dist/index.js')],
      tool: 'kubectl_get',
      arguments: { resourceType: 'pods', allNamespaces: true, output: 'wide' },
    },
  ];
}

const ILL = ['CrashLoopBackOff', 'ImagePullBackOff', 'CreateContainerConfigError'];

async function makePods(kubeconfig: string): Promise<void> {
  const client = testClient(kubeconfig);
  const core = { group: '', version: 'v1' } as const;
  const namespaces = defineResource({ ...core, kind: 'Namespace', plural: 'namespaces', namespaced: false });
  const accounts = defineResource({ ...core, kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true });
  for (const name of NAMESPACES) {
    await client.create(namespaces, { metadata: { name } });
    await client.create(accounts, { metadata: { namespace: name, name: 'default' } });
  }
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < POD_COUNT; index = next++) await makePod(client, index);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  await client.close();
}

async function makePod(client: ReturnType<typeof testClient>, index: number): Promise<void> {
  const namespace = NAMESPACES[index % NAMESPACES.length] ?? '';
  const app = `app-${index % 40}`;
  const key = { namespace, name: `${app}-7d9c8b5f6-${index.toString(36).padStart(5, 'x')}` };
  const container = { name: 'app', image: 'registry.example/app:1.2.3', resources: { requests: { cpu: '100m', memory: '128Mi' } } };
  await client.create(pods, { metadata: { ...key, labels: { app } }, spec: { nodeName: `node-${index % 50}`, containers: [container] } });
  const reason = index % 50 === 0 ? ILL[(index / 50) % ILL.length] : undefined;
  const at = new Date().toISOString();
  const state = reason === undefined ? { running: { startedAt: at } } : { waiting: { reason, message: 'back-off' } };
  const ready = reason === undefined;
  const status = {
    phase: 'Running',
    podIP: `10.0.${index % 250}.${(index % 200) + 1}`,
    startTime: at,
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at }],
    containerStatuses: [{ name: 'app', ready, restartCount: ready ? 0 : 7, image: container.image, imageID: 'x', state }],
  };
  await client.patch(pods, key, { status }, { type: 'merge', subresource: 'status' });
}

/** Asked once to warm up, then by rounds. */
async function connect(
  subject: Subject,
  kubeconfig: string,
  kubectl: string,
): Promise<{ ask: () => Promise<Measured>; close: () => Promise<void> }> {
  const env = { KUBECONFIG: kubeconfig, PATH: `${dirname(kubectl)}:${process.env['PATH'] ?? ''}`, HOME: process.env['HOME'] ?? '/tmp' };
  const transport = new StdioClientTransport({ command: subject.command, args: [...subject.args], env, stderr: 'ignore' });
  const client = new Client({ name: 'bench', version: '1' });
  await client.connect(transport);
  const ask = async (): Promise<Measured> => {
    const memory = watchMemory(transport.pid ?? 0);
    const began = performance.now();
    const answer = await client
      .callTool({ name: subject.tool, arguments: subject.arguments }, undefined, { timeout: 120_000 })
      .catch((error: unknown) => ({ isError: true, content: [{ type: 'text', text: String(error) }] }));
    const ms = performance.now() - began;
    const content = answer.content as readonly { readonly text?: string }[];
    return { ms, text: content.map(({ text = '' }) => text).join('\n'), failed: answer.isError === true, peakMiB: memory.stop() };
  };
  return { ask, close: () => client.close() };
}

/** Of the process and all below it, looked at every 20 ms. */
function watchMemory(pid: number): { readonly stop: () => number } {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, residentKiB(pid));
  };
  look();
  const timer = setInterval(look, 20);
  return {
    stop: () => {
      look();
      clearInterval(timer);
      return peak / 1024;
    },
  };
}

function residentKiB(pid: number): number {
  try {
    const own = Number(/^VmRSS:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    const tasks = readdirSync(`/proc/${pid}/task`);
    const children = tasks.flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean));
    return children.reduce((sum, child) => sum + residentKiB(Number(child)), own);
  } catch {
    return 0; // it ended while it was looked at
  }
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

function print(name: string, rounds: readonly Measured[]): void {
  const { estimate } = createTokenEstimator();
  const last = rounds.at(-1);
  if (last === undefined) return;
  const times = rounds.map(({ ms }) => ms);
  const cells = [
    name.padEnd(46),
    last.failed ? 'fails'.padStart(12) : `${median(times).toFixed(0)} ms`.padStart(12),
    `${Math.max(...times).toFixed(0)} ms`.padStart(10),
    String(Math.ceil(last.text.length / 4)).padStart(12),
    String(estimate(last.text)).padStart(14),
    `${Math.max(...rounds.map(({ peakMiB }) => peakMiB)).toFixed(0)} MiB`.padStart(10),
  ];
  console.log(cells.join(''));
  if (last.failed) console.log(`  ${last.text.slice(0, 160)}`);
}

async function measure(kubeconfig: string, kubectl: string): Promise<void> {
  const subjects = subjectsIn(installPeers());
  const connected = await Promise.all(subjects.map(async (subject) => ({ subject, ...(await connect(subject, kubeconfig, kubectl)) })));
  const measured = new Map(connected.map(({ subject }) => [subject.name, [] as Measured[]]));
  // what can't do it at all is not asked again
  for (const { subject, ask } of connected) {
    const first = await ask();
    if (first.failed) measured.get(subject.name)?.push(first);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { subject, ask } of connected) {
      const rounds = measured.get(subject.name) ?? [];
      if (rounds[0]?.failed !== true) rounds.push(await ask());
    }
  }
  console.log(
    `${POD_COUNT} pods listed by MCP, ${ROUNDS} rounds by turns; aim: ≤ 500 ms, ≤ 4000 tokens; load ${loadavg()[0]?.toFixed(1) ?? ''} on ${cpus().length} cores\n`,
  );
  const heads = [
    'median'.padStart(12),
    'longest'.padStart(10),
    'chars / 4'.padStart(12),
    'our estimate'.padStart(14),
    'memory'.padStart(10),
  ];
  console.log(`${''.padEnd(46)}${heads.join('')}`);
  for (const [name, rounds] of measured) print(name, rounds);
  await Promise.all(connected.map(({ close }) => close()));
}

const { kubectl } = await getBinaries(['kubectl'], () => undefined);
if (values.kubeconfig === undefined) {
  const cluster = await startCluster({ level: 'api' });
  try {
    await makePods(cluster.kubeconfigPath);
    await measure(cluster.kubeconfigPath, kubectl.binary);
  } finally {
    await cluster.stop();
  }
} else {
  await measure(values.kubeconfig, kubectl.binary);
}
