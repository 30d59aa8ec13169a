/** A table of figures, each beside what is aimed at. */

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly aim?: string;
}

export function printFigures(figures: readonly Figure[]): void {
  const rows = [
    ['figure', 'measured', 'aim'],
    ...figures.map(({ what, value, unit, aim = '' }) => [what, `${rounded(value)} ${unit}`.trim(), aim]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const [what = '', measured = '', aim = ''] of rows) {
    console.log(`${what.padEnd(widths[0] ?? 0)}  ${measured.padStart(widths[1] ?? 0)}  ${aim}`.trimEnd());
  }
}

/** Three figures that count. */
const rounded = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(value >= 100 ? 4 : 3)));
