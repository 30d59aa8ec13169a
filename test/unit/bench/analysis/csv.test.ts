import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../../bench/analysis/csv.ts';

describe('parseCsv', () => {
  test.each<readonly [what: string, text: string, rows: readonly Readonly<Record<string, string>>[]]>([
    [
      'rows by the names in the head',
      'a,b\n1,2\n3,4\n',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['quotes around commas, quotes and breaks', 'a,b\n"1,""x""","y\nz"\n', [{ a: '1,"x"', b: 'y\nz' }]],
    ['CRLF, and no break at the end', 'a,b\r\n1,2', [{ a: '1', b: '2' }]],
    [
      'empty fields, and rows that are too short',
      'a,b,c\n,2,\n1\n',
      [
        { a: '', b: '2', c: '' },
        { a: '1', b: '', c: '' },
      ],
    ],
    ['an empty field at the very end', 'a,b\n1,', [{ a: '1', b: '' }]],
    ['nothing', '', []],
  ])('%s', (_what, text, rows) => {
    expect(parseCsv(text)).toEqual(rows);
  });

  test('says where a quote does not close', () => {
    expect(() => parseCsv('a\n1\n"x\n')).toThrow('row 3');
  });
});
