/**
 * The HTTP surface of a process: health for whoever asks, metrics, and the webhooks where this process takes what comes in.
 *
 * Every answer is counted by its route's template. What fails unexpectedly is logged in full and answered with no more than a 500.
 */
import { Hono } from 'hono';
import type { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Take, Webhooks } from '../intake/intake.ts';
import { Rejection } from '../intake/rejection.ts';
import type { Health, HealthReport } from '../kube/health.ts';
import type { Logger } from '../kube/logger.ts';
import type { HttpMetrics } from '../telemetry/httpMetrics.ts';
import { problemResponse } from './problem.ts';
import { Refusal } from './refusal.ts';

export interface AppDeps {
  readonly health: Health;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly httpMetrics: HttpMetrics;
  /** Served at `/metrics`, if given. */
  readonly registry?: Registry | undefined;
  /** By path, if this process takes what comes in. */
  readonly webhooks?: Webhooks | undefined;
}

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly answer: (request: Request) => Promise<Response>;
}

export function createApp(deps: AppDeps): Hono {
  const routes = routesOf(deps);
  const app = new Hono();
  for (const route of routes) {
    app.all(route.path, (context) => observed(deps, route.path, context.req.raw, () => answer(route, context.req.raw)));
  }
  app.notFound((context) => observed(deps, 'unmatched', context.req.raw, async () => notFound(routes)));
  return app;
}

function routesOf({ health, registry, webhooks = {} }: AppDeps): readonly Route[] {
  const routes: Route[] = [
    { method: 'GET', path: '/health', answer: async () => healthResponse(await health.live()) },
    { method: 'GET', path: '/ready', answer: async () => healthResponse(await health.ready()) },
  ];
  if (registry !== undefined) {
    const metrics = async (): Promise<Response> =>
      new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
    routes.push({ method: 'GET', path: '/metrics', answer: metrics });
  }
  for (const [path, take] of Object.entries(webhooks)) routes.push({ method: 'POST', path, answer: (request) => taken(take, request) });
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

async function answer({ method, path, answer: respond }: Route, request: Request): Promise<Response> {
  const allowed = method === 'GET' ? ['GET', 'HEAD'] : [method];
  if (allowed.includes(request.method)) return respond(request);
  return problemResponse({ status: 405, detail: `${path} is for ${method}.`, headers: { allow: allowed.join(', ') } });
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

function healthResponse({ ok, checks }: HealthReport): Response {
  return json(ok ? 200 : 503, { status: ok ? 'ok' : 'failing', checks });
}

function notFound(routes: readonly Route[]): Response {
  return problemResponse({
    status: 404,
    detail: `There is nothing at this path; there are ${routes.map(({ method, path }) => `${method} ${path}`).join(', ')}.`,
  });
}

function json(status: number, body: unknown): Response {
  return new Response(`${JSON.stringify(body)}\n`, { status, headers: { 'content-type': 'application/json' } });
}
