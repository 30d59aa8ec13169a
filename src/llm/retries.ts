/**
 * Tries again what may pass: refused, an error of the server's own, asked too often. At most a few times, each after a longer, jittered
 * pause, or the pause that the server asks for; a server that asks for more than is worth waiting is not waited for.
 *
 * What was cut off in the middle is not tried again: it has been paid for.
 */
import type { Clock } from '../clock.ts';
import { ModelError } from './error.ts';
import type { LanguageModel } from './port.ts';

export interface RetryOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly attempts?: number | undefined;
  readonly firstPauseMs?: number | undefined;
  readonly longestPauseMs?: number | undefined;
}

export function withRetries(
  model: LanguageModel,
  { clock, random, attempts = 3, firstPauseMs = 500, longestPauseMs = 8_000 }: RetryOptions,
): LanguageModel {
  return {
    name: model.name,
    async chat(request) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await model.chat(request);
        } catch (error) {
          if (attempt >= attempts || !mayPass(error)) throw error;
          const asked = error.retryAfterMs ?? 0;
          if (asked > longestPauseMs) throw error;
          const backoff = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
          await pause(clock, Math.max(asked, backoff * (0.5 + random() / 2)), request.signal, model.name);
        }
      }
    },
  };
}

const mayPass = (error: unknown): error is ModelError =>
  error instanceof ModelError && !error.mayHaveSpent && (error.reason === 'Unavailable' || error.reason === 'RateLimited');

async function pause(clock: Pick<Clock, 'sleep'>, ms: number, signal: AbortSignal, name: string): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (cause) {
    throw new ModelError('Aborted', `${name}: the caller gave up`, { cause });
  }
}
