/**
 * Makes up for a time in which nobody was here: alerts that fired and ended meanwhile get their Incident, with their times.
 *
 * What still fires is for the Alertmanagers to tell, which know what is silenced and inhibited, also where the history has a hole in it that looks
 * like an end; only where none is asked, the history counts for that too. An alert that was silenced all the while is nobody's trouble.
 */
import { canonicalJson } from '../domain/canonical.ts';
import { type Silencing, silencedThroughout } from '../domain/silences.ts';
import type { FiredAlert } from '../sources/alertHistory.ts';
import { type DeliveredAlert, FROM_HISTORY, isTrouble, readAlert } from './alertmanager.ts';
import type { PollDeps } from './poll.ts';
import { type Counts, recordInPages } from './recordAll.ts';

interface Period {
  readonly start: number;
  readonly end: number;
}

/** Throws if it could not be looked up in full. */
export type MakeUp = (period: Period, signal: AbortSignal) => Promise<Counts>;

export interface MissedDeps extends Pick<PollDeps, 'record' | 'identity' | 'alertmanagers'> {
  /** One a Prometheus. */
  readonly histories: readonly ((period: Period, signal: AbortSignal) => Promise<readonly FiredAlert[]>)[];
  /** Those that were on at some time since, of all Alertmanagers. */
  readonly silencesSince: (time: number, signal: AbortSignal) => Promise<readonly Silencing[]>;
}

/** Clocks of those who wrote and those who measured differ. */
const MARGIN_MS = 2 * 60_000;
/** What is longer ago is history. */
const LONGEST_MS = 24 * 3600_000;
/** For one of several Prometheis that does not answer. */
const PATIENCE_MS = 3600_000;

export function createMakeUp({ histories, silencesSince, record, identity, alertmanagers }: MissedDeps): MakeUp {
  return async (missed, signal) => {
    const period = { start: Math.max(missed.start - MARGIN_MS, missed.end - LONGEST_MS), end: missed.end };
    const silences = await silencesSince(period.start, signal);
    const answers = await Promise.allSettled(histories.map((history) => history(period, signal)));
    const fired = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const firing = new Set(fired.filter(({ endsAt }) => endsAt === undefined).map(({ labels }) => canonicalJson(labels)));
    const alerts = fired
      .filter(({ labels }) => alertmanagers.length === 0 || !firing.has(canonicalJson(labels)))
      .filter((alert) => !silencedThroughout(alert.labels, { start: alert.startsAt, end: alert.endsAt ?? period.end }, silences))
      .flatMap((alert) => asDelivered(alert, identity, period.end))
      .filter(isTrouble);
    const counts = await recordInPages(record, alerts, { isPast: true });
    const refused = answers.find((answer) => answer.status === 'rejected');
    const isLate = missed.end - missed.start > PATIENCE_MS && answers.some(({ status }) => status === 'fulfilled');
    if (refused !== undefined && !isLate) throw new Error('a Prometheus does not tell what fired', { cause: refused.reason });
    return counts;
  };
}

function asDelivered({ labels, startsAt, endsAt }: FiredAlert, identity: PollDeps['identity'], now: number): readonly DeliveredAlert[] {
  const times = { startsAt: new Date(startsAt).toISOString(), ...(endsAt === undefined ? {} : { endsAt: new Date(endsAt).toISOString() }) };
  const alert = readAlert({ labels, ...times, status: endsAt === undefined ? 'firing' : 'resolved' }, { identity, now }, FROM_HISTORY);
  return typeof alert === 'string' ? [] : [alert];
}
