/**
 * From texts to a reading of them: redacted, tallied, and judged. One at a time in a process: the next waits for its turn, and leaves when its
 * caller does.
 */
import type { Redactor } from '../../redact/redactor.ts';
import { type Cause, causeOf } from './cause.ts';
import { type News, newsOf } from './novelty.ts';
import { redactedSlices } from './slices.ts';
import { createTally, type Tally } from './tally.ts';

export interface LogText {
  readonly text: string;
  /** How long it was logged, in seconds; needed where there is a time before. */
  readonly seconds?: number | undefined;
}

export interface Reading {
  readonly tally: Tally;
  readonly news: News;
  readonly cause: Cause;
}

export interface Waiting {
  readonly signal: AbortSignal;
  readonly progress?: ((done: number, total: number | undefined, message: string) => void) | undefined;
}

export interface LogAnalysis {
  /** @param before the same log, of the time before */
  read(now: LogText, before: LogText | undefined, at: number, waiting: Waiting): Promise<Reading>;
}

export function createLogAnalysis(redactor: Pick<Redactor, 'stream'>): LogAnalysis {
  let last: Promise<unknown> = Promise.resolve();

  async function read(now: LogText, before: LogText | undefined, at: number, { signal, progress }: Waiting): Promise<Reading> {
    const tally = createTally(at, before && { before: before.seconds ?? 1, now: now.seconds ?? 1 });
    if (before !== undefined) await go(before.text, 'reading the time before', tally.addBefore);
    await go(now.text, 'reading', tally.add);
    const finished = tally.finish();
    const news = newsOf(finished);
    return { tally: finished, news, cause: causeOf(finished, news) };

    async function go(text: string, what: string, add: (line: string, place: number) => void): Promise<void> {
      let [behind, told] = [0, 0];
      for await (const { lines, done } of redactedSlices(text, redactor, signal)) {
        for (const [n, line] of lines.entries()) add(line, behind + ((done - behind) * n) / lines.length);
        behind = done;
        if (done - told < 0.1 && done < 1) continue;
        told = done;
        progress?.(Math.round(done * 100), 100, what);
      }
    }
  }

  return {
    read(now, before, at, waiting) {
      const turn = last.then(() => read(now, before, at, waiting));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
