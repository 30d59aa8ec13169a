/**
 * Turns what came back from the API server, or did not, into errors that a person can act on.
 *
 * The server's own message is kept; what to do is added for the cases that an administrator meets: refused credentials,
 * missing rights, a kind that is not served.
 */
import { ApiError, ConnectionError, type ConnectionFailure, type StatusCause } from '../errors.ts';

/** Where an answer came from, for messages. */
export interface Place {
  readonly server: string;
  readonly user: string;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly contentType: string;
  readonly body: string;
}

interface StatusObject {
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly code?: unknown;
  readonly details?: { readonly name?: unknown; readonly retryAfterSeconds?: unknown; readonly causes?: unknown };
}

/** @param what the call in words: `create Incident shop/inc-1` */
export function apiError(what: string, answer: Answer, place: Place): ApiError {
  const status = parseStatus(answer.body);
  const reason = typeof status?.reason === 'string' ? status.reason : '';
  const said = typeof status?.message === 'string' && status.message !== '' ? status.message : firstLine(answer.body);
  const message = `${what}: ${said === '' ? `HTTP ${answer.status}` : said}${advice(answer, status, place)}`;
  return new ApiError(message, {
    status: answer.status,
    reason,
    retryAfterSeconds: retryAfterSeconds(answer.retryAfter, status),
    causes: causesOf(status),
  });
}

/** The ERROR event of a watch carries a metav1.Status; its code counts as the HTTP status. */
export function watchError(what: string, object: unknown): ApiError {
  const status = isStatus(object) ? object : undefined;
  const code = typeof status?.code === 'number' ? status.code : 500;
  return new ApiError(
    `${what}: ${typeof status?.message === 'string' ? status.message : 'the watch ended with an error that says nothing'}`,
    {
      status: code,
      reason: typeof status?.reason === 'string' ? status.reason : '',
      retryAfterSeconds: retryAfterSeconds(undefined, status),
    },
  );
}

/** Whether a 404 means this very object, rather than a kind or a path that is not served. */
export function isAbsentObject(answer: Answer, name: string): boolean {
  const status = parseStatus(answer.body);
  return answer.status === 404 && status?.reason === 'NotFound' && status.details?.name === name;
}

export function connectionError(what: string, cause: unknown, { server }: Place): ConnectionError {
  const code = codeOf(cause);
  const kind = failureOf(code);
  return new ConnectionError(`${what}: ${explain(kind, code, server)}`, kind, { cause });
}

function explain(kind: ConnectionFailure, code: string, server: string): string {
  switch (kind) {
    case 'refused':
      return `nothing listens at ${server} (${code}); check that the API server runs and that "server" in the kubeconfig is its address`;
    case 'unresolved':
      return `the host name of ${server} can't be resolved (${code}); check "server" in the kubeconfig and the DNS`;
    case 'certificate':
      return `the certificate of ${server} is not trusted (${code}); put the CA that signed it into certificate-authority(-data) of the kubeconfig's cluster`;
    case 'timeout':
      return `no answer from ${server} in time (${code})`;
    case 'malformed':
    case 'tooLarge':
    case 'credentials':
    case 'closed':
      return `the connection to ${server} broke (${code})`;
    default:
      return kind satisfies never;
  }
}

const CERTIFICATE = /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

function failureOf(code: string): ConnectionFailure {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unresolved';
  if (CERTIFICATE.test(code)) return 'certificate';
  return code.includes('TIMEOUT') || code === 'ETIMEDOUT' ? 'timeout' : 'closed';
}

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0]);
  }
  return error instanceof Error ? error.message : String(error);
}

function advice(answer: Answer, status: StatusObject | undefined, { server, user }: Place): string {
  switch (answer.status) {
    case 401:
      return ` (${server} does not accept the credentials of ${user}; renew the token or certificate in the kubeconfig)`;
    case 403:
      return status === undefined ? ` (${server})` : ` (${server}; grant it with a Role or ClusterRole, or act as somebody who may)`;
    case 404:
      return status?.details?.name === undefined ? ` (${server} does not serve this kind; install its CustomResourceDefinition)` : '';
    default:
      return '';
  }
}

function parseStatus(body: string): StatusObject | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStatus(value: unknown): value is StatusObject {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}

function retryAfterSeconds(header: string | undefined, status: StatusObject | undefined): number | undefined {
  const seconds = header === undefined ? status?.details?.retryAfterSeconds : Number(header);
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

function causesOf(status: StatusObject | undefined): readonly StatusCause[] {
  const causes = status?.details?.causes;
  return Array.isArray(causes) ? causes.filter((cause): cause is StatusCause => typeof cause === 'object' && cause !== null) : [];
}

function firstLine(body: string): string {
  return body.split('\n', 1)[0]?.slice(0, 200) ?? '';
}
