/**
 * What became of an object, told to the audit after each reconcile: derived from its status, and each entry written once, so that a process which
 * died before it told is made up for by the next one.
 *
 * What has to be on record before something happens is not told here but where it happens, and holds it up if it can't be written.
 */
import type { Audit } from '../audit/chain.ts';
import type { NewEntry } from '../audit/entry.ts';
import type { Result } from '../kube/controller.ts';
import type { Logger } from '../kube/logger.ts';

export interface Auditing {
  readonly audit: Audit;
  readonly logger: Logger;
}

const TELL_AGAIN_MS = 5_000;

export async function audited(parts: Auditing, entries: () => readonly NewEntry[], reconcile: () => Promise<Result>): Promise<Result> {
  let result: Result;
  try {
    result = await reconcile();
  } catch (error) {
    await tell(parts, entries());
    throw error;
  }
  if (await tell(parts, entries())) return result;
  return { requeueAfterMs: Math.min(result?.requeueAfterMs ?? TELL_AGAIN_MS, TELL_AGAIN_MS) };
}

/** Of an object that has reached its end: what was not told of it before. */
export async function auditedPast({ audit, logger }: Auditing, entries: readonly NewEntry[], endedAt: string | undefined): Promise<Result> {
  try {
    await audit.recordPast(entries, endedAt);
    return undefined;
  } catch (err) {
    logger.error({ err }, 'the audit can’t be written; it is tried again');
    return { requeueAfterMs: TELL_AGAIN_MS };
  }
}

/** False: it could not be written, and is to be tried again. */
export async function tell({ audit, logger }: Auditing, entries: readonly NewEntry[]): Promise<boolean> {
  try {
    await audit.record(entries);
    return true;
  } catch (err) {
    logger.error({ err }, 'the audit can’t be written; it is tried again');
    return false;
  }
}
