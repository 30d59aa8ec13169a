/**
 * Whether a request comes by a way that it may come: from no web page but those that are configured, and to this server by a name of its own.
 *
 * A page that somebody opens could otherwise have their browser call a server on their machine or in their network, by a name of the
 * attacker's that is made to lead there (DNS rebinding). Programs send no Origin, and are held up by nothing here but a wrong Host.
 */
import { isIP } from 'node:net';
import { Refusal } from '../refusal.ts';

export interface WaysIn {
  /** The server listens on the loopback alone. */
  readonly isLoopback: boolean;
  /** Names, with a port or without, by which the server may be called. Empty: any, but on the loopback those of the loopback. */
  readonly allowedHosts: readonly string[];
  /** Origins of web pages, as `https://sre.example.org`. */
  readonly allowedOrigins: readonly string[];
}

/** Throws a Refusal 403 for a request that may not come that way. */
export function checkWayIn(request: Request, { isLoopback, allowedHosts, allowedOrigins }: WaysIn): void {
  const host = hostOf(request);
  const isNamed = allowedHosts.some((allowed) => allowed.toLowerCase() === host.name || allowed.toLowerCase() === host.full);
  if (!isNamed && (isLoopback || allowedHosts.length > 0) && !isLoopbackName(host.name))
    throw new Refusal(
      403,
      `The Host header ${JSON.stringify(host.full.slice(0, 100))} is none of this server’s; add it to http.allowedHosts.`,
    );
  const origin = request.headers.get('origin');
  if (origin === null || isAllowedOrigin(origin, allowedOrigins)) return;
  // a page of this server itself, at a name that nobody else can make lead here
  const isOwn =
    (isNamed || isLoopbackName(host.name) || isIP(host.name) !== 0) && URL.canParse(origin) && new URL(origin).host === host.full;
  if (!isOwn)
    throw new Refusal(
      403,
      `Web pages of ${JSON.stringify(origin.slice(0, 100))} may not call this server; add that to http.allowedOrigins.`,
    );
}

export function isAllowedOrigin(origin: string, allowedOrigins: readonly string[]): boolean {
  return allowedOrigins.includes(origin.toLowerCase());
}

function hostOf(request: Request): { readonly name: string; readonly full: string } {
  const full = (request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
  const name = URL.canParse(`http://${full}`) ? new URL(`http://${full}`).hostname : '';
  return { name: name.replaceAll(/^\[|\]$/gu, ''), full };
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
