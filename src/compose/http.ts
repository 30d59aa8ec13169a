/** The HTTP servers of a process: health and metrics always, the webhook where it takes alerts, on a port of its own too if that is wanted. */
import type { Webhooks } from '../intake/intake.ts';
import { type AppDeps, createApp } from '../server/app.ts';
import { listen } from '../server/listen.ts';
import { createHttpMetrics } from '../telemetry/httpMetrics.ts';
import type { Parts } from './parts.ts';

export function addHttp(parts: Parts, webhooks: Webhooks | undefined): void {
  const { config, manager, clock, logger, registry } = parts;
  const { http } = config;
  const deps: AppDeps = { health: manager.health, clock, logger, httpMetrics: createHttpMetrics(registry), webhooks };

  addServer(parts, 'http', http.port, { ...deps, registry });
  if (webhooks !== undefined && http.webhookPort !== undefined) addServer(parts, 'webhook', http.webhookPort, deps);
}

function addServer({ config, manager, clock, logger }: Parts, name: string, port: number, deps: AppDeps): void {
  const { host } = config.http;
  const app = createApp(deps);
  manager.addRunnable({
    name: `${name} server`,
    group: 'server',
    run: async (signal, ready) => {
      const listening = await listen({ fetch: (request, bindings) => app.fetch(request, bindings), host, port, clock });
      logger.info({ host, port: listening.port, server: name }, 'listening');
      ready();
      await aborted(signal);
      await listening.close();
    },
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
