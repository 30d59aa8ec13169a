/** A program ends by itself, or is ended with everything that it has started. */
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type Command, findProgram, runCommand } from '../../../src/gitops/command.ts';

const run = (script: string, more: Partial<Command> = {}) =>
  runCommand(systemClock, {
    file: '/bin/sh',
    args: ['-c', script],
    cwd: tmpdir(),
    env: { PATH: '/usr/bin:/bin' },
    timeoutMs: 10_000,
    maxBytes: 1000,
    ...more,
  });

describe('runCommand', () => {
  test('gives exit code and output', async () => {
    expect(await run('printf out; printf err >&2; exit 3')).toEqual({ exitCode: 3, stdout: Buffer.from('out'), stderr: 'err' });
  });
  test('hands its input over, none included', async () => {
    expect((await run('cat', { input: 'given' })).stdout.toString()).toBe('given');
    expect((await run('cat')).stdout.toString()).toBe('');
  });
  test('minds no program that does not read its input', async () => {
    expect(await run('exit 0', { input: Buffer.alloc(500_000) })).toMatchObject({ exitCode: 0 });
  });
  test('passes on no environment but the one that it is given', async () => {
    expect((await run('env | cut -d= -f1 | sort | grep -v -e ^_ -e PWD -e SHLVL')).stdout.toString().trim()).toBe('PATH');
  });
  test('ends a program that takes too long, with what it has started', async () => {
    // The child holds the output open: were it left behind, this would last for a minute.
    await expect(run('sleep 60 & sleep 60', { timeoutMs: 100 })).rejects.toMatchObject({ kind: 'TimedOut' });
  });
  test('ends a program that does not want to end', async () => {
    await expect(run('trap "" TERM; sleep 60 & wait; sleep 60', { timeoutMs: 100 })).rejects.toMatchObject({ kind: 'TimedOut' });
  });
  test('ends a program that says too much', async () => {
    await expect(run('yes')).rejects.toMatchObject({ kind: 'TooLarge' });
  });
  test('ends with its signal, in the signal’s words', async () => {
    await expect(run('sleep 60', { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
    await expect(run('sleep 60', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
  test('says what could not be started', async () => {
    await expect(run('', { file: '/nowhere/program' })).rejects.toMatchObject({
      kind: 'NotStarted',
      message: expect.stringContaining('/nowhere/program'),
    });
  });
});

test('a program is found by its name, and a path is taken as it is', async () => {
  expect(await findProgram('sh')).toMatch(/^\/.*\/sh$/);
  expect(await findProgram('./mine')).toBe('./mine');
  await expect(findProgram('no-such-program')).rejects.toThrow(/configure its path/);
});
