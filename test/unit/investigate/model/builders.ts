/** An investigation of a checkout that cannot reach its database, as a model gets to see it. */
import { systemClock } from '../../../../src/clock.ts';
import type { AskModelDeps } from '../../../../src/investigate/model/askModel.ts';
import type { Analysed, CitableEvidence } from '../../../../src/investigate/model/opinion.ts';
import type { SubmittedHypothesis } from '../../../../src/investigate/model/submission.ts';
import type { Budget, CostLimits } from '../../../../src/llm/budget.ts';
import type { CallLimits, ModelHttp } from '../../../../src/llm/http.ts';
import { createModels } from '../../../../src/llm/models.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import type { LanguageModelStandIn } from '../../../standins/languageModel/server.ts';
import { memoryLedger } from '../../../support/memoryLedger.ts';

const log = [
  '2026-11-21T03:22:08Z INFO  checkout 4.2.0 starting with 3 workers',
  '2026-11-21T03:22:10Z ERROR dial tcp 10.0.7.12:5432: connect: connection refused (host orders-db, attempt 17)',
  '2026-11-21T03:22:10Z FATAL giving up after 30s',
].join('\n');

export const evidence: readonly CitableEvidence[] = [
  {
    id: 'e1',
    query: 'get Pod/shop/checkout-7d9f8b6c5-x2x9p',
    summary: 'Running, not ready: app CrashLoopBackOff, before that Error (1), 7 restarts',
    content: JSON.stringify(
      {
        name: 'checkout-7d9f8b6c5-x2x9p',
        containers: [{ name: 'app', restarts: 7, limits: { memoryBytes: 67_108_864 }, lastState: { exitCode: 1 } }],
      },
      undefined,
      2,
    ),
  },
  {
    id: 'e2',
    query: 'last log lines of the previous run of app in shop/checkout-7d9f8b6c5-x2x9p',
    summary: 'FATAL giving up after 30s',
    content: log,
  },
  {
    id: 'e3',
    query: 'events of Service/shop/orders-db',
    summary: 'no endpoints',
    content: '2026-11-21T03:20:00Z Warning NoEndpoints (3x) service "orders-db" has no endpoints',
  },
];

export function analysed(change: Partial<Analysed> = {}): Analysed {
  return {
    findings: [
      {
        id: 'f1',
        reason: 'ContainerExitsWithError',
        object: { kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app' },
        message: 'Container app exits with code 1, 7 times. It last said “giving up after 30s”.',
        evidence: ['e1', 'e2'],
      },
    ],
    ranked: [{ statement: 'Container app exits with code 1.', confidence: 56 }],
    evidence,
    ...change,
  };
}

/** One that stands up to every check. */
export function hypothesis(change: Partial<SubmittedHypothesis> = {}): SubmittedHypothesis {
  return {
    statement: 'checkout cannot reach orders-db: the connection is refused and the service has no endpoints.',
    category: 'Dependency',
    object: 'Service/shop/orders-db',
    citations: [
      { evidenceId: 'e2', quote: 'connect: connection refused (host orders-db, attempt 17)' },
      { evidenceId: 'e3', quote: 'has no endpoints' },
    ],
    confidence: 80,
    ...change,
  };
}

export const openBudget = (limits: CostLimits = {}): Budget => memoryLedger().open('inv', limits);

export function depsFor(
  http: ModelHttp,
  server: LanguageModelStandIn,
  {
    provider = 'ollama',
    limits,
    deadlineMs = 20_000,
    contextTokens = 8_000,
  }: { provider?: 'ollama' | 'openai'; limits?: Partial<CallLimits>; deadlineMs?: number; contextTokens?: number } = {},
): AskModelDeps {
  const url = provider === 'ollama' ? server.url : server.openAiUrl;
  const models = createModels({
    http,
    clock: systemClock,
    random: () => 0,
    servers: [{ provider, url, name: 'test' }],
    contextTokens,
    maxOutputTokens: 1_000,
    limits,
  });
  return { models, clock: systemClock, redact: createRedactor().text, deadlineMs };
}
