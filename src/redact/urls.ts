/** Credentials in URLs and connection strings: `scheme://user:password@host`, webhook addresses, Go's `user:password@tcp(host)`, emails. */
import { classAt, DIGIT, QUOTE, runEnd, SPACE, WORD } from './characters.ts';
import { forgetWords, hide, type Scan, spend } from './cursor.ts';
import { replacementEnd } from './kinds.ts';
import { isHarmless } from './values.ts';

/** A user name that is at least this long is a token: Sentry's DSNs, `https://<token>:x-oauth-basic@github.com`. */
const TOKEN_LENGTH = 20;

/** At `://`. Gives the place to go on from. */
export function readUrl(scan: Scan, at: number): number {
  const { text, end } = scan;
  const start = at + 3;
  let stop = start;
  let separator = -1;
  while (stop < end && !endsAuthority(text, stop)) {
    if (text.charCodeAt(stop) === 0x40) separator = stop;
    stop++;
  }
  spend(scan, stop - start);
  separator = separatorBeyond(scan, start, stop, separator);
  if (separator < 0) return readWebhook(scan, start, stop);
  forgetWords(scan, separator);
  return hideUserInfo(scan, start, separator) ? separator + 1 : readWebhook(scan, separator + 1, stop);
}

function endsAuthority(text: string, at: number): boolean {
  return endsUrl(text, at) || '/?#'.includes(text[at] ?? ' ');
}

function endsUrl(text: string, at: number): boolean {
  return (classAt(text, at) & (SPACE | QUOTE)) !== 0 || '<>\\\u001b'.includes(text[at] ?? ' ');
}

/**
 * A password with an unescaped `/`, `?` or `#` ends the authority too early. Then what stands as the port is no number; or, in
 * a connection string, whose path has no `@`, there is another `@` beyond. Never looks twice over the same text.
 */
function separatorBeyond(scan: Scan, start: number, stop: number, separator: number): number {
  const { text, end } = scan;
  if (stop >= end || stop < scan.lookedAheadTo || text[start] === '[') return separator;
  const colon = text.slice(start, separator < 0 ? stop : separator).indexOf(':');
  if (colon < 0) return separator;
  const complete = separator >= 0 || isPort(text, start + colon + 1, stop);
  if (complete && (isHttp(text, start) || separator < 0)) return separator;
  let at = stop;
  let last = separator;
  const limit = complete ? '?' : '';
  while (at < end && !endsUrl(text, at) && text[at] !== limit) {
    if (text.charCodeAt(at) === 0x40) last = at;
    at++;
  }
  scan.lookedAheadTo = at;
  spend(scan, at - stop);
  return last;
}

function isHttp(text: string, start: number): boolean {
  return text.startsWith('http', start - 7) || text.startsWith('https', start - 8);
}

function isPort(text: string, from: number, to: number): boolean {
  return runEnd(text, from, to, DIGIT) === to;
}

function hideUserInfo(scan: Scan, start: number, separator: number): boolean {
  const { text } = scan;
  const replaced = replacementEnd(text, start);
  if (replaced === separator) return false;
  const colon = text.slice(Math.max(start, replaced), separator).indexOf(':');
  if (colon < 0 && separator - start < TOKEN_LENGTH) return false;
  const password = Math.max(start, replaced) + colon + 1;
  const from = colon < 0 || (colon >= TOKEN_LENGTH && replaced < 0) ? start : password;
  if (isHarmless(text, { start: from, end: separator, quoted: false })) return false;
  hide(scan, from, separator, 'url-credential');
  return true;
}

/** Hosts whose addresses are themselves the right to post, with the path that such an address begins with. */
const WEBHOOKS: readonly (readonly [host: RegExp, path: string])[] = [
  [/^hooks\.slack(?:-gov)?\.com$/u, '/'],
  [/^(?:\w+\.)?discord(?:app)?\.com$/u, '/api/webhooks/'],
  [/^[\w-]+\.webhook\.office\.com$/u, '/'],
  [/^outlook\.office(?:365)?\.com$/u, '/webhook/'],
  [/^hooks\.zapier\.com$/u, '/'],
  [/^events\.pagerduty\.com$/u, '/integration/'],
];
const LONGEST_HOST = 100;

function readWebhook(scan: Scan, hostAt: number, stop: number): number {
  const { text, end } = scan;
  if (text[stop] !== '/' || stop - hostAt > LONGEST_HOST) return hostAt;
  const host = text.slice(hostAt, stop).toLowerCase();
  const path = WEBHOOKS.find(([pattern, prefix]) => text.startsWith(prefix, stop) && pattern.test(host))?.[1];
  if (path === undefined) return hostAt;
  let at = stop + path.length;
  while (at < end && !endsUrl(text, at)) at++;
  spend(scan, at - stop);
  if (isHarmless(text, { start: stop + path.length, end: at, quoted: false })) return hostAt;
  hide(scan, stop + path.length, at, 'webhook-url');
  forgetWords(scan, at);
  return at;
}

const LONGEST_USER_INFO = 256;

/** At an `@`: Go's MySQL driver writes `user:password@tcp(host:port)/database`. */
export function readGoDsn(scan: Scan, at: number): number {
  const { text, lineStart } = scan;
  if (!text.startsWith('tcp(', at + 1) && !text.startsWith('unix(', at + 1)) return at + 1;
  const limit = Math.max(lineStart, scan.lookedBackTo, at - LONGEST_USER_INFO);
  let from = at;
  while (from > limit && !endsUrl(text, from - 1)) from--;
  scan.lookedBackTo = at;
  spend(scan, at - from);
  const assigned = text.slice(from, at).lastIndexOf('=', text.slice(from, at).indexOf(':')) + 1;
  const colon = text.slice(from + assigned, at).indexOf(':');
  const start = from + assigned + colon + 1;
  if (colon >= 0 && !isHarmless(text, { start, end: at, quoted: false })) hide(scan, start, at, 'url-credential');
  return at + 1;
}

const LONGEST_LOCAL_PART = 64;

/** At an `@`: hides an email address; gives the place after it, or `at` if there is none. */
export function readEmail(scan: Scan, at: number): number {
  const { text, end, lineStart } = scan;
  const limit = Math.max(lineStart, scan.written, at - LONGEST_LOCAL_PART);
  let from = at;
  while (from > limit && ((classAt(text, from - 1) & WORD) !== 0 || '.+%'.includes(text[from - 1] ?? ' '))) from--;
  let stop = runEnd(text, at + 1, end, WORD);
  let labels = 1;
  while (stop < end && text[stop] === '.' && (classAt(text, stop + 1) & WORD) !== 0) {
    stop = runEnd(text, stop + 1, end, WORD);
    labels++;
  }
  spend(scan, stop - from);
  if (from === at || labels < 2) return at;
  hide(scan, from, stop, 'email');
  return stop;
}
