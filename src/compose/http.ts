/**
 * The HTTP servers of a process: health and metrics always; the webhook where it takes alerts, on a port of its own too if that is wanted; and
 * what answers callers, on the same port or others.
 */
import type { Webhooks } from '../intake/intake.ts';
import { type AppDeps, createApp } from '../server/app.ts';
import { listen, type PlaceSettings } from '../server/listen.ts';
import { createUpgrade } from '../server/upgrades.ts';
import { createHttpMetrics } from '../telemetry/httpMetrics.ts';
import type { Surface } from './api.ts';
import type { Parts } from './parts.ts';

export interface Served {
  readonly webhooks?: Webhooks | undefined;
  readonly surface?: Surface | undefined;
  /** On ports of their own. */
  readonly others?: readonly OtherServer[] | undefined;
}

export interface OtherServer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** What sets host and port; absent: those of http. */
  readonly settings?: PlaceSettings | undefined;
  readonly surface: Surface;
}

export function addHttp(parts: Parts, { webhooks, surface, others = [] }: Served): void {
  const { config, manager, clock, logger, registry } = parts;
  const { host, port, webhookPort } = config.http;
  const deps: AppDeps = { health: manager.health, clock, logger, httpMetrics: createHttpMetrics(registry) };

  addServer(parts, { name: 'http', host, port, surface }, { ...deps, webhooks, registry });
  if (webhooks !== undefined && webhookPort !== undefined)
    addServer(parts, { name: 'webhook', host, port: webhookPort }, { ...deps, webhooks });
  for (const other of others) addServer(parts, other, deps);
}

type Place = Omit<OtherServer, 'surface'> & { readonly surface?: Surface | undefined };

function addServer({ manager, clock, logger }: Parts, { name, host, port, settings, surface }: Place, deps: AppDeps): void {
  const app = createApp({ ...deps, routes: surface?.routes });
  const upgrade =
    surface === undefined || surface.upgrades.length === 0
      ? undefined
      : createUpgrade({ guard: surface.guard, routes: surface.upgrades, httpMetrics: deps.httpMetrics });
  manager.addRunnable({
    name: `${name} server`,
    group: 'server',
    run: async (signal, ready) => {
      const place = { host, port, settings };
      const listening = await listen({ fetch: (request, bindings) => app.fetch(request, bindings), upgrade, ...place, clock });
      logger.info({ host, port: listening.port, server: name }, 'listening');
      ready();
      await aborted(signal);
      surface?.stop();
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
