/**
 * Connections that want to become WebSockets: they pass the same guard as every call, and are told in HTTP why not. Whoever takes one up
 * speaks its protocol.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpMetrics } from '../telemetry/httpMetrics.ts';
import type { ApiCall, Guard, GuardedRoute } from './edge.ts';
import { problemResponse } from './problem.ts';

export interface Upgrading {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came in already. */
  readonly head: Buffer;
}

export interface UpgradeRoute extends Pick<GuardedRoute, 'path' | 'policy'> {
  /** For somebody who has been let in. */
  readonly accept: (upgrading: Upgrading, call: ApiCall) => void;
}

export interface UpgradeDeps {
  readonly guard: Guard;
  readonly routes: readonly UpgradeRoute[];
  readonly httpMetrics: HttpMetrics;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export function createUpgrade(deps: UpgradeDeps): Upgrade {
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    upgrade(deps, { request, socket, head }).catch(() => socket.destroy());
  };
}

async function upgrade({ guard, routes, httpMetrics }: UpgradeDeps, upgrading: Upgrading): Promise<void> {
  const { request, socket } = upgrading;
  const asked = requestOf(request);
  const route = asked === undefined ? undefined : routes.find(({ path }) => path === new URL(asked.url).pathname);
  const count = (status: number): void => httpMetrics.answered({ method: 'GET', route: route?.path ?? 'unmatched', status }, 0);
  if (asked === undefined || route === undefined) {
    count(404);
    const there = routes.map(({ path }) => path).join(', ');
    return refuse(socket, problemResponse({ status: 404, detail: `No WebSocket is at this path; there are ${there}.` }));
  }
  let admitted: ApiCall | undefined;
  const admit = async (call: ApiCall): Promise<Response> => {
    admitted = call;
    return new Response(null);
  };
  const guarded = guard({ methods: ['GET'], path: route.path, policy: route.policy, answer: admit });
  const response = await guarded.answer(asked, { hangUp: () => socket.destroy() });
  count(admitted === undefined ? response.status : 101);
  if (admitted === undefined) return refuse(socket, response);
  if (!socket.destroyed) route.accept(upgrading, admitted);
  return undefined;
}

function requestOf({ headers, url = '/' }: IncomingMessage): Request | undefined {
  const at = `http://${headers.host ?? 'localhost'}${url}`;
  if (!url.startsWith('/') || !URL.canParse(at)) return undefined;
  const fields = new Headers();
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string') fields.set(name, value);
  return new Request(at, { headers: fields });
}

async function refuse(socket: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const fields = [...response.headers, ['content-length', String(body.length)], ['connection', 'close']];
  const lines = [
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]));
}
