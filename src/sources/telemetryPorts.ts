/** The ports of metrics, logs and traces, one adapter an instance that is configured. */
import type { Clock } from '../clock.ts';
import type { Endpoint, HttpSource } from './http.ts';
import { createLoki } from './loki.ts';
import { createPrometheus } from './prometheus.ts';
import type { TelemetryPorts } from './signalsOf.ts';
import { createSignoz, type SignozEndpoint } from './signoz.ts';
import { createTempo } from './tempo.ts';
import type { Cleaner } from './text.ts';

export interface TelemetryEndpoints {
  readonly prometheus: readonly Endpoint[];
  readonly loki: readonly Endpoint[];
  readonly tempo: readonly Endpoint[];
  readonly signoz: readonly SignozEndpoint[];
}

export interface TelemetryPortsDeps {
  readonly http: HttpSource;
  readonly cleaner: Cleaner;
  readonly clock: Clock;
}

export function createTelemetryPorts(deps: TelemetryPortsDeps, { prometheus, loki, tempo, signoz }: TelemetryEndpoints): TelemetryPorts {
  const { http, cleaner } = deps;
  const clients = signoz.map((one) => createSignoz(deps, one));
  return {
    metrics: [...prometheus.map((one) => createPrometheus(http, one)), ...clients.map(({ metrics }) => metrics)],
    logs: [...loki.map((one) => createLoki(http, one, cleaner)), ...clients.map(({ logs }) => logs)],
    traces: [...tempo.map((one) => createTempo(http, one, cleaner)), ...clients.map(({ traces }) => traces)],
  };
}
