import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { ToolError } from '../../../../src/tools/errors.ts';
import type { Answer, Call } from '../../../../src/tools/tool.ts';
import { type RestServer, startRest, testTool } from '../../../support/restServer.ts';
import { until } from '../../../support/until.ts';

let server: RestServer | undefined;
afterEach(() => server?.stop());

type Run = (input: Readonly<Record<string, unknown>>, call: Call) => Promise<Answer>;
/** Says what it was given. */
const echo: Run = async (input) => ({ text: 'It is so.', data: { given: input } });

async function serve(run: Run = echo): Promise<string> {
  server = await startRest({
    tools: ['check_golden_signals', 'analyze_logs', 'get_pod_logs', 'query_traces'].map((name) => testTool(name, run)),
  });
  return server.url;
}

function post(url: string, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers,
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  });
}

describe('an answer', () => {
  test('holds the prose and the numbers behind it', async () => {
    const answer = await post(`${await serve()}/golden-signals`, { service: 'checkout' });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { response: 'It is so.', timestamp: expect.stringMatching(/^20.*Z$/u), given: { service: 'checkout' } },
    ]);
  });

  test.each(['/golden-signals', '/api/golden-signals', '/api/v1/jamie/golden-signals'])('is the same at %s', async (path) => {
    expect((await post(`${await serve()}${path}`, {})).status).toBe(200);
  });

  test('is not there for a tool that this process does not have', async () => {
    expect((await post(`${await serve()}/prometheus/query`, {})).status).toBe(404);
  });
});

describe('fields', () => {
  test.each<{ name: string; path: string; sent: object; given: object }>([
    {
      name: 'go by the names of the tool',
      path: '/golden-signals',
      sent: { service: 'a', namespace: 'n' },
      given: { service: 'a', namespace: 'n' },
    },
    { name: 'go by the names that callers have', path: '/golden-signals', sent: { service_name: 'a' }, given: { service: 'a' } },
    { name: 'go by those names however they are written', path: '/golden-signals', sent: { serviceName: 'a' }, given: { service: 'a' } },
    {
      name: 'go by the name of the tool where both are sent',
      path: '/golden-signals',
      sent: { service_name: 'b', service: 'a' },
      given: { service: 'a' },
    },
    { name: 'that nobody knows are ignored', path: '/golden-signals', sent: { colour: 'red', __proto__: { a: 1 } }, given: {} },
    { name: 'that are null are absent', path: '/golden-signals', sent: { service: null }, given: {} },
    {
      name: 'of a question may be called message',
      path: '/query_traces',
      sent: { message: 'slow', trace_id: 'abc' },
      given: { query: 'slow', traceId: 'abc' },
    },
    { name: 'of a limit mean lines', path: '/kubernetes/logs', sent: { limit: 5 }, given: { lines: 5 } },
  ])('$name', async ({ path, sent, given }) => {
    const url = await serve();
    const answer = await post(`${url}${path === '/query_traces' ? '/api/query_traces' : path}`, sent);
    expect(await answer.json()).toMatchObject({ given });
  });

  test('that are wrong are named as they were sent, all at once', async () => {
    const answer = await post(`${await serve()}/kubernetes/logs`, { limit: 'many', service_name: 3 });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      {
        status: 400,
        detail: 'service_name: is missing; write the name of a service; limit: is no whole number',
        errors: [
          { field: 'service_name', problem: 'is missing; write the name of a service' },
          { field: 'limit', problem: 'is no whole number' },
        ],
      },
    ]);
  });
});

describe('a body', () => {
  test.each<{ name: string; body: unknown; headers?: Record<string, string>; status: number; detail?: string }>([
    {
      name: 'of curl, without a type, is taken',
      body: '{}',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      status: 200,
    },
    {
      name: 'that is packed is taken',
      body: gzipSync('{"service": "a"}'),
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      status: 200,
    },
    { name: 'that is empty has no fields', body: '', status: 200 },
    {
      name: 'that is not JSON is refused, with the place and without what stands there',
      body: '{"service": 1,\n  s3cret}',
      status: 400,
      detail: 'The body is not JSON at line 2, column 3; send an object such as {"name": "value"}.',
    },
    {
      name: 'that is a list is refused',
      body: [1],
      status: 400,
      detail: 'The body is JSON and not an object; send the fields as in {"name": "value"}.',
    },
    {
      name: 'that is deep is refused',
      body: `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`,
      status: 400,
      detail: 'The body is nested more than 32 deep; send plain fields.',
    },
    { name: 'with brackets in a text is not deep', body: { service: '['.repeat(100) }, status: 200 },
    {
      name: 'of bytes that are no text is refused',
      body: Uint8Array.of(0xff, 0xfe),
      status: 400,
      detail: 'The body is not text in UTF-8.',
    },
    {
      name: 'of another type is refused',
      body: '<a/>',
      headers: { 'content-type': 'text/xml' },
      status: 415,
      detail: 'The content type "text/xml" is not understood; send application/json.',
    },
    {
      name: 'that is too large is refused',
      body: `{"service": "${'x'.repeat(2 ** 20)}"}`,
      status: 413,
      detail: 'The body is larger than 1 MiB; send less at once.',
    },
  ])('$name', async ({ body, headers, status, detail }) => {
    const answer = await post(`${await serve()}/golden-signals`, body, headers);
    const said = (await answer.json()) as { readonly detail?: string };
    expect([answer.status, said.detail]).toEqual([status, detail]);
  });

  test('of 10 MB of logs is taken where logs are, as JSON and as text', async () => {
    const url = `${await serve(async ({ logs }) => ({ text: '', data: { length: String(logs).length } }))}/analyze-logs`;
    const logs = 'ERROR "x" \\ failed\n'.repeat(550_000);
    const answers = await Promise.all([post(url, { logs }), post(url, logs, { 'content-type': 'text/plain; charset=utf-8' })]);
    expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([{ length: logs.length }, { length: logs.length }]);
  });
});

describe('a call', () => {
  test('ends when its caller leaves', async () => {
    let signal: AbortSignal | undefined;
    const url = await serve((_, call) => {
      ({ signal } = call);
      return new Promise(() => undefined);
    });
    const leaving = new AbortController();
    const asked = fetch(`${url}/golden-signals`, { method: 'POST', body: '{}', signal: leaving.signal }).catch(() => 'left');
    await until('the tool runs', () => signal);
    leaving.abort();
    expect(await asked).toBe('left');
    await until('the tool is told', () => (signal?.aborted === true ? true : undefined));
    await until('it is over', () => server?.log.find(({ message }) => message === 'called'));
    expect(server?.log).toMatchObject([{ level: 'info', fields: { status: 499 } }]);
  });

  test('that still runs when the server stops is told so', async () => {
    let isRunning = false;
    const url = await serve(() => {
      isRunning = true;
      return new Promise(() => undefined);
    });
    const asked = post(`${url}/golden-signals`, {});
    await until('the tool runs', () => (isRunning ? true : undefined));
    await server?.stop();
    const answer = await asked;
    expect([answer.status, await answer.json()]).toMatchObject([503, { detail: 'This server stops; ask again in a moment.' }]);
  });

  test('that fails says why in the words of the tool, and nothing of the inside', async () => {
    const url = await serve(async () => {
      throw new ToolError('Unavailable', 'ask Loki: it cannot be reached just now', { cause: new Error('connect 10.1.2.3:3100') });
    });
    const answer = await post(`${url}/golden-signals`, {});
    expect([answer.status, await answer.text()]).toEqual([503, expect.not.stringContaining('10.1.2.3')]);
  });
});
