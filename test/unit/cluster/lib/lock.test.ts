import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { withLock } from '../../../cluster/lib/lock.ts';

const LOCK_FILE = join(import.meta.dirname, '../../../cluster/lib/lock.ts');
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('withLock', () => {
  test('lets one hold it at a time, in one process too', async () => {
    let holders = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++holders);
      await new Promise((resume) => setImmediate(resume));
      holders--;
    };
    const name = unique();
    await Promise.all(Array.from({ length: 8 }, () => withLock(name, { purpose: 'test' }, work)));
    expect(most).toBe(1);
  });

  test('tells a waiter who holds it and what for', async () => {
    const name = unique();
    const holder = await holdElsewhere(name);
    const told = new Promise<string>((onWait) => void withLock(name, { purpose: 'waiting', onWait }, async () => {}));
    expect(await told).toBe(`process ${holder.pid}: holding`);
  });

  test('is free again when its holder is killed', async () => {
    const name = unique();
    const holder = await holdElsewhere(name);
    const taken = withLock(name, { purpose: 'next', onWait: () => holder.kill('SIGKILL') }, async () => 'taken');
    expect(await taken).toBe('taken');
  });

  test('is free again when the work throws', async () => {
    const name = unique();
    await expect(withLock(name, { purpose: 'failing' }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(name, { purpose: 'next' }, async () => 'taken')).toBe('taken');
  });

  test('does not make those wait who want another', async () => {
    await holdElsewhere(unique());
    expect(await withLock(unique(), { purpose: 'other' }, async () => 'taken')).toBe('taken');
  });
});

let count = 0;
const unique = (): string => `lock-test-${process.pid}-${count++}`;

async function holdElsewhere(name: string): Promise<ChildProcess> {
  const program = `import { withLock } from ${JSON.stringify(LOCK_FILE)};
await withLock(${JSON.stringify(name)}, { purpose: 'holding' }, () => { console.log('held'); return new Promise(() => setInterval(() => {}, 1000)); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}
