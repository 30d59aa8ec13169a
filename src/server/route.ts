/** One path of a server: which methods it takes, and what answers. */
export interface Route {
  readonly methods: readonly string[];
  /** Counted as it stands here. */
  readonly path: string;
  /** May throw a `Refusal`, which becomes a problem. */
  readonly answer: (request: Request, connection: Connection) => Promise<Response>;
}

export interface Connection {
  /** For a client that does not read what it is sent. */
  readonly hangUp: () => void;
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${JSON.stringify(body)}\n`, { status, headers: { 'content-type': 'application/json', ...headers } });
}
