/** A model whose every call is reserved before and settled after, and from whose counts token estimates learn. */
import type { Budget, Cost } from './budget.ts';
import { ModelError } from './error.ts';
import type { EmbeddingModel, LanguageModel, TokenCount } from './port.ts';
import { type TokenEstimator, tokenUpperBound } from './tokens.ts';

/** Of the currency, for a million tokens: which is millionths of it for one. */
export interface Price {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
}

export interface BudgetedOptions {
  readonly budget: Budget;
  readonly estimator: TokenEstimator;
  readonly price?: Price | undefined;
  /** The server never reads a longer prompt than the window that it is told. */
  readonly enforcesWindow: boolean;
}

export function withBudget(model: LanguageModel, { budget, estimator, price, enforcesWindow }: BudgetedOptions): LanguageModel {
  return {
    name: model.name,
    async chat(request) {
      const bound = tokenUpperBound(request);
      const most: TokenCount = {
        promptTokens: enforcesWindow ? Math.min(bound, request.contextTokens) : bound,
        outputTokens: request.maxOutputTokens,
      };
      return spend(budget, costOf(most, price), request.signal, async () => {
        const answer = await model.chat(request);
        if (answer.count !== undefined) estimator.learn(request, answer.count.promptTokens);
        return [answer, costOf(answer.count ?? most, price)];
      });
    },
  };
}

export function withEmbeddingBudget(model: EmbeddingModel, budget: Budget, price?: Price): EmbeddingModel {
  return {
    name: model.name,
    async embed(request) {
      const most = request.texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 16, 0);
      const cost = (promptTokens: number): Cost => costOf({ promptTokens, outputTokens: 0 }, price);
      return spend(budget, cost(most), request.signal, async () => {
        const answer = await model.embed(request);
        return [answer, cost(answer.promptTokens ?? most)];
      });
    },
  };
}

async function spend<T>(budget: Budget, most: Cost, signal: AbortSignal, call: () => Promise<readonly [T, Cost]>): Promise<T> {
  const reservation = await budget.reserve(most, signal);
  try {
    const [answer, actual] = await call();
    reservation.settle(actual);
    return answer;
  } catch (error) {
    // What a call that broke off did cost is not known: all of it is taken for spent.
    const isFree = error instanceof ModelError && !error.mayHaveSpent;
    reservation.settle(isFree ? { tokens: 0, moneyMicros: 0 } : most);
    throw error;
  }
}

function costOf({ promptTokens, outputTokens }: TokenCount, price: Price | undefined): Cost {
  const money = price === undefined ? 0 : promptTokens * price.inputPerMillion + outputTokens * price.outputPerMillion;
  return { tokens: promptTokens + outputTokens, moneyMicros: Math.ceil(money) };
}
