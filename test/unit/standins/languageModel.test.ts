/** The stand-in, held against the real client: what the client understands is the protocol. */
import { Ollama } from 'ollama';
import { afterEach, describe, expect, test } from 'vitest';
import { type LanguageModelStandIn, type StandInOptions, startLanguageModel } from '../../standins/languageModel/server.ts';

let server: LanguageModelStandIn | undefined;
afterEach(() => server?.stop());

async function client(options: StandInOptions): Promise<Ollama> {
  server = await startLanguageModel(options);
  return new Ollama({ host: server.url });
}

const messages = [{ role: 'user', content: 'hello' }];
const format = { type: 'object', properties: { a: { type: 'number' } } };

describe('the stand-in, to the client of Ollama', () => {
  test('answers as a whole', async () => {
    const ollama = await client({ script: [{ kind: 'says', text: 'hi there' }] });
    expect(await ollama.chat({ model: 'test', messages })).toMatchObject({
      message: { content: 'hi there' },
      done: true,
      done_reason: 'stop',
    });
  });

  test('answers as a stream', async () => {
    const ollama = await client({ script: [{ kind: 'says', text: 'a text that is longer than one piece' }] });
    const parts = [];
    for await (const part of await ollama.chat({ model: 'test', messages, stream: true })) parts.push(part);
    expect(parts.map(({ message }) => message.content).join('')).toBe('a text that is longer than one piece');
    expect(parts.at(-1)).toMatchObject({ done: true, prompt_eval_count: expect.any(Number), eval_count: expect.any(Number) });
  });

  test('calls tools, and takes a form', async () => {
    const ollama = await client({
      script: [
        { kind: 'says', calls: [{ name: 'get', arguments: { id: 'e1' } }] },
        { kind: 'says', text: '{"a":1}' },
      ],
    });
    const called = await ollama.chat({ model: 'test', messages, tools: [{ type: 'function', function: { name: 'get' } }] });
    expect(called.message.tool_calls).toEqual([{ function: { name: 'get', arguments: { id: 'e1' } } }]);
    const formed = await ollama.chat({ model: 'test', messages, format });
    expect(JSON.parse(formed.message.content)).toEqual({ a: 1 });
    expect(server?.asks[1]?.body['format']).toEqual(format);
  });

  test('embeds, lists and shows', async () => {
    const ollama = await client({ script: [{ kind: 'silent' }], models: ['test', 'other'], contextTokens: 4096 });
    expect((await ollama.embed({ model: 'test', input: ['ab', 'c'] })).embeddings).toHaveLength(2);
    expect((await ollama.list()).models.map(({ name }) => name)).toEqual(['test', 'other']);
    expect(await ollama.show({ model: 'test' })).toMatchObject({ model_info: { 'llama.context_length': 4096 } });
  });

  test.each<{ name: string; options: Partial<StandInOptions>; want: { readonly status_code: number; readonly error: RegExp } }>([
    { name: 'a model that it has not', options: { models: ['other'] }, want: { status_code: 404, error: /"test" not found/u } },
    { name: 'tools where there are none', options: { tools: false }, want: { status_code: 400, error: /does not support tools/u } },
    {
      name: 'what the script refuses',
      options: { script: [{ kind: 'fails', status: 503, message: 'server busy' }] },
      want: { status_code: 503, error: /server busy/u },
    },
  ])('refuses $name as the client expects', async ({ options, want }) => {
    const ollama = await client({ script: [{ kind: 'silent' }], ...options });
    const error: unknown = await ollama
      .chat({ model: 'test', messages, tools: [{ type: 'function', function: { name: 'get' } }] })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ResponseError', status_code: want.status_code, error: expect.stringMatching(want.error) });
  });
});

describe('the stand-in, by the protocol of OpenAI', () => {
  const post = async (path: string, body: object): Promise<Response> =>
    fetch(`${server?.openAiUrl}/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  test('streams events that end with [DONE], the usage before it when asked for', async () => {
    await client({ script: [{ kind: 'says', text: 'hi' }] });
    const events = (
      await (await post('chat/completions', { model: 'test', messages, stream: true, stream_options: { include_usage: true } })).text()
    )
      .split('\n\n')
      .filter((event) => event !== '');
    expect(events.at(-1)).toBe('data: [DONE]');
    expect(JSON.parse(events.at(-2)?.slice(6) ?? '')).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
  });

  test('answers as a whole, and lists its models', async () => {
    await client({ script: [{ kind: 'says', text: 'hi' }], models: ['test'] });
    expect(await (await post('chat/completions', { model: 'test', messages })).json()).toMatchObject({
      choices: [{ message: { content: 'hi' } }],
    });
    expect(await (await fetch(`${server?.openAiUrl}/models`)).json()).toMatchObject({ data: [{ id: 'test' }] });
  });

  test('refuses a prompt beyond its window by name', async () => {
    await client({ script: [{ kind: 'silent' }], contextTokens: 3 });
    const answer = await post('chat/completions', { model: 'test', messages });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: 'context_length_exceeded' } });
  });
});
