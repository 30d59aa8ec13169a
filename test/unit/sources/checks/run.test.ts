/** Checks against real servers on the loopback, which is exempt here from the policy that refuses it. */
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createCallBudget } from '../../../../src/sources/budget.ts';
import { createAddressPolicy } from '../../../../src/sources/checks/addresses.ts';
import type { CheckResult, CheckTarget, Speech } from '../../../../src/sources/checks/check.ts';
import { systemResolver } from '../../../../src/sources/checks/resolve.ts';
import { type CheckDeps, runChecks } from '../../../../src/sources/checks/run.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { identity, type Wanted } from '../../../support/serverCertificates.ts';

const HOST = 'shop.example.com';
const open: { server: Server; sockets: Set<Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  open.push({ server, sockets });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

const root = identity({ name: 'Root', authority: true });
const intermediate = identity({ name: 'Intermediate', issuer: root, authority: true });

async function secureServer(wanted: Partial<Wanted>, more: TlsOptions & { readonly chain?: readonly string[] } = {}): Promise<number> {
  const { certificatePem, keyPem } = identity({ name: 'server', names: [HOST], issuer: root, ...wanted });
  const { chain = [], ...options } = more;
  const server = createTlsServer({ key: keyPem, cert: [certificatePem, ...chain].join(''), ...options }, (socket) =>
    socket.on('error', () => undefined).end('HTTP/1.1 204 No Content\r\n\r\n'),
  );
  return listen(server.on('tlsClientError', () => undefined));
}

const deps = (more: Partial<CheckDeps> = {}): CheckDeps => ({
  clock: systemClock,
  resolver: () => Promise.resolve(['127.0.0.1']),
  policy: createAddressPolicy({ exempt: ['127.0.0.1/32'] }),
  budget: createCallBudget(20, 4),
  cleaner: createCleaner(createRedactor().text),
  authorities: [root.certificatePem],
  timeoutMs: 400,
  ...more,
});

const target = (port: number, speech: Speech, more: Partial<CheckTarget> = {}): CheckTarget => ({
  host: HOST,
  port,
  speech,
  from: 'Ingress',
  object: { kind: 'Ingress', namespace: 'web', name: 'shop' },
  inCluster: false,
  ...more,
});

async function check(port: number, speech: Speech, more: Partial<CheckDeps> = {}): Promise<readonly CheckResult[]> {
  return (await runChecks(deps(more), [target(port, speech)])).results;
}
const told = (results: readonly CheckResult[]): readonly string[] => results.map(({ check: what, outcome }) => `${what} ${outcome}`);
const coded = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));

describe('DNS', () => {
  test.each<{ name: string; resolver: CheckDeps['resolver']; want: string; says: string }>([
    { name: 'that has no such name', resolver: () => coded('ENOTFOUND'), want: 'NoSuchName', says: 'DNS has no shop.example.com' },
    { name: 'that does not work', resolver: () => coded('EAI_AGAIN'), want: 'ResolverFailed', says: 'did not answer' },
    { name: 'that is silent', resolver: () => new Promise(() => undefined), want: 'TimedOut', says: 'no end within 400 ms' },
    { name: 'that gives nothing', resolver: () => Promise.resolve([]), want: 'NoSuchName', says: 'no address' },
    {
      name: 'that leads to a metadata service',
      resolver: () => Promise.resolve(['169.254.169.254']),
      want: 'NotAllowed',
      says: 'not connected to',
    },
    {
      name: 'that leads to a private address',
      resolver: () => Promise.resolve(['10.0.0.1', '::ffff:10.0.0.2']),
      want: 'NotAllowed',
      says: 'private',
    },
  ])('$name ends the checks', async ({ resolver, want, says }) => {
    const results = await check(1, 'https', { resolver });
    expect(told(results)).toEqual([`dns ${want}`]);
    expect(results[0]?.detail).toContain(says);
  });

  test('is asked once, for an absolute name, and the address that was judged is the one that is connected to', async () => {
    const asked: string[] = [];
    const resolver = (name: string) => {
      asked.push(name);
      return Promise.resolve(asked.length === 1 ? ['169.254.169.254', '127.0.0.1'] : ['169.254.169.254']);
    };
    const results = await check(await secureServer({}), 'https', { resolver });
    expect(asked).toEqual([`${HOST}.`]);
    expect(told(results)).toEqual(['dns Resolved', 'tcp Open', 'tls Trusted', 'http Answered']);
    expect(results.slice(1).map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
  });
});

describe('the resolver of the system', () => {
  test('knows this host, and gives its code for a name that is none', async () => {
    expect(await systemResolver('localhost')).toContain('127.0.0.1');
    await expect(systemResolver('a name that is none')).rejects.toMatchObject({ code: expect.stringMatching(/^E/u) });
  });

  test('is refused this host by the policy', async () => {
    const results = await check(1, 'tcp', { resolver: () => systemResolver('localhost'), policy: createAddressPolicy() });
    expect(told(results)).toEqual(['dns NotAllowed']);
  });
});

describe('TCP', () => {
  test('that nobody listens on', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => {
      server.close(resolve);
    });
    open.splice(0);
    expect(told(await check(port, 'tcp'))).toEqual(['dns Resolved', 'tcp Refused']);
  });

  test('that is open', async () => {
    expect(told(await check(await listen(createServer()), 'tcp'))).toEqual(['dns Resolved', 'tcp Open']);
  });
});

