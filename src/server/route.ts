/** One path of a server: which methods it takes, and what answers. */
import type { Context } from 'hono';

export interface Route {
  readonly methods: readonly string[];
  /** Counted as it stands here. */
  readonly path: string;
  /** May throw a `Refusal`, which becomes a problem. @param context for what only a connection can do, such as becoming a WebSocket */
  readonly answer: (request: Request, context: Context) => Promise<Response>;
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${JSON.stringify(body)}\n`, { status, headers: { 'content-type': 'application/json', ...headers } });
}
