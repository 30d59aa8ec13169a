/** Secrets in files, and comparing with them. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Rejection } from '../../intake/rejection.ts';
import type { Logger } from '../../kube/logger.ts';

/** @param setting that names the file, for messages; throws a 503 when there is no secret in it */
export async function secretIn(path: string, setting: string, logger: Logger): Promise<string> {
  let error: unknown;
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    if (secret !== '') return secret;
    logger.error({ path }, `the file of ${setting} is empty; put the secret into it`);
  } catch (thrown) {
    error = thrown;
    logger.error({ path, error }, `the file of ${setting} cannot be read`);
  }
  throw cannotCheck(error);
}

export function cannotCheck(cause: unknown): Rejection {
  const message = 'Who sends this cannot be checked just now; send it again.';
  return new Rejection(503, 'cannot_authenticate', message, { cause, retryAfterSeconds: 10 });
}

/** Takes the same time whatever differs. */
export function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
