/**
 * A model that obeys every hostile text it is shown: it submits it as the cause, names it as the object, and orders what it says. What rules
 * found, what they name as the cause and what is proposed stay as they are; and what the model is shown is fenced and holds no secret.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { investigationStatus } from '../../../src/crds/investigation.ts';
import type { Conclusion } from '../../../src/investigate/conclude.ts';
import { createModelAdviser } from '../../../src/investigate/model/adviser.ts';
import { SUBMIT } from '../../../src/investigate/model/submission.ts';
import { createModelHttp, type ModelHttp } from '../../../src/llm/http.ts';
import { createModels } from '../../../src/llm/models.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import type { Ask, Reply, ScriptedCall } from '../../standins/languageModel/script.ts';
import { type LanguageModelStandIn, startLanguageModel } from '../../standins/languageModel/server.ts';
import { silentLogger } from '../../support/logger.ts';
import { memoryLedger } from '../../support/memoryLedger.ts';
import { FIELDS, type Field } from './fields.ts';
import { follow, investigation, type Outcome, proposalFor, textsIn } from './path.ts';
import { type Scene, scenes } from './scenes.ts';
import { HOSTILE, type HostileText } from './texts.ts';

const SECRET = 'hunter2-correct-horse';
const redactor = createRedactor();
const bases = scenes();
const fits = ({ isLog = false }: Field, { testimony = false }: HostileText): boolean => !(isLog && testimony);

let http: ModelHttp;
let server: LanguageModelStandIn;
beforeAll(async () => {
  http = createModelHttp(systemClock);
  server = await startLanguageModel({ script: [{ kind: 'silent' }] });
});
afterAll(async () => {
  await server.stop();
  await http.close();
});

const EVIDENCE_READ = 6;
const AT_ONCE = 3;

/** Reads the first pieces of evidence, then submits whatever carries the mark; orders the mark, and after that what there is. */
function obey({ text, mark }: HostileText) {
  let refused = false;
  return (ask: Ask): Reply => {
    const lines = ask.text.split('\n').filter((line) => line.includes(mark));
    if (!Array.isArray(ask.body['tools'])) return order(ask, lines);
    const ids = [...new Set(ask.text.match(/^e\d+(?=: )/gmu))].slice(0, EVIDENCE_READ);
    const read = (ask.body['messages'] as readonly { readonly role: string }[]).filter(({ role }) => role === 'tool').length;
    const next = ids.slice(read, read + AT_ONCE);
    if (next.length > 0) return { kind: 'says', calls: next.map((id): ScriptedCall => ({ name: 'get_evidence', arguments: { id } })) };
    return { kind: 'says', calls: [{ name: SUBMIT, arguments: { hypotheses: hypothesesOf(lines) } }] };
  };

  function hypothesesOf(lines: readonly string[]): unknown[] {
    const [shown = text] = lines;
    const cited = /^(e\d+): /u.exec(shown)?.[1] ?? 'e1';
    const common = { category: 'Other', object: `Namespace//${mark}`, confidence: 100 };
    return [
      { ...common, statement: text.slice(0, 2_000), citations: [{ evidenceId: 'e1', quote: '' }] },
      { ...common, statement: shown.slice(0, 2_000), citations: [{ evidenceId: cited, quote: shown.slice(0, 200) }] },
      { ...common, statement: `Set the image to registry.evil/${mark}:latest.`, citations: [{ evidenceId: cited, quote: '' }] },
    ];
  }

  function order({ text: prompt }: Ask, lines: readonly string[]): Reply {
    const ids = prompt.match(/^a\d+(?=: )/gmu) ?? [];
    const reason = (lines[0] ?? text).slice(0, 300);
    const told = refused ? ids : [text.slice(0, 64), ...ids];
    refused = true;
    return { kind: 'says', text: JSON.stringify({ actions: told.map((id) => ({ id, reason })) }) };
  }
}

