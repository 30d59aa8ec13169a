/**
 * One at a time on a mirror, among the tasks of this process and among processes that share the folder.
 *
 * The lock is a file made with O_EXCL whose modification time is kept fresh; a process that was killed leaves a stale one, which is taken over. That
 * is a courtesy that saves work, not what correctness rests on: git's own locks guard each ref, and two fetches at once do no harm.
 */
import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import { GitError } from '../errors.ts';

const FRESHEN_MS = 1_000;
const STALE_MS = 5_000;
const LOOK_AGAIN_MS = 50;

export interface LockOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** Runs `work` while holding the file at `path`. */
export async function withFileLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const id = randomUUID();
  await take(path, id, options);
  let cancel = (): void => {};
  const freshen = (): void => {
    cancel = options.clock.setTimeout(() => {
      const now = new Date(options.clock.now());
      utimes(path, now, now).then(freshen, freshen);
    }, FRESHEN_MS);
  };
  freshen();
  try {
    return await work();
  } finally {
    cancel();
    await giveBack(path, id);
  }
}

/** Runs tasks of one key one after the other; a task that fails does not hold up the next. */
export function createQueue(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  const forget = async (key: string, settled: Promise<unknown>): Promise<void> => {
    await settled;
    if (last.get(key) === settled) last.delete(key);
  };
  return (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    last.set(key, settled);
    void forget(key, settled);
    return mine;
  };
}

async function take(path: string, id: string, { clock, signal, timeoutMs }: LockOptions): Promise<void> {
  const deadline = clock.monotonic() + timeoutMs;
  while (!(await create(path, id))) {
    if (clock.monotonic() > deadline) throw new GitError('TimedOut', `lock ${path} is held by another process for ${timeoutMs / 1000} s`);
    await breakIfStale(path, clock);
    await clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

async function create(path: string, id: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(id);
    await file.close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new Error(`lock ${path}`, { cause: error });
  }
}

/** Moves a stale lock aside; when it turns out that somebody had just renewed it, it is put back. */
async function breakIfStale(path: string, clock: Clock): Promise<void> {
  const seen = await contentIfStale(path, clock);
  if (seen === undefined) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== seen) await link(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw new Error(`break stale lock ${path}`, { cause: error });
  } finally {
    await rm(aside, { force: true });
  }
}

async function contentIfStale(path: string, clock: Clock): Promise<string | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    return clock.now() - mtimeMs > STALE_MS ? await readFile(path, 'utf8') : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function giveBack(path: string, id: string): Promise<void> {
  try {
    if ((await readFile(path, 'utf8')) === id) await rm(path, { force: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
