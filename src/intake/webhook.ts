/**
 * Takes the alerts that a sender delivers, and answers 200 only once each of them is durable.
 *
 * Alertmanager tries again after 5xx and drops after 4xx, so 4xx is for what can never be right. What was recorded before a failure stays
 * and makes no difference when the message comes again.
 */
import type { Clock } from '../clock.ts';
import type { Logger } from '../kube/logger.ts';
import type { IntakeMetrics, Outcome } from '../telemetry/intakeMetrics.ts';
import { type DeliveredAlert, type Delivery, isTrouble, type MessageLimits, type ReadDelivery } from './alertmanager.ts';
import { type BodyLimits, bodyOf } from './body.ts';
import { type Buffered, createBuffer } from './buffered.ts';
import type { IncidentBook } from './incidentBook.ts';
import { createInOrder, type InOrder } from './inOrder.ts';
import { isPassing } from './passing.ts';
import { Rejection } from './rejection.ts';

/** Gives the request to go on with; throws a `Rejection` for one whose sender may not send. */
export type Authenticate = (request: Request) => Promise<Request>;

export interface WebhookDeps {
  readonly authenticate: Authenticate;
  /** The sender's form. */
  readonly read: ReadDelivery;
  readonly book: IncidentBook;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: IntakeMetrics;
  readonly limits?: Partial<WebhookLimits> | undefined;
}

export interface WebhookLimits extends BodyLimits, MessageLimits {
  /** How long recording may take: Alertmanager waits at least 10 s. */
  readonly patienceMs: number;
  /** Deliveries that are recorded at once; beyond, senders are asked to come back. */
  readonly maxDeliveries: number;
  /** Bytes of bodies in memory, of all deliveries together. */
  readonly maxBuffered: number;
  /** Calls to the API server at once. */
  readonly concurrency: number;
}

const LIMITS: WebhookLimits = {
  maxBytes: 32 * 2 ** 20,
  maxDepth: 64,
  maxValueBytes: 2 * 2 ** 20,
  maxAlerts: 50_000,
  patienceMs: 8_000,
  maxDeliveries: 128,
  maxBuffered: 96 * 2 ** 20,
  concurrency: 32,
};
/** For calls that are under way when the patience is over. */
const GRACE_MS = 1000;
const COME_BACK_SECONDS = 5;

export type Taken = { readonly status: 'accepted' } & Readonly<Record<Outcome | 'invalid', number>>;

/** Takes one delivery; throws a `Rejection` for one that is not taken. */
export type TakeDelivery = (request: Request) => Promise<Taken>;

export function createAlertWebhook(deps: WebhookDeps): TakeDelivery {
  const limits = { ...LIMITS, ...deps.limits };
  const taking = {
    ...deps,
    limits,
    inOrder: createInOrder(limits.concurrency),
    buffer: createBuffer(limits.maxBuffered),
    underWay: { deliveries: 0 },
  };
  return async (request) => {
    try {
      return await take(await deps.authenticate(request), taking);
    } catch (error) {
      throw counted(deps, asRejection(error));
    }
  };
}

interface Taking extends Omit<WebhookDeps, 'limits'> {
  readonly limits: WebhookLimits;
  readonly inOrder: InOrder;
  readonly buffer: Buffered;
  readonly underWay: { deliveries: number };
}

async function take(request: Request, taking: Taking): Promise<Taken> {
  using held = taking.buffer.open();
  const delivery = await taking.read(bodyOf(request, taking.limits, held.add), taking.limits, taking.clock.now());
  if (taking.underWay.deliveries >= taking.limits.maxDeliveries) throw overloaded();
  taking.underWay.deliveries += 1;
  try {
    return await record(delivery, taking);
  } finally {
    taking.underWay.deliveries -= 1;
  }
}

async function record({ alerts, invalid, complaints, truncated }: Delivery, taking: Taking): Promise<Taken> {
  const { metrics, logger } = taking;
  if (invalid > 0) {
    metrics.rejected('invalid_alert', invalid);
    logger.warn({ invalid, first: complaints[0] }, 'alerts that make no sense were left out of a delivery');
  }
  if (truncated > 0) {
    metrics.truncated(truncated);
    logger.warn({ truncated }, 'Alertmanager left alerts out of a delivery; raise max_alerts of its receiver');
  }
  const trouble = alerts.filter(isTrouble);
  const counts = { created: 0, updated: 0, unchanged: 0, resolved_unknown: 0, ignored: alerts.length - trouble.length };
  for (const { outcome, count } of await recordAll(trouble, taking)) counts[outcome] += count;
  for (const [outcome, count] of Object.entries(counts)) metrics.alerts(outcome as Outcome, count);
  return { status: 'accepted', ...counts, invalid };
}

interface Recorded {
  readonly outcome: Outcome;
  /** Alerts. */
  readonly count: number;
}

/** Every identity is tried, also after another one has failed: the fewer are left for the next time. */
async function recordAll(alerts: readonly DeliveredAlert[], { book, clock, limits, inOrder }: Taking): Promise<readonly Recorded[]> {
  const [noNewAttempt, noMoreWaiting] = [new AbortController(), new AbortController()];
  const tooLate = unavailable('api_server_unavailable', `The alerts could not be stored within ${limits.patienceMs} ms; send them again.`);
  const cancels = [
    clock.setTimeout(() => noNewAttempt.abort(tooLate), limits.patienceMs),
    clock.setTimeout(() => noMoreWaiting.abort(tooLate), limits.patienceMs + GRACE_MS),
  ];
  try {
    const groups = Map.groupBy(alerts, ({ identity }) => identity);
    const results = await Promise.allSettled(
      [...groups].map(async ([identity, group]): Promise<Recorded> => {
        const recording = inOrder(identity, () => book.record(identity, group, noNewAttempt.signal));
        return { outcome: await unlessAborted(recording, noMoreWaiting.signal), count: group.length };
      }),
    );
    const failures = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
    if (failures.length > 0) throw worstOf(failures);
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  } finally {
    for (const cancel of cancels) cancel();
  }
}

/** What only a person can mend is told first, then what tells why; that it took too long says least. */
function worstOf(failures: readonly unknown[]): unknown {
  const telling = failures.filter((failure) => !(failure instanceof Rejection));
  return telling.find((failure) => !isPassing(failure)) ?? telling[0] ?? failures[0];
}

/** A call that is under way is not aborted: it may be stored by then, and ends by its own time limit. It is only not waited for. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function asRejection(error: unknown): Rejection {
  if (error instanceof Rejection) return error;
  return isPassing(error)
    ? unavailable('api_server_unavailable', 'The alerts could not be stored, as the API server does not answer; send them again.', error)
    : unavailable(
        'api_server_refused',
        'The alerts could not be stored, as the API server refuses them; the log of this service says why. Send them again.',
        error,
      );
}

const overloaded = (): Rejection => unavailable('overloaded', 'Too many alerts are being recorded just now; send them again.');

function unavailable(reason: Rejection['reason'], message: string, cause?: unknown): Rejection {
  return new Rejection(503, reason, message, { cause, retryAfterSeconds: COME_BACK_SECONDS });
}

function counted({ metrics, logger }: WebhookDeps, rejection: Rejection): Rejection {
  metrics.rejected(rejection.reason);
  const fields = { status: rejection.status, cause: rejection.reason, error: rejection };
  if (rejection.status >= 500) logger.error(fields, 'a delivery of alerts could not be recorded; its sender is asked to send it again');
  else logger.warn(fields, 'a delivery of alerts was refused');
  return rejection;
}
