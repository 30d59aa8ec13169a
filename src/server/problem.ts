/** Errors as RFC 9457 problems: what is wrong, and what to do. Nothing of the inside gets out. */
import { STATUS_CODES } from 'node:http';
import type { FieldProblem } from '../tools/errors.ts';

export interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a request whose fields are wrong, each. */
  readonly errors?: readonly FieldProblem[] | undefined;
}

export function problemResponse({ status, detail, headers, errors = [] }: Problem): Response {
  const problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
  const body = errors.length === 0 ? problem : { ...problem, errors };
  return new Response(`${JSON.stringify(body)}\n`, { status, headers: { 'content-type': 'application/problem+json', ...headers } });
}
