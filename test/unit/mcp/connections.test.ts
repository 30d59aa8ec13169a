/** Connections that last: batches and nonsense on them, lines, clients that do not read, and calls that are counted. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { defineTool } from '../../../src/tools/tool.ts';
import { callerNamed, echo, type McpTestServer, notes, slow, startMcp } from '../../support/mcpEndpoint.ts';
import { until, untilTrue } from '../../support/until.ts';

let server: McpTestServer;
let release: () => void;
beforeEach(async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  release = resolve;
  server = await startMcp({ tools: [echo, big, slow(() => promise)], kinds: [notes(new Map([['a', 'first']]))], quota: 300 });
});
afterEach(async () => {
  release();
  await server.stop();
});

/** As much as one answer may be. */
const big = defineTool({
  name: 'big',
  title: 'Big',
  description: 'Says much.',
  effect: 'reads',
  core: false,
  input: z.object({}),
  output: z.object({ much: z.string() }),
  run: async () => ({ text: 'x'.repeat(39_000), data: { much: 'x'.repeat(90_000) } }),
});

const ping = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'ping' });
const call = (id: unknown, name: string, input: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: input },
});

interface Talk {
  readonly heard: unknown[];
  readonly socket: WebSocket;
  readonly say: (value: unknown) => void;
}

async function talk(headers: Readonly<Record<string, string>> = {}): Promise<Talk> {
  const socket = new WebSocket(server.url.replace('http', 'ws'), 'mcp', { headers });
  const heard: unknown[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString('utf8'))));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { heard, socket, say: (value) => socket.send(typeof value === 'string' ? value : JSON.stringify(value)) };
}

describe('a WebSocket', () => {
  test('answers a batch as one, when the last of it is done, and goes on meanwhile', async () => {
    const { heard, say, socket } = await talk();
    say([ping(1), call(2, 'slow'), { jsonrpc: '2.0', method: 'notifications/initialized' }, { id: 3 }]);
    say(ping(4));
    await untilTrue('the other is answered', () => heard.length === 1);
    expect(heard[0]).toEqual({ jsonrpc: '2.0', id: 4, result: {} });
    release();
    await untilTrue('the batch is answered', () => heard.length === 2);
    expect(heard[1]).toEqual([
      { jsonrpc: '2.0', id: 3, error: expect.objectContaining({ code: -32_600 }) },
      { jsonrpc: '2.0', id: 1, result: {} },
      expect.objectContaining({ id: 2, result: expect.objectContaining({ structuredContent: { done: true } }) }),
    ]);
    socket.close();
  });

  test('says what is no message, and lives on', async () => {
    const { heard, say, socket } = await talk();
    for (const nonsense of ['{', '[]', '{"id": 1}', '"text"']) say(nonsense);
    say(ping(1));
    await untilTrue('all are answered', () => heard.length === 5);
    expect(heard.map((each) => (each as { error?: { code: number } }).error?.code)).toEqual([
      -32_700,
      -32_600,
      -32_600,
      -32_600,
      undefined,
    ]);
    socket.close();
  });

  test('ends at a message that is too large, or not text', async () => {
    for (const [message, code] of [
      ['x'.repeat(5 * 1024 * 1024), 1009],
      [Buffer.from('{}'), 1003],
    ] as const) {
      const { socket } = await talk();
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.send(message);
      expect(await closed).toBe(code);
    }
  });

  test('counts each call, as each request is counted', async () => {
    const { heard, say, socket } = await talk();
    for (let id = 0; id < 310; id += 1) say(call(id, 'echo', { text: 'a' }));
    await untilTrue('all are answered', () => heard.length === 310);
    const refused = heard.filter((each) => (each as { result: { isError?: boolean } }).result.isError === true);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(JSON.stringify(refused[0])).toContain('alice has asked 300 times in 60 s, which is the limit');
    socket.close();
  });

  test('of a client that does not read ends before it costs memory', async () => {
    const { socket, say } = await talk();
    socket.pause();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (let id = 0; id < 200; id += 1) say(call(id, 'big'));
    await untilTrue('the server lets it go', () => server.log.some(({ message }) => message === 'a client does not read what it is sent'));
    socket.resume();
    await closed;
  });
});

describe('a stream of events', () => {
  test('of a client that does not read ends before it costs memory', async () => {
    const socket = await listening();
    socket.on('error', () => undefined);
    const uri = 'note://a';
    for (let round = 0; round < 400 && !socket.closed; round += 1) {
      for (let index = 0; index < 500; index += 1) server.changes.publish({ kind: 'resource_updated', uri });
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.resume();
    await untilTrue('the server lets it go', () => socket.closed);
  });

  /** A bare socket that has asked to be told of changes, and reads no more than the head of the answer. */
  async function listening(): Promise<Socket> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'slow', version: '1' },
    };
    const params = { _meta: meta, notifications: { resourceSubscriptions: ['note://a'] } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params });
    const head = [
      'POST /mcp HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Content-Type: application/json',
      'Accept: application/json, text/event-stream',
      'MCP-Protocol-Version: 2026-07-28',
      'Mcp-Method: subscriptions/listen',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    await untilTrue('it listens', () => heard.includes('subscriptions/acknowledged'));
    socket.removeAllListeners('data').pause();
    return socket;
  }
});

describe('lines', () => {
  const started = (signal = new AbortController().signal) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const heard: unknown[] = [];
    createInterface({ input: output }).on('line', (line) => heard.push(JSON.parse(line)));
    const ended = server.mcp.lines({ caller: callerNamed('alice'), toolset: 'core' }, { input, output }, signal);
    return { input, heard, ended };
  };

  test('are messages, however they are cut on their way', async () => {
    const { input, heard, ended } = started();
    const text = `${JSON.stringify(ping(1))}\r\n\n${JSON.stringify(call(2, 'echo', { text: 'hä' }))}\n${JSON.stringify(ping(3))}`;
    for (const byte of Buffer.from(text)) input.write(Buffer.from([byte]));
    await untilTrue('two are answered', () => heard.length === 2);
    expect(JSON.stringify(heard)).toContain('hä');
    input.end();
    await ended;
    expect(heard.map((each) => (each as { id: number }).id).toSorted((a, b) => a - b)).toEqual([1, 2]);
  });

  test('that came before the end are answered before it ends', async () => {
    const all = await startMcp({ tools: [slow(() => new Promise((resolve) => setImmediate(resolve)))] });
    const [input, output] = [new PassThrough(), new PassThrough()];
    const ended = all.mcp.lines({ caller: callerNamed('alice'), toolset: 'all' }, { input, output }, new AbortController().signal);
    input.end(`${JSON.stringify(call(1, 'slow'))}\n`);
    await ended;
    expect(String(output.read())).toContain('"structuredContent":{"done":true}');
    await all.stop();
  });

  test('that do not end are not read for ever', async () => {
    const { input, ended } = started();
    const refused = expect(ended).rejects.toThrow('a message is longer than 10 MiB');
    for (let index = 0; index < 11; index += 1) input.write(Buffer.alloc(1024 * 1024, 'x'));
    await refused;
  });

  test('end when the process is told to', async () => {
    const stop = new AbortController();
    const { ended } = started(stop.signal);
    stop.abort();
    expect(await until('it has ended', () => ended.then(() => 'ended'))).toBe('ended');
  });
});
