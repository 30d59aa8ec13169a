import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { childrenOf, identify, isRunning, markedProcesses, type ProcessIdentity, signal } from '../../../cluster/lib/processes.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

describe('processes', () => {
  test('a process is known by pid and start time while it runs', () => {
    expect(isRunning(sleeper())).toBe(true);
  });

  test('a process of the same pid and another start time is another process, and is not signalled', () => {
    const { pid, startTime } = sleeper();
    const predecessor = { pid, startTime: `${startTime}0` };
    expect(isRunning(predecessor)).toBe(false);
    expect(signal(predecessor, 'SIGKILL')).toBe(false);
    expect(isRunning({ pid, startTime })).toBe(true);
  });

  test('a process that ended is gone', async () => {
    const identity = sleeper();
    expect(signal(identity, 'SIGKILL')).toBe(true);
    await once(started[0] as ChildProcess, 'exit');
    expect(isRunning(identity)).toBe(false);
    expect(signal(identity, 'SIGKILL')).toBe(false);
  });

  test.runIf(process.platform === 'linux')('processes are found by a mark in their environment, children included', async () => {
    const value = `${process.pid}-${Math.random()}`;
    const shell = start('sh', ['-c', 'sleep 60 & echo started; wait'], { TEST_MARK: value });
    await once((started[0] as ChildProcess).stdout as NodeJS.ReadableStream, 'data');
    const marked = markedProcesses('TEST_MARK', value).map(({ pid }) => pid);
    const child = childrenOf(shell.pid)[0] as ProcessIdentity;
    expect(new Set(marked)).toEqual(new Set([shell.pid, child.pid]));
    expect(markedProcesses('TEST_MARK', value.slice(0, -1))).toEqual([]);
    signal(child, 'SIGKILL');
  });
});

const sleeper = (): ProcessIdentity => start('sleep', ['60']);

function start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ProcessIdentity {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  const identity = identify(child.pid ?? 0);
  if (identity === undefined) throw new Error(`${command} did not start`);
  return identity;
}
