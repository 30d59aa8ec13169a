import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ResourceAttributes } from '../../../src/kube/access.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createIdentify, type IdentifyOptions } from '../../../src/server/auth/identify.ts';
import { Refusal } from '../../../src/server/refusal.ts';
import { createFakeClock } from '../../support/fakeClock.ts';
import { silentLogger } from '../../support/logger.ts';

const folder = mkdtempSync(join(tmpdir(), 'identify-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const apiKey = { keyFile: file('key', 'a-key-of-sixteen-and-more\n'), serviceAccount: 'ci/bot' };
const oauth = { issuer: 'https://login.example.org', scopes: ['sre'] };

/** An API server that knows Alice, lets her see pods, and lets this process see everything. */
function apiServer({ isAway = false }: { readonly isAway?: boolean } = {}) {
  const asked: string[] = [];
  const answer = <T>(what: string, value: T): T => {
    asked.push(what);
    if (isAway) throw new Error('connect ECONNREFUSED 10.0.0.1:6443');
    return value;
  };
  const client = {
    raw: async (_method: string, path: string, body: unknown) => {
      const kind = path.split('/').at(-1) ?? '';
      if (kind === 'selfsubjectreviews') return answer(kind, { status: { userInfo: { username: 'gateway' } } });
      const { token } = (body as { spec: { token: string } }).spec;
      const user = { username: 'alice', groups: ['sre'], uid: 'u1', extra: { scopes: ['view'] } };
      return answer(`review ${token}`, { status: token === 'alices' ? { authenticated: true, user } : {} });
    },
    create: async (
      { kind }: { kind: string },
      { spec }: { spec: Record<string, unknown> & { resourceAttributes: ResourceAttributes } },
    ) => {
      const { resourceAttributes: what, user = 'itself', groups, uid, extra } = spec;
      const allowed = kind === 'SelfSubjectAccessReview' || (user === 'alice' && what.resource === 'pods');
      return answer(`${String(user)} ${what.verb} ${what.resource} ${JSON.stringify([groups, uid, extra])}`, {
        metadata: {},
        status: { allowed },
      });
    },
  } as unknown as Pick<KubeClient, 'raw' | 'create'>;
  return { client, asked };
}

function identifier(options: Partial<IdentifyOptions> = {}, server = apiServer()) {
  const clock = createFakeClock();
  const waysIn = { isLoopback: false, allowedHosts: [], allowedOrigins: [] };
  const identify = createIdentify({ client: server.client, clock, logger: silentLogger, isOpen: false, waysIn, ...options });
  return { identify, clock, asked: server.asked };
}

const request = (headers: Record<string, string> = {}, url = 'http://sre.example.org/chat'): Request => new Request(url, { headers });

async function outcome(options: Partial<IdentifyOptions>, headers: Record<string, string>, server = apiServer()): Promise<string> {
  try {
    return (await identifier(options, server).identify(request(headers))).username;
  } catch (error) {
    if (error instanceof Refusal) return `${error.status} ${error.message}`;
    throw error;
  }
}

const HOW = 'Send “Authorization: Bearer TOKEN”; get a token of a ServiceAccount by: kubectl create token NAME --namespace NAMESPACE';

describe('a caller', () => {
  test.each<{ name: string; options?: Partial<IdentifyOptions>; headers?: Record<string, string>; want: string }>([
    { name: 'with a token is who the API server says', headers: { authorization: 'Bearer alices' }, want: 'alice' },
    { name: 'may write the scheme as they like', headers: { authorization: 'bearer  alices' }, want: 'alice' },
    { name: 'without a token is told how to get one', want: `401 Nothing shows who calls. ${HOW}.` },
    {
      name: 'is told the audience that a token needs',
      options: { audiences: ['agent-sre'] },
      want: `401 Nothing shows who calls. ${HOW} --audience agent-sre.`,
    },
    {
      name: 'is told of the other ways that there are',
      options: { apiKey, oauth },
      want: `401 Nothing shows who calls. ${HOW}, or sign in at https://login.example.org, or use the key of this installation.`,
    },
    { name: 'with a false token is refused', headers: { authorization: 'Bearer x' }, want: `401 The token is not valid here. ${HOW}.` },
    {
      name: 'with a false token is refused also where none is needed',
      options: { isOpen: true },
      headers: { authorization: 'Bearer x' },
      want: `401 The token is not valid here. ${HOW}.`,
    },
    {
      name: 'with a login where a token is needed is refused',
      options: { isOpen: true },
      headers: { authorization: 'Basic YTpi' },
      want: `401 The token is not valid here. ${HOW}.`,
    },
    { name: 'without a token acts as this process where that is enough', options: { isOpen: true }, want: 'gateway' },
    {
      name: 'with a token is themselves there, too',
      options: { isOpen: true },
      headers: { authorization: 'Bearer alices' },
      want: 'alice',
    },
    {
      name: 'with the key is its ServiceAccount',
      options: { apiKey },
      headers: { 'x-api-key': 'a-key-of-sixteen-and-more' },
      want: 'system:serviceaccount:ci:bot',
    },
    {
      name: 'may show the key as a bearer token',
      options: { apiKey },
      headers: { authorization: 'Bearer a-key-of-sixteen-and-more' },
      want: 'system:serviceaccount:ci:bot',
    },
    {
      name: 'with a key too short to be one is refused',
      options: { apiKey: { ...apiKey, keyFile: file('short', 'secret') } },
      headers: { 'x-api-key': 'secret' },
      want: `401 The token is not valid here. ${HOW}, or use the key of this installation.`,
    },
  ])('$name', async ({ options = {}, headers = {}, want }) => {
    expect(await outcome(options, headers)).toBe(want);
  });

  test.each<{ name: string; options: Partial<IdentifyOptions>; headers: Record<string, string> }>([
    { name: 'with a token', options: {}, headers: { authorization: 'Bearer alices' } },
    { name: 'where nothing is needed', options: { isOpen: true }, headers: {} },
    {
      name: 'whose key cannot be read',
      options: { apiKey: { ...apiKey, keyFile: join(folder, 'missing') } },
      headers: { 'x-api-key': 'a-key-of-sixteen-and-more' },
    },
  ])('$name is asked to come back while they cannot be checked, and is told nothing of the inside', async ({ options, headers }) => {
    expect(await outcome(options, headers, apiServer({ isAway: true }))).toBe(
      '503 Who calls cannot be checked just now, as the API server does not answer; try again.',
    );
  });

  test('is pointed to the metadata by which a client finds where to sign in', async () => {
    const { identify } = identifier({ oauth });
    const challenge = async (of: Request): Promise<string | undefined> =>
      identify(of).then(
        () => undefined,
        (error: Refusal) => error.headers['www-authenticate'],
      );
    expect([await challenge(request({})), await challenge(request({ authorization: 'Bearer x' }, 'http://sre.example.org/mcp'))]).toEqual([
      'Bearer realm="agent-sre", resource_metadata="http://sre.example.org/.well-known/oauth-protected-resource"',
      'Bearer realm="agent-sre", error="invalid_token", resource_metadata="http://sre.example.org/.well-known/oauth-protected-resource/mcp"',
    ]);
  });

  test('is asked about once a minute, and a false token every ten seconds', async () => {
    const { identify, clock, asked } = identifier();
    const tries = async (token: string): Promise<unknown> => identify(request({ authorization: `Bearer ${token}` })).catch(() => undefined);
    await Promise.all([tries('alices'), tries('alices'), tries('x')]);
    await clock.advance(10_000);
    await Promise.all([tries('alices'), tries('x')]);
    await clock.advance(50_000);
    await tries('alices');
    expect(asked).toEqual(['review alices', 'review x', 'review x', 'review alices']);
  });
});

describe('what a caller may see', () => {
  const signal = new AbortController().signal;
  const get = (resource: string): ResourceAttributes => ({ verb: 'get', group: '', resource, namespace: 'shop' });

  test('is what the API server says of them, with all that it knows of them', async () => {
    const { identify, asked } = identifier();
    const alice = await identify(request({ authorization: 'Bearer alices' }));
    expect([await alice.may(get('pods'), signal), await alice.may(get('nodes'), signal)]).toEqual([true, false]);
    expect(asked.slice(1)).toEqual(['pods', 'nodes'].map((what) => `alice get ${what} [["sre"],"u1",{"scopes":["view"]}]`));
  });

  test('is asked again after five seconds, not before', async () => {
    const { identify, clock, asked } = identifier();
    const alice = await identify(request({ authorization: 'Bearer alices' }));
    await alice.may(get('pods'), signal);
    await clock.advance(4999);
    await alice.may(get('pods'), signal);
    expect(asked).toHaveLength(2);
    await clock.advance(1);
    await alice.may(get('pods'), signal);
    expect(asked).toHaveLength(3);
  });

  test('is never assumed', async () => {
    const server = apiServer();
    const alice = await identifier({}, server).identify(request({ authorization: 'Bearer alices' }));
    server.client.create = async () => {
      throw new Error('away');
    };
    await expect(alice.may(get('pods'), signal)).rejects.toThrow('away');
  });

  test.each([{ isOpen: true }, { isOpen: false }])('is no Secret, whoever it is ($isOpen)', async ({ isOpen }) => {
    const { identify, asked } = identifier({ isOpen });
    const caller = await identify(request(isOpen ? {} : { authorization: 'Bearer alices' }));
    expect([await caller.may(get('secrets'), signal), await caller.may(get('*'), signal)]).toEqual([false, false]);
    expect(asked).toHaveLength(1);
    expect(await caller.may(get('pods'), signal)).toBe(true);
  });
});
