import { describe, expect, test } from 'vitest';
import { investigationStatus } from '../../../src/crds/investigation.ts';
import { type Block, LARGEST_MESSAGE, renderBlockKit } from '../../../src/report/blockKit.ts';
import type { Reported } from '../../../src/report/document.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { renderStatus } from '../../../src/report/status.ts';
import { renderTerminal } from '../../../src/report/terminal.ts';
import type { Page } from '../../../src/text/page.ts';
import { createStyle } from '../../../src/text/style.ts';
import { filled, stories } from './stories.ts';

const page: Page = { style: createStyle(false), width: 80, now: Date.parse('2026-01-15T10:15:00Z') };
const golden = (story: string, suffix: string): string => `../../golden/report/${story}.${suffix}`;
const all = Object.entries(stories).map(([story, reported]) => ({ story, reported }));

describe('a report', () => {
  test.each(all)('as Markdown: $story', async ({ story, reported }) => {
    await expect(renderMarkdown(reported)).toMatchFileSnapshot(golden(story, 'md'));
  });

  test.each(all)('on a terminal: $story', async ({ story, reported }) => {
    await expect(`${renderTerminal(reported, page).join('\n')}\n`).toMatchFileSnapshot(golden(story, 'terminal.txt'));
  });

  test.each(all)('in Slack: $story', async ({ story, reported }) => {
    await expect(`${JSON.stringify(renderBlockKit(reported), undefined, 2)}\n`).toMatchFileSnapshot(golden(story, 'slack.json'));
  });

  test('in one line, each', async () => {
    const lines = all.map(({ story, reported }) => `${story}: ${renderStatus(reported.status)}`);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(golden('all', 'status.txt'));
  });

  test('is in colour where the page is, and the same text', () => {
    const colour = renderTerminal(stories.commit, { ...page, style: createStyle(true) });
    expect(colour.join('\n')).toContain('\u001B[');
    // An escape sequence begins with a control character: to match it is the point.
    // oxlint-disable-next-line no-control-regex
    expect(colour.map((line) => line.replaceAll(/\u001B\[\d+m/gu, ''))).toEqual(renderTerminal(stories.commit, page));
  });

  test('puts facts first and a model’s words last, marked, and no longer than 600 characters in all', () => {
    const { status } = stories.commit;
    const wordy = Array.from({ length: 3 }, (_, index) => ({
      id: `h${index + 1}`,
      statement: 'word '.repeat(80),
      category: 'x',
      confidence: 99,
      supports: [],
      source: 'model' as const,
    }));
    const text = renderMarkdown({ status: { ...status, hypotheses: wordy } });
    const [facts = '', prose = ''] = text.split('### What a language model says');
    expect(facts).not.toContain('word word');
    expect(prose).toContain('not verified');
    expect((prose.match(/(?:word ?)+/gu) ?? []).join('').length).toBeLessThanOrEqual(600);
  });

  test('weighs no finding by what a model says of it', () => {
    const { status } = stories.unresolved;
    const hypotheses = [{ id: 'h1', statement: 'x', category: 'x', confidence: 99, supports: ['f1'], source: 'model' as const }];
    expect(renderMarkdown({ status: { ...status, hypotheses } })).toContain('**f1** ProbeFailing: ');
  });
});

describe('hostile texts', () => {
  const { hostile } = stories;

  test('neither move the cursor nor hide on a terminal', () => {
    const text = renderTerminal(hostile, page).join('\n');
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(text).not.toMatch(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/u);
  });

  test('become no link, mention, reference, image or HTML in Markdown, and begin no line of their own', () => {
    const text = renderMarkdown(hostile).replaceAll('&#8203;', '\u200B');
    expect(text).not.toMatch(/:\/\/|www\.[a-z]|@[\p{L}\p{N}]|[#!][\p{L}\p{N}]|GH-\d|[<]|:[a-z_]+:/iu);
    expect(text).not.toMatch(/(?<!\\)[[\]`|$~]/u);
    const own = /^(?:|#{2,3} (?:Root cause found: .*|[A-Z][a-z ]+)|- .*|  - .*|> .*|\*\*Written by .*|\\?[A-Za-z!#].*)$/u;
    expect(text.split('\n').filter((line) => !own.test(line))).toEqual([]);
  });

  test('become no link, mention or markup in Slack', () => {
    const texts = renderBlockKit(hostile).blocks.flatMap(textsOf);
    for (const { text } of texts.filter(({ type }) => type === 'mrkdwn')) {
      expect(text).not.toMatch(/[<>]/u);
      const [, ...lines] = text.split('\n');
      expect(lines.join('\n').replace(/^_Written by .*_$/mu, '')).not.toMatch(/[*~`]|:[a-z_]+:|:\/\//u);
    }
    expect(texts.filter((one) => one.type === 'mrkdwn' && !one.verbatim)).toEqual([]);
  });
});

describe('a report of any size', () => {
  const repeated = (text: string) => (max: number) => text.repeat(Math.ceil(max / text.length)).slice(0, max);
  const sizes: readonly { name: string; reported: Reported }[] = [
    { name: 'plain characters', reported: { status: filled(repeated('x')) } },
    { name: 'words', reported: { status: filled(repeated('word ')) } },
    { name: 'characters that are escaped', reported: { status: filled(repeated('&')) } },
    { name: 'characters that are broken up', reported: { status: filled(repeated('@')) } },
    { name: 'quotation marks', reported: { status: filled(repeated('"\\')) } },
    { name: 'characters of two units', reported: { status: filled(repeated('😀')) } },
    { name: 'nothing', reported: { status: filled(() => '') } },
  ];

  test('is one that the schema admits', () => {
    expect(investigationStatus.safeParse(filled(repeated('x'))).error?.issues ?? []).toEqual([]);
  });

  test.each(sizes)('of $name stays within Slack’s limits', ({ reported }) => {
    const { blocks, headline } = renderBlockKit({ ...reported, more: 'kubectl sre show inc-1' });
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(LARGEST_MESSAGE);
    expect(headline.length).toBeLessThanOrEqual(150);
    for (const block of blocks)
      for (const { text } of textsOf(block)) {
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3000);
        expect(text.isWellFormed()).toBe(true);
      }
  });

  test.each(sizes)('of $name fits the body of a pull request', ({ reported }) => {
    const text = renderMarkdown(reported);
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text.isWellFormed()).toBe(true);
  });

  test.each(sizes)('of $name is no wider than the terminal', ({ reported }) => {
    for (const width of [60, 100])
      expect(Math.max(...renderTerminal(reported, { ...page, width }).map((line) => Array.from(line).length))).toBeLessThanOrEqual(width);
  });

  test.each(sizes)('of $name is one line of 256 characters at most', ({ reported }) => {
    const line = renderStatus(reported.status);
    expect(line.length).toBeLessThanOrEqual(256);
    expect(line).not.toContain('\n');
  });

  test('whose timeline alone is long keeps within one text of Slack, and says how much is missing', () => {
    const { status } = stories.nothingWrong;
    const timeline = Array.from({ length: 20 }, () => 'x'.repeat(300));
    const { blocks } = renderBlockKit({ status: { ...status, report: status.report && { ...status.report, timeline } } });
    const texts = blocks.flatMap(textsOf).map(({ text }) => text);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(3000);
    expect(texts.find((text) => text.startsWith('*Timeline*'))).toMatch(/\nand \d+ more$/u);
  });

  test('with ids as long as the schema admits is no wider than the terminal', () => {
    const { status } = stories.commit;
    const changes = status.changes?.map((change) => ({ ...change, id: 'c'.repeat(32) }));
    const widths = renderTerminal({ status: { ...status, changes } }, { ...page, width: 60 }).map(({ length }) => length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(60);
  });

  test('says in Slack what was left out, and where it is', () => {
    const { blocks } = renderBlockKit({ status: filled(repeated('x')), more: 'kubectl sre show inc-1' });
    const last = blocks.at(-1);
    expect(last === undefined ? [] : textsOf(last).map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Left out for length: .*evidence.*All of it: kubectl sre show inc-1$/u),
    ]);
  });
});

interface Text {
  readonly type: string;
  readonly text: string;
  readonly verbatim?: boolean;
}

function textsOf(block: Block): readonly Text[] {
  return block.type === 'context' ? block.elements : [block.text];
}
