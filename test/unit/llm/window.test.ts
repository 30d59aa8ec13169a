import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTokenEstimator, tokenUpperBound } from '../../../src/llm/tokens.ts';
import { cutMiddleToTokens, fitToWindow, type Section } from '../../../src/llm/window.ts';
import { countTokens } from '../../standins/languageModel/script.ts';
import { question } from './scripted.ts';

const words = (text: string): number => (text === '' ? 0 : text.split(/\s+/u).length);

describe('fitting a prompt into a window', () => {
  const sections: readonly Section[] = [
    { name: 'rules', priority: 0, text: 'do this' },
    { name: 'logs', priority: 2, text: 'l1 a\nl2 b\nl3 c\nl4 d\nl5 e\nl6 f', leastTokens: 3 },
    { name: 'findings', priority: 1, text: 'f1 f2 f3' },
  ];

  test.each<{ name: string; budget: number; want: Record<string, string>; cut: string[] }>([
    {
      name: 'takes all when there is room',
      budget: 40,
      want: { rules: 'do this', logs: sections[1]?.text ?? '', findings: 'f1 f2 f3' },
      cut: [],
    },
    {
      name: 'cuts the least important at a line, and says so',
      budget: 16,
      want: { rules: 'do this', logs: 'l1 a\n[the rest is left out for want of room]', findings: 'f1 f2 f3' },
      cut: ['logs'],
    },
    { name: 'leaves out what would be of no use', budget: 6, want: { rules: 'do this', findings: 'f1 f2 f3' }, cut: ['logs'] },
    { name: 'never cuts what must be whole', budget: 3, want: { rules: 'do this' }, cut: ['findings', 'logs'] },
  ])('$name', ({ budget, want, cut }) => {
    const fitted = fitToWindow(sections, budget, words);
    expect(Object.fromEntries(fitted.sections.map(({ name, text }) => [name, text]))).toEqual(want);
    expect(fitted.cut).toEqual(cut);
  });

  test('cuts the middle out of what was read, and keeps more of its end', () => {
    const text = Array.from({ length: 20 }, (_, index) => `line${index + 1}`).join('\n');
    expect(cutMiddleToTokens(text, 15, words)).toBe(
      'line1\n[14 lines are left out for want of room]\nline16\nline17\nline18\nline19\nline20',
    );
    expect(cutMiddleToTokens(text, 20, words)).toBe(text);
    expect(cutMiddleToTokens(text, 5, words)).toBeUndefined();
  });

  test('never takes more than the budget, and keeps the order', () => {
    const section = fc.record({
      name: fc.string(),
      priority: fc.nat(5),
      text: fc.string({ maxLength: 300 }),
      leastTokens: fc.option(fc.nat(20), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(section), fc.nat(400), (all, budget) => {
        const { sections: kept, tokens } = fitToWindow(all, budget, (text) => text.length);
        expect(kept.reduce((sum, { text }) => sum + text.length, 0)).toBe(tokens);
        expect(tokens).toBeLessThanOrEqual(budget);
        const order = kept.map(({ name }) => all.findIndex((one) => one.name === name));
        expect(order.length).toBeLessThanOrEqual(all.length);
      }),
    );
  });
});

describe('the estimate of tokens', () => {
  const log =
    '2026-11-21T03:22:10Z ERROR checkout-7d9f8b6c5-x2x9p connection to postgres:5432 refused (attempt 17), giving up after 30s\n'.repeat(
      40,
    );

  test('is above what is counted for a log before anything was learnt', () => {
    expect(createTokenEstimator().estimate(log)).toBeGreaterThanOrEqual(countTokens(log));
  });

  test('comes within a fifth of what the server counts, from above', () => {
    const estimator = createTokenEstimator();
    for (let turn = 0; turn < 6; turn += 1) estimator.learn(question(log), countTokens(log) + 40);
    expect(estimator.estimate(log)).toBeGreaterThanOrEqual(countTokens(log));
    expect(estimator.estimate(log)).toBeLessThan(1.2 * countTokens(log));
  });

  test('believes at once that text is denser than thought, and slowly that it is not', () => {
    const estimator = createTokenEstimator();
    estimator.learn(question('x'.repeat(3000)), 2040);
    expect(estimator.charsPerToken()).toBeCloseTo(1.5, 1);
    estimator.learn(question('x'.repeat(3000)), 790);
    expect(estimator.charsPerToken()).toBeLessThan(3);
  });

  test('is not led astray by a server that counts nonsense', () => {
    const estimator = createTokenEstimator();
    for (const count of [0, 1, 1e12]) estimator.learn(question('x'.repeat(3000)), count);
    expect(estimator.charsPerToken()).toBeGreaterThanOrEqual(1.2);
    expect(estimator.charsPerToken()).toBeLessThanOrEqual(4.5);
  });

  test('has an upper bound that no tokenizer of bytes passes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => tokenUpperBound(question(text)) >= Buffer.byteLength(text)));
  });
});
