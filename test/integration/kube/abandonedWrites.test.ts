/** Writes that nobody waits for any more cost no more than they do anyway. In a process of its own: what goes wrong there can't be interrupted. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

const { kubeconfigPath } = inject('cluster');
const LEAST_FOR_NODE = 3_000_000_000;

test('a hundred writes that are given up at once, many times over, leave a client that works', async () => {
  const script = join(import.meta.dirname, 'abandonWrites.ts');
  const { stdout } = await promisify(execFile)('prlimit', [`--data=${LEAST_FOR_NODE}`, process.execPath, script, kubeconfigPath], {
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  expect(stdout.trim()).toBe('still here');
}, 90_000);
