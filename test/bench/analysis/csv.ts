/** Comma-separated values as RFC 4180 has them: quotes double inside of quotes, lines end in LF or CRLF. One object a row, by the head's names. */

export type Row = Readonly<Record<string, string>>;

export function parseCsv(text: string): readonly Row[] {
  const [head = [], ...rows] = fieldsOf(text);
  return rows.map((row) => Object.fromEntries(head.map((name, column) => [name, row[column] ?? ''])));
}

const FIELD = /("(?:[^"]|"")*"|[^",\r\n][^,\r\n]*)?(,|\r?\n|$)/gy;

function fieldsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length) {
    const match = FIELD.exec(text);
    if (match === null) throw new Error(`row ${rows.length + 1} of the CSV has a quote that does not close`);
    const [, field = '', end] = match;
    row.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
