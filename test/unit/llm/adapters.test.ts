import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { ModelError, type ModelFailure } from '../../../src/llm/error.ts';
import { type CallLimits, createModelHttp, type ModelHttp } from '../../../src/llm/http.ts';
import { createOllama } from '../../../src/llm/ollama.ts';
import { createOpenAi } from '../../../src/llm/openai.ts';
import type { ChatRequest, EmbeddingModel, LanguageModel } from '../../../src/llm/port.ts';
import type { Script } from '../../standins/languageModel/script.ts';
import { type LanguageModelStandIn, type StandInOptions, startLanguageModel } from '../../standins/languageModel/server.ts';

const servers: LanguageModelStandIn[] = [];
let http: ModelHttp;
beforeAll(() => {
  http = createModelHttp(systemClock);
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});
afterAll(() => http.close());

type Provider = 'ollama' | 'openai';
type Both = LanguageModel & EmbeddingModel;

interface Scene {
  readonly model: Both;
  readonly server: LanguageModelStandIn;
}

async function scene(provider: Provider, options: StandInOptions, limits: Partial<CallLimits> = {}, key?: string): Promise<Scene> {
  const server = await startLanguageModel(options);
  servers.push(server);
  const apiKey = key === undefined ? undefined : async (): Promise<string> => key;
  const model =
    provider === 'ollama'
      ? createOllama({ http, url: server.url, model: 'test', limits, apiKey })
      : createOpenAi({ http, url: server.openAiUrl, model: 'test', limits, apiKey });
  return { model, server };
}

const asking = (change: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [
    { role: 'system', content: 'You are terse.' },
    { role: 'user', content: 'What is wrong?' },
  ],
  maxOutputTokens: 200,
  contextTokens: 8000,
  signal: new AbortController().signal,
  ...change,
});

async function failureOf(work: Promise<unknown>): Promise<ModelFailure | 'answered'> {
  try {
    await work;
    return 'answered';
  } catch (error) {
    if (error instanceof ModelError) return error.reason;
    throw error;
  }
}

const tool = {
  name: 'get',
  description: 'Gets.',
  parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
};

