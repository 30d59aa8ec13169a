/** Errors as RFC 9457 problems: what is wrong, and what to do. Nothing of the inside gets out. */
import { STATUS_CODES } from 'node:http';

export interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function problemResponse({ status, detail, headers }: Problem): Response {
  const body = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
  return new Response(`${JSON.stringify(body)}\n`, { status, headers: { 'content-type': 'application/problem+json', ...headers } });
}
