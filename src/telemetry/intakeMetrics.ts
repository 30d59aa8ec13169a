/** What became of alerts that were delivered. */
import { Counter, type Registry } from 'prom-client';

/** Why a delivery, or one alert in it, was not taken. */
export const REJECTIONS = [
  'unauthenticated',
  'cannot_authenticate',
  'too_large',
  'unsupported_media_type',
  'unsupported_encoding',
  'not_gzip',
  'not_utf8',
  'not_json',
  'too_deep',
  'too_many_alerts',
  'not_alertmanager',
  'invalid_alert',
  'invalid_change',
  'incomplete',
  'overloaded',
  'api_server_unavailable',
  'api_server_refused',
] as const;
export type Rejection = (typeof REJECTIONS)[number];

export const OUTCOMES = ['created', 'updated', 'reopened', 'unchanged', 'ignored', 'resolved_unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface IntakeMetrics {
  /** Alerts of one delivery that led to this outcome. */
  readonly alerts: (outcome: Outcome, count: number) => void;
  readonly rejected: (cause: Rejection, count?: number) => void;
  /** An Alertmanager was asked for what fires, and answered or not. */
  readonly polled: (source: string, isAnswered: boolean) => void;
  /** Alerts that were looked for, by what became of them. */
  readonly found: (by: 'alertmanager' | 'history', outcome: Outcome, count: number) => void;
  /** Alerts that the sender says it left out. */
  readonly truncated: (count: number) => void;
}

export function createIntakeMetrics(registry: Registry): IntakeMetrics {
  const registers = [registry];
  const alerts = new Counter({
    name: 'agentsre_alerts_total',
    help: 'Alerts that were delivered, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const rejections = new Counter({
    name: 'agentsre_alert_rejections_total',
    help: 'Deliveries, or single alerts, that were not taken, by cause.',
    labelNames: ['cause'],
    registers,
  });
  const truncated = new Counter({
    name: 'agentsre_alerts_truncated_total',
    help: 'Alerts that their sender left out of a delivery.',
    registers,
  });
  const polls = new Counter({
    name: 'agentsre_alertmanager_polls_total',
    help: 'Questions to an Alertmanager for what fires, by its name and whether it answered.',
    labelNames: ['source', 'result'],
    registers,
  });
  const found = new Counter({
    name: 'agentsre_alerts_found_total',
    help: 'Alerts that were looked for instead of delivered, by where they were found and what became of them.',
    labelNames: ['by', 'outcome'],
    registers,
  });
  for (const outcome of OUTCOMES) alerts.inc({ outcome }, 0);
  for (const cause of REJECTIONS) rejections.inc({ cause }, 0);
  return {
    alerts: (outcome, count) => alerts.inc({ outcome }, count),
    rejected: (cause, count = 1) => rejections.inc({ cause }, count),
    polled: (source, isAnswered) => polls.inc({ source, result: isAnswered ? 'answered' : 'failed' }),
    found: (by, outcome, count) => found.inc({ by, outcome }, count),
    truncated: (count) => truncated.inc(count),
  };
}
