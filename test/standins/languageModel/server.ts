/**
 * A stand-in for a language model: speaks Ollama's and OpenAI's protocols, and says what a test tells it to.
 *
 * What is real is the client and all of our code. It keeps the servers' rules that matter to a caller: the models it has, whether they take
 * tools, the window, API keys; all else is the script's. Sources of the protocols stand in `ollama.ts` and `openai.ts`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { ollamaEmbeddings, ollamaError, ollamaPiece, ollamaShow, ollamaStream, ollamaTags, ollamaWhole } from './ollama.ts';
import { openAiEmbeddings, openAiError, openAiModels, openAiPiece, openAiStream, openAiWhole } from './openai.ts';
import { type Ask, countTokens, type Reply, replyOf, type Script } from './script.ts';

export interface StandInOptions {
  readonly script: Script;
  /** Models that it has; absent: any. */
  readonly models?: readonly string[];
  /** Absent: it takes tools. */
  readonly tools?: boolean;
  /** A longer prompt is refused by OpenAI's protocol, and cut in silence by Ollama's. */
  readonly contextTokens?: number;
  /** The key that it wants. */
  readonly apiKey?: string;
  /** One a text; absent: made from the text's length. */
  readonly vectors?: readonly (readonly number[])[];
}

export interface LanguageModelStandIn {
  readonly url: string;
  /** For OpenAI's protocol. */
  readonly openAiUrl: string;
  /** Every call of a chat, in order. */
  readonly asks: readonly Ask[];
  /** Calls whose connection was closed by the caller before the answer was whole. */
  readonly abandoned: () => number;
  say(script: Script): void;
  stop(): Promise<void>;
}

