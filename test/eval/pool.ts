/** Runs a list of snapshots through as many processes as there are cores, each one snapshot at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Answer } from './types.ts';

/** The analysis needs little memory; without a bound the heap grows into whatever there is before it is swept. */
const HEAP = ['--max-old-space-size=160', '--max-semi-space-size=8'];
const PATIENCE_MS = 60_000;

export async function predictAll(paths: readonly string[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const child = fork(new URL('predict.ts', import.meta.url), { execArgv: HEAP });
    try {
      for (let index = next++; index < paths.length; index = next++) answers[index] = await ask(child, paths[index] ?? '');
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), paths.length) }, work));
  return answers;
}

function ask(child: ChildProcess, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => done(() => reject(new Error(`${path}: no diagnosis within ${PATIENCE_MS / 1000} s`))), PATIENCE_MS);
    const answered = (answer: unknown): void => done(() => resolve(answer as Answer));
    const died = (code: number | null): void => done(() => reject(new Error(`${path}: the process that diagnosed it ended with ${code}`)));
    const done = (settle: () => void): void => {
      clearTimeout(late);
      child.off('message', answered).off('exit', died);
      settle();
    };
    child.once('message', answered).once('exit', died);
    child.send(path);
  });
}
