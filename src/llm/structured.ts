/**
 * An answer of a given form, or a typed failure.
 *
 * Strict: JSON alone, at most 64 KiB, no doubled and no unknown keys, every value of its schema. What is wrong is told to the model, at most
 * three times; then it is Malformed. The form is asked of the server as well, which is a help and no proof.
 */
import type { z } from 'zod';
import { ModelError } from './error.ts';
import { type ChatRequest, type JsonSchema, type LanguageModel, LONGEST_ANSWER, type Message } from './port.ts';
import { parseStrictJson, StrictJsonError } from './strictJson.ts';

export const MOST_REPAIRS = 3;
const MOST_PROBLEMS = 5;

export interface StructuredRequest<T> {
  readonly chat: Omit<ChatRequest, 'format' | 'tools'>;
  /** Of strict objects. */
  readonly schema: z.ZodType<T>;
  /** What the server is asked for. */
  readonly format: JsonSchema;
  /** What the schema cannot say; undefined when all is well. */
  readonly check?: ((value: T) => string | undefined) | undefined;
  /** Repairs that are left; at most three. */
  readonly repairs?: number | undefined;
}

export interface Structured<T> {
  readonly value: T;
  readonly repairs: number;
}

export async function askStructured<T>(model: LanguageModel, request: StructuredRequest<T>): Promise<Structured<T>> {
  const { chat, schema, format, check, repairs = MOST_REPAIRS } = request;
  let exchange: readonly Message[] = [];
  for (let repaired = 0; ; repaired += 1) {
    const answer = await model.chat({ ...chat, format, messages: [...chat.messages, ...exchange] });
    const read = readStrict(answer.text, schema, check);
    if ('value' in read) return { value: read.value, repairs: repaired };
    if (repaired >= Math.min(repairs, MOST_REPAIRS)) {
      throw new ModelError(
        'Malformed',
        `${model.name}: its answer has not the form that was asked for, after ${repaired} repairs: ${read.problem}`,
      );
    }
    exchange = repairMessages(answer.text, read.problem);
  }
}

/** Only the last attempt is shown: a window has no room for all of them. */
const repairMessages = (answer: string, problem: string): readonly Message[] => [
  { role: 'assistant', content: answer.slice(0, 1000) },
  {
    role: 'user',
    content: `That cannot be used: ${problem}. Answer again, with one JSON object of the form that was asked for and nothing else.`,
  },
];

export type Read<T> = { readonly value: T } | { readonly problem: string };

/** @returns the value, or what is wrong in words of our own and keys of the model's, cut */
export function readStrict<T>(text: string, schema: z.ZodType<T>, check?: (value: T) => string | undefined): Read<T> {
  let parsed: unknown;
  try {
    parsed = parseStrictJson(text, LONGEST_ANSWER);
  } catch (error) {
    if (error instanceof StrictJsonError) return { problem: error.message };
    throw error;
  }
  const result = schema.safeParse(parsed);
  if (!result.success) return { problem: result.error.issues.slice(0, MOST_PROBLEMS).map(problemOf).join('; ') };
  const problem = check?.(result.data);
  return problem === undefined ? { value: result.data } : { problem };
}

function problemOf(issue: z.core.$ZodIssue): string {
  const where = issue.path.length === 0 ? 'the object' : issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return `${where} has unknown keys: ${issue.keys
      .slice(0, 5)
      .map((key) => key.slice(0, 40))
      .join(', ')}`;
  return `${where}: ${issue.message.slice(0, 160)}`;
}
