/**
 * A lock between processes of one user on one machine.
 *
 * The lock is a listening socket, so the kernel itself frees it when its holder ends, kill -9 included: there is no stale
 * lock to break. On Linux the socket has an abstract address and no file; elsewhere it is a file, and one that nobody
 * answers on is removed. A waiter connects to the holder, reads who it is, and tries again when the connection ends.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface LockOptions {
  /** What the holder does, for those who wait. */
  readonly purpose: string;
  /** Called once for every holder that is waited for. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

export async function withLock<T>(name: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const lock = await acquire(name, options);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function acquire(name: string, { purpose, onWait }: LockOptions): Promise<{ release(): void }> {
  const address = addressOf(name);
  for (;;) {
    const waiters = new Set<Socket>();
    const server = await listen(address, `process ${process.pid}: ${purpose}`, waiters);
    if (server !== undefined) {
      const release = (): void => {
        server.close();
        for (const waiter of waiters) waiter.destroy();
      };
      return { release };
    }
    await holderEnds(address, onWait);
  }
}

function listen(address: string, holder: string, waiters: Set<Socket>): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((waiter) => {
      waiters.add(waiter);
      waiter.on('error', () => {});
      waiter.on('close', () => waiters.delete(waiter));
      waiter.write(holder);
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(new Error(`take lock ${address}`, { cause: error }));
    });
    server.listen(address, () => resolve(server));
  });
}

function holderEnds(address: string, onWait: LockOptions['onWait']): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('data', (holder: Buffer) => onWait?.(holder.toString('utf8')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && !address.startsWith('\0')) rmSync(address, { force: true });
    });
    socket.once('close', () => resolve());
  });
}

function addressOf(name: string): string {
  const digest = createHash('sha256')
    .update(`${process.getuid?.() ?? 0}/${name}`)
    .digest('hex')
    .slice(0, 24);
  if (process.platform === 'linux') return `\0agent-sre-lock-${digest}`;
  const folder = join(tmpdir(), 'agent-sre-locks');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, digest);
}
