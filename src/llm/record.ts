/**
 * Answers kept under sha256(prompt, model, parameters): asked once, paid once, for as long as the process lives.
 *
 * The record is read before a model is asked and written before its answer is used. The nonce of a prompt's fences counts as equal to any other.
 */
import { digestOf } from '../domain/canonical.ts';
import type { ChatAnswer, ChatRequest, LanguageModel } from './port.ts';

export interface AnswerStore {
  get(key: string): Promise<ChatAnswer | undefined>;
  put(key: string, answer: ChatAnswer): Promise<void>;
}

export function keyOf(model: string, request: ChatRequest): string {
  const { messages, tools, format, maxOutputTokens, contextTokens, temperature, seed, nonce } = request;
  const question = { model, messages, tools, format, maxOutputTokens, contextTokens, temperature, seed };
  if (nonce === undefined || nonce === '') return digestOf(question);
  return digestOf(JSON.parse(JSON.stringify(question).replaceAll(nonce, '')));
}

/**
 * @param scope within which an answer counts, such as one investigation: what a model once said badly is not said for ever, nor of anything else;
 * absent: everywhere
 */
export function recorded(model: LanguageModel, store: AnswerStore, scope = ''): LanguageModel {
  return {
    name: model.name,
    async chat(request) {
      const key = `${scope}${keyOf(model.name, request)}`;
      const before = await store.get(key);
      if (before !== undefined) {
        request.onText?.(before.text);
        return before;
      }
      const answer = await model.chat(request);
      await store.put(key, answer);
      return answer;
    },
  };
}

/** For a process: an investigation that is run again after a conflict is not paid for again. The oldest answers go first. */
export function createMemoryStore(most = 256): AnswerStore & { readonly size: number } {
  const answers = new Map<string, ChatAnswer>();
  return {
    get: async (key) => answers.get(key),
    put: async (key, answer) => {
      answers.set(key, answer);
      for (const oldest of answers.keys()) {
        if (answers.size <= most) break;
        answers.delete(oldest);
      }
    },
    get size() {
      return answers.size;
    },
  };
}
