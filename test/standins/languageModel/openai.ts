/**
 * OpenAI's protocol, as the reference of its chat completions and embeddings API has it: server-sent events with the usage in the last one
 * before [DONE], whole completions, and its errors. Azure's differs in where key and version stand.
 */
import { countTokens, type Reply } from './script.ts';

type Says = Extract<Reply, { readonly kind: 'says' }>;

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const chunk = (model: string, choices: readonly object[], more: object = {}): string =>
  event({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_767_225_600, model, choices, ...more });

const delta = (model: string, part: object, finish: string | null = null): string =>
  chunk(model, [{ index: 0, delta: part, finish_reason: finish }]);

export const openAiPiece = (model: string, text: string): string => delta(model, { content: text });

const textOf = (given: unknown): string => (typeof given === 'string' ? given : JSON.stringify(given));

export function openAiStream(model: string, says: Says, promptTokens: number, withUsage: boolean): readonly string[] {
  const { text = '', calls = [], finish = 'stop' } = says;
  const pieces = text.match(/[\s\S]{1,24}/gu) ?? [];
  return [
    delta(model, { role: 'assistant', content: '' }),
    ...pieces.map((part) => openAiPiece(model, part)),
    ...calls.flatMap(({ name, arguments: given }, index) => {
      const whole = textOf(given);
      const half = Math.floor(whole.length / 2);
      return [
        delta(model, { tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }] }),
        delta(model, { tool_calls: [{ index, function: { arguments: whole.slice(0, half) } }] }),
        delta(model, { tool_calls: [{ index, function: { arguments: whole.slice(half) } }] }),
      ];
    }),
    delta(model, {}, calls.length > 0 ? 'tool_calls' : finish),
    ...(withUsage ? [chunk(model, [], { usage: usageOf(says, promptTokens) })] : []),
    'data: [DONE]\n\n',
  ];
}

function usageOf({ text = '', calls = [], outputTokens }: Says, promptTokens: number): object {
  const completion = outputTokens ?? countTokens(text) + calls.length * 16;
  return { prompt_tokens: promptTokens, completion_tokens: completion, total_tokens: promptTokens + completion };
}

export function openAiWhole(model: string, says: Says, promptTokens: number): string {
  const { text = '', calls = [], finish = 'stop' } = says;
  const toolCalls = calls.map(({ name, arguments: given }, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: textOf(given) },
  }));
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_767_225_600,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, ...(calls.length > 0 && { tool_calls: toolCalls }) },
        finish_reason: calls.length > 0 ? 'tool_calls' : finish,
      },
    ],
    usage: usageOf(says, promptTokens),
  });
}

export const openAiError = (message: string, code: string | null = null): string =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } });

export function openAiEmbeddings(model: string, input: unknown, vectors: readonly (readonly number[])[]): string {
  const texts = Array.isArray(input) ? input.map(String) : [String(input)];
  const tokens = countTokens(texts.join(' '));
  const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }));
  return JSON.stringify({ object: 'list', data: data.toReversed(), model, usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

export const openAiModels = (models: readonly string[]): string =>
  JSON.stringify({ object: 'list', data: models.map((id) => ({ id, object: 'model', created: 1_767_225_600, owned_by: 'test' })) });
