/**
 * A model of an Ollama server, by Ollama's own client.
 *
 * The client is given a fetch of ours, because it cannot be aborted before the first byte, meets undici's header time-out, and prints
 * lines that it cannot parse (they may hold what it was asked). It always streams, and `num_ctx` is always set: the server's default
 * window is smaller than what is planned for, and it cuts a longer prompt in silence.
 */
import { Ollama, type Message as OllamaMessage } from 'ollama/browser';
import { type AnswerBuilder, countOf, createAnswer } from './answer.ts';
import { failureOfStatus, ModelError } from './error.ts';
import { type CallLimits, DEFAULT_LIMITS, type ModelHttp, type OpenCall } from './http.ts';
import { linesOf, objectOf } from './lines.ts';
import type { ChatAnswer, ChatRequest, EmbedAnswer, EmbeddingModel, EmbedRequest, LanguageModel, Message } from './port.ts';
import { vectorsOf } from './vectors.ts';

export interface OllamaOptions {
  readonly http: ModelHttp;
  readonly url: string;
  readonly model: string;
  /** For a server behind a proxy that wants a bearer token. */
  readonly apiKey?: (() => Promise<string | undefined>) | undefined;
  readonly limits?: Partial<CallLimits> | undefined;
}

export function createOllama(options: OllamaOptions): LanguageModel & EmbeddingModel {
  const { model } = options;
  return {
    name: model,
    chat: (request) => withClient(options, request.signal, (client) => chat(client, model, request)),
    embed: (request) => withClient(options, request.signal, (client) => embed(client, model, request)),
  };
}

/** A client for one call: its fetch knows the call's signal and limits, and what was opened is closed. */
async function withClient<T>(options: OllamaOptions, signal: AbortSignal, use: (client: Ollama) => Promise<T>): Promise<T> {
  const { http, url, model, apiKey, limits } = options;
  const opened: OpenCall[] = [];
  const key = await apiKey?.();
  const fetch = async (address: unknown, init: { readonly body?: unknown } = {}): Promise<Response> => {
    const call = await http.open({
      name: model,
      url: String(address),
      headers: { accept: 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
      body: typeof init.body === 'string' ? init.body : '',
      signal,
      limits: { ...DEFAULT_LIMITS, ...limits },
    });
    opened.push(call);
    return new Response(ReadableStream.from(checkedLines(call.body, model)));
  };
  try {
    return await use(new Ollama({ host: url.replace(/(?<!\/)\/+$/u, ''), fetch }));
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError('Malformed', `${model}: its answer is not Ollama's`, { cause: error, mayHaveSpent: true });
  } finally {
    for (const call of opened) call.end();
  }
}

/** What the client gets to see: whole lines of JSON objects, none of which is an error. */
async function* checkedLines(body: AsyncIterable<Uint8Array>, name: string): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const line of linesOf(body, name)) {
    if (line.trim() === '') continue;
    const { error } = objectOf(line, name);
    if (error !== undefined) {
      throw new ModelError(failureOfStatus(500, typeof error === 'string' ? error : ''), `${name}: the server broke off with an error`, {
        mayHaveSpent: true,
      });
    }
    yield encoder.encode(`${line}\n`);
  }
}

async function chat(client: Ollama, model: string, request: ChatRequest): Promise<ChatAnswer> {
  const answer = createAnswer(model, request.onText);
  const stream = await client.chat({ model, stream: true, think: false, ...bodyOf(request) });
  let heard = false;
  try {
    for await (const part of stream) {
      heard = true;
      addTo(answer, part.message ?? {});
      if (part.done)
        return answer.build(part.done_reason === 'length' ? 'length' : 'stop', countOf(part.prompt_eval_count, part.eval_count));
    }
  } catch (error) {
    // The server ends the stream without a last word when a model repeats itself; what was said until then is an answer that was cut.
    if (heard && error instanceof Error && error.message.startsWith(NEVER_DONE)) return answer.build('length', undefined);
    throw error;
  }
  throw new ModelError('Malformed', `${model}: its answer broke off`, { mayHaveSpent: true });
}

function bodyOf({ messages, tools, format, contextTokens, maxOutputTokens, temperature = 0, seed }: ChatRequest) {
  return {
    messages: messages.map(messageOf),
    ...(tools && { tools: tools.map((tool) => ({ type: 'function', function: { ...tool } })) }),
    ...(format && { format }),
    options: { num_ctx: contextTokens, num_predict: maxOutputTokens, temperature, ...(seed !== undefined && { seed }) },
  };
}

function addTo(answer: AnswerBuilder, { content, tool_calls: calls }: Partial<OllamaMessage>): void {
  if (typeof content === 'string') answer.text(content);
  for (const { function: called } of Array.isArray(calls) ? calls : []) {
    answer.addCall({ name: textOf(called?.name), arguments: JSON.stringify(called?.arguments ?? {}) });
  }
}

/** How the client begins to say that the stream ended without `done`. */
const NEVER_DONE = 'Did not receive done';

function messageOf(message: Message): OllamaMessage {
  if (message.role === 'tool') return { role: 'tool', content: message.content, tool_name: message.toolName };
  if (message.role !== 'assistant' || message.toolCalls === undefined) return { role: message.role, content: message.content };
  const calls = message.toolCalls.map(({ name, arguments: text }) => ({ function: { name, arguments: argumentsOf(text) } }));
  return { role: 'assistant', content: message.content, tool_calls: calls };
}

/** The protocol wants an object; what the model wrote before may have been none. */
function argumentsOf(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function embed(client: Ollama, model: string, { texts }: EmbedRequest): Promise<EmbedAnswer> {
  const { embeddings, prompt_eval_count: count } = await client.embed({ model, input: [...texts], truncate: true });
  const counted = countOf(count, 0);
  return { vectors: vectorsOf(embeddings, texts.length, model), ...(counted && { promptTokens: counted.promptTokens }) };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
