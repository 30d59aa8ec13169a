/** Replicas of the webhook in front of a real API server, and what Incidents they left there. */
import { Registry } from 'prom-client';
import { systemClock } from '../../../src/clock.ts';
import { type Incident, incidents } from '../../../src/crds/kinds.ts';
import { NO_RULES } from '../../../src/domain/identity.ts';
import { createIntake } from '../../../src/intake/intake.ts';
import type { RecordAlerts, RecordLimits } from '../../../src/intake/recordAll.ts';
import type { WebhookLimits } from '../../../src/intake/webhook.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createHealth } from '../../../src/kube/health.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createApp } from '../../../src/server/app.ts';
import { createHttpMetrics } from '../../../src/telemetry/httpMetrics.ts';
import { createIntakeMetrics } from '../../../src/telemetry/intakeMetrics.ts';
import { type LogLine, recordingLogger } from '../../support/logger.ts';
import { message, type RawAlert, rawAlert } from '../../unit/intake/builders.ts';

export interface Replica {
  /** As a server calls it. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Delivers alerts as Alertmanager does. */
  readonly deliver: (...alerts: readonly RawAlert[]) => Promise<Delivered>;
  readonly record: RecordAlerts;
  readonly log: readonly LogLine[];
  readonly metrics: () => Promise<string>;
}

export interface Delivered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly retryAfter: string | null;
}

/** @param seen as a replica's cache tells it; absent: it has none, and asks the API server */
export function startReplica(
  client: KubeClient,
  namespace: string,
  {
    limits,
    seen = () => undefined,
    holdOffMs = 0,
  }: {
    readonly limits?: Partial<WebhookLimits & RecordLimits>;
    readonly holdOffMs?: number;
    readonly seen?: (label: string) => readonly Incident[] | undefined;
  } = {},
): Replica {
  const registry = new Registry();
  const log: LogLine[] = [];
  const logger = recordingLogger(log);
  const metrics = createIntakeMetrics(registry);
  const authenticate = async (request: Request): Promise<Request> => request;
  const { webhooks, record } = createIntake({
    authenticate,
    holdOffMs,
    identity: NO_RULES,
    client,
    namespace,
    clock: systemClock,
    logger,
    metrics,
    redactor: createRedactor(),
    limits,
    seen,
  });
  const app = createApp({
    health: createHealth(systemClock),
    clock: systemClock,
    logger,
    httpMetrics: createHttpMetrics(registry),
    registry,
    webhooks,
  });
  return {
    record,
    fetch: (request) => app.fetch(request),
    log,
    metrics: () => registry.metrics(),
    deliver: async (...alerts) => {
      const answer = await app.request('/webhook/alert', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message(alerts.map(rawAlert))),
      });
      return {
        status: answer.status,
        body: (await answer.json()) as Record<string, unknown>,
        retryAfter: answer.headers.get('retry-after'),
      };
    },
  };
}

export async function incidentsIn(client: KubeClient, namespace: string): Promise<readonly Incident[]> {
  const { items } = await client.list(incidents, { namespace });
  return items.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

export const isOpen = ({ status }: Incident): boolean =>
  status?.conditions?.some(({ type, status: holds }) => type === 'Resolved' && holds === 'True') !== true;

/** As the investigator does when recovery is confirmed. */
export async function close(client: KubeClient, { metadata }: Incident): Promise<void> {
  const condition = { type: 'Resolved', status: 'True', reason: 'Recovered', message: '', lastTransitionTime: new Date().toISOString() };
  const key = { namespace: metadata.namespace ?? '', name: metadata.name };
  await client.patch(incidents, key, { status: { conditions: [condition] } }, { type: 'merge', subresource: 'status' });
}