describe('TLS', () => {
  const issuerUrl = 'http://authority.test/intermediate.crt';
  test.each<{ name: string; wanted?: Partial<Wanted>; chain?: readonly string[]; want: readonly string[]; says: string }>([
    { name: 'that is in order', want: [], says: 'trusted' },
    { name: 'with its whole chain', wanted: { issuer: intermediate }, chain: [intermediate.certificatePem], want: [], says: 'trusted' },
    { name: 'that expired', wanted: { from: -90, to: -3 }, want: ['Expired'], says: 'it expired on' },
    { name: 'that is not valid yet', wanted: { from: 3, to: 9 }, want: ['NotYetValid'], says: 'not valid before' },
    {
      name: 'for another name',
      wanted: { names: ['other.example.com'] },
      want: ['WrongName'],
      says: 'for other.example.com and not for shop.example.com',
    },
    { name: 'for all of the domain', wanted: { names: ['*.example.com'] }, want: [], says: 'trusted' },
    { name: 'that is signed by itself', wanted: { issuer: undefined as never }, want: ['SelfSigned'], says: 'signed by itself' },
    {
      name: 'of an issuer that nobody knows',
      wanted: { issuer: identity({ name: 'Nobody', authority: true }) },
      want: ['UnknownIssuer'],
      says: 'its issuer Nobody',
    },
    {
      name: 'without the intermediate',
      wanted: { issuer: intermediate, issuerUrl },
      want: ['ChainIncomplete'],
      says: 'does not send the certificate of its issuer Intermediate',
    },
    {
      name: 'with everything wrong',
      wanted: { issuer: undefined as never, names: ['x.test'], from: -9, to: -3 },
      want: ['Expired', 'WrongName', 'SelfSigned'],
      says: 'it expired',
    },
  ])('$name', async ({ wanted = {}, chain = [], want, says }) => {
    const results = await check(await secureServer(wanted, { chain }), 'tls');
    expect(results[2]).toMatchObject({ check: 'tls', outcome: want[0] ?? 'Trusted', problems: want });
    expect(results[2]?.detail).toContain(says);
  });

  test('tells what the certificate says', async () => {
    const [, , tls] = await check(await secureServer({ issuer: intermediate }, { chain: [intermediate.certificatePem] }), 'tls');
    expect(tls).toMatchObject({ certificate: { subject: 'server', issuer: 'Intermediate', names: [HOST], protocol: 'TLSv1.3' } });
  });

  test('where something else is spoken', async () => {
    const port = await listen(createServer((socket) => socket.on('error', () => undefined).end('220 mail.example.com ESMTP\r\n')));
    expect(told(await check(port, 'https'))).toEqual(['dns Resolved', 'tcp Open', 'tls NotTls']);
  });

  test('where nothing is said', async () => {
    expect(told(await check(await listen(createServer()), 'https'))).toEqual(['dns Resolved', 'tcp Open', 'tls TimedOut']);
  });

  test('where the other side hangs up', async () => {
    const port = await listen(createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.destroy())));
    expect(told(await check(port, 'https'))).toEqual(['dns Resolved', 'tcp Open', 'tls Reset']);
  });
});

describe('HTTP', () => {
  const http = (listener: RequestListener) => listen(createHttpServer(listener));

  test('is told by its status, and a redirect is not followed', async () => {
    const seen: string[] = [];
    const port = await http((request, response) => {
      seen.push(`${request.method} ${request.headers.host} ${request.url}`);
      response.writeHead(302, { location: 'http://169.254.169.254/latest?token=abc' }).end();
    });
    const results = await check(port, 'http');
    expect(results[2]).toMatchObject({
      check: 'http',
      outcome: 'Answered',
      status: 302,
      detail: 'HTTP 302, redirects to http://169.254.169.254',
    });
    expect(seen).toEqual([`GET ${HOST}:${port} /`]);
  });

  test('leaves a body without end where it is', async () => {
    const port = await http((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'a');
      const pour = (): void => {
        while (response.write(chunk));
        response.once('drain', pour);
      };
      pour();
    });
    expect((await check(port, 'http'))[2]).toMatchObject({ outcome: 'Answered', status: 200 });
  });

  test.each<{ name: string; says: string; want: string }>([
    {
      name: 'headers without end',
      says: `HTTP/1.1 200 OK\r\n${'x-a: aaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(2000)}`,
      want: 'HeadersTooLarge',
    },
    { name: 'something else', says: '220 mail.example.com ESMTP\r\n', want: 'NotHttp' },
    { name: 'nothing, and an end', says: '', want: 'Reset' },
  ])('that answers with $name', async ({ says, want }) => {
    const port = await listen(createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(says))));
    expect((await check(port, 'http'))[2]).toMatchObject({ check: 'http', outcome: want });
  });

  test('that is silent', async () => {
    expect((await check(await listen(createServer()), 'http'))[2]).toMatchObject({ check: 'http', outcome: 'TimedOut' });
  });
});

describe('many checks', () => {
  test('stop at the budget, and what was not tried is a gap', async () => {
    const port = await listen(createServer());
    const targets = Array.from({ length: 3 }, (_, index) => target(port, 'tcp', { host: `h${index}.example.com` }));
    const { results, gaps } = await runChecks(deps({ budget: createCallBudget(2, 1) }), targets);
    expect(results.filter(({ check: what }) => what === 'tcp')).toHaveLength(2);
    expect(gaps).toMatchObject([{ source: 'checks', reason: 'TooLarge' }]);
  });

  test('end with the investigation', async () => {
    const end = new AbortController();
    const timeUp = (): void => end.abort(new DOMException('the time was up', 'TimeoutError'));
    const port = await listen(createServer((socket) => socket.once('data', timeUp)));
    const running = runChecks(deps({ timeoutMs: 60_000 }), [target(port, 'https')], end.signal);
    expect(await running).toMatchObject({ results: [], gaps: [{ source: 'checks', reason: 'TimedOut' }] });
  });
});
