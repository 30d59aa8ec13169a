/**
 * What went wrong with a call, as a SourceError that says which source it was.
 *
 * Only the code of a network error is told: its message may hold addresses and more.
 */
import { SourceError } from '../gap.ts';

const LATE = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_ABORTED']);
const RESET = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const CERTIFICATE = /^(?:CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|ERR_OSSL_|ERR_SSL_)/u;

/** For people who do not read codes. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'no way leads to its address',
  ENETUNREACH: 'no way leads to its address',
  ECONNRESET: 'it closed the connection',
};

export function explained(name: string, error: unknown): SourceError {
  if (error instanceof SourceError) return new SourceError(error.reason, `${name}: ${error.message}`, { cause: error });
  const code = codeOf(error) ?? 'no connection';
  const aborted = error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
  if (aborted) return new SourceError('TimedOut', `${name}: the time was up`, { cause: error });
  if (LATE.has(code)) return new SourceError('TimedOut', `${name}: ${code}`, { cause: error });
  const what = CERTIFICATE.test(code)
    ? `the TLS handshake failed (${code}); see the certificates named in its tls settings`
    : [WORDS[code], code].filter((part) => part !== undefined).join(': ');
  return new SourceError('Unavailable', `${name}: ${what}`, { cause: error });
}

/** A connection that was kept open, and that the other side closed as we used it. */
export const wasReset = (error: unknown): boolean => RESET.has(codeOf(error) ?? '');

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