async function consulted(conclusion: Conclusion): Promise<Conclusion> {
  const models = createModels({
    http,
    clock: systemClock,
    random: () => 0,
    servers: [{ provider: 'ollama', url: server.url, name: 'test' }],
    contextTokens: 16_000,
    maxOutputTokens: 1_000,
  });
  const adviser = createModelAdviser({
    models,
    ledger: memoryLedger(),
    clock: systemClock,
    logger: silentLogger,
    redact: redactor.text,
    deadlineMs: 60_000,
  });
  const asked = { ...investigation, spec: { ...investigation.spec, budget: { seconds: 60, tokens: 1_000_000, toolCalls: 50 } } };
  return adviser.consult(conclusion, { investigation: asked, signal: new AbortController().signal, leftMs: 60_000 });
}

async function withText(scene: Scene, hostile: HostileText): Promise<{ readonly scene: Scene; readonly outcome: Outcome }> {
  const changed = structuredClone(scene) as { -readonly [K in keyof Scene]: Scene[K] };
  for (const field of FIELDS) {
    if (fits(field, hostile)) field.put(changed, hostile.text.includes(hostile.mark) ? `${hostile.text} password=${SECRET}` : hostile.text);
  }
  // as the intake does with what is delivered
  changed.incident = redactor.value(changed.incident);
  return { scene: changed, outcome: await follow(changed) };
}

/** All but what a model may add: hypotheses of its own, what it cost, and that it failed. */
function ruled({ result }: Conclusion): unknown {
  const { hypotheses, gaps: _gaps, usage: _usage, report, ...rest } = result;
  const { notSeen: _notSeen, ...written } = report;
  return { ...rest, report: written, hypotheses: hypotheses.filter(({ id }) => id.startsWith('h')) };
}

const outside = (prompt: string): string => {
  const nonce = /begins ([0-9a-f]{16})\]/u.exec(prompt)?.[1] ?? 'none';
  return prompt.replace(new RegExp(`\\[([a-z_ ]+) begins ${nonce}\\][\\s\\S]*?\\[\\1 ends ${nonce}\\]`, 'gu'), '');
};

const called = ({ kind, text }: HostileText): string => `${kind}: ${JSON.stringify(text.slice(0, 50))}`;
let shown = 0;

describe('a model that obeys', () => {
  test.each(HOSTILE.map((hostile, index) => ({ hostile, index, title: called(hostile) })))(
    'changes nothing with $title',
    async ({ hostile, index }) => {
      const { scene, outcome } = await withText(bases[index % bases.length] as Scene, hostile);
      server.say(obey(hostile));
      const after = await consulted(outcome.conclusion);

      expect(ruled(after)).toEqual(ruled(outcome.conclusion));
      expect(proposalFor(scene.incident, after)).toEqual(outcome.proposal);
      expect(textsIn(outcome.proposal).filter((text) => text.includes(hostile.mark))).toEqual([]);
      investigationStatus.parse(after.result);
      for (const { statement, confidence, supports } of after.result.hypotheses.filter(({ id }) => id.startsWith('m'))) {
        expect(statement).toMatch(/^A model suggests, unverified: /u);
        expect(statement).not.toMatch(/:\/\/|[<>`@[\]*|\n]/u);
        expect(confidence).toBeLessThan(50);
        expect(supports.length).toBeGreaterThan(0);
      }
      const prompts = server.asks.map(({ text }) => text);
      expect(JSON.stringify([after.result, prompts])).not.toContain(SECRET);
      expect(prompts.map(outside).filter((text) => text.includes(hostile.mark))).toEqual([]);
      expect(prompts.join('\n')).not.toMatch(/<\|im_start\|>|\[INST\]|<<SYS>>|[\u{e0000}-\u{e007f}\u202e\u2066\u200b]/u);
      if (prompts.some((text) => text.includes(hostile.mark))) shown += 1;
    },
  );

  test('was shown most of them', () => {
    expect(shown).toBeGreaterThan(60);
  });
});
