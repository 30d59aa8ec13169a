import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createCleaner, cut } from '../../../src/sources/text.ts';

const cleaner = createCleaner(createRedactor().text);

describe('a cleaner', () => {
  test.each<{ name: string; given: string; want: string }>([
    { name: 'removes colours of a terminal', given: '\u001b[31mError\u001b[0m: broken', want: 'Error: broken' },
    { name: 'removes titles and links of a terminal', given: '\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007', want: 'click' },
    { name: 'removes control characters', given: 'a\u0000b\u0007c\u0008', want: 'abc' },
    { name: 'removes characters that turn the direction of writing', given: 'user\u202etxt.exe\u2066', want: 'usertxt.exe' },
    { name: 'removes characters of no width, and tags', given: 'zero\u200bwidth\u2060\ufeff\u{e0041}', want: 'zerowidth' },
    { name: 'replaces half a character', given: 'half \ud83d', want: 'half \ufffd' },
    { name: 'makes one line of several', given: 'one\r\ntwo\n\tthree ', want: 'one two three' },
    { name: 'keeps letters of every script', given: 'Überlauf 数据库 🙂', want: 'Überlauf 数据库 🙂' },
  ])('$name', ({ given, want }) => {
    expect(cleaner.line(given)).toBe(want);
  });

  test('sees a secret that invisible characters split', () => {
    expect(cleaner.line('password=hun\u200bter2-hunter2')).not.toContain('hunter2');
  });

  test('sees a secret of several lines, and keeps the lines around it', () => {
    const key = ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', '-----END PRIVATE KEY-----'];
    const lines = cleaner.lines(['before', ...key, 'after', '', ''].join('\n'));
    expect(lines.join('\n')).not.toContain('MIIEvQ');
    expect([lines[0], lines.at(-1)]).toEqual(['before', 'after']);
  });

  test('cuts lines that are too long, and between characters', () => {
    expect(cleaner.lines('x'.repeat(1_000_000))[0]).toHaveLength(400);
    expect(cut('aa🙂', 4)).toBe('aa🙂');
    expect(cut('aa🙂b', 4)).toBe('aa…');
  });

  test('takes the name of a setting into account', () => {
    expect(cleaner.setting('DB_PASSWORD', 'correct-horse')).toBe('[redacted]');
    expect(cleaner.setting('TIMEOUT_MS', '2500ms')).toBe('2500ms');
  });

  test('withholds what the redactor cannot take', () => {
    const broken = createCleaner(() => {
      throw new Error('no');
    });
    expect(broken.line('password=hunter2')).toBe('[withheld: could not be redacted]');
    expect(broken.lines('password=hunter2')).toEqual(['[withheld: could not be redacted]']);
    expect(broken.setting('A', 'hunter2')).toBe('[redacted]');
  });
});
