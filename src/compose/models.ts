/** The language models of a configuration, and the account of what they cost; undefined where none is configured. */
import { readFile } from 'node:fs/promises';
import type { ModelServerConfig } from '../config/model.ts';
import { createLedger, type Ledger } from '../llm/budget.ts';
import { ModelError } from '../llm/error.ts';
import { createModelHttp } from '../llm/http.ts';
import { createModels, type ModelServer, type Models } from '../llm/models.ts';
import type { AnswerStore } from '../llm/record.ts';
import { createModelAccount } from './modelAccount.ts';
import type { Parts } from './parts.ts';

const SHORTEST_SECRET = 6;

export interface ModelsAndLedger {
  readonly models: Models;
  readonly ledger: Ledger;
}

/** @param records where answers are kept, so that what was paid for is not asked again; absent: they are not */
export function modelsOf({ config, clock, redactor, client }: Parts, records?: AnswerStore): ModelsAndLedger | undefined {
  const { model, modelServers } = config;
  const [first, ...others] = modelServers.map((server) => serverOf(server, redactor.addSecret));
  if (first === undefined) return undefined;
  const { contextTokens, maxOutputTokens, purposes, prices, budgets } = model;
  const timeoutMs = model.timeoutSeconds * 1000;
  const models = createModels({
    http: createModelHttp(clock),
    clock,
    random: Math.random,
    servers: [first, ...others],
    purposes,
    prices,
    contextTokens,
    maxOutputTokens,
    limits: { timeoutMs, silenceMs: timeoutMs },
    records,
  });
  const ledger = createLedger({
    store: createModelAccount(client, config.namespace),
    now: clock.now,
    hour: budgets.hour,
    day: budgets.day,
  });
  return { models, ledger };
}

function serverOf(server: ModelServerConfig, addSecret: (secret: string) => void): ModelServer {
  const { provider, url, name, apiVersion, apiKeyFile, apiKey } = server;
  const known = (key: string): string => {
    if (key.length >= SHORTEST_SECRET) addSecret(key);
    return key;
  };
  if (apiKeyFile !== undefined) return { provider, url, name, apiVersion, apiKey: async () => known(await readKey(apiKeyFile, name)) };
  if (apiKey === undefined) return { provider, url, name, apiVersion };
  known(apiKey);
  return { provider, url, name, apiVersion, apiKey: async () => apiKey };
}

async function readKey(path: string, model: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new ModelError('Forbidden', `${model}: its key file ${path} cannot be read`, { cause });
  }
}
