import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { until } from '../../cluster/lib/poll.ts';
import { isRunning, markedProcesses } from '../../cluster/lib/processes.ts';
import { readState } from '../../cluster/workspace/state.ts';
import { MARK } from '../../cluster/workspace/teardown.ts';

const CLUSTER_FILE = join(import.meta.dirname, '../../cluster/cluster.ts');
const run = promisify(execFile);

describe('a cluster of level api', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ level: 'api' });
  });
  afterAll(() => cluster.stop());

  test.each([
    ['alice', 'sre-approvers'],
    ['bob', 'sre-approvers'],
    ['carol', 'sre-responders'],
    ['dave', 'sre-viewers'],
  ] as const)('knows %s as one of %s, without rights of their own', async (person, group) => {
    expect(await whoAmI(cluster, cluster.kubeconfigFor(person))).toMatchObject({
      username: person,
      groups: expect.arrayContaining([group]),
    });
    await expect(kubectl(cluster, cluster.kubeconfigFor(person), 'get', 'pods')).rejects.toThrow(/cannot list resource "pods"/);
  });

  test('gives a ServiceAccount a kubeconfig', async () => {
    await kubectl(cluster, cluster.kubeconfigPath, 'create', 'serviceaccount', 'robot');
    const config = await cluster.kubeconfigForServiceAccount('default', 'robot');
    expect(await whoAmI(cluster, config)).toMatchObject({ username: 'system:serviceaccount:default:robot' });
  });

  test('logs each write once, and no read', async () => {
    const before = auditLines(cluster).length;
    await cluster.api.request('POST', '/api/v1/namespaces/default/configmaps', configMap('audited'));
    await cluster.api.request('GET', '/api/v1/namespaces/default/configmaps/audited');
    const events = auditLines(cluster).slice(before);
    const ours = events.filter(({ user }) => user.username === 'admin');
    expect(ours.map(({ verb, objectRef }) => `${verb} ${objectRef.resource}`)).toEqual(['create configmaps']);
  });

  test('keeps its data, its address and its credentials when the API server is killed and started again', async () => {
    await cluster.api.request('POST', '/api/v1/namespaces/default/configmaps', configMap('kept'));
    await cluster.stopApiServer('SIGKILL');
    await expect(cluster.api.request('GET', '/api')).rejects.toThrow('GET /api');
    await cluster.startApiServer();
    expect(await cluster.api.request('GET', '/api/v1/namespaces/default/configmaps/kept')).toMatchObject({ data: { key: 'value' } });
  });

  test('is refused under a name that cannot be a folder', async () => {
    await expect(startCluster({ level: 'api', name: 'Not A Name' })).rejects.toThrow('"Not A Name" is not');
  });

  test('stands beside another, which shares nothing with it and leaves nothing when it is stopped', async () => {
    const other = await startCluster({ level: 'api' });
    const { id } = other.workspace;
    await other.api.request('POST', '/api/v1/namespaces/default/configmaps', configMap('of-the-other'));
    await expect(cluster.api.request('GET', '/api/v1/namespaces/default/configmaps/of-the-other')).rejects.toThrow('404');
    await other.stop();
    expect(markedProcesses(MARK, id)).toEqual([]);
    expect(existsSync(other.dir)).toBe(false);
    expect(await cluster.api.request('GET', '/readyz')).toBe('ok');
  });
});

describe('a cluster whose starter is killed', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  test('leaves no process and no file', async () => {
    const program = `import { startCluster } from ${JSON.stringify(CLUSTER_FILE)};
const cluster = await startCluster({ level: 'api' });
console.log(cluster.dir);
setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const dir = line.toString('utf8').trim();
    const processes = readState(dir)?.processes ?? [];
    expect(processes.map(({ name }) => name).toSorted()).toEqual(['etcd', 'kube-apiserver']);
    child.kill('SIGKILL');
    await until('nothing is left', { deadlineSeconds: 20 }, async () => {
      if (processes.some(isRunning)) return 'a process is left';
      return existsSync(dir) ? 'the folder is left' : undefined;
    });
  });
});

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef: { readonly resource: string };
}

function auditLines({ auditLogPath }: Cluster): readonly AuditEvent[] {
  const lines = readFileSync(auditLogPath, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditEvent);
}

async function whoAmI(cluster: Cluster, kubeconfig: string): Promise<{ username: string; groups: string[] }> {
  const output = await kubectl(cluster, kubeconfig, 'auth', 'whoami', '--output=json');
  return (JSON.parse(output) as { status: { userInfo: { username: string; groups: string[] } } }).status.userInfo;
}

async function kubectl({ binaries }: Cluster, kubeconfig: string, ...args: string[]): Promise<string> {
  return (await run(binaries.kubectl, [`--kubeconfig=${kubeconfig}`, ...args], { timeout: 30_000 })).stdout;
}

function configMap(name: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { key: 'value' } };
}
