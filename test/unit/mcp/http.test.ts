/** What people and programs send to `/mcp` by hand: bare JSON-RPC, batches, nonsense, too much, and what they have no right to. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { echo, failing, type McpTestServer, notes, slow, startMcp } from '../../support/mcpEndpoint.ts';

let server: McpTestServer;
beforeEach(async () => {
  const tools = [echo, failing, slow(() => Promise.resolve())];
  server = await startMcp({ tools, kinds: [notes(new Map([['a', 'first']]))] });
});
afterEach(() => server.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
const STREAMING = { ...JSON_TYPE, accept: 'application/json, text/event-stream' };

const post = (body: unknown, headers: Readonly<Record<string, string>> = JSON_TYPE, query = ''): Promise<Response> =>
  fetch(`${server.url}${query}`, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
const asked = (method: string, params: object = {}, id: number | string = 1) => ({ jsonrpc: '2.0', id, method, params });
const call = (name: string, input: object = {}, id: number | string = 1) => asked('tools/call', { name, arguments: input }, id);
const answerTo = async (body: unknown, query = ''): Promise<Record<string, unknown>> =>
  (await (await post(body, JSON_TYPE, query)).json()) as Record<string, unknown>;
const initialize = asked('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } });

describe('a line of curl', () => {
  test('lists the tools without a session and without an Accept header, on both paths', async () => {
    const tools = expect.arrayContaining([expect.objectContaining({ name: 'echo', title: 'Echo' })]) as unknown;
    expect(await answerTo({ jsonrpc: '2.0', id: 1, method: 'tools/list' })).toEqual({ jsonrpc: '2.0', id: 1, result: { tools } });
    expect(await answerTo({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, '/http')).toEqual({ jsonrpc: '2.0', id: 1, result: { tools } });
  });

  test('calls a tool, as whoever it shows to be', async () => {
    const response = await post(call('echo', { text: 'hi' }), { ...JSON_TYPE, authorization: 'Bearer bob' });
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: 'hi' }], structuredContent: { said: ['hi'], to: 'bob' } },
    });
  });

  test('is told by GET what this is', async () => {
    const information = await (await fetch(server.url)).json();
    expect(information).toMatchObject({
      name: 'agent-sre',
      version: '1.2.3',
      protocolVersions: expect.arrayContaining(['2026-07-28', '2025-11-25']),
      tools: ['echo', 'failing', 'slow'],
      resources: ['note://{name}'],
    });
  });

  test('initializes, and goes on without a session', async () => {
    const response = await post(initialize);
    expect(response.headers.get('mcp-session-id')).toBeNull();
    expect(await response.json()).toMatchObject({ result: { protocolVersion: '2025-11-25', serverInfo: { name: 'agent-sre' } } });
  });

  test('that only notifies is taken without an answer', async () => {
    const response = await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect([response.status, await response.text()]).toEqual([202, '']);
  });
});

describe('a tool', () => {
  test('is listed with schemas and what it does', async () => {
    const { result } = (await answerTo(asked('tools/list'))) as { result: { tools: readonly Record<string, unknown>[] } };
    expect(result.tools[0]).toEqual({
      name: 'echo',
      title: 'Echo',
      description: 'Says the same.',
      inputSchema: {
        type: 'object',
        properties: {
          text: { type: 'string', maxLength: 1000, description: 'What to say.' },
          times: { type: 'integer', minimum: 1, maximum: 100_000, default: 1, description: 'How often.' },
        },
        required: ['text'],
      },
      outputSchema: {
        type: 'object',
        properties: { said: { type: 'array', items: { type: 'string' } }, to: { type: 'string' } },
        required: ['said', 'to'],
      },
      annotations: { title: 'Echo', readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    });
    expect(result.tools[2]).toMatchObject({ annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false } });
  });

  test.each([
    { name: 'names each field that is wrong', input: { text: 1, times: 0 }, tool: 'echo', want: /text: .*times: /u, reason: 'Invalid' },
    {
      name: 'says what its caller may not',
      input: { how: 'Forbidden' },
      tool: 'failing',
      want: /^alice may not get pods/u,
      reason: 'Forbidden',
    },
    {
      name: 'that fails inside says so, and nothing of the inside',
      input: { how: 'inside' },
      tool: 'failing',
      want: /^failing failed in a way that nobody expected; the log of Agent-SRE says how\.$/u,
      reason: 'Unavailable',
    },
  ])('$name', async ({ tool, input, want, reason }) => {
    const { result } = (await answerTo(call(tool, input))) as { result: Record<string, unknown> };
    expect(result).toEqual({
      content: [{ type: 'text', text: expect.stringMatching(want) }],
      isError: true,
      _meta: { 'agentsre.io/reason': reason },
    });
  });

  test('that is hidden cannot be called, and one that there is not is an error of the protocol', async () => {
    const { result } = (await answerTo(asked('tools/list'), '?toolset=core')) as { result: { tools: readonly { name: string }[] } };
    expect(result.tools.map(({ name }) => name)).toEqual(['echo']);
    for (const [query, name] of [
      ['?toolset=core', 'failing'],
      ['', 'approve_plan'],
    ] as const)
      expect(await answerTo(call(name), query)).toMatchObject({ error: { code: -32_602, message: `There is no tool "${name}" here.` } });
  });

  test('that says too much is cut, and says what is left out and how to get it', async () => {
    const { result } = (await answerTo(call('echo', { text: 'x'.repeat(99), times: 10_000 }))) as {
      result: { content: readonly { text: string }[]; structuredContent: { said: readonly string[] } };
    };
    expect(result.content[0]?.text.length).toBeLessThan(41_000);
    expect(result.content[0]?.text).toMatch(/more characters \(96\d\d lines\) are left out; narrow the question/u);
    expect(result.structuredContent.said.length).toBeGreaterThan(100);
    expect(JSON.stringify(result.structuredContent).length).toBeLessThan(100_000);
    expect(result.content[0]?.text).toContain(
      `${10_000 - result.structuredContent.said.length} entries of the structured content are left out`,
    );
  });
});

describe('a batch', () => {
  test('is answered as one, each by its id', async () => {
    const answers = (await (
      await post([
        call('echo', { text: 'a' }, 'a'),
        asked('ping', {}, 'p'),
        { jsonrpc: '2.0', method: 'notifications/initialized' },
        { id: 9 },
      ])
    ).json()) as readonly { readonly id: unknown }[];
    expect(new Map(answers.map((answer) => [answer.id, answer]))).toEqual(
      new Map<unknown, unknown>([
        ['a', expect.objectContaining({ result: expect.objectContaining({ structuredContent: { said: ['a'], to: 'alice' } }) })],
        ['p', { jsonrpc: '2.0', id: 'p', result: {} }],
        [9, expect.objectContaining({ error: expect.objectContaining({ code: -32_600 }) })],
      ]),
    );
  });

  test('counts as many calls as it has', async () => {
    const few = await startMcp({ tools: [echo], quota: 3 });
    const body = JSON.stringify([1, 2, 3, 4].map((id) => call('echo', { text: 'a' }, id)));
    const answers = (await (await fetch(few.url, { method: 'POST', headers: JSON_TYPE, body })).json()) as readonly {
      result: { isError?: boolean };
    }[];
    expect(answers.filter(({ result }) => result.isError === true)).toHaveLength(2);
    await few.stop();
  });
});

describe('what is not as it should be', () => {
  test.each([
    { name: 'no JSON', body: '{"jsonrpc": ', status: 400, code: -32_700 },
    { name: 'nothing', body: '', status: 400, code: -32_700 },
    { name: 'no JSON-RPC', body: { hello: 'world' }, status: 400, code: -32_600 },
    { name: 'an empty batch', body: [], status: 400, code: -32_600 },
    { name: 'a huge batch', body: Array.from({ length: 51 }, (_, id) => asked('ping', {}, id)), status: 400, code: -32_600 },
    { name: 'ten megabytes', body: call('echo', { text: 'x'.repeat(10_000_000) }), status: 413, code: -32_000 },
  ])('$name is $status with one sentence', async ({ body, status, code }) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code, message: expect.stringMatching(/^[A-Z].*[.;].*$/u) },
    });
  });

  test('a form is refused, as a page of a stranger could send it', async () => {
    const response = await post('a=b', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([response.status, await response.text()]).toEqual([415, expect.stringContaining('Content-Type: application/json')]);
  });

  test('a method that there is not', async () => {
    expect(await answerTo(asked('plans/approve'))).toMatchObject({ id: 1, error: { code: -32_601 } });
  });

  test.each([
    { name: 'of nobody', header: ['authorization', 'Bearer nobody'], status: 401 },
    { name: 'of a foreign page', header: ['origin', 'https://evil.example'], status: 403 },
  ])('a request $name is refused before its body is read', async ({ header, status }) => {
    const response = await post('{', { ...JSON_TYPE, ...Object.fromEntries([header]) });
    expect(response.status).toBe(status);
    if (status === 401) expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('a header that says something else than the body', async () => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    };
    const body = asked('tools/call', { name: 'echo', arguments: { text: 'a' }, _meta: meta });
    const headers = { ...STREAMING, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' };
    const good = await post(body, { ...headers, 'mcp-name': 'echo' });
    expect(good.status).toBe(200);
    for (const wrong of [{ 'mcp-name': 'failing' }, { 'mcp-name': 'echo', 'mcp-method': 'tools/list' }]) {
      const response = await post(body, { ...headers, ...wrong });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: -32_020 } });
    }
  });
});

describe('a session', () => {
  const opened = async (who = 'alice'): Promise<string> => {
    const response = await post(initialize, { ...STREAMING, authorization: `Bearer ${who}` });
    await response.body?.cancel();
    return response.headers.get('mcp-session-id') ?? '';
  };
  const used = async (id: string, method = 'ping', who = 'alice'): Promise<number> => {
    const response = await post(asked(method, { uri: 'note://a' }), { ...STREAMING, 'mcp-session-id': id, authorization: `Bearer ${who}` });
    await response.body?.cancel();
    return response.status;
  };

  test('is opened for a client that takes a stream, and ends when it says so', async () => {
    const id = await opened();
    expect(id).toMatch(/^[0-9a-f]{8}\.[0-9a-f-]{36}$/u);
    expect(await used(id)).toBe(200);
    const ended = await fetch(server.url, { method: 'DELETE', headers: { 'mcp-session-id': id } });
    expect([ended.status, await used(id)]).toEqual([200, 404]);
  });

  test('is nobody else’s', async () => {
    expect(await used(await opened('bob'), 'ping', 'alice')).toBe(403);
  });

  test('of another replica is no hindrance to a plain request, and none to subscribe in', async () => {
    const elsewhere = '0badcafe.00000000-0000-4000-8000-000000000000';
    expect([await used(elsewhere), await used(elsewhere, 'resources/subscribe')]).toEqual([200, 404]);
  });

  test('is needed to subscribe, and to have a stream', async () => {
    expect(await answerTo(asked('resources/subscribe', { uri: 'note://a' }))).toMatchObject({
      error: { message: expect.stringContaining('initialize a session first') },
    });
    expect((await fetch(server.url, { headers: { accept: 'text/event-stream' } })).status).toBe(405);
    expect((await fetch(server.url, { method: 'PUT' })).status).toBe(405);
  });
});
