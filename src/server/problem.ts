/** Errors as RFC 9457 problems: what is wrong, and what to do. Nothing of the inside gets out. */
import { STATUS_CODES } from 'node:http';
import type { FieldProblem } from '../tools/errors.ts';

export interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a request whose fields are wrong, each. */
  readonly errors?: readonly FieldProblem[] | undefined;
  /** By which the log knows the request. */
  readonly requestId?: string | undefined;
}

export function problemResponse(problem: Problem): Response {
  const { status, headers } = problem;
  return new Response(`${JSON.stringify(problemBody(problem))}\n`, {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}

export function problemBody({ status, detail, errors = [], requestId }: Problem): object {
  const members = { ...(errors.length === 0 ? {} : { errors }), ...(requestId === undefined ? {} : { requestId }) };
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...members };
}
