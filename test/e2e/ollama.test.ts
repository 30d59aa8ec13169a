/**
 * An investigation's model phase against the real Ollama server, with a model of random weights: what it says is nonsense in perfect form,
 * and costs nothing but time.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { investigationStatus } from '../../src/crds/investigation.ts';
import type { Investigation } from '../../src/crds/kinds.ts';
import { type Conclusion, conclude } from '../../src/investigate/conclude.ts';
import { createModelAdviser } from '../../src/investigate/model/adviser.ts';
import { createModelHttp } from '../../src/llm/http.ts';
import { createModels } from '../../src/llm/models.ts';
import { createOllama } from '../../src/llm/ollama.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { type LogLine, recordingLogger } from '../support/logger.ts';
import { memoryLedger } from '../support/memoryLedger.ts';
import { cart, container, ended, log, NOW, pod, snapshot, waiting, workload } from '../unit/investigate/builders.ts';
import { BUILD_MS, type NonsenseModels, startNonsenseModels } from './nonsenseModels.ts';

const http = createModelHttp(systemClock);
let nonsense: NonsenseModels;

beforeAll(async () => {
  nonsense = await startNonsenseModels('Ollama for tests');
}, BUILD_MS);

afterAll(async () => {
  await http.close();
  await nonsense?.stop();
});

const investigation: Investigation = {
  apiVersion: 'agentsre.io/v1alpha1',
  kind: 'Investigation',
  metadata: {
    namespace: 'shop',
    name: 'inv-1',
    uid: 'uid-inv-1',
    resourceVersion: '1',
    creationTimestamp: new Date(NOW - 1000).toISOString(),
  },
  spec: { purpose: 'Diagnosis', targets: [cart] },
};

function concluded(): Conclusion {
  const app = container({
    state: waiting('CrashLoopBackOff'),
    lastState: ended(1),
    restarts: 7,
    logs: { previous: log('starting', 'FATAL cannot connect to orders-db:5432: connection refused') },
  });
  const seen = snapshot({ workloads: [workload()], pods: [pod({}, app)] });
  const gathered = { snapshot: seen, around: seen, changes: [], calls: 4 };
  return conclude({ investigation, gathered, question: { targets: [cart], window: { start: 0, end: NOW }, gaps: [] }, now: NOW });
}

async function consult(
  name: string,
): Promise<{ readonly before: Conclusion; readonly after: Conclusion; readonly told: LogLine['fields'] }> {
  const lines: LogLine[] = [];
  const models = createModels({
    http,
    clock: systemClock,
    random: Math.random,
    servers: [{ provider: 'ollama', url: nonsense.ollama.url, name }],
    contextTokens: 8_000,
    maxOutputTokens: 1_000,
  });
  const adviser = createModelAdviser({
    models,
    ledger: memoryLedger(systemClock.now()),
    clock: systemClock,
    logger: recordingLogger(lines),
    redact: createRedactor().text,
    deadlineMs: 120_000,
  });
  const before = concluded();
  const after = await adviser.consult(before, { investigation, signal: new AbortController().signal, leftMs: 120_000 });
  return { before, after, told: lines.at(-1)?.fields ?? {} };
}

describe('the nonsense of a real server', () => {
  test.each<{ name: string; model: string }>([
    { name: 'without tools', model: 'nonsense' },
    { name: 'with tools', model: 'nonsense-with-tools' },
  ])('$name is in perfect form, and changes nothing that rules found', async ({ model }) => {
    const { before, after, told } = await consult(model);
    expect(told).toMatchObject({ hypotheses: 0, gaps: [], dropped: expect.any(Number) });
    expect(told['dropped']).toBeGreaterThan(0);
    const { usage, ...rest } = after.result;
    const { usage: spentBefore, ...restBefore } = before.result;
    expect(rest).toEqual(restBefore);
    expect(usage.tokens).toBeGreaterThan(spentBefore.tokens);
    investigationStatus.parse(after.result);
  });

  test('is counted by the server, byte by byte, as this model reads', async () => {
    const { count } = await createOllama({ http, url: nonsense.ollama.url, model: 'nonsense' }).chat({
      messages: [{ role: 'user', content: 'x'.repeat(500) }],
      maxOutputTokens: 20,
      contextTokens: 8_000,
      signal: new AbortController().signal,
    });
    expect(count?.promptTokens).toBeGreaterThan(500);
    expect(count?.promptTokens).toBeLessThan(560);
    expect(count?.outputTokens).toBeLessThanOrEqual(20);
  });

  test('ends at once when nobody wants to hear it any more', async () => {
    const caller = new AbortController();
    const work = createOllama({ http, url: nonsense.ollama.url, model: 'nonsense' }).chat({
      messages: [{ role: 'user', content: 'go on' }],
      maxOutputTokens: 7_000,
      contextTokens: 8_000,
      temperature: 2,
      signal: caller.signal,
      onText: () => caller.abort(),
    });
    await expect(work).rejects.toMatchObject({ reason: 'Aborted' });
  });

  test('has a meaning in numbers', async () => {
    const { vectors, promptTokens } = await createOllama({ http, url: nonsense.ollama.url, model: 'nonsense' }).embed({
      texts: ['pool exhausted', 'disk full'],
      signal: new AbortController().signal,
    });
    expect(vectors.map((vector) => vector.length)).toEqual([64, 64]);
    expect(promptTokens).toBeGreaterThan(0);
  });

  test('is not asked of a model that there is not', async () => {
    const { after } = await consult('another');
    expect(after.result.gaps).toMatchObject([{ source: 'model', reason: 'NotFound' }]);
  });
});
