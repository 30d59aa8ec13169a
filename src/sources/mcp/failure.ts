/** What a failure of an MCP server amounts to, by the codes of the SDK, and never with the server's own words. */
import { type GapReason, SourceError } from '../gap.ts';
import { OutOfTime } from '../within.ts';

export const failure = (server: string, reason: GapReason, message: string): SourceError =>
  new SourceError(reason, `${server}: ${message}`);

/** The error with the server's name before it, once. */
export function explained(server: string, error: unknown): SourceError {
  if (error instanceof SourceError) {
    const isSaid = error.message.startsWith(`${server}: `);
    return isSaid ? error : new SourceError(error.reason, `${server}: ${error.message}`, { cause: error });
  }
  const [reason, says] = meaningOf(error);
  return new SourceError(reason, `${server}: ${says}`, { cause: error });
}

type Meaning = readonly [reason: GapReason, says: string];

function meaningOf(error: unknown): Meaning {
  if (error instanceof OutOfTime) return ['TimedOut', error.message];
  if (!(error instanceof Error)) return ['Unavailable', 'it failed'];
  return byName(error) ?? byStatus(error) ?? byCode(error);
}

const NAMES: Readonly<Record<string, Meaning>> = {
  AbortError: ['TimedOut', 'the time was up'],
  TimeoutError: ['TimedOut', 'the time was up'],
  UnauthorizedError: ['Forbidden', 'it refuses our credentials'],
  InsufficientScopeError: ['Forbidden', 'it refuses our credentials'],
  ZodError: ['Malformed', 'its answer is not that of an MCP server'],
  SyntaxError: ['Malformed', 'its answer is not that of an MCP server'],
};

const byName = ({ name }: Error): Meaning | undefined => NAMES[name];

function byStatus(error: Error): Meaning | undefined {
  const status = 'status' in error && typeof error.status === 'number' ? error.status : undefined;
  if (status === undefined) return undefined;
  if (status === 401 || status === 403) return ['Forbidden', `it refuses our credentials (HTTP ${status})`];
  return [status === 404 ? 'NotFound' : 'Unavailable', `HTTP ${status}`];
}

const UNUSABLE = new Set(['INVALID_RESULT', 'UNSUPPORTED_RESULT_TYPE', 'LIST_PAGINATION_EXCEEDED']);

function byCode(error: Error): Meaning {
  const code = 'code' in error ? String(error.code) : '';
  if (UNUSABLE.has(code)) return ['Malformed', `its answer cannot be used (${code})`];
  return ['Unavailable', /^[\w-]{1,40}$/u.test(code) ? `it failed (${code})` : 'it failed'];
}
