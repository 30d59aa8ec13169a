import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Chat, ChatReply } from '../../../../src/chat/port.ts';
import { Refusal } from '../../../../src/server/refusal.ts';
import { ToolError } from '../../../../src/tools/errors.ts';
import { createFakeClock } from '../../../support/fakeClock.ts';
import { type RestOptions, type RestServer, startRest } from '../../../support/restServer.ts';
import { until, untilTrue } from '../../../support/until.ts';

let server: RestServer | undefined;
afterEach(() => server?.stop());

const reply: ChatReply = {
  response: 'Checkout is slow.',
  timestamp: '2026-11-21T12:00:00Z',
  conversationId: 'c1',
  evidence: [{ id: 'e1', tool: 'query_metrics', query: 'up', at: '2026-11-21T12:00:00Z', summary: '1' }],
};
/** Says what it was asked, and answers in two pieces with a tool in between. */
const talker = (asked: unknown[] = []): Chat => ({
  ask: async (question, { caller }, onEvent) => {
    asked.push([caller.username, question]);
    onEvent?.({ type: 'text', text: 'Checkout ' });
    onEvent?.({ type: 'tool', id: 'e1', tool: 'query_metrics', query: 'up', state: 'begun' });
    onEvent?.({ type: 'text', text: 'is slow.' });
    return reply;
  },
});
const failing = (error: Error): Chat => ({
  ask: async () => {
    throw error;
  },
});

async function serve(options: RestOptions): Promise<string> {
  server = await startRest(options);
  return server.url;
}

function ask(url: string, body: object, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(url, { method: 'POST', body: JSON.stringify(body), headers, signal: signal ?? null });
}
const asStream = { accept: 'text/event-stream' };

interface Event {
  readonly event: string;
  readonly data: unknown;
}

function eventsIn(text: string): readonly Event[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => {
      const [event = '', data = ''] = block.split('\n');
      return { event: event.slice('event: '.length), data: JSON.parse(data.slice('data: '.length)) as unknown };
    });
}

