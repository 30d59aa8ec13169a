/** SigNoz, which keeps logs, traces and metrics: one instance gives three ports. Its key is sent as `SIGNOZ-API-KEY`. */
import type { Clock } from '../clock.ts';
import type { Endpoint, HttpSource } from './http.ts';
import type { LogsPort } from './logs.ts';
import type { MetricsPort } from './metrics.ts';
import { createSignozLogs } from './signoz/logs.ts';
import { createSignozMetrics } from './signoz/metrics.ts';
import { createSignozQueries } from './signoz/query.ts';
import { createSignozTraces } from './signoz/traces.ts';
import type { Cleaner } from './text.ts';
import type { TracesPort } from './traces.ts';

export interface SignozEndpoint extends Endpoint {
  readonly apiKeyFile?: string | undefined;
}

export interface SignozClient {
  readonly metrics: MetricsPort;
  readonly logs: LogsPort;
  readonly traces: TracesPort;
}

export interface SignozDeps {
  readonly http: HttpSource;
  readonly cleaner: Cleaner;
  readonly clock: Pick<Clock, 'now'>;
}

export function createSignoz({ http, cleaner, clock }: SignozDeps, { apiKeyFile, ...endpoint }: SignozEndpoint): SignozClient {
  const key = apiKeyFile === undefined ? [] : [{ name: 'SIGNOZ-API-KEY', valueFile: apiKeyFile }];
  const queries = createSignozQueries(http, { ...endpoint, headers: [...(endpoint.headers ?? []), ...key] });
  const { name } = endpoint;
  return {
    metrics: createSignozMetrics(name, queries, clock),
    logs: createSignozLogs(name, queries, cleaner),
    traces: createSignozTraces(name, queries, cleaner),
  };
}
