/**
 * The HTTP surface of a process: health for whoever asks, metrics, the webhooks where this process takes what comes in, and whatever else is
 * served on that port.
 *
 * Every answer is counted by its route's template. What fails unexpectedly is logged in full and answered with no more than a 500.
 */
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Take, Webhooks } from '../intake/intake.ts';
import { Rejection } from '../intake/rejection.ts';
import type { Health, HealthReport } from '../kube/health.ts';
import type { Logger } from '../kube/logger.ts';
import type { HttpMetrics } from '../telemetry/httpMetrics.ts';
import { problemResponse } from './problem.ts';
import { Refusal } from './refusal.ts';
import { json, type Route } from './route.ts';

export interface AppDeps {
  readonly health: Health;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly httpMetrics: HttpMetrics;
  /** Served at `/metrics`, if given. */
  readonly registry?: Registry | undefined;
  /** By path, if this process takes what comes in. */
  readonly webhooks?: Webhooks | undefined;
  /** What else is served; one a path. */
  readonly routes?: readonly Route[] | undefined;
}

export function createApp(deps: AppDeps): Hono {
  const routes = [...ownRoutes(deps), ...(deps.routes ?? [])];
  const app = new Hono();
  for (const route of routes) {
    app.all(route.path, (context) => observed(deps, route.path, context.req.raw, () => answer(route, context)));
  }
  app.notFound((context) => observed(deps, 'unmatched', context.req.raw, async () => notFound(routes)));
  return app;
}

function ownRoutes({ health, registry, webhooks = {} }: AppDeps): readonly Route[] {
  const routes: Route[] = [
    { methods: ['GET'], path: '/health', answer: async () => healthResponse(await health.live()) },
    { methods: ['GET'], path: '/ready', answer: async () => healthResponse(await health.ready()) },
  ];
  if (registry !== undefined) {
    const metrics = async (): Promise<Response> =>
      new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
    routes.push({ methods: ['GET'], path: '/metrics', answer: metrics });
  }
  for (const [path, take] of Object.entries(webhooks)) routes.push({ methods: ['POST'], path, answer: (request) => taken(take, request) });
  return routes;
}

async function taken(take: Take, request: Request): Promise<Response> {
  try {
    return json(200, await take(request));
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    const { status, message, headers } = error;
    return problemResponse({ status, detail: message, headers });
  }
}

async function answer({ methods, path, answer: respond }: Route, context: Context): Promise<Response> {
  const request = context.req.raw;
  const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  if (allowed.includes(request.method))
    return respond(request, { hangUp: () => (context.env as Partial<HttpBindings>).outgoing?.destroy() });
  const named = methods.filter((method) => method !== 'OPTIONS');
  return problemResponse({ status: 405, detail: `${path} is for ${named.join(' and ')}.`, headers: { allow: allowed.join(', ') } });
}

async function observed(
  { clock, httpMetrics, logger }: AppDeps,
  route: string,
  request: Request,
  respond: () => Promise<Response>,
): Promise<Response> {
  const begun = clock.monotonic();
  const { method } = request;
  let status = 500;
  try {
    const response = await respond();
    status = response.status;
    return response;
  } catch (error) {
    if (error instanceof Refusal) {
      status = error.status;
      return problemResponse({ status, detail: error.message, headers: error.headers });
    }
    logger.error({ error, method, route }, 'a request failed');
    return problemResponse({ status: 500, detail: 'Something went wrong here; the log of this service says what.' });
  } finally {
    httpMetrics.answered({ method, route, status }, (clock.monotonic() - begun) / 1000);
  }
}

export function healthResponse({ ok, checks }: HealthReport): Response {
  return json(ok ? 200 : 503, { status: ok ? 'ok' : 'failing', checks });
}

/** More paths than a person wants to read in one line are left to the page that explains them. */
const MOST_NAMED = 12;

function notFound(routes: readonly Route[]): Response {
  const names = routes.flatMap(({ methods, path }) =>
    methods.filter((method) => method !== 'OPTIONS').map((method) => `${method} ${path}`),
  );
  const there = names.length > MOST_NAMED ? 'GET /docs says what there is' : `there are ${names.join(', ')}`;
  return problemResponse({ status: 404, detail: `There is nothing at this path; ${there}.` });
}
