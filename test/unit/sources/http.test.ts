import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { gapReason } from '../../../src/sources/gap.ts';
import { jsonIn } from '../../../src/sources/http/body.ts';
import type { TlsOptions } from '../../../src/sources/http/endpoint.ts';
import { createHttpSource, type Endpoint, type HttpSource } from '../../../src/sources/http.ts';
import { createAuthority } from '../../cluster/api/certificates.ts';
import { type AnsweringServer, json, recording, startAnsweringServer, status } from '../../support/answeringServer.ts';

const folder = mkdtempSync(join(tmpdir(), 'http-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

let server: AnsweringServer;
let http: HttpSource;

beforeEach(async () => {
  server = await startAnsweringServer();
  http = createHttpSource({ clock: systemClock, timeoutMs: 2_000, maxBytes: 64 * 1024 });
});
afterEach(async () => {
  await http.close();
  await server.close();
});

const asked = (more: Partial<Endpoint> = {}): Promise<unknown> =>
  http.getJson({ name: 'main', url: server.url, ...more }, 'api', new URLSearchParams());
const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: Error) => error,
  );

describe('credentials', () => {
  test.each<{ name: string; endpoint: () => Partial<Endpoint>; want: Record<string, string> }>([
    {
      name: 'a token from a file',
      endpoint: () => ({ bearerTokenFile: written('token', 'abc\n') }),
      want: { authorization: 'Bearer abc' },
    },
    { name: 'a token from the environment', endpoint: () => ({ bearerToken: 'glsa_1' }), want: { authorization: 'Bearer glsa_1' } },
    {
      name: 'a user name and a password from a file, in UTF-8',
      endpoint: () => ({ basic: { username: 'zoé', passwordFile: written('password', 'p:ß') } }),
      want: { authorization: `Basic ${Buffer.from('zoé:p:ß').toString('base64')}` },
    },
    { name: 'a tenant', endpoint: () => ({ tenant: 'shop|cart' }), want: { 'x-scope-orgid': 'shop|cart' } },
    {
      name: 'headers, by value and by file',
      endpoint: () => ({
        headers: [
          { name: 'X-Org', value: '1' },
          { name: 'SIGNOZ-API-KEY', valueFile: written('key', 'k') },
        ],
      }),
      want: { 'x-org': '1', 'signoz-api-key': 'k' },
    },
  ])('$name is sent along', async ({ endpoint, want }) => {
    let headers = {};
    server.answer = recording((request) => (headers = request.headers), json({}));
    await asked(endpoint());
    expect(headers).toMatchObject(want);
  });

  test('a rotated token is sent with the next call', async () => {
    const seen: unknown[] = [];
    server.answer = recording(({ headers }) => seen.push(headers['authorization']), json({}));
    const bearerTokenFile = written('rotated', 'old');
    await asked({ bearerTokenFile });
    written('rotated', 'new');
    await asked({ bearerTokenFile });
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
  });

  test.each<{ name: string; endpoint: () => Partial<Endpoint>; says: string }>([
    { name: 'is not there', endpoint: () => ({ bearerTokenFile: join(folder, 'none') }), says: `${join(folder, 'none')} cannot be read` },
    { name: 'is empty', endpoint: () => ({ bearerTokenFile: written('empty', '\n') }), says: 'is empty' },
    {
      name: 'would add headers of its own',
      endpoint: () => ({ headers: [{ name: 'X', valueFile: written('split', 'secret-1\r\nHost: evil') }] }),
      says: 'holds line breaks or control characters',
    },
    {
      name: 'is something else',
      endpoint: () => ({ basic: { username: 'a', passwordFile: written('large', 'a'.repeat(20_000)) } }),
      says: 'is too long',
    },
  ])('a credential file that $name is told, and never quoted', async ({ endpoint, says }) => {
    server.answer = json({});
    const error = await failure(asked(endpoint()));
    expect(gapReason(error)).toBe('Forbidden');
    expect(error.message).toContain(says);
    expect(error.message).not.toContain('secret-1');
  });
});

describe('TLS', () => {
  const authority = createAuthority('ours');
  const { certificatePem: cert, keyPem: key } = authority.server('server', ['127.0.0.1', 'loki.test']);
  const client = authority.client('sre');
  const ca = (): string => written('ca.pem', authority.certificatePem);
  const withClient = (): TlsOptions => ({
    caFile: ca(),
    certFile: written('client.pem', client.certificatePem),
    keyFile: written('client.key', client.keyPem),
  });
  let secure: AnsweringServer;

  beforeEach(async () => {
    secure = await startAnsweringServer({ cert, key, ca: authority.certificatePem, requestCert: true, rejectUnauthorized: false });
    secure.answer = (request, response) => {
      const { subject } = (request.socket as unknown as { getPeerCertificate(): { subject?: { CN: string } } }).getPeerCertificate();
      json({ client: subject?.CN ?? 'nobody' })(request, response);
    };
  });
  afterEach(() => secure.close());
  const askedSecurely = (tls?: TlsOptions): Promise<unknown> => asked({ url: secure.url, tls });

  test.each<{ name: string; tls: () => TlsOptions; want: string }>([
    { name: 'an authority of our own is believed', tls: () => ({ caFile: ca() }), want: 'nobody' },
    { name: 'a client certificate is shown', tls: withClient, want: 'sre' },
    { name: 'another name of the server is checked', tls: () => ({ caFile: ca(), serverName: 'loki.test' }), want: 'nobody' },
    { name: 'a certificate is not checked where that is said', tls: () => ({ insecureSkipVerify: true }), want: 'nobody' },
  ])('$name', async ({ tls, want }) => {
    expect(await askedSecurely(tls())).toEqual({ client: want });
  });

  test.each<{ name: string; tls: () => TlsOptions | undefined }>([
    { name: 'of an unknown authority', tls: () => undefined },
    {
      name: 'of another authority than the one that is named',
      tls: () => ({ caFile: written('other.pem', createAuthority('other').certificatePem) }),
    },
    { name: 'for another name', tls: () => ({ caFile: ca(), serverName: 'evil.test' }) },
  ])('a certificate $name is refused, and the message says where to look', async ({ tls }) => {
    const error = await failure(askedSecurely(tls()));
    expect(gapReason(error)).toBe('Unavailable');
    expect(error.message).toMatch(/^main: the TLS handshake failed \([A-Z_]+\)/u);
  });

  test('rotated certificates are used from the next call on', async () => {
    const tls = { ...withClient(), caFile: written('rotating.pem', createAuthority('old').certificatePem) };
    await failure(askedSecurely(tls));
    written('rotating.pem', authority.certificatePem);
    expect(await askedSecurely(tls)).toEqual({ client: 'sre' });
  });

  test('a key that is none is told', async () => {
    const error = await failure(askedSecurely({ ...withClient(), keyFile: written('bad.key', 'nothing') }));
    expect(error.message).toMatch(/^main: /u);
  });
});

