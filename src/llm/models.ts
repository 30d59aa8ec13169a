/**
 * The models of a configuration, a model a purpose: with retries, fallbacks in order, and a budget under every single call.
 *
 * Whoever asks gets what it needs to plan a prompt: the window, the room for an answer, and an estimator that learns from each call.
 */
import type { Clock } from '../clock.ts';
import type { Budget } from './budget.ts';
import { type Price, withBudget, withEmbeddingBudget } from './budgeted.ts';
import { withFallbacks } from './fallbacks.ts';
import type { CallLimits, ModelHttp } from './http.ts';
import { createOllama } from './ollama.ts';
import { createOpenAi } from './openai.ts';
import { createPlaces, withPlaces } from './places.ts';
import type { EmbeddingModel, LanguageModel } from './port.ts';
import { type AnswerStore, recorded } from './record.ts';
import { withRetries } from './retries.ts';
import { createTokenEstimator, type TokenEstimator } from './tokens.ts';

export const PURPOSES = ['chat', 'diagnosis', 'actions', 'summaries', 'embeddings'] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface ModelServer {
  readonly provider: 'ollama' | 'openai';
  readonly url: string;
  readonly name: string;
  readonly apiKey?: (() => Promise<string | undefined>) | undefined;
  readonly apiVersion?: string | undefined;
}

export interface ModelsOptions {
  readonly http: ModelHttp;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly random: () => number;
  /** The first is the one that is asked; the others stand in for it, in order. */
  readonly servers: readonly [ModelServer, ...ModelServer[]];
  /** Names of models of the first server, where a purpose has one of its own. */
  readonly purposes?: Readonly<Partial<Record<Purpose, string>>> | undefined;
  readonly prices?: Readonly<Record<string, Price>> | undefined;
  /** Prompt and answer together. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly limits?: Partial<CallLimits> | undefined;
  /** Where answers are kept, so that what was paid for is not asked again. */
  readonly records?: AnswerStore | undefined;
}

export interface ModelForPurpose {
  readonly model: LanguageModel;
  readonly estimator: TokenEstimator;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
}

export interface Models {
  /**
   * @param name in place of the configured one, as an Investigation may ask
   * @param scope of the answers that are kept
   */
  for(purpose: Exclude<Purpose, 'embeddings'>, budget: Budget, name?: string, scope?: string): ModelForPurpose;
  embeddings(budget: Budget): EmbeddingModel | undefined;
}

export function createModels(options: ModelsOptions): Models {
  const { servers, purposes = {}, prices = {}, contextTokens, maxOutputTokens, clock, random, records } = options;
  const [first, ...others] = servers;
  const places = createPlaces();
  const estimators = new Map<string, TokenEstimator>();
  const estimatorOf = (name: string): TokenEstimator => {
    const known = estimators.get(name) ?? createTokenEstimator();
    estimators.set(name, known);
    return known;
  };
  const ready = (server: ModelServer, budget: Budget, estimator: TokenEstimator, scope?: string): LanguageModel => {
    const enforcesWindow = server.provider === 'ollama';
    const counted = withBudget(adapterOf(options, server), { budget, estimator, price: prices[server.name], enforcesWindow });
    const placed = withPlaces(counted, places);
    return withRetries(records === undefined ? placed : recorded(placed, records, scope), { clock, random });
  };
  return {
    for: (purpose, budget, name = purposes[purpose], scope?: string) => {
      const asked = name === undefined ? first : { ...first, name };
      const estimator = estimatorOf(asked.name);
      const model = withFallbacks([
        ready(asked, budget, estimator, scope),
        ...others.map((server) => ready(server, budget, estimatorOf(server.name), scope)),
      ]);
      return { model, estimator, contextTokens, maxOutputTokens };
    },
    embeddings: (budget) => {
      const name = purposes.embeddings;
      return name === undefined ? undefined : withEmbeddingBudget(adapterOf(options, { ...first, name }), budget, prices[name]);
    },
  };
}

function adapterOf(
  { http, limits }: ModelsOptions,
  { provider, url, name, apiKey, apiVersion }: ModelServer,
): LanguageModel & EmbeddingModel {
  if (provider === 'ollama') return createOllama({ http, url, model: name, apiKey, limits });
  return createOpenAi({ http, url, model: name, apiKey, apiVersion, limits });
}
