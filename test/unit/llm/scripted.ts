/** Models made of a list of answers, for tests of what stands before a model. */
import type { ModelError } from '../../../src/llm/error.ts';
import type { ChatAnswer, ChatRequest, LanguageModel } from '../../../src/llm/port.ts';

export type Scripted = string | ModelError | Partial<ChatAnswer>;

export interface ScriptedModel extends LanguageModel {
  readonly asked: readonly ChatRequest[];
}

/** The answers in order, the last one again and again. */
export function scriptedModel(answers: readonly [Scripted, ...Scripted[]], name = 'scripted'): ScriptedModel {
  const asked: ChatRequest[] = [];
  return {
    name,
    asked,
    async chat(request) {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? answers[0];
      asked.push(request);
      if (answer instanceof Error) throw answer;
      const given = typeof answer === 'string' ? { text: answer } : answer;
      return { text: '', toolCalls: [], finish: 'stop', ...given };
    },
  };
}

export const question = (content = 'why?', change: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content }],
  maxOutputTokens: 100,
  contextTokens: 8000,
  signal: new AbortController().signal,
  ...change,
});
