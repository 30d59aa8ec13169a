/**
 * `make bench-analysis`: log templates on Loghub-2k, beside the published scores of Drain, and beside Drain3 from PyPI on the same lines in
 * the same run. One configuration for all sets. Prints a table, and judges nothing.
 *
 *   [FOLDER]       the data, also as AGENT_SRE_DATA: loghub-2k, or the folder that it is in
 *   --lines N      lines on the clock in each round, over all sets (1000000)
 *   --rounds N     of which the median counts (3)
 *   --ours         without Drain3
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { median, printTable, ratio, round } from '../runtime/table.ts';
import { type Grouping, groupingOf } from './groupingAccuracy.ts';
import { type LogSet, readLogSets } from './loghub.ts';
import { drain3, type Measured, ours, type Subject } from './subjects.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lines: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
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

interface Scored extends Grouping {
  readonly linesPerSecond: number;
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
  print(sets, new Map(sets.map((set) => [set, scored(set, own)])), theirs && new Map(sets.map((set) => [set, scored(set, other)])));
}

async function measure(sets: readonly LogSet[], subject: Subject, into: ReadonlyMap<LogSet, Measured[]>): Promise<void> {
  for (const set of sets) {
    const repeat = Math.max(1, Math.round(Number(values.lines) / sets.length / set.lines.length));
    into.get(set)?.push(await subject(set.lines, repeat));
  }
}

function scored(set: LogSet, measured: ReadonlyMap<LogSet, readonly Measured[]>): Scored {
  const rounds = measured.get(set) ?? [];
  return { ...groupingOf(rounds[0]?.groups ?? [], set.truth), linesPerSecond: median(rounds.map((one) => one.linesPerSecond)) };
}

type Scores = ReadonlyMap<LogSet, Scored>;

function print(sets: readonly LogSet[], own: Scores, theirs: Scores | undefined): void {
  const head = ['set', 'GA', 'FGA', 'found', 'true', 'lines/s', 'Drain GA', 'Drain FGA'];
  const rows = sets.map((set) => [
    set.name,
    ...cells(own.get(set)),
    round(set.reference?.accuracy ?? Number.NaN, 3),
    round(set.reference?.f1 ?? Number.NaN, 3),
  ]);
  const last = ['mean', ...means(own), mean(sets.map((set) => set.reference?.accuracy)), mean(sets.map((set) => set.reference?.f1))];
  if (theirs !== undefined) {
    head.push('drain3 GA', 'drain3 FGA', 'drain3 lines/s', 'times as fast');
    for (const [at, set] of sets.entries()) {
      const [score, speed] = [theirs.get(set), own.get(set)?.linesPerSecond];
      rows[at]?.push(
        round(score?.accuracy ?? Number.NaN, 3),
        round(score?.f1 ?? Number.NaN, 3),
        round(score?.linesPerSecond ?? Number.NaN),
        ratio(speed, score?.linesPerSecond),
      );
    }
    const [accuracy = '', f1 = '', , , speed = ''] = means(theirs);
    last.push(accuracy, f1, speed, ratio(overall(own), overall(theirs)));
  }
  printTable(
    `log templates: grouping accuracy (GA) and its F1 over templates (FGA); aims: mean GA ≥ 0.90, ≥ 200000 lines/s, ≥ 5 times drain3; ${values.lines} lines, median of ${values.rounds}`,
    head,
    [...rows, last],
  );
}

const cells = (score: Scored | undefined): readonly string[] =>
  score === undefined
    ? []
    : [round(score.accuracy, 4), round(score.f1, 3), String(score.found), String(score.truth), round(score.linesPerSecond)];

function means(scores: Scores): readonly string[] {
  const all = [...scores.values()];
  return [
    mean(
      all.map((one) => one.accuracy),
      4,
    ),
    mean(all.map((one) => one.f1)),
    '',
    '',
    round(overall(scores)),
  ];
}

/** All lines divided by all time: every set has as many lines on the clock. */
const overall = (scores: Scores): number => scores.size / [...scores.values()].reduce((sum, one) => sum + 1 / one.linesPerSecond, 0);

function mean(numbers: readonly (number | undefined)[], digits = 3): string {
  return round(numbers.reduce<number>((sum, one) => sum + (one ?? Number.NaN), 0) / numbers.length, digits);
}
