/** The sources that telemetry is asked from, each instance of each kind, from the configuration. */
import { createAlertmanager } from '../sources/alertmanager.ts';
import { type AlertSource, createAlertSource } from '../sources/alerts.ts';
import { createCachedHttp } from '../sources/cachedHttp.ts';
import type { DashboardsPort } from '../sources/dashboards.ts';
import { createGrafana } from '../sources/grafana.ts';
import { createHttpSource } from '../sources/http.ts';
import { createLoki } from '../sources/loki.ts';
import { createPrometheus, type PrometheusClient } from '../sources/prometheus.ts';
import type { TelemetryPorts } from '../sources/signalsOf.ts';
import { createSignoz } from '../sources/signoz.ts';
import { createTempo } from '../sources/tempo.ts';
import { createCleaner } from '../sources/text.ts';
import type { Parts } from './parts.ts';

export interface TelemetrySources {
  readonly prometheus: readonly PrometheusClient[];
  readonly alerts: AlertSource;
  /** For looking around: answers may be some seconds old. */
  readonly ports: TelemetryPorts;
  readonly dashboards: readonly DashboardsPort[];
}

export function createTelemetrySources({ config, clock, redactor }: Pick<Parts, 'config' | 'clock' | 'redactor'>): TelemetrySources {
  const { sources } = config;
  const http = createHttpSource({ clock });
  const cached = createCachedHttp(http, clock);
  const cleaner = createCleaner(redactor.text);
  const signoz = sources.signoz.map((one) => createSignoz({ http: cached, cleaner, clock }, one));
  // whether an alert still fires is judged by what is said now
  const prometheus = sources.prometheus.map((one) => createPrometheus(http, one));
  const alertmanager = sources.alertmanager.map((one) => createAlertmanager(http, one));
  return {
    prometheus,
    alerts: createAlertSource({ prometheus, alertmanager, clock }),
    dashboards: sources.grafana.map((one) => createGrafana(cached, one, cleaner)),
    ports: {
      metrics: [...sources.prometheus.map((one) => createPrometheus(cached, one)), ...signoz.map(({ metrics }) => metrics)],
      logs: [...sources.loki.map((one) => createLoki(cached, one, cleaner)), ...signoz.map(({ logs }) => logs)],
      traces: [...sources.tempo.map((one) => createTempo(cached, one, cleaner)), ...signoz.map(({ traces }) => traces)],
    },
  };
}
