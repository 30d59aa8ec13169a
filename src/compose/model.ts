/** The language models, from the configuration; undefined where none is configured. */
import { readFile } from 'node:fs/promises';
import type { ModelServerConfig } from '../config/model.ts';
import { createModelAdviser, type ModelAdviser } from '../investigate/model/adviser.ts';
import { createLedger } from '../llm/budget.ts';
import { ModelError } from '../llm/error.ts';
import { createModelHttp } from '../llm/http.ts';
import { createModels, type ModelServer } from '../llm/models.ts';
import { createMemoryStore } from '../llm/record.ts';
import { createModelAccount } from './modelAccount.ts';
import type { Parts } from './parts.ts';

const SHORTEST_SECRET = 6;

export function createAdviser({ config, clock, logger, redactor, client }: Parts): ModelAdviser | undefined {
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
    records: createMemoryStore(),
  });
  const ledger = createLedger({
    store: createModelAccount(client, config.namespace),
    now: clock.now,
    hour: budgets.hour,
    day: budgets.day,
  });
  return createModelAdviser({ models, ledger, clock, logger, redact: redactor.text, deadlineMs: model.deadlineSeconds * 1000 });
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
