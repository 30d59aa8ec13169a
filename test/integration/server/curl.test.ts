/** Every line of docs/rest.md as a user types it, by the real curl, against a real gateway over a real API server, Prometheus and Loki. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ShopWorld, startShop } from '../../support/shopWorld.ts';

const run = promisify(execFile);
const page = readFileSync(join(import.meta.dirname, '../../../docs/rest.md'), 'utf8');
const lines = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gmu)].flatMap((block) => (block[1] ?? '').trim().split('\n'));
const pathOf = (line: string): string => /localhost:8080(\/\S*)/u.exec(line)?.[1] ?? '';

/** Of product.md, "REST, agent", "REST, Jamie" and the web front end's. */
const PROMISED = [
  '/chat /analyze-logs /incident-response /monitoring-advice /golden-signals /prometheus/query /kubernetes/logs',
  '/api/query_metrics /api/query_logs /api/query_traces /api/query_grafana /health /ready /openapi.json',
  '/api/chat /api/golden-signals /api/prometheus/query /api/grafana/query /api/pod-logs /api/analyze-logs',
  '/api/incident-response /api/monitoring-advice',
  '/api/v1/jamie/chat /api/v1/jamie/golden-signals /api/v1/jamie/prometheus/query /api/v1/jamie/pod-logs /api/v1/jamie/analyze-logs',
  '/api/v1/jamie/health /api/v1/jamie/ready',
].flatMap((paths) => paths.split(' '));

let world: ShopWorld;
beforeAll(async () => {
  world = await startShop();
}, 240_000);
afterAll(() => world?.stop());

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** @param line as it stands on the page */
async function typed(line: string, more = ''): Promise<Answered> {
  const command = line
    .replace('http://localhost:8080', world.url)
    .replace('curl ', `curl -sS ${more} -w '\\n%{http_code} %{content_type}' `);
  const { stdout } = await run('bash', ['-c', command], { timeout: 60_000 });
  const at = stdout.lastIndexOf('\n');
  const [status = '', ...type] = stdout.slice(at + 1).split(' ');
  return { status: Number(status), type: type.join(' '), body: stdout.slice(0, at) };
}

const GOLDEN = {
  status: expect.stringMatching(/^(healthy|degraded|unhealthy|unknown)$/u),
  latency: expect.any(String),
  traffic: expect.any(String),
  errors: expect.any(String),
  saturation: expect.any(String),
};
const CHAT = {
  response: expect.stringMatching(/\S/u),
  timestamp: expect.stringMatching(/Z$/u),
  conversationId: expect.stringMatching(/\S/u),
  evidence: expect.any(Array),
};

/** What the answer of a path holds beside its prose. */
function wanted(path: string): object {
  if (path.endsWith('/health') || path.endsWith('/ready')) return { status: 'ok' };
  if (path === '/openapi.json') return { openapi: '3.1.0' };
  if (path.endsWith('/chat')) return CHAT;
  return {
    response: expect.stringMatching(/\S/u),
    timestamp: expect.stringMatching(/Z$/u),
    ...(path.endsWith('/golden-signals') ? GOLDEN : {}),
  };
}

describe('the page', () => {
  test('has a line for every route that is promised', () => {
    const shown = new Set(lines.map(pathOf));
    expect(PROMISED.filter((path) => !shown.has(path))).toEqual([]);
  });

  test('and the server has all of them', async () => {
    const { paths } = (await (await fetch(`${world.url}/openapi.json`)).json()) as { readonly paths: object };
    expect(PROMISED.filter((path) => path !== '/openapi.json' && !(path in paths))).toEqual([]);
  });
});

describe('a line of the page', () => {
  // Some wait for a diagnosis that nobody makes here.
  test.concurrent.each(lines.filter((line) => !line.includes('text/event-stream') && !line.endsWith('/docs')))('%s', async (line) => {
    const { status, type, body } = await typed(line);
    expect([status, type], body).toEqual([200, 'application/json']);
    expect(JSON.parse(body)).toMatchObject(wanted(pathOf(line)));
  });

  test('streams the answer of Jamie', async () => {
    const { status, type, body } = await typed(lines.find((line) => line.includes('text/event-stream')) ?? '');
    expect([status, type]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(body).toMatch(/^event: token$/mu);
    const final = /^event: final\ndata: (.*)$/mu.exec(body)?.[1] ?? '';
    expect(JSON.parse(final)).toMatchObject(CHAT);
  });

  test('shows the page for people, whole in itself', async () => {
    const { status, type, body } = await typed('curl http://localhost:8080/docs');
    expect([status, type]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).not.toMatch(/<script|src=|@import|url\(/u);
  });

  test('is not answered anew to who has the answer', async () => {
    const etag = (await fetch(`${world.url}/openapi.json`)).headers.get('etag') ?? '';
    expect((await typed('curl http://localhost:8080/openapi.json', `-H 'If-None-Match: ${etag}'`)).status).toBe(304);
  });
});

describe('a wrong line', () => {
  test.each([
    { line: `curl http://localhost:8080/chat -d '{}'`, status: 400, detail: 'message: is missing; write the question' },
    {
      line: `curl http://localhost:8080/chat -d 'hello'`,
      status: 400,
      detail: 'The body is not JSON; send an object such as {"name": "value"}.',
    },
    { line: `curl http://localhost:8080/chat`, status: 405, detail: '/chat is for POST.' },
    { line: `curl http://localhost:8080/nothing`, status: 404, detail: 'There is nothing at this path; GET /docs says what there is.' },
    {
      line: `curl http://localhost:8080/chat -H 'Authorization: Bearer forged' -d '{"message": "hi"}'`,
      status: 401,
      detail:
        'The token is not valid here. Send “Authorization: Bearer TOKEN”; get a token of a ServiceAccount by: kubectl create token NAME --namespace NAMESPACE.',
    },
    {
      line: `curl http://localhost:8080/chat -H 'Host: evil.example' -d '{"message": "hi"}'`,
      status: 403,
      detail: 'The Host header "evil.example" is none of this server’s; add it to http.allowedHosts.',
    },
    {
      line: `curl http://localhost:8080/chat -H 'Origin: https://evil.example' -d '{"message": "hi"}'`,
      status: 403,
      detail: 'Web pages of "https://evil.example" may not call this server; add that to http.allowedOrigins.',
    },
    {
      line: `head -c 10000000 /dev/zero | tr '\\0' x | curl http://localhost:8080/golden-signals --data-binary @-`,
      status: 413,
      detail: 'The body is larger than 1 MiB; send less at once.',
    },
  ])('is told what to do: $line', async ({ line, status, detail }) => {
    const answer = await typed(line);
    expect([answer.status, answer.type, JSON.parse(answer.body)]).toMatchObject([status, 'application/problem+json', { status, detail }]);
  });

  test('of mallory, who may see nothing, shows nothing of the shop', async () => {
    const answer = await typed(
      `curl http://localhost:8080/kubernetes/logs -H 'Authorization: Bearer ${world.cluster.tokenFor('mallory')}' -d '{"namespace": "shop", "pod": "checkout-5d9c7f7d8-x2x7p"}'`,
    );
    expect([answer.status, answer.body]).toEqual([403, expect.not.stringContaining('connection refused')]);
    expect((JSON.parse(answer.body) as { readonly detail: string }).detail).toMatch(/^mallory may not get pods\S* .*in namespace shop/u);
  });
});
