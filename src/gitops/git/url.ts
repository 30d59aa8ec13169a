/**
 * Which repository addresses may be used, and which credential goes with one.
 *
 * Allowed are https and ssh, and http for the hosts that the configuration lists. What other schemes would run (`ext::`, `file:`, a path) is refused
 * here and once more by git (`GIT_ALLOW_PROTOCOL`). User information in an address is no way to hand over a password: it is refused.
 */
import { GitError } from '../errors.ts';

/** How to log in to repositories whose address begins with `urlPrefix`. Files are read anew at each use, so they may be rotated. */
export interface GitCredential {
  /** Scheme, host and the beginning of the path, in whole segments: `https://git.example.com/shop`. */
  readonly urlPrefix: string;
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly sshKeyFile?: string | undefined;
  readonly knownHostsFile?: string | undefined;
}

export interface RepositoryUrl {
  /** As git is given it: no password, and a user name only for ssh. */
  readonly href: string;
  readonly scheme: 'https' | 'http' | 'ssh';
  /** Host, with its port if that is not the usual one. */
  readonly host: string;
}

const SCHEMES = new Map([
  ['https:', 'https'],
  ['http:', 'http'],
  ['ssh:', 'ssh'],
] as const);
const LONGEST = 1024;

export function parseRepositoryUrl(text: string, httpHosts: readonly string[]): RepositoryUrl {
  const url = text.length <= LONGEST && URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url === undefined || url.host === '' ? undefined : SCHEMES.get(url.protocol as 'https:');
  if (url === undefined || scheme === undefined) {
    throw refused(text, 'is none that may be used: write https://host/path or ssh://git@host/path');
  }
  if (scheme === 'http' && ![url.host, url.hostname].some((host) => httpHosts.includes(host))) {
    throw refused(text, `is plain http: use https, or list ${url.host} among the hosts that may be used over http`);
  }
  const problem = hiddenIn(url, scheme);
  if (problem !== undefined) throw refused(text, problem);
  return { href: url.href.replace(/(?<!\/)\/+$/u, ''), scheme, host: url.host };
}

function hiddenIn(url: URL, scheme: RepositoryUrl['scheme']): string | undefined {
  if (url.password !== '' || (scheme !== 'ssh' && url.username !== '')) {
    return 'holds credentials: put them into the configuration of git credentials';
  }
  if (url.search !== '' || url.hash !== '') return 'has a query or a fragment in it';
  return /[\s'"\\]|%2e|%2f|%5c|%00/iu.test(url.pathname) ? 'has an escaped separator in it' : undefined;
}

function refused(text: string, problem: string): GitError {
  return new GitError('Refused', `repository address ${shown(text)} ${problem}`);
}

/** The credential with the longest prefix that covers the address. */
export function credentialFor({ href }: RepositoryUrl, credentials: readonly GitCredential[]): GitCredential | undefined {
  const covering = credentials.filter(({ urlPrefix }) => covers(urlPrefix, href));
  return covering.reduce<GitCredential | undefined>(
    (best, next) => (best === undefined || next.urlPrefix.length > best.urlPrefix.length ? next : best),
    undefined,
  );
}

/** Prefixes end at a `/`: `https://host/shop` covers `https://host/shop/config` and not `https://host/shopping`. */
function covers(prefix: string, href: string): boolean {
  if (!URL.canParse(prefix)) return false;
  const wanted = new URL(prefix);
  const actual = new URL(href);
  if (wanted.protocol !== actual.protocol || wanted.host !== actual.host) return false;
  const path = wanted.pathname.replace(/(?<!\/)\/+$/u, '');
  return actual.pathname === path || actual.pathname.startsWith(`${path}/`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200).replace(/\/\/[^/@]*@/u, '//'));
}
