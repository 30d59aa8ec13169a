import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { bodyOf } from '../../../src/intake/body.ts';
import { Rejection } from '../../../src/intake/rejection.ts';
import { type Listening, type ListenOptions, listen } from '../../../src/server/listen.ts';

const started: Listening[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ close }) => close()));
});

async function start(fetch: ListenOptions['fetch'], timeouts: ListenOptions['timeouts'] = {}): Promise<Listening> {
  const listening = await listen({ fetch, host: '127.0.0.1', port: 0, clock: systemClock, timeouts });
  started.push(listening);
  return listening;
}

/** What the server says until it closes the connection. */
async function talk(port: number, write: (socket: Socket) => void): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  write(socket);
  await new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
  });
  return Buffer.concat(chunks).toString();
}

const size = async (request: Request): Promise<Response> => {
  try {
    for await (const _ of bodyOf(request, { maxBytes: 64 * 1024 }, () => undefined));
    return new Response('taken');
  } catch (error) {
    return new Response(null, { status: error instanceof Rejection ? error.status : 500 });
  }
};

describe('listen', () => {
  test('serves on the port that the system chose', async () => {
    const { port } = await start(() => new Response('hello'));
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello');
  });

  test('says what to do about a port that is in use', async () => {
    const { port } = await start(() => new Response(''));
    await expect(listen({ fetch: () => new Response(''), host: '127.0.0.1', port, clock: systemClock })).rejects.toThrow(
      `listen on 127.0.0.1:${port}: the port is in use; set http.port or API_PORT to another one`,
    );
  });

  test('names the settings of the place, where they are others', async () => {
    const { port } = await start(() => new Response(''));
    const settings = { host: 'mcp.host', port: 'mcp.port or MCP_PORT' };
    await expect(listen({ fetch: () => new Response(''), host: '127.0.0.1', port, settings, clock: systemClock })).rejects.toThrow(
      'the port is in use; set mcp.port or MCP_PORT to another one',
    );
  });

  test('says what to do about an address that the machine does not have', async () => {
    await expect(listen({ fetch: () => new Response(''), host: '192.0.2.1', port: 0, clock: systemClock })).rejects.toThrow(
      'this machine has no such address',
    );
  });

  test('gives up on a client that is too slow with its headers', async () => {
    const { port } = await start(() => new Response(''), { headersMs: 200 });
    expect(await talk(port, (socket) => socket.write('GET / HTTP/1.1\r\nHost: x\r\n'))).toMatch(/^HTTP\/1\.1 408 /u);
  });

  test('gives up on a client that is too slow with its body, and is free for others', async () => {
    const { port } = await start(size, { headersMs: 200, requestMs: 300 });
    const slow = talk(port, (socket) =>
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'),
    );
    expect(
      await (
        await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
      ).text(),
    ).toBe('taken');
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /u);
  });

  test('refuses a body that is too large while it is still being sent', async () => {
    const { port } = await start(size);
    const answer = await talk(port, (socket) => {
      socket.write(
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      for (let index = 0; index < 32; index += 1) socket.write(`1000\r\n${'x'.repeat(0x1000)}\r\n`);
      socket.write('0\r\n\r\n');
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /u);
  });

  test('answers what is under way before it stops, and takes nothing new', async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { port, close } = await start(async () => {
      begin();
      await release;
      return new Response('done');
    });
    const answer = fetch(`http://127.0.0.1:${port}/`);
    await begun;
    const closed = close();
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    resolve();
    expect(await (await answer).text()).toBe('done');
    await closed;
  });

  test('does not wait for ever for what is under way', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { port, close } = await start(
      async () => {
        begin();
        await delay(60_000, undefined, { ref: false });
        return new Response('');
      },
      { drainMs: 50 },
    );
    const answer = fetch(`http://127.0.0.1:${port}/`);
    await begun;
    await Promise.all([close(), expect(answer).rejects.toThrow()]);
  });
});
