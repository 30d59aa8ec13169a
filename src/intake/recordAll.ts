/**
 * Records alerts, however they came to be known, and returns once all of them are durable.
 *
 * Every identity is tried, also after another one has failed, and what has no Incident yet comes first: the fewer are left for the next time,
 * however slow the API server is.
 */

import type { Clock } from '../clock.ts';
import { untilAborted } from '../kube/deadline.ts';
import type { Outcome } from '../telemetry/intakeMetrics.ts';
import type { DeliveredAlert } from './alertmanager.ts';
import type { IncidentBook, News } from './incidentBook.ts';
import { createMerged } from './merged.ts';
import { isPassing } from './passing.ts';
import { Rejection } from './rejection.ts';

export interface RecordLimits {
  /** How long recording may take: Alertmanager waits at least 10 s. */
  readonly patienceMs: number;
  /** Calls to the API server at once. */
  readonly concurrency: number;
}

export const RECORD_LIMITS: RecordLimits = { patienceMs: 8_000, concurrency: 32 };
/** For calls that are under way when the patience is over. */
const GRACE_MS = 1000;
const COME_BACK_SECONDS = 5;

/** Alerts by what became of them. */
export type Counts = Readonly<Record<Outcome, number>>;
export type RecordAlerts = (alerts: readonly DeliveredAlert[], from?: Omit<News, 'alerts'>) => Promise<Counts>;

interface Waiting {
  readonly news: News;
  /** Aborts when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

export function createRecordAlerts(book: IncidentBook, clock: Clock, limits: RecordLimits): RecordAlerts {
  const merged = createMerged(limits.concurrency, (identity, waiting: readonly Waiting[]) => {
    const youngest = waiting.at(-1)?.signal ?? AbortSignal.abort();
    const news = waiting.map((each) => each.news);
    return book.record(identity, news, youngest);
  });
  return async (alerts, from = {}) => {
    const [noNewAttempt, noMoreWaiting] = [new AbortController(), new AbortController()];
    const tooLate = unavailable(
      'api_server_unavailable',
      `The alerts could not be stored within ${limits.patienceMs} ms; send them again.`,
    );
    const cancels = [
      clock.setTimeout(() => noNewAttempt.abort(tooLate), limits.patienceMs),
      clock.setTimeout(() => noMoreWaiting.abort(tooLate), limits.patienceMs + GRACE_MS),
    ];
    try {
      const groups = newFirst([...Map.groupBy(alerts, ({ identity }) => identity)], book);
      const results = await Promise.allSettled(
        groups.map(([identity, group]) =>
          // A call that is under way is not aborted: it may be stored by then, and ends by its own time limit. It is only not waited for.
          untilAborted(merged(identity, { news: { ...from, alerts: group }, signal: noNewAttempt.signal }), noMoreWaiting.signal),
        ),
      );
      const failures = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
      if (failures.length > 0) throw asRejection(worstOf(failures));
      const counts = { created: 0, updated: 0, unchanged: 0, reopened: 0, resolved_unknown: 0, ignored: 0 };
      for (const [index, result] of results.entries()) {
        if (result.status === 'fulfilled') counts[result.value] += groups[index]?.[1].length ?? 0;
      }
      return counts;
    } finally {
      for (const cancel of cancels) cancel();
    }
  };
}

function newFirst<T>(groups: readonly (readonly [identity: string, group: T])[], book: IncidentBook): readonly (readonly [string, T])[] {
  const judged = groups.map((group) => ({ group, isKnown: book.isKnown(group[0]) }));
  return [...judged.filter(({ isKnown }) => !isKnown), ...judged.filter(({ isKnown }) => isKnown)].map(({ group }) => group);
}

/** A page: so that many alerts that were found hold up no delivery for long, and each page has its own time. */
const PAGE = 500;

export async function recordInPages(record: RecordAlerts, alerts: readonly DeliveredAlert[], from: Omit<News, 'alerts'>): Promise<Counts> {
  let total = await record(alerts.slice(0, PAGE), from);
  for (let at = PAGE; at < alerts.length; at += PAGE) {
    const more = await record(alerts.slice(at, at + PAGE), from);
    total = Object.fromEntries(Object.entries(total).map(([outcome, count]) => [outcome, count + more[outcome as Outcome]])) as Counts;
  }
  return total;
}

/** What only a person can mend is told first, then what tells why; that it took too long says least. */
function worstOf(failures: readonly unknown[]): unknown {
  const telling = failures.filter((failure) => !(failure instanceof Rejection));
  return telling.find((failure) => !isPassing(failure)) ?? telling[0] ?? failures[0];
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

/** What its sender should try again. */
export function unavailable(reason: Rejection['reason'], message: string, cause?: unknown): Rejection {
  return new Rejection(503, reason, message, { cause, retryAfterSeconds: COME_BACK_SECONDS });
}