export async function startLanguageModel(options: StandInOptions): Promise<LanguageModelStandIn> {
  const asks: Ask[] = [];
  let { script } = options;
  let abandoned = 0;
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) abandoned += 1;
    });
    response.on('error', () => {});
    handle({ ...options, script }, asks, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    openAiUrl: `${url}/v1`,
    asks,
    abandoned: () => abandoned,
    say: (next) => {
      script = next;
      asks.length = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(options: StandInOptions, asks: Ask[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://stand.in').pathname;
  const protocol = path.startsWith('/api/') ? 'ollama' : 'openai';
  if (!hasKey(options, request)) return refuse(response, protocol, 401, 'Incorrect API key provided', 'invalid_api_key');
  if (request.method === 'GET') return list(path, options.models ?? ['test'], response, protocol);
  const body = JSON.parse(await readText(request)) as Record<string, unknown>;
  const model = typeof body['model'] === 'string' ? body['model'] : '';
  if (options.models?.includes(model) === false) {
    return refuse(response, protocol, 404, `model "${model}" not found, try pulling it first`, 'model_not_found');
  }
  if (path === '/api/show') return json(response, 200, ollamaShow(options.contextTokens ?? 8192));
  if (path === '/api/embed' || path.endsWith('/embeddings')) return embed(options, response, body, protocol);
  if (path !== '/api/chat' && !path.endsWith('/chat/completions')) return refuse(response, protocol, 404, 'not found');
  return chat(options, asks, askOf(protocol, path, request, body), model, response);
}

const hasKey = ({ apiKey }: StandInOptions, { headers }: IncomingMessage): boolean =>
  apiKey === undefined || headers.authorization === `Bearer ${apiKey}` || headers['api-key'] === apiKey;

function list(path: string, models: readonly string[], response: ServerResponse, protocol: Ask['protocol']): void {
  if (path === '/api/tags') return json(response, 200, ollamaTags(models));
  return path.endsWith('/models') ? json(response, 200, openAiModels(models)) : refuse(response, protocol, 404, 'not found');
}

async function chat(options: StandInOptions, asks: Ask[], ask: Ask, model: string, response: ServerResponse): Promise<void> {
  const { protocol, promptTokens, body } = ask;
  if (options.tools === false && Array.isArray(body['tools'])) {
    return refuse(response, protocol, 400, `registry.ollama.ai/library/${model} does not support tools`);
  }
  if (protocol === 'openai' && promptTokens > (options.contextTokens ?? Number.POSITIVE_INFINITY)) {
    const message = `This model's maximum context length is ${options.contextTokens} tokens. However, your messages resulted in ${promptTokens} tokens.`;
    return refuse(response, protocol, 400, message, 'context_length_exceeded');
  }
  asks.push(ask);
  return answer(replyOf(options.script, ask, asks.length - 1), ask, model, response);
}

function refuse(response: ServerResponse, protocol: Ask['protocol'], status: number, message: string, code?: string): void {
  json(response, status, protocol === 'ollama' ? ollamaError(message) : openAiError(message, code));
}

function askOf(protocol: Ask['protocol'], path: string, { headers }: IncomingMessage, body: Readonly<Record<string, unknown>>): Ask {
  const messages = (body['messages'] ?? []) as readonly { readonly content?: string; readonly tool_calls?: unknown }[];
  const text = messages.map(({ content }) => content ?? '').join('\n');
  const rest = [body['tools'], body['format'], ...messages.map((message) => message.tool_calls)].filter((part) => part !== undefined);
  const promptTokens = countTokens(text) + countTokens(rest.map((part) => JSON.stringify(part)).join('')) + 4 * messages.length + 8;
  return { protocol, path, headers, body, promptTokens, text };
}

function embed(
  { vectors }: StandInOptions,
  response: ServerResponse,
  body: Readonly<Record<string, unknown>>,
  protocol: Ask['protocol'],
): void {
  const texts = Array.isArray(body['input']) ? body['input'].map(String) : [String(body['input'])];
  const given = vectors ?? texts.map((text) => [text.length, 1, 0.5]);
  json(response, 200, (protocol === 'ollama' ? ollamaEmbeddings : openAiEmbeddings)(String(body['model']), texts, given));
}

function json(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(body);
}

async function answer(reply: Reply, ask: Ask, model: string, response: ServerResponse): Promise<void> {
  const isOllama = ask.protocol === 'ollama';
  const piece = (text: string): string => (isOllama ? ollamaPiece : openAiPiece)(model, text);
  const begin = (): void => void response.writeHead(200, { 'content-type': isOllama ? 'application/x-ndjson' : 'text/event-stream' });
  switch (reply.kind) {
    case 'fails':
      return json(response, reply.status, isOllama ? ollamaError(reply.message) : openAiError(reply.message), reply.headers);
    case 'raw':
      return void response.writeHead(200, { 'content-type': reply.contentType ?? 'application/json' }).end(reply.body);
    case 'silent':
      return undefined;
    case 'breaksOff':
      begin();
      response.write(piece(reply.text), () => response.destroy());
      return undefined;
    case 'errsLate':
      begin();
      return void response.end(
        piece(reply.text) + (isOllama ? `${ollamaError(reply.message)}\n` : `data: ${openAiError(reply.message)}\n\n`),
      );
    case 'drips':
      begin();
      return drip(response, piece(reply.text), reply.everyMs);
    case 'endless':
      begin();
      return flood(response, piece('x'.repeat(1000)).repeat(16));
    case 'endlessLine':
      begin();
      return flood(response, 'x'.repeat(64 * 1024));
    case 'says':
      return speak(reply, ask, model, response, begin);
    default:
      return reply satisfies never;
  }
}

function speak(
  reply: Extract<Reply, { readonly kind: 'says' }>,
  ask: Ask,
  model: string,
  response: ServerResponse,
  begin: () => void,
): void {
  const streams = ask.protocol === 'ollama' ? ask.body['stream'] !== false : ask.body['stream'] === true;
  if (!streams) return json(response, 200, (ask.protocol === 'ollama' ? ollamaWhole : openAiWhole)(model, reply, ask.promptTokens));
  begin();
  const withUsage = (ask.body['stream_options'] as { readonly include_usage?: boolean } | undefined)?.include_usage === true;
  const parts =
    ask.protocol === 'ollama' ? ollamaStream(model, reply, ask.promptTokens) : openAiStream(model, reply, ask.promptTokens, withUsage);
  for (const part of parts) response.write(part);
  response.end();
}

function drip(response: ServerResponse, piece: string, everyMs: number): void {
  const timer = setInterval(() => response.write(piece), everyMs);
  response.on('close', () => clearInterval(timer));
}

function flood(response: ServerResponse, piece: string): void {
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
