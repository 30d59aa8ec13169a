/** What a process is connected to, each with the cheapest question that proves it: the address, the credentials and the kind of answer. */
import { API_VERSION } from '../crds/common.ts';
import { createAlertmanager } from '../sources/alertmanager.ts';
import { createHttpSource } from '../sources/http.ts';
import type { Connection, HealthCheckDeps } from '../tools/cluster/healthCheck.ts';
import type { Parts } from './parts.ts';
import type { TelemetrySources } from './telemetry.ts';

const MINUTE_MS = 60_000;

export function connectionsOf(
  { client, clock, config, version }: Parts,
  { ports, dashboards }: Pick<TelemetrySources, 'ports' | 'dashboards'>,
): HealthCheckDeps {
  const http = createHttpSource({ clock });
  const lastMinute = (): { readonly start: number; readonly end: number } => ({ start: clock.now() - MINUTE_MS, end: clock.now() });
  const alertmanagers = config.sources.alertmanager.map((one) => createAlertmanager(http, one));
  const connections: readonly Connection[] = [
    {
      kind: 'Kubernetes API server',
      name: '',
      ask: async (signal) => `Kubernetes ${(await versionOf(client, signal)) ?? 'of unknown version'}`,
    },
    asking('custom resources of Agent-SRE', { name: '' }, (signal) => client.raw('GET', `/apis/${API_VERSION}`, undefined, { signal })),
    ...ports.metrics.map((port) => asking('metrics', port, (signal) => port.instant('vector(1)', signal))),
    ...alertmanagers.map((one) => asking('alerts', one, (signal) => one.startedAt(signal))),
    ...ports.logs.map((port) =>
      asking('logs', port, (signal) => port.lines({ namespace: config.namespace, window: lastMinute() }, { limit: 1 }, signal)),
    ),
    ...ports.traces.map((port) => asking('traces', port, (signal) => port.search({ window: lastMinute(), limit: 1 }, signal))),
    ...dashboards.map((port) => ({ kind: 'dashboards', name: port.name, ask: (signal: AbortSignal) => port.health(signal) })),
  ];
  const wanted = ['metrics', 'alerts', 'logs', 'traces', 'dashboards'];
  const lacking = wanted.filter((kind) => !connections.some((connection) => connection.kind === kind));
  const notConfigured = [...lacking, ...(config.modelServers.length === 0 ? ['language model'] : [])];
  return { connections, notConfigured, version, clock };
}

/** Where that it answers is all that is told. */
const asking = (kind: string, { name }: { readonly name: string }, ask: (signal: AbortSignal) => Promise<unknown>): Connection => ({
  kind,
  name,
  ask: async (signal) => {
    await ask(signal);
    return undefined;
  },
});

async function versionOf(client: Parts['client'], signal: AbortSignal): Promise<string | undefined> {
  const answer = await client.raw('GET', '/version', undefined, { signal });
  const version = typeof answer === 'object' && answer !== null && 'gitVersion' in answer ? answer.gitVersion : undefined;
  return typeof version === 'string' && /^v[\w.+-]{1,40}$/u.test(version) ? version : undefined;
}
