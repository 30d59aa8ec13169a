/**
 * Whether a host says that it has been asked too often, and until when: by 429, or as GitHub does by 403 with what is left of the limit.
 *
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api, https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits
 */

export interface Limited {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Where the host does not say for how long. */
const PAUSE_MS = 60_000;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 60 * 60_000;

/** Milliseconds for which it wants to be left alone; undefined: it did not say so. A plain 403 is a matter of rights. */
export function pauseMs({ status, headers, text }: Limited, now: number): number | undefined {
  const isSpent = headers['x-ratelimit-remaining'] === '0' || headers['ratelimit-remaining'] === '0';
  const isLimited =
    status === 429 || (status === 403 && (isSpent || headers['retry-after'] !== undefined || text.includes('secondary rate limit')));
  if (!isLimited) return undefined;
  const after = numberIn(headers['retry-after']) * 1000;
  const reset = numberIn(headers['x-ratelimit-reset'] ?? headers['ratelimit-reset']) * 1000 - now;
  const pause = [after, reset].find((ms) => Number.isFinite(ms)) ?? PAUSE_MS;
  return Math.min(Math.max(pause, SHORTEST_MS), LONGEST_MS);
}

const numberIn = (header: string | string[] | undefined): number => (typeof header === 'string' ? Number.parseFloat(header) : Number.NaN);
