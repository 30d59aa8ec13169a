/** Who calls REST and MCP, by the configuration of the process. */
import { isLoopback } from '../config/schema.ts';
import { createIdentify, type Identify } from '../server/auth/identify.ts';
import type { ProtectedResource } from '../server/auth/protectedResource.ts';
import type { Parts } from './parts.ts';

/** @param host on which the server listens: on the loopback, a caller needs no token */
export function createCallerCheck(
  { config, client, clock, logger }: Pick<Parts, 'config' | 'client' | 'clock' | 'logger'>,
  host: string,
): Identify {
  const { http, auth } = config;
  const onLoopback = isLoopback(host);
  return createIdentify({
    client,
    clock,
    logger,
    isOpen: onLoopback || auth.mode === 'none',
    audiences: auth.audiences,
    apiKey: auth.apiKey,
    waysIn: { isLoopback: onLoopback, allowedHosts: http.allowedHosts, allowedOrigins: http.allowedOrigins },
    oauth: protectedResource(config),
  });
}

/** Undefined where no authorization server is configured. */
export function protectedResource({ http, auth }: Parts['config']): ProtectedResource | undefined {
  return auth.oauth === undefined ? undefined : { ...auth.oauth, publicUrl: http.publicUrl };
}
