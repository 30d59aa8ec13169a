/** Several models in order: the next one is asked when the one before gives nothing. The first one's error is told when none does. */
import { ModelError, type ModelFailure } from './error.ts';
import type { ChatAnswer, ChatRequest, LanguageModel } from './port.ts';

/** Another model would fail as well, or the caller has to act first: give up, spend less, ask for less, ask without tools. */
const FINAL: ReadonlySet<ModelFailure> = new Set(['Aborted', 'BudgetExceeded', 'BudgetUnknown', 'ContextExceeded', 'NoTools']);

/** @param models at least one */
export function withFallbacks(models: readonly [LanguageModel, ...LanguageModel[]]): LanguageModel {
  const [first] = models;
  return models.length === 1 ? first : { name: first.name, chat: (request) => chat(models, request) };
}

async function chat(models: readonly LanguageModel[], request: ChatRequest): Promise<ChatAnswer> {
  const failures: ModelError[] = [];
  for (const model of models) {
    try {
      return await model.chat(request);
    } catch (error) {
      if (!(error instanceof ModelError) || FINAL.has(error.reason)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures as [ModelError];
  const others = failures.slice(1).map(({ message }) => message);
  throw new ModelError(first.reason, [first.message, ...others].join('; '), {
    cause: first,
    mayHaveSpent: failures.some((one) => one.mayHaveSpent),
  });
}
