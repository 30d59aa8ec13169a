/**
 * How many tokens a text has, without the model's vocabulary.
 *
 * An estimate from characters, calibrated by what the server counted in earlier prompts; and an upper bound that holds for every
 * tokenizer whose tokens cover at least a byte (byte-level BPE, SentencePiece with byte fallback, WordPiece).
 */
import type { ChatRequest } from './port.ts';

export interface TokenEstimator {
  /** Never below 1 for a text that is not empty; a little more than the server will probably count. */
  readonly estimate: (text: string) => number;
  readonly estimateRequest: (request: Pick<ChatRequest, 'messages' | 'tools' | 'format'>) => number;
  /** What the server counted for a request. */
  readonly learn: (request: Pick<ChatRequest, 'messages' | 'tools' | 'format'>, promptTokens: number) => void;
  readonly charsPerToken: () => number;
}

/** Before anything was counted: telemetry (JSON, ids, paths) makes more tokens than prose. */
const FIRST_CHARS_PER_TOKEN = 2.2;
const LEAST = 1.2;
const MOST = 4.5;
/** Plans stay below what is estimated. */
const MARGIN = 1.1;
const WEIGHT_OF_NEWEST = 0.4;
/** What a server's template adds to a message, and to a prompt. */
export const TOKENS_A_MESSAGE = 8;
const TOKENS_A_PROMPT = 32;
/** A prompt this short is mostly template, and says little about text. */
const LEAST_TO_LEARN = 400;

export function createTokenEstimator(): TokenEstimator {
  let ratio = FIRST_CHARS_PER_TOKEN;
  const estimate = (text: string): number => Math.ceil((text.length / ratio) * MARGIN);
  return {
    estimate,
    estimateRequest: (request) => {
      const { texts, overhead } = partsOf(request);
      return overhead + texts.reduce((sum, text) => sum + estimate(text), 0);
    },
    learn: (request, promptTokens) => {
      const { texts, overhead } = partsOf(request);
      const chars = texts.reduce((sum, text) => sum + text.length, 0);
      if (chars < LEAST_TO_LEARN || promptTokens <= overhead) return;
      const seen = Math.min(MOST, Math.max(LEAST, chars / (promptTokens - overhead)));
      // Denser text than thought is believed at once, as too long a prompt is worse than one too short.
      ratio = seen < ratio ? seen : ratio + WEIGHT_OF_NEWEST * (seen - ratio);
    },
    charsPerToken: () => ratio,
  };
}

/** @param request everything that is sent as text */
export function tokenUpperBound(request: Pick<ChatRequest, 'messages' | 'tools' | 'format'>): number {
  const { texts, overhead } = partsOf(request);
  return 2 * overhead + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function partsOf({ messages, tools = [], format }: Pick<ChatRequest, 'messages' | 'tools' | 'format'>): {
  readonly texts: readonly string[];
  readonly overhead: number;
} {
  const texts = [
    ...messages.map(({ content }) => content),
    ...messages.flatMap((message) =>
      message.role === 'assistant' ? (message.toolCalls ?? []).map((call) => `${call.name}${call.arguments}`) : [],
    ),
    ...tools.map((tool) => JSON.stringify(tool)),
    ...(format === undefined ? [] : [JSON.stringify(format)]),
  ];
  return { texts, overhead: TOKENS_A_PROMPT + TOKENS_A_MESSAGE * (messages.length + tools.length) };
}
