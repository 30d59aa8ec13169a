import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { until } from '../../../cluster/lib/poll.ts';
import { childrenOf, isRunning, markedProcesses, type ProcessIdentity } from '../../../cluster/lib/processes.ts';
import { type DaemonSpec, startOnFreePorts } from '../../../cluster/workspace/daemon.ts';
import { readState } from '../../../cluster/workspace/state.ts';
import { MARK, tearDown } from '../../../cluster/workspace/teardown.ts';
import { openWorkspace, type Workspace } from '../../../cluster/workspace/workspace.ts';

const HERE = import.meta.dirname;
const PATIENT = { deadlineSeconds: 60 };
const onLinux = process.platform === 'linux';
// each starts several processes, which a loaded machine takes its time for
vi.setConfig({ testTimeout: 120_000 });

const open: Workspace[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(open.splice(0).map((workspace) => workspace.stop()));
});

describe('a workspace', () => {
  test.runIf(onLinux)('ends its daemons, and what those started, and removes its folder when it is stopped', async () => {
    const workspace = await opened();
    const daemon = await workspace.start(sleeper('sh', ['-c', 'setsid sleep 600 & wait']));
    const child = await childOf(daemon.pid);
    await workspace.stop();
    expect(daemon.isRunning()).toBe(false);
    expect(isRunning(child)).toBe(false);
    expect(existsSync(workspace.dir)).toBe(false);
  });

  test('starts nothing after it was stopped', async () => {
    const workspace = await opened();
    await workspace.stop();
    await expect(workspace.start(sleeper())).rejects.toThrow('was stopped meanwhile');
    expect(existsSync(workspace.dir)).toBe(false);
  });

  test.runIf(onLinux)('is gone when its starter is killed', async () => {
    const { child, dir, id } = await startElsewhere('');
    expect(left(id)).not.toEqual([]);
    child.kill('SIGKILL');
    await gone(dir, id);
  });

  test.runIf(onLinux)('is gone when its starter ends without stopping it', async () => {
    const { dir, id } = await startElsewhere('process.exit(1)');
    await gone(dir, id);
  });

  test.runIf(onLinux)('is cleared away by whoever opens the next one when its guardian was killed too', async () => {
    const { child, dir, id } = await startElsewhere('');
    const guardian = readState(dir)?.guardian as ProcessIdentity;
    process.kill(guardian.pid, 'SIGKILL');
    child.kill('SIGKILL');
    await once(child, 'exit');
    // a signal is delivered when its process gets to run, and one whose guardian runs is not abandoned
    await until('the guardian has ended', PATIENT, async () => (isRunning(guardian) ? 'it runs' : undefined));
    await opened();
    await gone(dir, id);
  });

  test.runIf(onLinux)('outlives its starter when it is kept, until it is torn down', async () => {
    const { child, dir, id } = await startElsewhere('await workspace.keep(); process.exit(0)');
    await once(child, 'exit');
    expect(left(id)).not.toEqual([]);
    await tearDown(dir);
    await gone(dir, id);
  });
});

describe('a daemon', () => {
  test('that ends before it is ready is an error with the end of its log', async () => {
    const workspace = await opened();
    const start = workspace.start({
      ...sleeper('sh', ['-c', 'echo no config >&2; exit 3']),
      health: { kind: 'http', url: 'http://127.0.0.1:1/' },
    });
    await expect(start).rejects.toThrow(/start sleeper \(sh\): ended with exit code 3; the end of .*sleeper\.log:\nno config/);
  });

  test('that never becomes ready is an error that holds what its health said, and does not stay', async () => {
    const workspace = await opened();
    const health = { kind: 'socket', path: join(workspace.dir, 'nothing') } as const;
    await expect(workspace.start({ ...sleeper(), health, deadlineSeconds: 0.2 })).rejects.toThrow(
      /sleeper is ready: not after 0\.2 s: .*ENOENT/,
    );
    await until('it is gone', PATIENT, async () => (left(workspace.id).length === 0 ? undefined : 'it runs'));
  });

  test('takes other ports when somebody was quicker', async () => {
    const workspace = await opened();
    const squatters: ReturnType<typeof createServer>[] = [];
    let tries = 0;
    const { ports } = await startOnFreePorts<[number]>(workspace, 1, ([port]) => {
      if (tries++ < 2) squatters.push(createServer((socket) => socket.destroy()).listen(port, '127.0.0.1'));
      return { ...sleeper(process.execPath, ['-e', listenProgram(port)]), health: { kind: 'http', url: `http://127.0.0.1:${port}/` } };
    });
    expect(tries).toBe(3);
    expect(ports[0]).toBeGreaterThan(0);
    for (const squatter of squatters) squatter.close();
  });

  test('is ended by SIGKILL when it does not heed SIGTERM, and by the signal that is asked for', async () => {
    const workspace = await opened();
    const daemon = await workspace.start(sleeper());
    await daemon.stop('SIGKILL');
    expect(daemon.isRunning()).toBe(false);
  });
});

function listenProgram(port: number): string {
  return `require('node:http').createServer((_, r) => r.end()).on('error', (e) => { console.error('address already in use'); process.exit(1); }).listen(${port}, '127.0.0.1')`;
}

function sleeper(command = 'sleep', args: readonly string[] = ['600']): DaemonSpec {
  return { name: 'sleeper', command, args, origin: 'test', health: { kind: 'running' } };
}

async function childOf(pid: number): Promise<ProcessIdentity> {
  await until(`a child of ${pid}`, PATIENT, async () => (childrenOf(pid).length > 0 ? undefined : 'none yet'));
  return childrenOf(pid)[0] as ProcessIdentity;
}

const left = (id: string) => markedProcesses(MARK, id);

async function opened(): Promise<Workspace> {
  const workspace = await openWorkspace({ description: 'workspace test' });
  open.push(workspace);
  return workspace;
}

async function gone(dir: string, id: string): Promise<void> {
  await until('the workspace is gone', PATIENT, async () => {
    if (left(id).length > 0) return 'processes are left';
    return existsSync(dir) ? 'its folder is left' : undefined;
  });
}

/** Another process opens a workspace with one daemon in it, tells its folder, and goes on with `then`. */
async function startElsewhere(then: string): Promise<{ child: ChildProcess; dir: string; id: string }> {
  const module = join(HERE, '../../../cluster/workspace/workspace.ts');
  const program = `import { openWorkspace } from ${JSON.stringify(module)};
const workspace = await openWorkspace({ description: 'elsewhere' });
await workspace.start({ name: 'sleeper', command: 'sleep', args: ['600'], origin: 'test', health: { kind: 'running' } });
console.log(JSON.stringify({ dir: workspace.dir, id: workspace.id }));
setInterval(() => {}, 1000);
${then}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, ...(JSON.parse(line.toString('utf8')) as { dir: string; id: string }) };
}
