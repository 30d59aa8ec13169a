/** The sources that telemetry is asked from, each instance of each kind, from the configuration. */
import { type AlertingRulesPort, createAlertingRules } from '../sources/alertingRules.ts';
import { type AlertmanagerClient, createAlertmanager } from '../sources/alertmanager.ts';
import { type AlertSource, createAlertSource } from '../sources/alerts.ts';
import { createCachedHttp } from '../sources/cachedHttp.ts';
import type { DashboardsPort } from '../sources/dashboards.ts';
import { createGrafana } from '../sources/grafana.ts';
import { createHttpSource } from '../sources/http.ts';
import { createMeasurements, type Measurements } from '../sources/measurements.ts';
import { createPrometheus } from '../sources/prometheus.ts';
import type { TelemetryPorts } from '../sources/signalsOf.ts';
import { createTelemetryPorts } from '../sources/telemetryPorts.ts';
import { createCleaner } from '../sources/text.ts';
import type { Parts } from './parts.ts';

export interface TelemetrySources {
  readonly alerts: AlertSource;
  readonly alertmanagers: readonly AlertmanagerClient[];
  /** For judging by figures, as they are now. */
  readonly measurements: Measurements;
  /** For looking around: answers may be some seconds old. */
  readonly ports: TelemetryPorts;
  readonly dashboards: readonly DashboardsPort[];
  readonly rules: readonly AlertingRulesPort[];
}

export function createTelemetrySources({ config, clock, redactor }: Pick<Parts, 'config' | 'clock' | 'redactor'>): TelemetrySources {
  const { sources } = config;
  const http = createHttpSource({ clock });
  const cached = createCachedHttp(http, clock);
  const cleaner = createCleaner(redactor.text);
  // whether an alert still fires is judged by what is said now
  const prometheus = sources.prometheus.map((one) => createPrometheus(http, one));
  const alertmanager = sources.alertmanager.map((one) => createAlertmanager(http, one));
  const { metrics } = createTelemetryPorts({ http, cleaner, clock }, { ...sources, loki: [], tempo: [] });
  return {
    measurements: createMeasurements(metrics),
    alertmanagers: alertmanager,
    alerts: createAlertSource({ prometheus, alertmanager, clock }),
    dashboards: sources.grafana.map((one) => createGrafana(cached, one, cleaner)),
    rules: sources.prometheus.map((one) => createAlertingRules(cached, one)),
    ports: createTelemetryPorts({ http: cached, cleaner, clock }, sources),
  };
}
