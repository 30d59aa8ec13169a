/**
 * What happens to one key that a worker took from the queue: wait for the caches, sit out quarantine, or reconcile and decide
 * when to look again.
 */
import type { Cancel, Clock } from '../../clock.ts';
import type { Informer } from '../cache/informer.ts';
import type { KubeClient } from '../client.ts';
import { type ControllerDefinition, type ReconcileContext, type Result, TerminalError } from '../controller.ts';
import type { Logger } from '../logger.ts';
import type { ControllerMetrics } from '../metrics.ts';
import { type KubeObject, parseKey } from '../object.ts';
import { attempt, type Outcome } from './attempt.ts';
import type { OwnWrites } from './ownWrites.ts';
import type { Quarantine } from './quarantine.ts';
import type { WorkQueue } from './queue.ts';

export interface ReconcileParts<T extends KubeObject> {
  readonly definition: ControllerDefinition<T>;
  readonly informer: Informer<T>;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
  readonly ownWrites: OwnWrites;
  readonly quarantine: Quarantine;
  readonly storeOf: ReconcileContext<T>['storeOf'];
  /** Tells people about an object, by a Kubernetes event. Must not throw. */
  readonly report: (object: KubeObject, reason: string, note: string) => void;
}

/** What one term of a controller shares between its keys. */
export interface Term {
  readonly queue: WorkQueue;
  /** Aborts what is in work. */
  readonly kill: AbortSignal;
  /** Keys that wait for the caches, each with a timer that looks again should no progress be announced. */
  readonly held: Map<string, Cancel>;
  /** Keys whose handler was abandoned and has not come back. */
  readonly abandoned: Set<string>;
}

const DEFAULT_TIMEOUT_MS = 300_000;
/** Looks again whether the caches have caught up, should no progress be announced. */
const RECHECK_MS = 1000;

/** Never rejects. Gives the key back to the queue, unless its handler still has it. */
export async function reconcileKey<T extends KubeObject>(parts: ReconcileParts<T>, term: Term, key: string): Promise<void> {
  const { informer, ownWrites, quarantine, metrics, clock } = parts;
  const { queue, held } = term;
  const cancelRecheck = held.get(key);
  cancelRecheck?.();
  held.delete(key);
  if (!ownWrites.caughtUp(key)) {
    if (cancelRecheck === undefined) metrics.waitedForCache();
    held.set(
      key,
      clock.setTimeout(() => queue.add(key), RECHECK_MS),
    );
    queue.done(key);
    return;
  }
  const parkedMs = quarantine.remainingMs(key, informer.store.get(parseKey(key)));
  if (parkedMs > 0) {
    queue.done(key);
    queue.addAfter(key, parkedMs);
    return;
  }
  const outcome = await run(parts, term, key);
  decide(parts, term, key, outcome);
  if (outcome.kind !== 'abandoned') {
    queue.done(key);
    return;
  }
  term.abandoned.add(key);
  void giveBackLate(term, key, outcome.ended);
}

async function giveBackLate({ queue, abandoned }: Term, key: string, ended: Promise<void>): Promise<void> {
  await ended;
  abandoned.delete(key);
  queue.done(key);
}

async function run<T extends KubeObject>(parts: ReconcileParts<T>, { queue, kill }: Term, key: string): Promise<Outcome<Result>> {
  const { definition, informer, client, clock, metrics, ownWrites, storeOf } = parts;
  const logger = parts.logger.child({ key });
  const began = clock.monotonic();
  metrics.started();
  const outcome = await attempt(clock, definition.timeoutMs ?? DEFAULT_TIMEOUT_MS, kill, (signal) =>
    definition.reconcile(parseKey(key), {
      client: ownWrites.tracking(client, key),
      store: informer.store,
      storeOf,
      logger,
      signal,
      failures: queue.failures(key),
    }),
  );
  metrics.ended(resultOf(outcome), (clock.monotonic() - began) / 1000);
  return outcome;
}

function resultOf(outcome: Outcome<Result>): 'success' | 'error' | 'requeue_after' {
  if (outcome.kind !== 'returned') return 'error';
  return outcome.result?.requeueAfterMs === undefined ? 'success' : 'requeue_after';
}

function decide<T extends KubeObject>(parts: ReconcileParts<T>, { queue, kill }: Term, key: string, outcome: Outcome<Result>): void {
  const { quarantine, metrics } = parts;
  if (outcome.kind === 'returned') {
    queue.forget(key);
    quarantine.release(key);
    metrics.quarantined(quarantine.size);
    const after = outcome.result?.requeueAfterMs;
    if (after !== undefined) queue.addAfter(key, Number.isFinite(after) ? after : 0);
    return;
  }
  // Ended by us: the key comes back with the next term, and nothing went wrong with it.
  if (kill.aborted) return;
  if (outcome.kind === 'abandoned' || outcome.late) metrics.timedOut();
  if (outcome.kind === 'abandoned') afterHang(parts, queue, key);
  else afterFailure(parts, queue, key, outcome.error);
}

function afterHang<T extends KubeObject>(parts: ReconcileParts<T>, queue: WorkQueue, key: string): void {
  const error = new Error('the handler did not return after its time limit, nor when its signal aborted');
  parts.quarantine.park(key, parts.informer.store.get(parseKey(key)));
  quarantined(parts, queue, key, error);
}

function afterFailure<T extends KubeObject>(parts: ReconcileParts<T>, queue: WorkQueue, key: string, err: Error): void {
  const { quarantine, informer, metrics, logger } = parts;
  const object = informer.store.get(parseKey(key));
  if (err instanceof TerminalError) {
    metrics.terminal();
    queue.forget(key);
    quarantine.release(key);
    logger.error({ err, key }, 'reconcile failed for good; it is tried again when the object changes');
    if (object !== undefined) parts.report(object, 'ReconcileFailed', err.message);
    return;
  }
  if (quarantine.failed(key, err, object)) {
    quarantined(parts, queue, key, err);
    return;
  }
  logger.warn({ err, key, failures: queue.failures(key) + 1 }, 'reconcile failed; it is tried again');
  queue.addRateLimited(key);
}

function quarantined<T extends KubeObject>(parts: ReconcileParts<T>, queue: WorkQueue, key: string, err: Error): void {
  const { quarantine, informer, metrics, logger, definition } = parts;
  const object = informer.store.get(parseKey(key));
  const failures = queue.failures(key) + 1;
  metrics.quarantined(quarantine.size);
  logger.error({ err, key, failures }, 'reconcile keeps failing; the key is in quarantine and tried again slowly');
  queue.addAfter(key, quarantine.remainingMs(key, object));
  if (object !== undefined) parts.report(object, 'Quarantined', `Reconciling keeps failing, and is tried again slowly: ${err.message}`);
  try {
    definition.onQuarantine?.(parseKey(key), err, failures);
  } catch (hookError) {
    logger.error({ err: hookError, key }, 'onQuarantine threw');
  }
}
