/** Looks for alerts in the Alertmanagers and Prometheis of the configuration; absent where there are none. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { IdentityRules } from '../domain/identity.ts';
import { createMakeUp } from '../intake/missed.ts';
import { type AlertPoll, createAlertPoll } from '../intake/poll.ts';
import { createPresence } from '../intake/presence.ts';
import type { RecordAlerts } from '../intake/recordAll.ts';
import { createWatchdogs } from '../intake/watchdog.ts';
import { firedDuring } from '../sources/alertHistory.ts';
import { type AlertmanagerClient, createAlertmanager, type Silence } from '../sources/alertmanager.ts';
import { createHttpSource } from '../sources/http.ts';
import { createPrometheus } from '../sources/prometheus.ts';
import type { IntakeMetrics } from '../telemetry/intakeMetrics.ts';
import type { Parts } from './parts.ts';

interface Intake {
  readonly record: RecordAlerts;
  readonly identity: IdentityRules;
  readonly metrics: IntakeMetrics;
}

/** Ten thousand alerts are some ten megabytes. */
const LIMITS = { maxBytes: 64 * 2 ** 20, timeoutMs: 20_000 };

export function createPoll({ config, clock, client, logger }: Parts, { record, identity, metrics }: Intake): AlertPoll | undefined {
  const { sources, intake, namespace } = config;
  if (sources.alertmanager.length + sources.prometheus.length === 0) return undefined;
  const http = createHttpSource({ clock, ...LIMITS });
  const clients = sources.alertmanager.map((one) => createAlertmanager(http, one));
  const alertmanagers = clients.map((one) => ({ name: one.name, active: (signal: AbortSignal) => one.active(intake.receiver, signal) }));
  const histories = sources.prometheus
    .map((one) => createPrometheus(http, one))
    .map(
      (prometheus) => (period: { readonly start: number; readonly end: number }, signal: AbortSignal) =>
        firedDuring(prometheus, period, signal),
    );
  const roundMs = intake.pollSeconds * 1000;
  const replica = `${hostname()}_${randomUUID().slice(0, 8)}`;
  return createAlertPoll({
    alertmanagers,
    record,
    identity,
    clock,
    logger,
    metrics,
    roundMs,
    presence: createPresence({ client, clock, namespace, identity: replica, roundMs }),
    makeUp: createMakeUp({
      record,
      identity,
      alertmanagers,
      histories,
      silencesSince: (time, signal) => silencesOf(clients, time, signal),
    }),
    judgeWatchdogs: createWatchdogs(record, identity),
  });
}

/** Of whoever answers: replicas have the same. */
async function silencesOf(clients: readonly AlertmanagerClient[], time: number, signal: AbortSignal): Promise<readonly Silence[]> {
  const answers = await Promise.allSettled(clients.map((client) => client.silencesSince(time, signal)));
  const refused = answers.find((answer) => answer.status === 'rejected');
  if (refused !== undefined && answers.every(({ status }) => status === 'rejected'))
    throw new Error('no Alertmanager tells its silences', { cause: refused.reason });
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}
