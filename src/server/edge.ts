/**
 * What every call of REST and MCP passes: the way in, who calls, how much they have asked already; and what every answer carries: an id to
 * ask about it by, the limits, what a browser needs. What goes wrong becomes a problem here.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { Rejection } from '../intake/rejection.ts';
import type { Logger } from '../kube/logger.ts';
import type { Caller } from '../tools/caller.ts';
import { ToolError } from '../tools/errors.ts';
import type { Identify } from './auth/identify.ts';
import { isAllowedOrigin } from './auth/origin.ts';
import { type Problem, problemResponse } from './problem.ts';
import type { RatePolicy, TakeFromRate } from './rateLimits.ts';
import { Refusal } from './refusal.ts';
import type { Connection, Route } from './route.ts';
import { STATUS_OF } from './toolStatus.ts';

export interface ApiCall {
  readonly request: Request;
  readonly connection: Connection;
  readonly caller: Caller;
  /** In the answer as X-Request-Id, and in the log. */
  readonly requestId: string;
  /** Counts one more against the policy; for what asks several times on one connection. Throws a Refusal 429. */
  readonly takeAnother: () => void;
}

export interface GuardedRoute {
  readonly methods: readonly string[];
  readonly path: string;
  readonly policy: RatePolicy;
  readonly answer: (call: ApiCall) => Promise<Response>;
}

export interface EdgeDeps {
  readonly identify: Identify;
  readonly rates: TakeFromRate;
  readonly allowedOrigins: readonly string[];
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly logger: Logger;
}

export type Guard = (route: GuardedRoute) => Route;

export function createGuard(deps: EdgeDeps): Guard {
  return (route) => ({
    methods: [...route.methods, 'OPTIONS'],
    path: route.path,
    answer: async (request, connection) => {
      const requestId = requestIdOf(request);
      const headers: Record<string, string> = {
        'x-request-id': requestId,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      };
      Object.assign(headers, corsHeaders(request, deps.allowedOrigins));
      const response =
        request.method === 'OPTIONS' ? preflight(route) : await answered(deps, route, { request, connection, requestId, headers });
      for (const [name, value] of Object.entries(headers)) if (!response.headers.has(name)) response.headers.set(name, value);
      return response;
    },
  });
}

interface Underway {
  readonly request: Request;
  readonly connection: Connection;
  readonly requestId: string;
  /** Of the answer; whatever passes adds its own. */
  readonly headers: Record<string, string>;
}

async function answered(deps: EdgeDeps, route: GuardedRoute, { request, connection, requestId, headers }: Underway): Promise<Response> {
  const begun = deps.clock.monotonic();
  let who: string | undefined;
  let status = 500;
  try {
    const caller = await deps.identify(request);
    who = caller.username;
    const takeAnother = (): void => take(deps, route.policy, caller, headers);
    takeAnother();
    const response = await route.answer({ request, connection, caller, requestId, takeAnother });
    ({ status } = response);
    return response;
  } catch (error) {
    const problem = request.signal.aborted ? CALLER_LEFT : problemOf(error);
    ({ status } = problem);
    // what is still being sent is not read any more
    if (status === 413) headers['connection'] = 'close';
    if (status >= 500) deps.logger.error({ error, requestId, path: route.path }, 'a call could not be answered');
    return problemResponse({ ...problem, requestId });
  } finally {
    const ms = Math.round(deps.clock.monotonic() - begun);
    deps.logger.info({ requestId, method: request.method, path: route.path, status, caller: who, ms }, 'called');
  }
}

function take({ rates }: EdgeDeps, policy: RatePolicy, { username }: Caller, headers: Record<string, string>): void {
  const { isAllowed, headers: limits } = rates(username, policy);
  Object.assign(headers, limits);
  if (isAllowed) return;
  const seconds = limits['retry-after'] ?? '1';
  const detail = `${username} has asked ${policy.quota} times in ${policy.windowSeconds} s, which is the limit; ask again in ${seconds} s.`;
  throw new Refusal(429, detail, { headers: { 'retry-after': seconds } });
}

/** Nobody reads it: it is for figures and the log, by the number that nginx has for it. */
const CALLER_LEFT: Problem = { status: 499, detail: 'The caller has left.' };

/** In our words, or none of the inside. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ToolError) {
    const { message: detail, reason, problems: errors } = error;
    return { status: STATUS_OF[reason], detail, errors, ...(reason === 'Unavailable' ? { headers: { 'retry-after': '5' } } : {}) };
  }
  if (error instanceof Refusal || error instanceof Rejection)
    return { status: error.status, detail: error.message, headers: error.headers };
  return { status: 500, detail: 'Something went wrong here; the log of this service says what.' };
}

/** What a caller gives as one, if it is fit for a log. */
function requestIdOf({ headers }: Request): string {
  const given = headers.get('x-request-id') ?? '';
  return /^[\w.:-]{1,64}$/u.test(given) ? given : randomUUID();
}

const EXPOSED = 'mcp-protocol-version, mcp-session-id, ratelimit, ratelimit-policy, retry-after, www-authenticate, x-request-id';

/** For pages of other origins that are configured; whether a page may call at all is judged by `identify`. */
function corsHeaders({ headers }: Request, allowedOrigins: readonly string[]): Readonly<Record<string, string>> {
  if (allowedOrigins.length === 0) return {};
  const origin = headers.get('origin');
  if (origin === null || !isAllowedOrigin(origin, allowedOrigins)) return { vary: 'origin' };
  return { vary: 'origin', 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED };
}

function preflight({ methods }: GuardedRoute): Response {
  return new Response(null, {
    status: 204,
    headers: {
      allow: [...methods, 'OPTIONS'].join(', '),
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers':
        'accept, authorization, content-type, last-event-id, mcp-protocol-version, mcp-session-id, x-api-key, x-request-id',
      'access-control-max-age': '600',
    },
  });
}
