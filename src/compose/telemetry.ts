/** The sources that are asked for metrics and for the state of alerts, from the configuration. */
import { readFileSync } from 'node:fs';
import { createAlertmanager } from '../sources/alertmanager.ts';
import { type AlertSource, createAlertSource } from '../sources/alerts.ts';
import { createHttpSource, type Endpoint } from '../sources/http.ts';
import { createPrometheus, type PrometheusClient } from '../sources/prometheus.ts';
import type { Parts } from './parts.ts';

export interface TelemetrySources {
  readonly prometheus: readonly PrometheusClient[];
  readonly alerts: AlertSource;
}

export function createTelemetrySources({ config, clock }: Parts): TelemetrySources {
  const http = createHttpSource({ clock });
  const prometheus = config.sources.prometheus.map((source) => createPrometheus(http, endpointOf(source)));
  const alertmanager = config.sources.alertmanager.map((source) => createAlertmanager(http, endpointOf(source)));
  return { prometheus, alerts: createAlertSource({ prometheus, alertmanager, clock }) };
}

function endpointOf({ name, url, bearerTokenFile }: Parts['config']['sources']['prometheus'][number]): Endpoint {
  if (bearerTokenFile === undefined) return { name, url };
  return {
    name,
    url,
    // A getter, so that a token that was rotated is read again.
    get headers() {
      return { authorization: `Bearer ${readFileSync(bearerTokenFile, 'utf8').trim()}` };
    },
  };
}
