/** A cluster and the sources beside it, as a command reads them: from the kubeconfig, the configuration and the environment. */
import type { Clock } from '../clock.ts';
import { loadKubeConfig } from '../config/kubeConfig.ts';
import { type Config, loadConfig } from '../config.ts';
import type { KubeClient } from '../kube/client.ts';
import { createKubeClient } from '../kube/createClient.ts';
import type { Logger } from '../kube/logger.ts';
import { createAlertmanager } from '../sources/alertmanager.ts';
import { type AlertSource, createAlertSource } from '../sources/alerts.ts';
import { createRangeSource, type RangeSource } from '../sources/collect/range.ts';
import { createHttpSource } from '../sources/http.ts';
import { createPrometheus, type MetricsSource } from '../sources/prometheus.ts';
import type { TelemetryPorts } from '../sources/signalsOf.ts';
import { createTelemetryPorts } from '../sources/telemetryPorts.ts';
import type { Cleaner } from '../sources/text.ts';
import type { Connection } from './arguments.ts';

export interface Connected {
  readonly client: KubeClient;
  readonly context: string;
  /** What the context says, as kubectl has it. */
  readonly namespace: string;
  readonly metrics: readonly (RangeSource & MetricsSource)[];
  readonly telemetry: TelemetryPorts;
  /** Absent when neither Prometheus nor Alertmanager is configured. */
  readonly alerts: AlertSource | undefined;
  close(): Promise<void>;
}

export function connect(connection: Connection, clock: Clock, cleaner: Cleaner): Connected {
  const config = loadConfig({ path: connection.config });
  const kubeConfig = loadKubeConfig({
    kubeconfig: connection.kubeconfig ?? config.kubernetes.kubeconfig,
    context: connection.context ?? config.kubernetes.context,
  });
  const context = kubeConfig.getCurrentContext();
  const client = createKubeClient({ kubeConfig, clock, logger: silent, userAgent: 'agent-sre' });
  const http = createHttpSource({ clock });
  return {
    client,
    context,
    namespace: kubeConfig.getContextObject(context)?.namespace ?? 'default',
    telemetry: createTelemetryPorts({ http, cleaner, clock }, config.sources),
    ...sourcesOf(config, http, clock),
    close: async () => {
      await Promise.all([client.close(), http.close()]);
    },
  };
}

function sourcesOf({ sources }: Config, http: ReturnType<typeof createHttpSource>, clock: Clock): Pick<Connected, 'metrics' | 'alerts'> {
  const prometheus = sources.prometheus.map((endpoint) => createPrometheus(http, endpoint));
  const alertmanager = sources.alertmanager.map((endpoint) => createAlertmanager(http, endpoint));
  const metrics = sources.prometheus.map((endpoint) => ({ ...createPrometheus(http, endpoint), ...createRangeSource(http, endpoint) }));
  const isAny = prometheus.length + alertmanager.length > 0;
  return { metrics, alerts: isAny ? createAlertSource({ prometheus, alertmanager, clock }) : undefined };
}

/** A person at a terminal reads what the command says, not what its parts log. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};
