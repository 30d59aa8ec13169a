/**
 * The guardian of a workspace: a process of its own that waits until its starter is gone, however it ended, and then tears
 * the workspace down.
 *
 * Its standard input is a pipe from the starter. The end of that pipe means that the starter ended or has stopped the
 * workspace itself; the line "keep" before it means that the workspace shall outlive the starter. Run as
 * `node guardian.ts <folder>`.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describeError } from '../lib/poll.ts';
import { tearDown } from './teardown.ts';

const dir = process.argv[2];
if (dir === undefined) throw new Error('usage: node guardian.ts <folder>');
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});

const lastWord = await text(process.stdin);
if (lastWord.trim() !== 'keep') {
  await tearDown(dir).catch((error: unknown) => {
    if (existsSync(dir)) writeFileSync(join(dir, 'teardown-error.txt'), describeError(error));
    process.exitCode = 1;
  });
}
