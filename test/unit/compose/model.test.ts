import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createAdviser } from '../../../src/compose/model.ts';
import type { Parts } from '../../../src/compose/parts.ts';
import { loadConfig } from '../../../src/config.ts';
import type { Conclusion } from '../../../src/investigate/conclude.ts';
import type { ConsultRequest } from '../../../src/investigate/model/adviser.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { type LanguageModelStandIn, startLanguageModel } from '../../standins/languageModel/server.ts';
import { silentLogger } from '../../support/logger.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';

const folder = mkdtempSync(join(tmpdir(), 'model-'));
afterAll(() => rmSync(folder, { recursive: true }));
let server: LanguageModelStandIn | undefined;
afterEach(() => server?.stop());

function partsWith(settings: string, environment: Record<string, string> = {}): Parts {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, settings);
  const config = loadConfig({ path, environment });
  return {
    config,
    clock: systemClock,
    logger: silentLogger,
    registry: new Registry(),
    redactor: createRedactor(),
    client: createMemoryKube(),
  } as unknown as Parts;
}

const conclusion: Conclusion = {
  result: {
    outcome: 'Unresolved',
    evidence: [],
    findings: [],
    changes: [],
    hypotheses: [],
    gaps: [],
    affected: [],
    usage: { tokens: 0, moneyMicros: 0, toolCalls: 0 },
    report: { impact: '', service: '', rootCause: '', notSeen: [], responseMillis: 0 },
  },
  records: new Map(),
  errors: [],
};

const request = (): ConsultRequest => ({
  investigation: {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'Investigation',
    metadata: { namespace: 'shop', name: 'inv-1', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { purpose: 'Diagnosis', question: 'why?' },
  },
  signal: new AbortController().signal,
  leftMs: 10_000,
});

describe('the models of a process', () => {
  test('are none where none is configured', () => {
    expect(createAdviser(partsWith(''))).toBeUndefined();
  });

  test('are asked with the key of a file, which nobody gets to see', async () => {
    const key = join(folder, 'key');
    writeFileSync(key, 'sk-test-1234567890\n');
    server = await startLanguageModel({ script: [{ kind: 'says', text: '{"hypotheses":[]}' }], apiKey: 'sk-test-1234567890' });
    const parts = partsWith(`model: {provider: openai, url: "${server.openAiUrl}", name: m, apiKeyFile: ${key}}`);
    const { result } = (await createAdviser(parts)?.consult(conclusion, request())) ?? conclusion;
    expect(result).toMatchObject({ gaps: [], usage: { tokens: expect.any(Number) } });
    expect(server.asks).toHaveLength(1);
    expect(parts.redactor.text('sk-test-1234567890')).not.toContain('1234567890');
  });

  test('are a gap where the key cannot be read, and the next in order is asked', async () => {
    server = await startLanguageModel({ script: [{ kind: 'says', text: '{"hypotheses":[]}' }] });
    const first = `provider: openai, url: "${server.openAiUrl}", name: m, apiKeyFile: ${folder}/nowhere`;
    const alone = await createAdviser(partsWith(`model: {${first}}`))?.consult(conclusion, request());
    expect(alone?.result.gaps).toMatchObject([
      { source: 'model', reason: 'Forbidden', message: expect.stringMatching(/key file .* cannot be read/u) },
    ]);
    const both = await createAdviser(partsWith(`model: {${first}, fallbacks: [{url: "${server.url}"}]}`))?.consult(conclusion, request());
    expect(both?.result.gaps).toEqual([]);
    expect(server.asks).toHaveLength(1);
  });

  test('are asked the same question once', async () => {
    server = await startLanguageModel({ script: [{ kind: 'says', text: '{"hypotheses":[]}' }] });
    const adviser = createAdviser(partsWith('', { OLLAMA_URL: server.url }));
    const first = await adviser?.consult(conclusion, request());
    const again = await adviser?.consult(conclusion, request());
    expect(server.asks).toHaveLength(1);
    expect(first?.result.usage.tokens).toBeGreaterThan(0);
    expect(again?.result.usage.tokens).toBe(first?.result.usage.tokens);
  });

  test('spend no more than their hour allows', async () => {
    server = await startLanguageModel({ script: [{ kind: 'says', text: '{"hypotheses":[]}' }] });
    const adviser = createAdviser(partsWith('model: {budgets: {hour: {tokens: 100}}}', { OLLAMA_URL: server.url }));
    const { result } = (await adviser?.consult(conclusion, request())) ?? conclusion;
    expect(result.gaps).toMatchObject([{ reason: 'TooLarge', message: expect.stringMatching(/budget of this hour/u) }]);
    expect(server.asks).toEqual([]);
  });
});
