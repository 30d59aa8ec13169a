import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createLogAnalysis, type LogText } from '../../../../src/tools/logs/analyse.ts';
import { answerOf } from '../../../../src/tools/logs/answer.ts';
import type { Analysis } from '../../../../src/tools/logs/shape.ts';
import { textOf } from '../../../../src/tools/logs/text.ts';
import { CASES, HEALTHY } from './cases.ts';

const now = Date.parse('2026-01-31T12:00:00Z');
const signal = new AbortController().signal;

async function analysed(log: string | LogText, before?: LogText): Promise<Analysis> {
  const text = typeof log === 'string' ? { text: log } : log;
  const reading = await createLogAnalysis(createRedactor()).read(text, before, now, { signal });
  return answerOf(reading, { source: 'The text', notes: [], mostTemplates: 50 });
}

describe('the likely cause', () => {
  test.each(CASES)('of $name is $cause', async ({ log, cause, about }) => {
    const { likelyCause, unusual } = await analysed(log);
    expect({ unusual, ...likelyCause }).toMatchObject({ unusual: true, known: true, family: cause });
    if (about !== undefined) expect(likelyCause.statement).toContain(about);
  });
});

describe('a healthy log', () => {
  test.each(HEALTHY)('of $name is nothing unusual', async ({ log }) => {
    const analysis = await analysed(log);
    expect(analysis).toMatchObject({ unusual: false, families: [], likelyCause: { known: false, confidence: 0 } });
    expect(textOf(analysis)).toMatch(/^Nothing unusual: /u);
  });
});
