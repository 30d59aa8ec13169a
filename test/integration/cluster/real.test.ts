import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { until } from '../../cluster/lib/poll.ts';
import { markedProcesses } from '../../cluster/lib/processes.ts';
import { writeBusyboxRoot } from '../../cluster/real/busybox.ts';
import { canRunReal } from '../../cluster/real/capability.ts';
import { isRealNodeKept } from '../../cluster/real/node.ts';
import { readState } from '../../cluster/workspace/state.ts';
import { MARK } from '../../cluster/workspace/teardown.ts';

const CLUSTER_FILE = join(import.meta.dirname, '../../cluster/cluster.ts');
const run = promisify(execFile);
const possible = canRunReal().ok && !(await isRealNodeKept());
const START_MS = 120_000;

describe.runIf(possible)('a cluster of level real', () => {
  let cluster: Cluster;
  let before: ReturnType<typeof traces>;
  beforeAll(async () => {
    before = traces();
    cluster = await startCluster({ level: 'real' });
  }, START_MS);
  afterAll(() => cluster?.stop());

  test('runs pods that this machine reaches, and that reach this machine and the API server', async () => {
    const server = createServer((_, response) => response.end('from the host')).listen(0, cluster.hostAddress);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    // the API server answers plain HTTP with words that nobody else would say
    const askApi = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 $KUBERNETES_SERVICE_HOST $KUBERNETES_SERVICE_PORT | tail -n 1";
    const script = `wget -qO- http://${cluster.hostAddress}:${port} && echo && ${askApi} && exec httpd -f -p 8080 -h /etc`;
    await createPod('well', script, { readinessProbe: { httpGet: { path: '/group', port: 8080 }, periodSeconds: 1 } });
    const pod = await podWhere(
      'well',
      ({ conditions }) => conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    );
    expect(await (await fetch(`http://${pod.podIP}:8080/group`)).text()).toContain('root:x:0:');
    expect(await kubectl('logs', 'well')).toBe('from the host\nClient sent an HTTP request to an HTTPS server.\n');
    expect(await kubectl('exec', 'well', '--', 'cat', '/etc/group')).toContain('nobody');
    server.close();
  });

  test('shows a crash loop, with the exit code and the last words of the container', async () => {
    await createPod('crashing', 'echo no config >&2; exit 3');
    const { containerStatuses } = await podWhere('crashing', waitingFor('CrashLoopBackOff'));
    expect(containerStatuses?.[0]?.lastState.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(await kubectl('logs', 'crashing', '--previous')).toBe('no config\n');
  });

  test('kills a container at its memory limit', async () => {
    await createPod('greedy', 'exec tail /dev/zero', { resources: { limits: { memory: '32Mi' } } });
    const { containerStatuses } = await podWhere('greedy', waitingFor('CrashLoopBackOff'));
    expect(containerStatuses?.[0]?.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  });

  test('says that an image cannot be pulled', async () => {
    await createPod('imageless', 'true', { image: 'registry.example.test/nothing:1', imagePullPolicy: 'Always' });
    await podWhere('imageless', waitingFor('ImagePullBackOff'));
  });

  test('runs an image that a test made', async () => {
    const root = join(cluster.dir, 'image');
    mkdirSync(root);
    await writeBusyboxRoot(root, '/bin/busybox');
    await cluster.importImage(root, ['example.test/greeter:1'], { entrypoint: ['/bin/echo', 'hello'] });
    const image = { image: 'example.test/greeter:1', command: undefined };
    await createPod('greeter', '', image, 'Never');
    await podWhere('greeter', ({ phase }) => phase === 'Succeeded');
    expect(await kubectl('logs', 'greeter')).toBe('hello\n');
  });

  test('leaves nothing on the machine when it is stopped with pods in every state', async () => {
    await cluster.stop();
    const { id } = cluster.workspace;
    expect(markedProcesses(MARK, id)).toEqual([]);
    expect(controlGroupsOf(id)).toEqual([]);
    expect(traces()).toEqual(before);
  });

  interface PodStatus {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly state: { waiting?: { reason: string } };
      readonly lastState: { terminated?: object };
    }[];
  }

  const waitingFor =
    (reason: string) =>
    ({ containerStatuses }: PodStatus): boolean =>
      containerStatuses?.[0]?.state.waiting?.reason === reason;

  async function createPod(name: string, script: string, container: object = {}, restartPolicy = 'Always'): Promise<void> {
    const base = { name: 'app', image: 'agent-sre.test/busybox:1', imagePullPolicy: 'Never', command: ['sh', '-c', script] };
    const spec = { restartPolicy, terminationGracePeriodSeconds: 0, containers: [{ ...base, ...container }] };
    await cluster.api.request('POST', '/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
  }

  async function podWhere(name: string, holds: (status: PodStatus) => boolean): Promise<PodStatus> {
    let last: PodStatus = {};
    await until(`pod ${name}`, { deadlineSeconds: 50, intervalMs: 200 }, async () => {
      const pod = (await cluster.api.request('GET', `/api/v1/namespaces/default/pods/${name}`)) as { status: PodStatus };
      last = pod.status;
      return holds(last) ? undefined : JSON.stringify(last);
    });
    return last;
  }

  async function kubectl(...args: string[]): Promise<string> {
    return (await run(cluster.binaries.kubectl, [`--kubeconfig=${cluster.kubeconfigPath}`, ...args], { timeout: 30_000 })).stdout;
  }
});

describe.runIf(possible)('a real cluster whose starter is killed', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  test('leaves nothing on the machine', { timeout: START_MS }, async () => {
    const before = traces();
    const program = `import { startCluster } from ${JSON.stringify(CLUSTER_FILE)};
const cluster = await startCluster({ level: 'real' });
console.log(cluster.dir);
setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const dir = line.toString('utf8').trim();
    const id = readState(dir)?.id ?? '';
    child.kill('SIGKILL');
    await until('nothing is left', { deadlineSeconds: 30 }, async () => {
      if (markedProcesses(MARK, id).length > 0) return 'a process is left';
      return existsSync(dir) ? 'the folder is left' : undefined;
    });
    expect(controlGroupsOf(id)).toEqual([]);
    expect(traces()).toEqual(before);
  });
});

/** What a node that does not clean up would leave, beside its control groups: mounts, kernel settings, folders. Its network ends with its processes. */
function traces() {
  return {
    mounts: readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .filter((line) => /kubelet|containerd|netns|agent-sre/.test(line)),
    settings: ['vm/overcommit_memory', 'kernel/panic', 'net/ipv4/ip_forward'].map((name) => readFileSync(`/proc/sys/${name}`, 'utf8')),
    folders: ['/run/containerd', '/var/lib/kubelet', '/var/lib/containerd', '/var/lib/cni', '/var/log/pods'].filter((path) =>
      existsSync(path),
    ),
  };
}

function controlGroupsOf(id: string): readonly string[] {
  const root = '/sys/fs/cgroup';
  const candidates = [root, ...readdirSync(root).map((name) => join(root, name))].map((hierarchy) => join(hierarchy, `agent-sre-${id}`));
  return candidates.filter((folder) => existsSync(folder));
}
