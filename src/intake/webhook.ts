/**
 * Takes the alerts that a sender delivers, and answers 200 only once each of them is durable.
 *
 * Alertmanager tries again after 5xx and drops after 4xx, so 4xx is for what can never be right. What was recorded before a failure stays
 * and makes no difference when the message comes again.
 */
import type { Clock } from '../clock.ts';
import type { IdentityRules } from '../domain/identity.ts';
import type { Logger } from '../kube/logger.ts';
import type { IntakeMetrics, Outcome } from '../telemetry/intakeMetrics.ts';
import { type Delivery, isTrouble, type MessageLimits, type ReadDelivery } from './alertmanager.ts';
import { type BodyLimits, bodyOf } from './body.ts';
import { type Buffered, createBuffer } from './buffered.ts';
import { type RecordAlerts, unavailable } from './recordAll.ts';
import { Rejection } from './rejection.ts';

/** Gives the request to go on with; throws a `Rejection` for one whose sender may not send. */
export type Authenticate = (request: Request) => Promise<Request>;

export interface WebhookDeps {
  readonly authenticate: Authenticate;
  readonly record: RecordAlerts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: IntakeMetrics;
  readonly limits: WebhookLimits;
  readonly identity: IdentityRules;
  /** Told of each delivery that was taken. */
  readonly onTaken: (delivery: Delivery) => void;
}

export interface WebhookLimits extends BodyLimits, MessageLimits {
  /** Deliveries that are recorded at once; beyond, senders are asked to come back. */
  readonly maxDeliveries: number;
  /** Bytes of bodies in memory, of all deliveries together. */
  readonly maxBuffered: number;
}

export const WEBHOOK_LIMITS: WebhookLimits = {
  maxBytes: 32 * 2 ** 20,
  maxDepth: 64,
  maxValueBytes: 2 * 2 ** 20,
  maxAlerts: 50_000,
  maxDeliveries: 2000,
  maxBuffered: 96 * 2 ** 20,
};

export type Taken = { readonly status: 'accepted' } & Readonly<Record<Outcome | 'invalid', number>>;

/** Takes one delivery; throws a `Rejection` for one that is not taken. */
export type TakeDelivery = (request: Request) => Promise<Taken>;

/** One for each sender's form; they share the limits. */
export function createAlertWebhooks(deps: WebhookDeps): (read: ReadDelivery) => TakeDelivery {
  const taking = { ...deps, buffer: createBuffer(deps.limits.maxBuffered), underWay: { deliveries: 0 } };
  return (read) => async (request) => {
    try {
      return await take(await deps.authenticate(request), read, taking);
    } catch (error) {
      if (error instanceof Rejection) throw counted(deps, error);
      throw error;
    }
  };
}

interface Taking extends WebhookDeps {
  readonly buffer: Buffered;
  readonly underWay: { deliveries: number };
}

async function take(request: Request, read: ReadDelivery, taking: Taking): Promise<Taken> {
  const { limits, identity, clock, underWay, buffer } = taking;
  using held = buffer.open();
  const delivery = await read(bodyOf(request, limits, held.add), { limits, identity, now: clock.now() });
  if (underWay.deliveries >= limits.maxDeliveries)
    throw unavailable('overloaded', 'Too many alerts are being recorded just now; send them again.');
  underWay.deliveries += 1;
  try {
    return await record(delivery, taking);
  } finally {
    underWay.deliveries -= 1;
  }
}

async function record(delivery: Delivery, { metrics, logger, record: recordAlerts, onTaken }: Taking): Promise<Taken> {
  const { alerts, invalid, complaints, truncated } = delivery;
  if (invalid > 0) {
    metrics.rejected('invalid_alert', invalid);
    logger.warn({ invalid, first: complaints[0] }, 'alerts that make no sense were left out of a delivery');
  }
  if (truncated > 0) {
    metrics.truncated(truncated);
    logger.warn({ truncated }, 'Alertmanager left alerts out of a delivery; raise max_alerts of its receiver');
  }
  const trouble = alerts.filter(isTrouble);
  const counts = { ...(await recordAlerts(trouble, { leftOut: truncated })), ignored: alerts.length - trouble.length };
  for (const [outcome, count] of Object.entries(counts)) metrics.alerts(outcome as Outcome, count);
  onTaken(delivery);
  return { status: 'accepted', ...counts, invalid };
}

function counted({ metrics, logger }: WebhookDeps, rejection: Rejection): Rejection {
  metrics.rejected(rejection.reason);
  const fields = { status: rejection.status, cause: rejection.reason, error: rejection };
  if (rejection.status >= 500) logger.error(fields, 'a delivery of alerts could not be recorded; its sender is asked to send it again');
  else logger.warn(fields, 'a delivery of alerts was refused');
  return rejection;
}
