/**
 * Ollama's protocol, as its docs/api.md (0.17) has it: NDJSON of chat, embeddings, the list of models, and its errors.
 */
import { countTokens, type Reply } from './script.ts';

type Says = Extract<Reply, { readonly kind: 'says' }>;

const CREATED = '2026-01-01T00:00:00Z';

const piece = (model: string, message: object): string => `${JSON.stringify({ model, created_at: CREATED, message, done: false })}\n`;

export const ollamaPiece = (model: string, text: string): string => piece(model, { role: 'assistant', content: text });

export function ollamaStream(
  model: string,
  { text = '', calls = [], finish = 'stop', outputTokens }: Says,
  promptTokens: number,
): readonly string[] {
  const pieces = text.match(/[\s\S]{1,24}/gu) ?? [];
  return [
    ...pieces.map((part) => ollamaPiece(model, part)),
    ...calls.map(({ name, arguments: given }) =>
      piece(model, { role: 'assistant', content: '', tool_calls: [{ function: { name, arguments: objectOf(given) } }] }),
    ),
    `${JSON.stringify({
      model,
      created_at: CREATED,
      message: { role: 'assistant', content: '' },
      done: true,
      done_reason: finish,
      total_duration: 5_000_000,
      load_duration: 1_000_000,
      prompt_eval_count: promptTokens,
      prompt_eval_duration: 2_000_000,
      eval_count: outputTokens ?? countTokens(text) + calls.length * 16,
      eval_duration: 2_000_000,
    })}\n`,
  ];
}

/** The real server parses what a model wrote, and gives on objects only. */
const objectOf = (given: unknown): unknown => (typeof given === 'string' ? (JSON.parse(given) as unknown) : given);

/** The answer to `stream: false`: one object with everything. */
export function ollamaWhole(model: string, says: Says, promptTokens: number): string {
  const last = JSON.parse(ollamaStream(model, says, promptTokens).at(-1) ?? '{}') as object;
  const calls = says.calls?.map(({ name, arguments: given }) => ({ function: { name, arguments: objectOf(given) } }));
  return JSON.stringify({ ...last, message: { role: 'assistant', content: says.text ?? '', ...(calls && { tool_calls: calls }) } });
}

export const ollamaError = (message: string): string => JSON.stringify({ error: message });

export function ollamaEmbeddings(model: string, input: unknown, vectors: readonly (readonly number[])[]): string {
  const texts = Array.isArray(input) ? input.map(String) : [String(input)];
  return JSON.stringify({
    model,
    embeddings: vectors,
    total_duration: 1,
    load_duration: 1,
    prompt_eval_count: countTokens(texts.join(' ')),
  });
}

export const ollamaTags = (models: readonly string[]): string =>
  JSON.stringify({
    models: models.map((name) => ({
      name,
      model: name,
      modified_at: CREATED,
      size: 1,
      digest: '0'.repeat(64),
      details: { format: 'gguf', family: 'llama' },
    })),
  });

export const ollamaShow = (contextTokens: number): string =>
  JSON.stringify({
    details: { format: 'gguf', family: 'llama' },
    model_info: { 'general.architecture': 'llama', 'llama.context_length': contextTokens },
    capabilities: ['completion', 'tools'],
  });
