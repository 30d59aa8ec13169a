import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeMarkdown } from '../../../src/report/escapeMarkdown.ts';
import { escapeMrkdwn } from '../../../src/report/escapeMrkdwn.ts';
import { escapedWithin } from '../../../src/report/within.ts';

const seen = (markdown: string): string => markdown.replaceAll('&#8203;', '|');

describe('text in Markdown', () => {
  test.each([
    {
      name: 'leaves words, paths, times and figures as they are',
      text: 'Pod shop/cart-1: 2.5 s at 03:22:10, 90 %',
      out: 'Pod shop/cart-1: 2.5 s at 03:22:10, 90 %',
    },
    { name: 'keeps the underscores of a name', text: 'PAYMENT_TIMEOUT_MS', out: String.raw`PAYMENT\_TIMEOUT\_MS` },
    { name: 'makes no image', text: '![a](b)', out: String.raw`!\[a\](b)` },
    { name: 'makes no code', text: '`a` ```', out: '\\`a\\` \\`\\`\\`' },
    { name: 'makes no cell of a table', text: 'a | b', out: String.raw`a \| b` },
    { name: 'makes no HTML, and keeps entities as they were written', text: '<b>&amp;</b>', out: '&lt;b&gt;&amp;amp;&lt;/b&gt;' },
    { name: 'mentions nobody', text: '@octocat a@b.example', out: '@|octocat a@|b.example' },
    { name: 'refers to no issue, and closes none', text: 'fixes #12, o/r#3, GH-4, !5', out: 'fixes #|12, o/r#|3, GH-|4, !|5' },
    { name: 'links no address', text: 'http://a.example www.a.example', out: 'http:|//a.example www|.a.example' },
    { name: 'shows no emoji', text: ':tada: :white_check_mark:', out: String.raw`:|tada: :|white\_check\_mark:` },
    { name: 'begins no list', text: '- a', out: String.raw`\- a` },
    { name: 'begins no numbered list', text: '12) a', out: String.raw`12\) a` },
    { name: 'begins no heading', text: '# a', out: String.raw`\# a` },
    { name: 'gives no command to a Git host', text: '/approve', out: String.raw`\/approve` },
  ])('$name', ({ text, out }) => {
    expect(seen(escapeMarkdown(text))).toBe(out);
  });
});

describe('text in Slack', () => {
  test.each([
    { name: 'leaves words, names and times as they are', text: 'PAYMENT_TIMEOUT_MS at 03:22:10', out: 'PAYMENT_TIMEOUT_MS at 03:22:10' },
    { name: 'mentions nobody', text: '<!channel> <@U1>', out: '&lt;!channel&gt; &lt;@U1&gt;' },
    { name: 'links nothing', text: '<https://a.example|b>', out: '&lt;https∶//a.example|b&gt;' },
    { name: 'keeps entities as they were written', text: '&lt;', out: '&amp;lt;' },
    { name: 'formats nothing', text: '*a* _b_ ~c~ `d`', out: '∗a∗ ˍbˍ ∼c∼ ˋdˋ' },
    { name: 'quotes nothing', text: '> a', out: '› a' },
    { name: 'shows no emoji', text: ':tada:', out: '∶tada:' },
  ])('$name', ({ text, out }) => {
    expect(escapeMrkdwn(text)).toBe(out);
  });
});

const hostile = fc.string({
  unit: fc.constantFrom('@', '#', '1', 'a', ':', '/', '<', '&', '*', '_', '`', '~', '[', '\\', ' ', '.', '-', 'w', '!'),
  maxLength: 60,
});

test('whatever is written, nothing of it is left that means something', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(seen(escapeMarkdown(text))).not.toMatch(/@[a1]|[#!][a1]|:\/\/|<|www\.|(?<!\\)(?:\\\\)*[*_`~[]/u);
      expect(escapeMrkdwn(text)).not.toMatch(/[<>*~`]|:\/\//u);
    }),
  );
});

test('whatever is written, it fits, and no escape is cut in half', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 20, max: 100 }), (text, most) => {
      const out = escapedWithin(text, most, escapeMarkdown);
      expect(out.length).toBeLessThanOrEqual(most);
      expect(out.replaceAll(/&(?:amp|lt|gt|#8203);/gu, '')).not.toMatch(/&/u);
      expect(out).not.toMatch(/(?<!\\)(?:\\\\)*\\$/u);
    }),
  );
});
