/**
 * A model behind OpenAI's chat completions protocol: OpenAI, Azure OpenAI, vLLM, llama.cpp, LiteLLM and others.
 *
 * It always asks for a stream with the usage in it, and takes a whole completion too, as some servers do not stream. Where the
 * address is Azure's (an `apiVersion` is given), the key goes into `api-key` and the version into the query.
 */
import { type AnswerBuilder, countOf, createAnswer } from './answer.ts';
import { failureOfStatus, ModelError } from './error.ts';
import { type CallLimits, DEFAULT_LIMITS, type ModelHttp } from './http.ts';
import { linesOf, objectOf } from './lines.ts';
import type { ChatAnswer, ChatRequest, EmbedAnswer, EmbeddingModel, EmbedRequest, LanguageModel, Message, TokenCount } from './port.ts';
import { vectorsOf } from './vectors.ts';

export interface OpenAiOptions {
  readonly http: ModelHttp;
  /** Up to and without `/chat/completions`, such as https://api.openai.com/v1. */
  readonly url: string;
  readonly model: string;
  /** Read for each call, as keys are rotated. */
  readonly apiKey?: (() => Promise<string | undefined>) | undefined;
  /** Azure's. */
  readonly apiVersion?: string | undefined;
  readonly limits?: Partial<CallLimits> | undefined;
}

export function createOpenAi(options: OpenAiOptions): LanguageModel & EmbeddingModel {
  return {
    name: options.model,
    chat: (request) =>
      withLines(options, 'chat/completions', bodyOf(options, request), request.signal, (lines) => readChat(options.model, lines, request)),
    embed: (request) =>
      withLines(options, 'embeddings', { model: options.model, input: request.texts }, request.signal, (lines) =>
        readEmbeddings(options.model, lines, request),
      ),
  };
}

async function withLines<T>(
  { http, url, model, apiKey, apiVersion, limits }: OpenAiOptions,
  path: string,
  body: object,
  signal: AbortSignal,
  read: (lines: AsyncIterable<string>) => Promise<T>,
): Promise<T> {
  const key = await apiKey?.();
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/(?<!\/)\/+$/u, '')}/${path}`;
  if (apiVersion !== undefined) address.searchParams.set('api-version', apiVersion);
  const call = await http.open({
    name: model,
    url: address.href,
    headers: { accept: 'text/event-stream, application/json', ...credentialsOf(key, apiVersion) },
    body: JSON.stringify(body),
    signal,
    limits: { ...DEFAULT_LIMITS, ...limits },
  });
  try {
    return await read(linesOf(call.body, model));
  } finally {
    call.end();
  }
}

function credentialsOf(key: string | undefined, apiVersion: string | undefined): Record<string, string> {
  if (key === undefined) return {};
  return apiVersion === undefined ? { authorization: `Bearer ${key}` } : { 'api-key': key };
}

/** OpenAI's own newer models refuse the older name of the limit, and any temperature but theirs; others know nothing else. */
function bodyOf({ url, model }: OpenAiOptions, request: ChatRequest): object {
  const isTheirs = /(?:^|\.)(?:openai|azure)\.com$/u.test(new URL(url).hostname);
  return {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: request.messages.map(messageOf),
    ...(isTheirs
      ? { max_completion_tokens: request.maxOutputTokens }
      : { max_tokens: request.maxOutputTokens, temperature: request.temperature ?? 0 }),
    ...(request.seed !== undefined && { seed: request.seed }),
    ...(request.tools && { tools: request.tools.map((tool) => ({ type: 'function', function: tool })) }),
    ...(request.format && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: request.format } },
    }),
  };
}

function messageOf(message: Message): object {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
  if (message.role !== 'assistant' || message.toolCalls === undefined) return { role: message.role, content: message.content };
  const calls = message.toolCalls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));
  return { role: 'assistant', content: message.content, tool_calls: calls };
}

type Plain = Readonly<Record<string, unknown>>;
const plain = (value: unknown): Plain => (typeof value === 'object' && value !== null ? (value as Plain) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

async function readChat(name: string, lines: AsyncIterable<string>, { onText }: ChatRequest): Promise<ChatAnswer> {
  const answer = createAnswer(name, onText);
  let finish: string | undefined;
  let count: TokenCount | undefined;
  const take = (part: Plain): void => {
    const { prompt_tokens: prompt, completion_tokens: output } = plain(part['usage']);
    count = countOf(prompt, output) ?? count;
    const choice = plain(list(part['choices'])[0]);
    finish = text(choice['finish_reason']) ?? finish;
    addTo(answer, plain(choice['delta'] ?? choice['message']));
  };
  const ended = await readEvents(name, lines, take);
  if (!ended && finish === undefined) throw new ModelError('Malformed', `${name}: its answer broke off`, { mayHaveSpent: true });
  return answer.build(finish === 'length' ? 'length' : 'stop', count);
}

/** Whether the stream said that it ended. */
async function readEvents(name: string, lines: AsyncIterable<string>, take: (part: Plain) => void): Promise<boolean> {
  const whole: string[] = [];
  for await (const line of lines) {
    const event = /^data: ?(.*)$/u.exec(line)?.[1];
    if (event?.trim() === '[DONE]') return true;
    if (event !== undefined) take(withoutError(objectOf(event, name), name));
    else if (isNoEvent(line)) whole.push(line);
  }
  if (whole.length > 0) take(withoutError(objectOf(whole.join('\n'), name), name));
  return false;
}

/** Comments and other fields of server-sent events are passed over; what is left is a completion that was not streamed. */
const isNoEvent = (line: string): boolean => line.trim() !== '' && !/^(?::|event:|id:|retry:)/u.test(line);

function withoutError(part: Plain, name: string): Plain {
  if (part['error'] === undefined || part['error'] === null) return part;
  const reason = failureOfStatus(500, text(plain(part['error'])['message']) ?? '');
  throw new ModelError(reason, `${name}: the server broke off with an error`, { mayHaveSpent: true });
}

function addTo(answer: AnswerBuilder, delta: Plain): void {
  answer.text(text(delta['content']) ?? '');
  for (const [position, call] of list(delta['tool_calls']).entries()) {
    const { index, id, function: called } = plain(call);
    const at = typeof index === 'number' ? index : position;
    answer.call(at, { id: text(id), name: text(plain(called)['name']), arguments: text(plain(called)['arguments']) });
  }
}

async function readEmbeddings(name: string, lines: AsyncIterable<string>, { texts }: EmbedRequest): Promise<EmbedAnswer> {
  const whole: string[] = [];
  for await (const line of lines) whole.push(line);
  const { data, usage } = objectOf(whole.join('\n'), name);
  const byIndex = list(data).toSorted((a, b) => Number(plain(a)['index']) - Number(plain(b)['index']));
  const vectors = vectorsOf(
    byIndex.map((item) => plain(item)['embedding']),
    texts.length,
    name,
  );
  const counted = countOf(plain(usage)['prompt_tokens'], 0);
  return { vectors, ...(counted && { promptTokens: counted.promptTokens }) };
}