describe('chat', () => {
  test.each(['/chat', '/api/chat', '/api/v1/jamie/chat'])('answers at %s with what it rests on', async (path) => {
    const answer = await ask(`${await serve({ chat: talker() })}${path}`, { message: 'what is broken?' });
    expect([answer.status, await answer.json()]).toEqual([200, reply]);
  });

  test.each<{ sent: object; question: object }>([
    { sent: { message: ' hello ' }, question: { message: 'hello' } },
    { sent: { question: 'hello', conversation_id: 'c1' }, question: { message: 'hello', conversationId: 'c1' } },
    { sent: { query: 'hello', context: 'INC-1', other: 1 }, question: { message: 'hello', context: 'INC-1' } },
    { sent: { prompt: 'hello', context: { incident: 'inc-1' } }, question: { message: 'hello', context: '{"incident":"inc-1"}' } },
  ])('takes $sent as the question that it is', async ({ sent, question }) => {
    const asked: unknown[] = [];
    await ask(`${await serve({ chat: talker(asked) })}/chat`, sent);
    expect(asked).toEqual([['alice', expect.objectContaining(question)]]);
  });

  test.each<{ sent: object; errors: object }>([
    { sent: {}, errors: [{ field: 'message', problem: 'is missing; write the question' }] },
    { sent: { message: '' }, errors: [{ field: 'message', problem: 'is empty; write the question' }] },
    { sent: { message: 5, conversationId: [] }, errors: [{ field: 'message' }, { field: 'conversationId' }] },
    { sent: { message: 'x'.repeat(8001) }, errors: [{ field: 'message', problem: 'is too long; the most is 8000 characters' }] },
    { sent: { message: 'x', context: 'x'.repeat(8001) }, errors: [{ field: 'context' }] },
  ])('refuses $sent.message and names what is wrong, also to who wants a stream', async ({ sent, errors }) => {
    const url = `${await serve({ chat: talker() })}/chat`;
    for (const headers of [{}, asStream]) {
      const answer = await ask(url, sent, headers);
      expect([answer.status, await answer.json()]).toMatchObject([400, { errors }]);
    }
  });

  test('says that a model is away with the exact status', async () => {
    const chat = failing(new ToolError('Unavailable', 'ask the model: it cannot be reached just now'));
    const answer = await ask(`${await serve({ chat })}/chat`, { message: 'hi' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  });

  test('is limited by caller', async () => {
    const url = `${await serve({ chat: talker(), chatsPerMinute: 1 })}/chat`;
    expect([(await ask(url, { message: 'a' })).status, (await ask(url, { message: 'a' })).status]).toEqual([200, 429]);
  });
});

describe('a stream', () => {
  test('tells tokens and tools as they come, and the whole at the end', async () => {
    const answer = await ask(`${await serve({ chat: talker() })}/chat`, { message: 'hi' }, asStream);
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(eventsIn(await answer.text())).toEqual([
      { event: 'token', data: { text: 'Checkout ' } },
      { event: 'tool', data: { id: 'e1', tool: 'query_metrics', query: 'up', state: 'begun' } },
      { event: 'token', data: { text: 'is slow.' } },
      { event: 'final', data: reply },
    ]);
  });

  test('begins before there is anything to tell', async () => {
    let answerNow: (reply: ChatReply) => void = () => undefined;
    const chat: Chat = { ask: () => new Promise((resolve) => (answerNow = resolve)) };
    const answer = await ask(`${await serve({ chat })}/chat`, { message: 'hi' }, asStream);
    expect(answer.status).toBe(200);
    answerNow(reply);
    expect(eventsIn(await answer.text())).toEqual([{ event: 'final', data: reply }]);
  });

  test.each([
    { error: new ToolError('NotConfigured', 'No model is configured.'), problem: { status: 501, detail: 'No model is configured.' } },
    { error: new Error('inside'), problem: { status: 500, detail: 'Something went wrong here; the log of this service says what.' } },
  ])('ends with the problem where $error.message', async ({ error, problem }) => {
    const answer = await ask(`${await serve({ chat: failing(error) })}/chat`, { message: 'hi' }, asStream);
    expect(eventsIn(await answer.text())).toEqual([
      {
        event: 'error',
        data: { type: 'about:blank', title: expect.any(String), ...problem, requestId: answer.headers.get('x-request-id') },
      },
    ]);
  });

  test('is kept alive while nothing is said', async () => {
    const clock = createFakeClock();
    const chat: Chat = { ask: () => new Promise(() => undefined) };
    const answer = await ask(`${await serve({ chat, clock })}/chat`, { message: 'hi' }, asStream);
    const reader = answer.body?.getReader();
    const read = reader?.read();
    await clock.advance(15_000);
    expect(Buffer.from((await read)?.value ?? []).toString()).toBe(': still at it\n\n');
    await reader?.cancel();
    const stopping = server?.stop();
    server = undefined;
    await clock.advance(20_000);
    await stopping;
  });

  test('ends what is done for a client that has left', async () => {
    let signal: AbortSignal | undefined;
    const chat: Chat = {
      ask: (_, call) => {
        ({ signal } = call);
        return new Promise(() => undefined);
      },
    };
    const leaving = new AbortController();
    await ask(`${await serve({ chat })}/chat`, { message: 'hi' }, asStream, leaving.signal);
    await until('the chat runs', () => signal);
    leaving.abort();
    await untilTrue('it is told', () => signal?.aborted === true);
    expect(server?.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('holds little for a client that does not read, and lets go of it', async () => {
    let signal: AbortSignal | undefined;
    let sent = 0;
    const chat: Chat = {
      ask: async (_, call, onEvent) => {
        ({ signal } = call);
        while (!call.signal.aborted && sent < 64 * 2 ** 20) {
          onEvent?.({ type: 'text', text: 'x'.repeat(64 * 1024) });
          sent += 64 * 1024;
          await new Promise((resolve) => setImmediate(resolve));
        }
        throw call.signal.reason as Error;
      },
    };
    const { port } = new URL(await serve({ chat }));
    const socket = connect(Number(port), '127.0.0.1').pause();
    const body = '{"message": "hi"}';
    socket.write(`POST /chat HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await untilTrue('it is given up', () => signal?.aborted === true);
    expect(sent).toBeLessThan(32 * 2 ** 20);
    socket.destroy();
  });

  test('that is open when the server stops is told so, and the server ends', async () => {
    const chat: Chat = {
      ask: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    };
    const answer = await ask(`${await serve({ chat })}/chat`, { message: 'hi' }, asStream);
    const stopped = server?.stop();
    expect(eventsIn(await answer.text())).toMatchObject([
      { event: 'error', data: { status: 503, detail: 'This server stops; ask again in a moment.' } },
    ]);
    await stopped;
  });
});

describe('a WebSocket', () => {
  async function open(options: RestOptions, protocols: readonly string[] = []) {
    const url = (await serve(options)).replace('http', 'ws');
    const webSocket = new WebSocket(`${url}/api/v1/jamie/chat`, [...protocols]);
    const got: { readonly event: string; readonly data: Readonly<Record<string, unknown>> }[] = [];
    webSocket.on('message', (data) => got.push(JSON.parse((data as Buffer).toString()) as (typeof got)[number]));
    const closed = new Promise<number>((resolve) => webSocket.on('close', resolve));
    await new Promise((resolve, reject) => webSocket.on('open', resolve).on('error', reject));
    const say = (message: unknown): void => webSocket.send(typeof message === 'string' ? message : JSON.stringify(message));
    return { webSocket, got, say, closed };
  }

  test('answers in the events of a stream, and goes on with the conversation', async () => {
    const asked: unknown[] = [];
    const { got, say, webSocket } = await open({ chat: talker(asked) });
    say({ message: 'hi' });
    await untilTrue('it has answered', () => got.some(({ event }) => event === 'final'));
    say({ message: 'and now?' });
    await untilTrue('it has answered again', () => got.filter(({ event }) => event === 'final').length === 2);
    expect(got.slice(0, 4)).toEqual([
      { event: 'token', data: { text: 'Checkout ' } },
      { event: 'tool', data: { id: 'e1', tool: 'query_metrics', query: 'up', state: 'begun' } },
      { event: 'token', data: { text: 'is slow.' } },
      { event: 'final', data: reply },
    ]);
    expect(asked[1]).toEqual(['alice', { message: 'and now?', conversationId: 'c1', context: undefined }]);
    webSocket.close();
  });

  test('says what is wrong with a message, and stays', async () => {
    const { got, say, webSocket } = await open({ chat: talker() });
    for (const message of ['nonsense', '[1]', { message: 7 }]) say(message);
    await untilTrue('it has complained', () => got.length === 3);
    expect(got.map(({ event, data }) => [event, data['status'], data['detail']])).toEqual([
      ['error', 400, 'That is no JSON object; send one such as {"message": "what is broken?"}.'],
      ['error', 400, 'That is no JSON object; send one such as {"message": "what is broken?"}.'],
      ['error', 400, 'message: is no text; write the question'],
    ]);
    webSocket.close();
  });

  test('takes one question at a time, which can be taken back', async () => {
    const chat: Chat = {
      ask: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    };
    const { got, say, webSocket } = await open({ chat });
    say({ message: 'a' });
    say({ message: 'b' });
    await untilTrue('the second is refused', () => got.length === 1);
    say({ type: 'cancel' });
    await untilTrue('the first is ended', () => got.length === 2);
    expect(got.map(({ data }) => [data['status'], data['detail']])).toEqual([
      [422, 'One question at a time; wait for the answer, or send {"type": "cancel"}.'],
      [503, 'The question was taken back.'],
    ]);
    webSocket.close();
  });

  test('looks at who asks for each question again, and counts each', async () => {
    let calls = 0;
    const identify = async () => {
      calls += 1;
      if (calls > 2) throw new Refusal(401, 'The token is not valid here.');
      return { username: 'alice', may: async () => true };
    };
    const { got, say, webSocket } = await open({ chat: talker(), identify });
    say({ message: 'a' });
    await untilTrue('it has answered', () => got.length === 4);
    say({ message: 'b' });
    await untilTrue('it has refused', () => got.length === 5);
    expect(got[4]).toMatchObject({ event: 'error', data: { status: 401 } });
    webSocket.close();
  });

  test('ends what is done for a client that has left', async () => {
    let signal: AbortSignal | undefined;
    const chat: Chat = {
      ask: (_, call) => {
        ({ signal } = call);
        return new Promise(() => undefined);
      },
    };
    const { say, webSocket } = await open({ chat });
    say({ message: 'a' });
    await until('the chat runs', () => signal);
    webSocket.terminate();
    await untilTrue('it is told', () => signal?.aborted === true);
  });

  test('is refused in HTTP to who may not, and where there is none', async () => {
    const identify = async (): Promise<never> => {
      throw new Refusal(401, 'Nothing shows who calls.', { headers: { 'www-authenticate': 'Bearer' } });
    };
    const url = (await serve({ identify })).replace('http', 'ws');
    const refusal = (path: string): Promise<unknown> =>
      new Promise((resolve) => {
        new WebSocket(`${url}${path}`)
          .on('unexpected-response', (_request, response) => {
            response.resume();
            resolve([response.statusCode, response.headers['content-type'], response.headers['www-authenticate']]);
          })
          .on('error', () => undefined);
      });
    expect(await refusal('/chat')).toEqual([401, 'application/problem+json', 'Bearer']);
    expect(await refusal('/elsewhere')).toEqual([404, 'application/problem+json', undefined]);
  });

  test('speaks the protocol that a browser names beside its token', async () => {
    const { webSocket } = await open({ chat: talker() }, ['agent-sre.chat', 'base64url.bearer.authorization.k8s.io.dG9rZW4']);
    expect(webSocket.protocol).toBe('agent-sre.chat');
    webSocket.close();
  });

  test('is closed when the server stops', async () => {
    const { closed } = await open({ chat: talker() });
    await server?.stop();
    expect(await closed).toBe(1001);
  });
});