describe.each<{ provider: Provider }>([{ provider: 'ollama' }, { provider: 'openai' }])(
  'a model by the protocol of $provider',
  ({ provider }) => {
    test('gives its text piece by piece and as a whole, with the counts of the server', async () => {
      const { model } = await scene(provider, {
        script: [{ kind: 'says', text: 'The container is out of memory, again.', outputTokens: 9 }],
      });
      const pieces: string[] = [];
      const answer = await model.chat(asking({ onText: (piece) => pieces.push(piece) }));
      expect(answer).toMatchObject({
        text: 'The container is out of memory, again.',
        toolCalls: [],
        finish: 'stop',
        count: { outputTokens: 9 },
      });
      expect(answer.count?.promptTokens).toBeGreaterThan(5);
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.join('')).toBe(answer.text);
    });

    test('says when its answer was cut at the limit of tokens', async () => {
      const { model } = await scene(provider, { script: [{ kind: 'says', text: 'half an', finish: 'length' }] });
      expect(await model.chat(asking())).toMatchObject({ finish: 'length' });
    });

    test('gives calls of tools with their arguments as text', async () => {
      const { model } = await scene(provider, {
        script: [
          {
            kind: 'says',
            calls: [
              { name: 'get', arguments: { id: 'e1' } },
              { name: 'get', arguments: { id: 'e2' } },
            ],
          },
        ],
      });
      const { toolCalls, finish } = await model.chat(asking({ tools: [tool] }));
      expect(finish).toBe('tools');
      expect(toolCalls.map(({ name, arguments: text }) => [name, JSON.parse(text)])).toEqual([
        ['get', { id: 'e1' }],
        ['get', { id: 'e2' }],
      ]);
      expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(2);
    });

    test('sends tools, what they gave, and the form of the answer', async () => {
      const { model, server } = await scene(provider, { script: [{ kind: 'says', text: '{}' }] });
      const format = { type: 'object', properties: {} };
      await model.chat(
        asking({
          messages: [
            { role: 'user', content: 'go' },
            { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'get', arguments: '{"id":"e1"}' }] },
            { role: 'tool', content: 'evidence', toolCallId: 'c1', toolName: 'get' },
          ],
          tools: [tool],
          format,
          seed: 7,
        }),
      );
      const body = server.asks[0]?.body ?? {};
      expect(body).toMatchObject({ model: 'test', stream: true, tools: [{ type: 'function', function: { name: 'get' } }] });
      const messages = body['messages'] as readonly object[];
      if (provider === 'ollama') {
        expect(body).toMatchObject({ format, options: { num_ctx: 8000, num_predict: 200, temperature: 0, seed: 7 } });
        expect(messages[1]).toMatchObject({ tool_calls: [{ function: { name: 'get', arguments: { id: 'e1' } } }] });
        expect(messages[2]).toMatchObject({ role: 'tool', tool_name: 'get' });
      } else {
        expect(body).toMatchObject({ response_format: { type: 'json_schema', json_schema: { schema: format } }, max_tokens: 200, seed: 7 });
        expect(messages[1]).toMatchObject({ tool_calls: [{ id: 'c1', function: { name: 'get', arguments: '{"id":"e1"}' } }] });
        expect(messages[2]).toMatchObject({ role: 'tool', tool_call_id: 'c1' });
      }
    });

    const html = '<!doctype html><html><body>Sign in</body></html>';
    test.each<{ name: string; script: Script; want: ModelFailure; limits?: Partial<CallLimits>; options?: Partial<StandInOptions> }>([
      { name: 'a web page', script: [{ kind: 'raw', body: html, contentType: 'text/html' }], want: 'Malformed' },
      { name: 'JSON that is cut off', script: [{ kind: 'raw', body: '{"message": {"content": "x' }], want: 'Malformed' },
      { name: 'JSON of another kind', script: [{ kind: 'raw', body: '[1, 2]\n' }], want: 'Malformed' },
      { name: 'nothing', script: [{ kind: 'raw', body: '' }], want: 'Malformed' },
      { name: 'an answer that breaks off', script: [{ kind: 'breaksOff', text: 'half' }], want: 'Unavailable' },
      { name: 'an error within the stream', script: [{ kind: 'errsLate', text: 'half', message: 'CUDA error' }], want: 'Unavailable' },
      { name: 'silence', script: [{ kind: 'silent' }], want: 'TimedOut', limits: { silenceMs: 50 } },
      { name: 'a drip that never ends', script: [{ kind: 'drips', text: 'a', everyMs: 5 }], want: 'TimedOut', limits: { timeoutMs: 100 } },
      { name: 'text without end', script: [{ kind: 'endless' }], want: 'TooLarge' },
      { name: 'a line without end', script: [{ kind: 'endlessLine' }], want: 'TooLarge' },
      { name: 'more bytes than a call may have', script: [{ kind: 'endless' }], want: 'TooLarge', limits: { maxBytes: 10_000 } },
      { name: 'an error of its own', script: [{ kind: 'fails', status: 500, message: 'oops' }], want: 'Unavailable' },
      { name: 'asked too often', script: [{ kind: 'fails', status: 429, message: 'slow down' }], want: 'RateLimited' },
      {
        name: 'a redirect',
        script: [{ kind: 'fails', status: 302, message: '', headers: { location: 'http://127.0.0.1:1/' } }],
        want: 'Unavailable',
      },
      { name: 'no such model', script: [{ kind: 'silent' }], want: 'NotFound', options: { models: ['other'] } },
      { name: 'another key', script: [{ kind: 'silent' }], want: 'Forbidden', options: { apiKey: 'secret' } },
      { name: 'a model without tools', script: [{ kind: 'silent' }], want: 'NoTools', options: { tools: false } },
      {
        name: 'a prompt beyond its window',
        script: [{ kind: 'fails', status: 400, message: "This model's maximum context length is 10 tokens" }],
        want: 'ContextExceeded',
      },
    ])('fails with $want at $name', async ({ script, want, limits, options }) => {
      const { model } = await scene(provider, { script, ...options }, { silenceMs: 2_000, timeoutMs: 10_000, ...limits });
      expect(await failureOf(model.chat(asking({ tools: [tool] })))).toBe(want);
    });

    test('says how long to wait when it was asked too often', async () => {
      const { model } = await scene(provider, { script: [{ kind: 'fails', status: 429, message: 'x', headers: { 'retry-after': '7' } }] });
      await expect(model.chat(asking())).rejects.toMatchObject({ reason: 'RateLimited', retryAfterMs: 7_000, mayHaveSpent: false });
    });

    test('reads no more bytes than a call may have, of whatever they are', async () => {
      const { model } = await scene(provider, { script: [{ kind: 'raw', body: '\n'.repeat(20_000) }] }, { maxBytes: 10_000 });
      await expect(model.chat(asking())).rejects.toThrow(/larger than 10000 bytes/u);
    });

    test('answers or fails with a reason, whatever lines the server sends', async () => {
      const line = fc.oneof(
        fc.json(),
        fc.constantFrom('{"message":null}', '{"message":{"tool_calls":[null]}}', '{"error":{}}', '{"done":true}', 'data: [DONE]', ': ping'),
        fc.constantFrom(
          'data: {"choices":{}}',
          'data: {"choices":[{"delta":{"tool_calls":[{"index":1e9,"function":null}]}}]}',
          'data: null',
          '\u0000',
        ),
        fc.constantFrom('{"message":{"content":"x"},"done":false}', 'data: {"choices":[{"delta":{"content":"x"}}]}'),
      );
      let body = '';
      const { model } = await scene(provider, { script: () => ({ kind: 'raw', body }) });
      const run = async (lines: readonly string[]): Promise<void> => {
        body = lines.join('\n');
        await failureOf(model.chat(asking()));
      };
      await fc.assert(fc.asyncProperty(fc.array(line, { maxLength: 6 }), run), { numRuns: 150 });
    });

    test('never repeats what the server wrote in an error', async () => {
      const { model } = await scene(provider, { script: [{ kind: 'fails', status: 500, message: 'your prompt was: password=hunter2' }] });
      await expect(model.chat(asking())).rejects.toThrow(/^test: HTTP 500$/u);
    });

    test('stops at once when the caller gives up, before the first byte and after it, and closes the connection', async () => {
      for (const script of [[{ kind: 'silent' }], [{ kind: 'drips', text: 'a', everyMs: 5 }]] as const) {
        const { model, server } = await scene(provider, { script });
        const caller = new AbortController();
        const work = failureOf(model.chat(asking({ signal: caller.signal })));
        await expect.poll(() => server.asks.length, { timeout: 10_000 }).toBe(1);
        caller.abort();
        expect(await work).toBe('Aborted');
        await expect.poll(server.abandoned, { timeout: 10_000 }).toBe(1);
      }
    });

    test('is not even asked by a caller who has given up already', async () => {
      const { model, server } = await scene(provider, { script: [{ kind: 'says', text: 'x' }] });
      expect(await failureOf(model.chat(asking({ signal: AbortSignal.abort() })))).toBe('Aborted');
      expect(server.asks).toEqual([]);
    });

    test('fails with Unavailable when nobody listens, and cannot have spent anything', async () => {
      const { model, server } = await scene(provider, { script: [{ kind: 'silent' }] });
      await server.stop();
      servers.length = 0;
      await expect(model.chat(asking())).rejects.toMatchObject({ reason: 'Unavailable', mayHaveSpent: false });
    });

    test('gives one embedding a text', async () => {
      const { model } = await scene(provider, { script: [{ kind: 'silent' }] });
      const { vectors, promptTokens } = await model.embed({ texts: ['ab', 'abcd'], signal: new AbortController().signal });
      expect(vectors).toEqual([
        [2, 1, 0.5],
        [4, 1, 0.5],
      ]);
      expect(promptTokens).toBeGreaterThan(0);
    });

    test.each<{ name: string; vectors: readonly (readonly number[])[] }>([
      { name: 'too few', vectors: [[1, 2]] },
      { name: 'of different lengths', vectors: [[1, 2], [1]] },
      { name: 'without a length', vectors: [[], []] },
      {
        name: 'that are no numbers',
        vectors: [
          [1, Number.NaN],
          [1, 2],
        ],
      },
    ])('refuses embeddings that are $name', async ({ vectors }) => {
      const { model } = await scene(provider, { script: [{ kind: 'silent' }], vectors });
      expect(await failureOf(model.embed({ texts: ['a', 'b'], signal: new AbortController().signal }))).toBe('Malformed');
    });

    test('sends its key', async () => {
      const { model } = await scene(provider, { script: [{ kind: 'says', text: 'x' }], apiKey: 'secret' }, {}, 'secret');
      expect(await failureOf(model.chat(asking()))).toBe('answered');
    });
  },
);

