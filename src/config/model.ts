/**
 * The language model: where it is, what it is called, and what may be spent on it. Without an address there is none, and every incident
 * still gets its diagnosis by rules.
 */
import { z } from 'zod';
import type { Environment } from './environment.ts';
import { httpUrl } from './url.ts';

const name = () => z.string().min(1, 'is empty; write the name of a model').max(128);
const limits = (what: string) =>
  z
    .strictObject({
      tokens: z.int().min(0).optional().describe(`Tokens ${what}; absent: without a limit.`),
      moneyMicros: z.int().min(0).optional().describe(`Millionths of the currency of the prices ${what}; absent: without a limit.`),
    })
    .prefault({});

export function modelSchema() {
  const server = {
    provider: z.enum(['ollama', 'openai']).optional().describe('Which protocol; absent: ollama.'),
    url: httpUrl().optional().describe('Address, such as http://ollama:11434 or https://api.openai.com/v1.'),
    name: name().optional().describe('Name of the model; absent: llama3.2:3b for ollama.'),
    apiKeyFile: z
      .string()
      .min(1, 'is empty; write the path of a file')
      .optional()
      .describe('File with the API key; read again for each call.'),
    apiVersion: z.string().min(1).max(40).optional().describe('Version of Azure OpenAI’s API; the key is then sent as Azure wants it.'),
  };
  return z.strictObject({
    ...server,
    contextTokens: z.int().min(4_000).max(1_000_000).default(8_000).describe('Tokens of a prompt and its answer together.'),
    maxOutputTokens: z.int().min(200).max(32_000).default(1_000).describe('Tokens of an answer.'),
    timeoutSeconds: z.int().min(1).max(600).default(60).describe('Time of one call.'),
    deadlineSeconds: z.int().min(1).max(600).default(45).describe('Time that a diagnosis waits for models in all.'),
    purposes: z
      .strictObject({
        chat: name().optional().describe('Answers people.'),
        diagnosis: name().optional().describe('Looks for causes.'),
        actions: name().optional().describe('Orders the actions that rules allow.'),
        summaries: name().optional().describe('Sums up.'),
        embeddings: name().optional().describe('Compares texts by meaning; absent: by words.'),
      })
      .prefault({})
      .describe('Models of the same server for single purposes.'),
    fallbacks: z.array(z.strictObject(server)).max(5).default([]).describe('Asked in order when the model gives nothing.'),
    budgets: z
      .strictObject({
        hour: limits('an hour').describe('In any hour.'),
        day: limits('a day').describe('In any day.'),
        caller: limits('of one person or program that talks with Jamie, in an hour').describe('By one who talks with Jamie, in an hour.'),
      })
      .prefault({})
      .describe('What may be spent; the budget of an Investigation counts too.'),
    prices: z
      .record(
        name(),
        z.strictObject({
          inputPerMillion: z.number().min(0).max(100_000).describe('For a million tokens of prompts.'),
          outputPerMillion: z.number().min(0).max(100_000).describe('For a million tokens of answers.'),
        }),
      )
      .default({})
      .describe('Prices by name of model, in whatever currency; absent: free.'),
  });
}

type ModelSection = z.infer<ReturnType<typeof modelSchema>>;

export interface ModelServerConfig {
  readonly provider: 'ollama' | 'openai';
  readonly url: string;
  readonly name: string;
  readonly apiKeyFile?: string | undefined;
  readonly apiVersion?: string | undefined;
  /** Of the environment; a file counts more. */
  readonly apiKey?: string | undefined;
}

const DEFAULT_OLLAMA_MODEL = 'llama3.2:3b';
const OPENAI_URL = 'https://api.openai.com/v1';

/** What will be asked, the first first; empty: no model. What is missing is told by `modelProblem`. */
export function modelServers(section: ModelSection, environment: Environment): readonly ModelServerConfig[] {
  return [serverOf(section, environment), ...section.fallbacks.map((fallback) => serverOf(fallback, environment))].flatMap(
    (server, index, all) => (server === undefined || (index > 0 && all[0] === undefined) ? [] : [server]),
  );
}

type ServerSection = Pick<ModelSection, 'provider' | 'url' | 'name' | 'apiKeyFile' | 'apiVersion'>;

function serverOf(
  { provider, url, name: given, apiKeyFile, apiVersion }: ServerSection,
  environment: Environment,
): ModelServerConfig | undefined {
  const key = environment['OPENAI_API_KEY'] ?? '';
  const isByKey = provider === undefined && url === undefined && key !== '' && given !== undefined;
  if (provider !== 'openai' && !isByKey) {
    return url === undefined ? undefined : { provider: 'ollama', url, name: given ?? DEFAULT_OLLAMA_MODEL, apiKeyFile, apiVersion };
  }
  if (given === undefined) return undefined;
  const apiKey = key !== '' && apiKeyFile === undefined ? key : undefined;
  return { provider: 'openai', url: url ?? OPENAI_URL, name: given, apiKeyFile, apiVersion, apiKey };
}

/** Why what is set about a model cannot be meant, with the setting that it is about. */
export function modelProblem(
  section: ModelSection,
  environment: Environment,
): { readonly path: readonly PropertyKey[]; readonly message: string } | undefined {
  const servers: readonly (readonly [readonly PropertyKey[], ServerSection])[] = [
    [['model'], section],
    ...section.fallbacks.map((fallback, index) => [['model', 'fallbacks', index], fallback] as const),
  ];
  for (const [path, server] of servers) {
    const isMain = path.length === 1;
    if (server.provider === 'openai' && server.name === undefined) {
      return { path: [...path, 'name'], message: 'is missing; write the name of a model that this server has' };
    }
    if (!isMain && serverOf(server, environment) === undefined) {
      return { path: [...path, 'url'], message: 'is missing; write the address of the server' };
    }
  }
  if (section.maxOutputTokens > section.contextTokens / 2) {
    return {
      path: ['model', 'maxOutputTokens'],
      message: `${section.maxOutputTokens} leaves no room for a prompt; the most is half of model.contextTokens`,
    };
  }
  return undefined;
}

/** Variables about a model that are set and change nothing. */
export function modelVariablesWithoutEffect(servers: readonly ModelServerConfig[], environment: Environment): readonly string[] {
  const isSet = (variable: string): boolean => (environment[variable] ?? '') !== '';
  const idle = [
    ...(servers.length === 0 ? ['MODEL_NAME'] : []),
    ...(servers.some(({ apiKey }) => apiKey !== undefined) ? [] : ['OPENAI_API_KEY']),
  ];
  return idle.filter(isSet);
}
