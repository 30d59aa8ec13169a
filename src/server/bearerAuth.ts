/**
 * Whether a call may go on, by the bearer token of the webhook.
 *
 * Without a token it may if the server listens on the loopback alone, or if the configuration lets anybody in. The file with the token is
 * read for each call, so that a rotated one counts at once; while it cannot be read, callers are asked to come back.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from '../kube/logger.ts';
import type { Problem } from './problem.ts';

export interface BearerAuthOptions {
  /** Lets calls without a token pass. */
  readonly isOpen: boolean;
  readonly tokenFile?: string | undefined;
  readonly logger: Logger;
}

/** Undefined lets the call pass. */
export type Authenticate = (headers: Headers) => Promise<Problem | undefined>;

export function createBearerAuth({ isOpen, tokenFile, logger }: BearerAuthOptions): Authenticate {
  return async (headers) => {
    const given = /^bearer +(\S+)$/iu.exec(headers.get('authorization') ?? '')?.[1];
    if (isOpen && (given === undefined || tokenFile === undefined)) return undefined;
    if (given === undefined) return refused('A bearer token is needed.');
    const token = tokenFile === undefined ? undefined : await tokenIn(tokenFile, logger);
    if (token === undefined)
      return { status: 503, detail: 'The token cannot be checked just now; send it again.', headers: { 'retry-after': '10' } };
    return isEqual(given, token) ? undefined : refused('The bearer token is not the one that is expected.');
  };
}

function refused(what: string): Problem {
  const how =
    'Take the one in the file that auth.webhookTokenFile of this service names, and have Alertmanager send it: ' +
    'http_config.authorization.credentials_file of the receiver.';
  return { status: 401, detail: `${what} ${how}`, headers: { 'www-authenticate': 'Bearer' } };
}

async function tokenIn(path: string, logger: Logger): Promise<string | undefined> {
  try {
    const token = (await readFile(path, 'utf8')).trim();
    if (token !== '') return token;
    logger.error({ path }, 'the file of auth.webhookTokenFile is empty; put a token into it');
  } catch (error) {
    logger.error({ path, error }, 'the file of auth.webhookTokenFile cannot be read');
  }
  return undefined;
}

/** Takes the same time whatever differs. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