describe('a question', () => {
  test.each<{ name: string; body: URLSearchParams | { json: unknown }; want: object }>([
    {
      name: 'a form',
      body: new URLSearchParams({ query: 'up == 1' }),
      want: { method: 'POST', body: 'query=up+%3D%3D+1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    },
    { name: 'JSON', body: { json: { a: 1 } }, want: { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } } },
  ])('goes by POST as $name', async ({ body, want }) => {
    let seen = {};
    server.answer = recording((request) => (seen = request), json({}));
    await http.ask({ name: 'main', url: server.url }, 'api', { body });
    expect(seen).toMatchObject(want);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('may be answered in %s', async (encoding, pack) => {
    server.answer = (_, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(pack('{"a":1}'));
    expect(await asked()).toEqual({ a: 1 });
  });

  test.each([
    { name: 'broken off', body: gzipSync(JSON.stringify('a'.repeat(1000))).subarray(0, -9), want: 'Malformed' },
    { name: 'damaged', body: Buffer.from('not gzip at all'), want: 'Malformed' },
    {
      name: 'a header without end',
      body: Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(200 * 1024, 'a')]),
      want: 'TooLarge',
    },
  ])('answered by gzip that is $name ends as $want', async ({ body, want }) => {
    server.answer = (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
    expect(gapReason(await failure(asked()))).toBe(want);
  });

  test('answered in an encoding that was not asked for is Malformed', async () => {
    server.answer = (_, response) => void response.writeHead(200, { 'content-encoding': 'zstd' }).end('x');
    expect(gapReason(await failure(asked()))).toBe('Malformed');
  });

  test('whose connection is reset is asked once more, and not a third time', async () => {
    let calls = 0;
    server.answer = (request, response) => {
      calls += 1;
      if (calls === 1) request.socket.destroy();
      else json({ calls })(request, response);
    };
    expect(await asked()).toEqual({ calls: 2 });
    calls = 0;
    server.answer = (request) => {
      calls += 1;
      request.socket.destroy();
    };
    await failure(asked());
    expect(calls).toBe(2);
  });

  test('that has an effect is never sent twice', async () => {
    let calls = 0;
    server.answer = (request) => {
      calls += 1;
      request.socket.destroy();
    };
    await failure(http.ask({ name: 'main', url: server.url }, 'api', { body: { json: {} }, effect: 'POST' }));
    expect(calls).toBe(1);
  });

  test('that deletes may be answered with nothing', async () => {
    server.answer = (request, response) => void response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
    expect(await http.ask({ name: 'main', url: server.url }, 'api', { effect: 'DELETE' })).toMatchObject({ json: undefined });
  });

  test('that is refused is not asked again, nor is a redirect followed', async () => {
    let calls = 0;
    server.answer = (request, response) => {
      calls += 1;
      status(calls === 1 ? 503 : 307, { location: '/api' })(request, response);
    };
    await failure(asked());
    await failure(asked());
    expect(calls).toBe(2);
  });

  test('is refused for the reason that the adapter reads from the answer', async () => {
    server.answer = status(422);
    const error = await failure(
      http.ask({ name: 'main', url: server.url }, 'api', {
        reasonOf: (code, words) => (code === 422 && words === 'x' ? 'TooLarge' : undefined),
      }),
    );
    expect(gapReason(error)).toBe('TooLarge');
    expect(error.message).toBe('main: HTTP 422: it could not work out the answer');
  });
});

test('JSON that is deeper than any answer is refused before it is read, and brackets in texts do not count', () => {
  const brackets = '[{'.repeat(10_000);
  expect(jsonIn(JSON.stringify({ a: brackets, b: `\\"${brackets}` }))).toEqual({ a: brackets, b: `\\"${brackets}` });
  expect(jsonIn('[[],[],{}]')).toEqual([[], [], {}]);
  expect(() => jsonIn(`${'['.repeat(201)}${']'.repeat(201)}`)).toThrow('nests more than 200 deep');
  expect(jsonIn(`${'['.repeat(200)}${']'.repeat(200)}`)).toBeDefined();
});
