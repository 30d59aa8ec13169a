/**
 * `make bench-analysis`: log templates on Loghub-2k, beside the published scores of Drain, and beside Drain3 from PyPI on the same lines in
 * the same run. One configuration for all sets. Prints a table, and judges nothing.
 *
 * Speed is of the same lines again and again, in a second of processor time.
 *
 *   [FOLDER]       the data, also as AGENT_SRE_DATA: loghub-2k, or the folder that it is in
 *   --lines N      lines on the clock in each round, over all sets (1000000)
 *   --rounds N     of which the median counts (3)
 *   --fresh        with other digits in each line on the clock, so that none of them was there before
 *   --ours         without Drain3
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { median, round } from '../runtime/table.ts';
import { freshDigits } from './freshDigits.ts';
import { groupingOf } from './groupingAccuracy.ts';
import { type LogSet, readLogSets } from './loghub.ts';
import { printComparison, type Scored } from './report.ts';
import { drain3, type Measured, ours, type Subject } from './subjects.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lines: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    fresh: { type: 'boolean', default: false },
    ours: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => console.error(`bench-analysis: ${line}`);
const data = positionals[0] ?? process.env['AGENT_SRE_DATA'] ?? '';
if (data === '') {
  console.log('Measures on published data that is not part of this repository: Loghub-2k with corrected labels.');
  console.log('Say where it is: make bench-analysis DATA=folder, or set AGENT_SRE_DATA.');
} else {
  await compare(readLogSets(data));
}

async function compare(sets: readonly LogSet[]): Promise<void> {
  const theirs = values.ours ? undefined : await drain3(say);
  const own = new Map<LogSet, Measured[]>(sets.map((set) => [set, []]));
  const other = new Map<LogSet, Measured[]>(sets.map((set) => [set, []]));
  for (let n = 1; n <= Number(values.rounds); n++) {
    say(`round ${n} of ${values.rounds} (machine load ${round(loadavg()[0] ?? 0, 1)})`);
    await measure(sets, ours, own);
    if (theirs !== undefined) await measure(sets, theirs, other);
  }
  const title = `log templates; aims: mean GA ≥ 0.90, ≥ 200000 lines/s, ≥ 5 times drain3; ${values.lines} lines on the clock, median of ${values.rounds}`;
  printComparison(title, sets, scoresOf(sets, own), theirs && scoresOf(sets, other));
}

async function measure(sets: readonly LogSet[], subject: Subject, into: ReadonlyMap<LogSet, Measured[]>): Promise<void> {
  for (const set of sets) {
    const repeat = Math.max(1, Math.round(Number(values.lines) / sets.length / set.lines.length));
    const more = values.fresh ? freshDigits(set.lines, repeat) : Array.from({ length: repeat }, () => set.lines).flat();
    into.get(set)?.push(await subject(set.lines, more));
  }
}

function scoresOf(sets: readonly LogSet[], measured: ReadonlyMap<LogSet, readonly Measured[]>): ReadonlyMap<LogSet, Scored> {
  return new Map(
    sets.map((set) => {
      const rounds = measured.get(set) ?? [];
      const linesPerSecond = median(rounds.map((one) => one.linesPerSecond));
      return [set, { ...groupingOf(rounds[0]?.groups ?? [], set.truth), linesPerSecond }];
    }),
  );
}
