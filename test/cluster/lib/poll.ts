/**
 * Waiting for a condition.
 *
 * The probe answers `undefined` when the condition holds, otherwise why it does not yet; the last such answer is in the
 * error after the deadline. A probe that throws ends the waiting at once, with its error.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export type Probe = () => Promise<string | undefined>;

interface Patience {
  readonly deadlineSeconds: number;
  readonly intervalMs?: number;
}

export async function until(what: string, { deadlineSeconds, intervalMs = 50 }: Patience, probe: Probe): Promise<void> {
  const giveUpAt = performance.now() + deadlineSeconds * 1000;
  for (;;) {
    const notYet = await probe();
    if (notYet === undefined) return;
    if (performance.now() > giveUpAt) throw new Error(`${what}: not after ${deadlineSeconds} s: ${notYet}`);
    await sleep(intervalMs);
  }
}

/** The message of an error with those of its causes: what a person needs to see in one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message === '' ? ('code' in error && String(error.code)) || error.name : error.message;
  return error.cause === undefined ? own : `${own}: ${describeError(error.cause)}`;
}
