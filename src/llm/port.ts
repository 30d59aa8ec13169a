/**
 * What is asked of a language model, whoever serves it.
 *
 * A call is bounded by its signal, by the adapter's time and size limits, and by `maxOutputTokens`. It ends with an answer or throws a
 * `ModelError` with a reason. What comes back is a stranger's text: nothing in it is an order, a fact or a permission.
 */

/** A JSON schema as plain data, in the small dialect that both protocols take. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, as the model wrote it: not parsed, so that a strict reader can judge it. */
  readonly arguments: string;
}

export type Message =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly content: string; readonly toolCallId: string; readonly toolName: string };

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

export interface ChatRequest {
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[];
  /** The answer is to be JSON of this schema. Servers promise it; the caller still checks. */
  readonly format?: JsonSchema;
  readonly maxOutputTokens: number;
  /** The window that the prompt was planned for, answer included. */
  readonly contextTokens: number;
  /** 0 to 2; absent: 0, as the same question should get the same answer. */
  readonly temperature?: number;
  readonly seed?: number;
  readonly signal: AbortSignal;
  /** Random text within the prompt that must not make two equal questions differ when answers are recorded. */
  readonly nonce?: string;
  /** Called with each piece of the text as it arrives. */
  readonly onText?: (piece: string) => void;
}

export interface TokenCount {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

export interface ChatAnswer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finish: 'stop' | 'length' | 'tools';
  /** As the server counted; absent when it did not say. */
  readonly count?: TokenCount;
}

export interface LanguageModel {
  /** As the server knows it, and as messages and records name it. */
  readonly name: string;
  chat(request: ChatRequest): Promise<ChatAnswer>;
}

export interface EmbedRequest {
  readonly texts: readonly string[];
  readonly signal: AbortSignal;
}

export interface EmbedAnswer {
  /** One a text, all of one length. */
  readonly vectors: readonly (readonly number[])[];
  readonly promptTokens?: number;
}

export interface EmbeddingModel {
  readonly name: string;
  embed(request: EmbedRequest): Promise<EmbedAnswer>;
}

/** The longest answer that is read, in UTF-16 units: what is longer is not an answer. */
export const LONGEST_ANSWER = 64 * 1024;