describe('the protocol of ollama', () => {
  test('takes a stream that ends without a last word for an answer that was cut, as the server cuts a model that repeats itself', async () => {
    const body = '{"model":"test","message":{"role":"assistant","content":"on and on"},"done":false}\n';
    const { model } = await scene('ollama', { script: [{ kind: 'raw', body }] });
    expect(await model.chat(asking())).toEqual({ text: 'on and on', toolCalls: [], finish: 'length' });
  });
});

describe('the protocol of openai', () => {
  test('puts key and version where Azure wants them', async () => {
    const server = await startLanguageModel({ script: [{ kind: 'says', text: 'x' }], apiKey: 'secret' });
    servers.push(server);
    const model = createOpenAi({
      http,
      url: `${server.url}/openai/deployments/d/`,
      model: 'd',
      apiKey: async () => 'secret',
      apiVersion: '2026-01-01',
    });
    await model.chat(asking());
    expect(server.asks[0]).toMatchObject({ path: '/openai/deployments/d/chat/completions', headers: { 'api-key': 'secret' } });
    expect(server.asks[0]?.headers.authorization).toBeUndefined();
  });

  test('takes a completion that was not streamed', async () => {
    const body = JSON.stringify(
      {
        choices: [{ message: { role: 'assistant', content: 'whole' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 2 },
      },
      undefined,
      2,
    );
    const { model } = await scene('openai', { script: [{ kind: 'raw', body }] });
    expect(await model.chat(asking())).toEqual({
      text: 'whole',
      toolCalls: [],
      finish: 'stop',
      count: { promptTokens: 3, outputTokens: 2 },
    });
  });

  test('has no count when the server gives none, or one that is no count', async () => {
    const body =
      'data: {"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":-1,"completion_tokens":1e99}}\n\ndata: [DONE]\n\n';
    const { model } = await scene('openai', { script: [{ kind: 'raw', body }] });
    expect(await model.chat(asking())).toEqual({ text: 'x', toolCalls: [], finish: 'stop' });
  });
});
