/** The record as a table: one block a workload, one line an action, within the width of the terminal. */
import { type Entry, type Tally, tallies, type WorkloadRecord } from '../../domain/record.ts';
import { age } from '../../text/age.ts';
import { cut } from '../../text/layout.ts';
import { type Page, paragraph, refText } from '../../text/page.ts';
import { oneLine } from '../../text/plain.ts';

const COLUMNS: readonly (readonly [heading: string, outcome: keyof Tally])[] = [
  ['VERIFIED', 'Verified'],
  ['FAILED', 'Failed'],
  ['REJECTED', 'Rejected'],
  ['SAME', 'SuggestedSame'],
  ['OTHER', 'SuggestedDifferent'],
  ['NOTHING', 'SuggestedNothing'],
];
const ACTION_WIDTH = 20;

export function recordLines(records: readonly WorkloadRecord[], page: Page): readonly string[] {
  const { style, width } = page;
  const head = `${'  ACTION'.padEnd(ACTION_WIDTH)}  ${COLUMNS.map(([heading]) => heading).join('  ')}  LAST`;
  const blocks = records.flatMap((record) => [
    style.bold(cut(refText({ ...record.target, namespace: record.target.namespace === '' ? undefined : record.target.namespace }), width)),
    ...[...tallies(record)].map(([action, tally]) => line(action, tally, record.entries, page)),
  ]);
  const legend =
    'SAME, OTHER, NOTHING: what people did where a plan was only suggested. Auto counts verified plans alone, and none from before a failed one.';
  return [style.dim(cut(head, width)), ...blocks, '', ...paragraph(page, legend).map((text) => style.dim(text))];
}

function line(action: string, tally: Tally, entries: readonly Entry[], { width, now, style }: Page): string {
  const counts = COLUMNS.map(([heading, outcome]) => {
    const text = String(tally[outcome]).padStart(heading.length);
    return outcome === 'Failed' && tally[outcome] > 0 ? style.red(text) : text;
  });
  const last = age(entries.findLast((one) => one.action === action)?.at, now);
  const name = cut(`  ${oneLine(action)}`, Math.min(ACTION_WIDTH, width)).padEnd(ACTION_WIDTH);
  return `${name}  ${counts.join('  ')}  ${last.padStart(4)}`;
}
