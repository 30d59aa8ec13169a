/** Alertmanager's v2 API: the alerts that it holds, and since when it runs. */
import { z } from 'zod';
import { SourceError } from './gap.ts';
import type { Endpoint, HttpSource } from './http.ts';
import type { Labels } from './prometheus.ts';
import { quoted } from './promql.ts';

export interface AlertmanagerClient {
  readonly name: string;
  /** Alerts of this name that have not ended, the silenced and the inhibited included: a silence heals nothing. */
  alerts(alertname: string, signal?: AbortSignal): Promise<readonly Labels[]>;
  /** When it started, in milliseconds since the epoch: one that has just started has not been told yet. */
  startedAt(signal?: AbortSignal): Promise<number>;
}

const alertsAnswer = z.array(z.object({ labels: z.record(z.string(), z.string()) })).max(20_000);
const statusAnswer = z.object({ uptime: z.iso.datetime({ offset: true }) });

export function createAlertmanager(http: HttpSource, endpoint: Endpoint): AlertmanagerClient {
  const ask = async <T>(schema: z.ZodType<T>, path: string, query: URLSearchParams, signal: AbortSignal | undefined): Promise<T> => {
    const answer = schema.safeParse(await http.getJson(endpoint, path, query, signal));
    if (!answer.success)
      throw new SourceError('Malformed', `${endpoint.name}: its answer to ${path} is not Alertmanager's`, { cause: answer.error });
    return answer.data;
  };
  return {
    name: endpoint.name,
    async alerts(alertname, signal) {
      const query = new URLSearchParams({
        filter: `alertname=${quoted(alertname)}`,
        active: 'true',
        silenced: 'true',
        inhibited: 'true',
        unprocessed: 'true',
      });
      return (await ask(alertsAnswer, 'api/v2/alerts', query, signal)).map(({ labels }) => labels);
    },
    async startedAt(signal) {
      return Date.parse((await ask(statusAnswer, 'api/v2/status', new URLSearchParams(), signal)).uptime);
    },
  };
}
