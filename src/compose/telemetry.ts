/** The sources that are asked for metrics and for the state of alerts, from the configuration. */
import { createAlertmanager } from '../sources/alertmanager.ts';
import { type AlertSource, createAlertSource } from '../sources/alerts.ts';
import { createHttpSource } from '../sources/http.ts';
import { createPrometheus, type PrometheusClient } from '../sources/prometheus.ts';
import type { Parts } from './parts.ts';

export interface TelemetrySources {
  readonly prometheus: readonly PrometheusClient[];
  readonly alerts: AlertSource;
}

export function createTelemetrySources({ config, clock }: Parts): TelemetrySources {
  const http = createHttpSource({ clock });
  const prometheus = config.sources.prometheus.map((source) => createPrometheus(http, source));
  const alertmanager = config.sources.alertmanager.map((source) => createAlertmanager(http, source));
  return { prometheus, alerts: createAlertSource({ prometheus, alertmanager, clock }) };
}
