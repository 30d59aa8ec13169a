/** Jamie with the real Ollama server and a model of random weights: whatever nonsense it says, people get an answer, and no figure that nobody measured. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createModelAnswers } from '../../src/chat/model/modelAnswers.ts';
import { systemClock } from '../../src/clock.ts';
import { createModelHttp } from '../../src/llm/http.ts';
import { createModels } from '../../src/llm/models.ts';
import { silentLogger } from '../support/logger.ts';
import { memoryLedger } from '../support/memoryLedger.ts';
import { createStage } from '../unit/chat/stage.ts';
import { BUILD_MS, type NonsenseModels, startNonsenseModels } from './nonsenseModels.ts';

const http = createModelHttp(systemClock);
let nonsense: NonsenseModels;
beforeAll(async () => {
  nonsense = await startNonsenseModels('Ollama for Jamie');
}, BUILD_MS);
afterAll(async () => {
  await http.close();
  await nonsense?.stop();
});

describe.each(['nonsense', 'nonsense-with-tools', 'not-there'])('Jamie with the model %s', (name) => {
  test('answers, and holds no figure but those of the evidence', async () => {
    const models = createModels({
      http,
      clock: systemClock,
      random: Math.random,
      servers: [{ provider: 'ollama', url: nonsense.ollama.url, name }],
      contextTokens: 4_000,
      maxOutputTokens: 200,
    });
    const model = createModelAnswers({
      models,
      ledger: memoryLedger(Date.now()),
      clock: systemClock,
      logger: silentLogger,
      redact: (text) => text,
      deadlineMs: 60_000,
      callerLimits: {},
    });
    const stage = createStage({ model });
    const response = await stage.ask('how does cart perform?');
    expect(response).toMatch(/\[e1\]/u);
    const figures = response.replace(/\[e\d+\]/gu, '').match(/\d[\d.,]*/gu) ?? [];
    const measured = 'latency 45ms (p95), traffic 150 req/min, errors 0.1%';
    expect(figures.filter((figure) => !measured.includes(figure.replace(/[.,]+$/u, '')))).toEqual([]);
    expect(stage.seen.every(({ tool }) => tool !== 'create_incident')).toBe(true);
    if (name === 'not-there')
      expect(response).toMatch(/^The language model that is configured is not there\. This is what I found without it:/u);
  });
});
