import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Rejection } from '../../../src/intake/rejection.ts';
import { type AuthOptions, createAuthenticate } from '../../../src/server/auth/authenticate.ts';
import { createTokenReviewer } from '../../../src/server/auth/tokenReview.ts';
import { silentLogger } from '../../support/logger.ts';

const folder = mkdtempSync(join(tmpdir(), 'auth-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const NOW = Date.parse('2026-11-21T12:00:00Z');
const tokenFile = file('token', 'a-secret-token\n');
const basic = { username: 'alertmanager', passwordFile: file('password', 'pässwort:with colon') };
const signing = { secretFile: file('secret', 'shared'), header: 'X-Signature-256' };
const timed = { ...signing, timestampHeader: 'X-Time' };
const missing = join(folder, 'missing');
const empty = file('empty', '\n');

const login = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const signed = (text: string, secret = 'shared'): string => createHmac('sha256', secret).update(text).digest('hex');
const seconds = (ago: number): string => String(NOW / 1000 - ago);

async function outcome(options: Partial<AuthOptions>, headers: Record<string, string>, body = '{"a": 1}'): Promise<string> {
  const authenticate = createAuthenticate({ isOpen: false, clock: { now: () => NOW }, logger: silentLogger, ...options });
  try {
    const admitted = await authenticate(new Request('http://localhost/', { method: 'POST', body, headers }));
    return await admitted.text();
  } catch (error) {
    if (error instanceof Rejection) return `${error.status} ${error.reason}`;
    throw error;
  }
}

const TAKEN = '{"a": 1}';
const REFUSED = '401 unauthenticated';

describe('a sender', () => {
  test.each<{ name: string; options: Partial<AuthOptions>; headers: Record<string, string>; want: string }>([
    { name: 'without anything is refused where nothing is configured', options: {}, headers: {}, want: REFUSED },
    { name: 'with any token is refused where nothing is configured', options: {}, headers: { authorization: 'Bearer x' }, want: REFUSED },
    { name: 'without anything is let in where everybody is', options: { isOpen: true }, headers: {}, want: TAKEN },
    { name: 'with the token is let in', options: { tokenFile }, headers: { authorization: 'Bearer a-secret-token' }, want: TAKEN },
    { name: 'may write the scheme as it likes', options: { tokenFile }, headers: { authorization: 'bearer a-secret-token' }, want: TAKEN },
    { name: 'without a token is refused', options: { tokenFile }, headers: {}, want: REFUSED },
    { name: 'with an empty token is refused', options: { tokenFile }, headers: { authorization: 'Bearer ' }, want: REFUSED },
    { name: 'with another token is refused', options: { tokenFile }, headers: { authorization: 'Bearer a-secret' }, want: REFUSED },
    {
      name: 'is asked to come back while the token is not there',
      options: { tokenFile: missing },
      headers: { authorization: 'Bearer x' },
      want: '503 cannot_authenticate',
    },
    {
      name: 'is asked to come back while the token is empty',
      options: { tokenFile: empty },
      headers: { authorization: 'Bearer x' },
      want: '503 cannot_authenticate',
    },
    {
      name: 'with the login is let in',
      options: { basic },
      headers: { authorization: login('alertmanager:pässwort:with colon') },
      want: TAKEN,
    },
    { name: 'with another password is refused', options: { basic }, headers: { authorization: login('alertmanager:x') }, want: REFUSED },
    { name: 'with another name is refused', options: { basic }, headers: { authorization: login('x:pässwort:with colon') }, want: REFUSED },
    {
      name: 'with a login where a token is expected is refused',
      options: { tokenFile },
      headers: { authorization: login('a:b') },
      want: REFUSED,
    },
    {
      name: 'with the token as a login is refused',
      options: { basic },
      headers: { authorization: 'Bearer a-secret-token' },
      want: REFUSED,
    },
    {
      name: 'may choose among several ways',
      options: { tokenFile, basic, signing },
      headers: { authorization: 'Bearer a-secret-token' },
      want: TAKEN,
    },
    { name: 'with a right signature is let in', options: { signing }, headers: { 'x-signature-256': signed(TAKEN) }, want: TAKEN },
    {
      name: 'may write the signature as GitHub does',
      options: { signing },
      headers: { 'x-signature-256': `sha256=${signed(TAKEN)}` },
      want: TAKEN,
    },
    {
      name: 'with a signature by another secret is refused',
      options: { signing },
      headers: { 'x-signature-256': signed(TAKEN, 'other') },
      want: REFUSED,
    },
    {
      name: 'with a signature of another body is refused',
      options: { signing },
      headers: { 'x-signature-256': signed('{}') },
      want: REFUSED,
    },
    { name: 'with an empty signature is refused', options: { signing }, headers: { 'x-signature-256': '' }, want: REFUSED },
    { name: 'without a signature is refused', options: { signing }, headers: {}, want: REFUSED },
    {
      name: 'with a signature is refused where none is expected',
      options: { tokenFile },
      headers: { 'x-signature-256': signed(TAKEN) },
      want: REFUSED,
    },
    {
      name: 'with a fresh signature is let in',
      options: { signing: timed },
      headers: { 'x-time': seconds(60), 'x-signature-256': signed(`${seconds(60)}:${TAKEN}`) },
      want: TAKEN,
    },
    {
      name: 'with an old signature is refused',
      options: { signing: timed },
      headers: { 'x-time': seconds(301), 'x-signature-256': signed(`${seconds(301)}:${TAKEN}`) },
      want: REFUSED,
    },
    {
      name: 'with a signature of the future is refused',
      options: { signing: timed },
      headers: { 'x-time': seconds(-301), 'x-signature-256': signed(`${seconds(-301)}:${TAKEN}`) },
      want: REFUSED,
    },
    {
      name: 'with another time than the signed one is refused',
      options: { signing: timed },
      headers: { 'x-time': seconds(0), 'x-signature-256': signed(`${seconds(60)}:${TAKEN}`) },
      want: REFUSED,
    },
    {
      name: 'without the time of its signature is refused',
      options: { signing: timed },
      headers: { 'x-signature-256': signed(TAKEN) },
      want: REFUSED,
    },
    {
      name: 'with a token that the API server knows is let in',
      options: { reviewer: async () => true },
      headers: { authorization: 'Bearer a.b.c' },
      want: TAKEN,
    },
    {
      name: 'with a token that it does not know is refused',
      options: { reviewer: async () => false },
      headers: { authorization: 'Bearer a.b.c' },
      want: REFUSED,
    },
  ])('$name', async ({ options, headers, want }) => {
    expect(await outcome(options, headers)).toBe(want);
  });

  test('has a rotated token taken at once', async () => {
    const rotating = file('rotating', 'first');
    writeFileSync(rotating, 'second');
    expect(await outcome({ tokenFile: rotating }, { authorization: 'Bearer second' })).toBe(TAKEN);
  });

  test('is told what to send', async () => {
    const authenticate = createAuthenticate({ isOpen: false, tokenFile, basic, clock: { now: () => NOW }, logger: silentLogger });
    await expect(authenticate(new Request('http://localhost/', { method: 'POST' }))).rejects.toMatchObject({
      message:
        'Nothing shows who sends this. Have the receiver of Alertmanager send the token in the file that auth.webhookTokenFile names, as ' +
        'http_config.authorization.credentials_file; or the login of auth.basic, as http_config.basic_auth.',
      headers: { 'www-authenticate': 'Bearer, Basic realm="agent-sre"' },
    });
  });
});

describe('a token that the API server judges', () => {
  interface Asked {
    calls: number;
    time: number;
  }
  function reviewer(status: unknown, audiences?: readonly string[]) {
    const asked: Asked = { calls: 0, time: 0 };
    const raw = async (): Promise<unknown> => {
      asked.calls += 1;
      if (status instanceof Error) throw status;
      return { status };
    };
    const clock = { monotonic: () => asked.time };
    return { asked, review: createTokenReviewer({ client: { raw }, clock, serviceAccounts: ['monitoring/alertmanager'], audiences }) };
  }
  const known = { authenticated: true, user: { username: 'system:serviceaccount:monitoring:alertmanager' } };

  test.each<{ name: string; status: unknown; audiences?: readonly string[]; want: boolean }>([
    { name: 'of a listed account is good', status: known, want: true },
    {
      name: 'of another account is not',
      status: { authenticated: true, user: { username: 'system:serviceaccount:monitoring:other' } },
      want: false,
    },
    { name: 'of a person is not', status: { authenticated: true, user: { username: 'alice' } }, want: false },
    { name: 'that is not valid is not', status: { authenticated: false, user: known.user }, want: false },
    { name: 'for our audience is good', status: { ...known, audiences: ['agent-sre'] }, audiences: ['agent-sre'], want: true },
    { name: 'whose audience was not checked is not', status: known, audiences: ['agent-sre'], want: false },
  ])('$name', async ({ status, audiences, want }) => {
    expect(await reviewer(status, audiences).review('a.b.c')).toBe(want);
  });

  test('is not asked about if it is no token of a ServiceAccount', async () => {
    const { asked, review } = reviewer(known);
    expect([await review('x'), await review(`a.${'b'.repeat(20_000)}.c`), asked.calls]).toEqual([false, false, 0]);
  });

  test('is asked about again only after a while', async () => {
    const { asked, review } = reviewer(known);
    await review('a.b.c');
    await review('a.b.c');
    expect(asked.calls).toBe(1);
    asked.time = 60_000;
    await review('a.b.c');
    expect(asked.calls).toBe(2);
  });

  test('makes callers come back while the API server cannot be asked', async () => {
    await expect(reviewer(new Error('refused')).review('a.b.c')).rejects.toMatchObject({ status: 503, reason: 'cannot_authenticate' });
  });
});
