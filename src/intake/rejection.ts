/**
 * A delivery that is not taken, and what its sender should do about it.
 *
 * Alertmanager tries again after 5xx alone: anything else is for what can never be right, as the alert is lost to us with it.
 */
import type { Rejection as Cause } from '../telemetry/intakeMetrics.ts';

export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly status: 400 | 401 | 408 | 413 | 415 | 422 | 500 | 503;
  /** For the metric. */
  readonly reason: Cause;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: Rejection['status'],
    reason: Cause,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterSeconds?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options);
    this.status = status;
    this.reason = reason;
    const { retryAfterSeconds, headers = {} } = options;
    this.headers = retryAfterSeconds === undefined ? headers : { ...headers, 'retry-after': String(retryAfterSeconds) };
  }
}
