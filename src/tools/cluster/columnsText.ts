/** Rows in columns, as kubectl prints them, within a number of characters. */

/** The header and as many rows as fit in `most` characters; at least one row. */
export function inColumns(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  most: number,
): { readonly lines: readonly string[]; readonly shown: number } {
  const widths = header.map((title, at) => rows.reduce((widest, row) => Math.max(widest, (row[at] ?? '').length), title.length));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at === cells.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  const lines = [line(header.map((title) => title.toUpperCase()))];
  let length = lines[0]?.length ?? 0;
  for (const row of rows) {
    const next = line(row);
    if (lines.length > 1 && length + next.length + 1 > most) break;
    length += next.length + 1;
    lines.push(next);
  }
  return { lines, shown: lines.length - 1 };
}
