/** With which HTTP status a tool's reason to give no answer is told. */
import type { ToolErrorReason } from '../tools/errors.ts';

export const STATUS_OF: Readonly<Record<ToolErrorReason, number>> = {
  Invalid: 400,
  Forbidden: 403,
  ForPeople: 403,
  NotFound: 404,
  /** The answer, not the request. */
  TooLarge: 422,
  NotConfigured: 501,
  Unavailable: 503,
  TimedOut: 504,
};
