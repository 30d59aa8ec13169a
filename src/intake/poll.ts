/**
 * Looks for alerts by itself, so that nothing depends on a message that comes: in rounds, of which each replica takes its turn.
 *
 * A round asks every Alertmanager for what fires; the answers of several, and what came by the webhook, are the same alerts. After a time in
 * which nobody was here the history of Prometheus tells what fired meanwhile. What is silenced or inhibited is nobody's trouble. A round that
 * fails in part says so, does the rest, and is followed by the next.
 */
import type { Clock } from '../clock.ts';
import type { IdentityRules } from '../domain/identity.ts';
import type { Logger } from '../kube/logger.ts';
import type { HeldAlert } from '../sources/alertmanager.ts';
import type { IntakeMetrics, Outcome } from '../telemetry/intakeMetrics.ts';
import { type DeliveredAlert, isTrouble, readAlert } from './alertmanager.ts';
import type { MakeUp } from './missed.ts';
import type { Memory, Presence } from './presence.ts';
import { type RecordAlerts, recordInPages } from './recordAll.ts';
import type { JudgeWatchdogs } from './watchdog.ts';

export interface PolledAlertmanager {
  readonly name: string;
  /** What fires and is neither silenced nor inhibited. */
  readonly active: (signal: AbortSignal) => Promise<readonly HeldAlert[]>;
}

export interface PollDeps {
  readonly alertmanagers: readonly PolledAlertmanager[];
  readonly presence: Presence;
  readonly record: RecordAlerts;
  readonly makeUp: MakeUp;
  readonly judgeWatchdogs: JudgeWatchdogs;
  readonly identity: IdentityRules;
  readonly roundMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: IntakeMetrics;
}

export interface AlertPoll {
  /** Rounds until `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Asks for a round soon, whoever's turn it is: something may have been left out. */
  readonly soon: () => void;
}

/** What Alertmanagers said in one round. */
export interface Held {
  readonly alerts: readonly DeliveredAlert[];
  /** Everybody has answered. */
  readonly isComplete: boolean;
  /** When they were asked, in milliseconds since the epoch. */
  readonly askedAt: number;
}

/** After `soon`: what was left out of one delivery is likely to be left out of the next ones. */
const SOON_MS = 1_000;

export function createAlertPoll(deps: PollDeps): AlertPoll {
  const { clock, roundMs, logger } = deps;
  const failing = new Set<string>();
  let wake: (() => void) | undefined;
  let isAsked = false;

  const pause = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.setTimeout(resolve, ms);
      const stop = (): void => {
        cancel();
        resolve();
      };
      wake = stop;
      signal.addEventListener('abort', stop, { once: true });
    });
  return {
    soon: () => {
      isAsked = true;
      wake?.();
    },
    run: async (signal) => {
      while (!signal.aborted) {
        const isUrgent = isAsked;
        isAsked = false;
        await round(deps, failing, isUrgent, signal).catch((error: unknown) => {
          if (!signal.aborted) logger.warn({ error }, 'a round of looking for alerts failed; the next one follows');
        });
        if (signal.aborted) return;
        await pause(isAsked ? SOON_MS : roundMs * (0.95 + Math.random() / 10), signal);
      }
    },
  };
}

async function round(deps: PollDeps, failing: Set<string>, isUrgent: boolean, signal: AbortSignal): Promise<void> {
  const { presence } = deps;
  const turn = await presence.takeTurn();
  if (turn === undefined && !isUrgent) return;
  const held = await ask(deps, failing, signal);
  await recordHeld(deps, held);
  if (turn === undefined) return;
  const isMadeUp = turn.missedSince !== undefined && (await madeUp(deps, turn.missedSince, signal));
  const memory: Memory = await deps.judgeWatchdogs(turn.memory, held);
  await presence.remember(memory, isMadeUp ? turn.missedSince : undefined);
}

async function ask(
  { alertmanagers, clock, logger, metrics, identity }: PollDeps,
  failing: Set<string>,
  signal: AbortSignal,
): Promise<Held> {
  const askedAt = clock.now();
  const answers = await Promise.all(
    alertmanagers.map(async ({ name, active }) => {
      try {
        const alerts = await active(signal);
        metrics.polled(name, true);
        if (failing.delete(name)) logger.info({ alertmanager: name }, 'an Alertmanager answers again');
        return alerts;
      } catch (error) {
        metrics.polled(name, false);
        if (!failing.has(name))
          logger.error({ alertmanager: name, error }, 'an Alertmanager cannot be asked for what fires; check its address and that it runs');
        failing.add(name);
        return undefined;
      }
    }),
  );
  const byFingerprint = new Map<string, DeliveredAlert>();
  for (const item of answers.flatMap((alerts) => alerts ?? [])) {
    const alert = readAlert({ ...item, status: 'firing' }, { identity, now: askedAt });
    if (typeof alert === 'string') continue;
    const known = byFingerprint.get(alert.fingerprint);
    if (known === undefined || alert.startsAt < known.startsAt) byFingerprint.set(alert.fingerprint, alert);
  }
  return { alerts: [...byFingerprint.values()], isComplete: !answers.includes(undefined), askedAt };
}

async function recordHeld({ record, metrics }: PollDeps, { alerts, isComplete, askedAt }: Held): Promise<void> {
  const trouble = alerts.filter(isTrouble);
  const counts = await recordInPages(record, trouble, { askedAt, isComplete });
  for (const [outcome, count] of Object.entries(counts)) metrics.found('alertmanager', outcome as Outcome, count);
}

async function madeUp({ makeUp, logger, metrics, clock }: PollDeps, since: number, signal: AbortSignal): Promise<boolean> {
  try {
    const counts = await makeUp({ start: since, end: clock.now() }, signal);
    for (const [outcome, count] of Object.entries(counts)) metrics.found('history', outcome as Outcome, count);
    logger.info(
      { since: new Date(since).toISOString(), ...counts },
      'nobody was here for a while; what fired meanwhile has been looked up',
    );
    return true;
  } catch (error) {
    logger.error(
      { since: new Date(since).toISOString(), error },
      'what fired while nobody was here cannot be looked up yet; it is tried again each round',
    );
    return false;
  }
}
