/** Jamie with the real Ollama server and a model of random weights: whatever nonsense it says, people get an answer, and no figure that nobody measured. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createModelAnswers } from '../../src/chat/model/modelAnswers.ts';
import { systemClock } from '../../src/clock.ts';
import { createModelHttp } from '../../src/llm/http.ts';
import { createModels } from '../../src/llm/models.ts';
import { tinyModel } from '../cluster/addons/gguf.ts';
import { type OllamaServer, startOllama } from '../cluster/addons/ollama.ts';
import { openWorkspace, type Workspace } from '../cluster/workspace/workspace.ts';
import { silentLogger } from '../support/logger.ts';
import { memoryLedger } from '../support/memoryLedger.ts';
import { createStage } from '../unit/chat/stage.ts';

const BUILD_MS = 1_800_000;
const http = createModelHttp(systemClock);
let workspace: Workspace;
let ollama: OllamaServer;
beforeAll(async () => {
  workspace = await openWorkspace({ description: 'Ollama for Jamie', log: (line) => console.error(line) });
  ollama = await startOllama(workspace);
  const gguf = tinyModel();
  await ollama.createModel('nonsense', gguf);
  await ollama.createModel('nonsense-with-tools', gguf, { tools: true });
}, BUILD_MS);
afterAll(async () => {
  await http.close();
  await workspace?.stop();
});

describe.each(['nonsense', 'nonsense-with-tools', 'not-there'])('Jamie with the model %s', (name) => {
  test('answers, and holds no figure but those of the evidence', async () => {
    const models = createModels({
      http,
      clock: systemClock,
      random: Math.random,
      servers: [{ provider: 'ollama', url: ollama.url, name }],
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
