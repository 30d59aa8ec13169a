/** The table of `make bench-analysis`: a row a set, and their mean. GA is grouping accuracy over lines, FGA its F1 over templates. */
import { printTable, ratio, round } from '../runtime/table.ts';
import type { Grouping } from './groupingAccuracy.ts';
import type { LogSet } from './loghub.ts';

export interface Scored extends Grouping {
  readonly linesPerSecond: number;
}

type Scores = ReadonlyMap<LogSet, Scored>;

export function printComparison(title: string, sets: readonly LogSet[], own: Scores, theirs: Scores | undefined): void {
  const head = ['set', 'GA', 'FGA', 'found', 'true', 'lines/s', 'Drain GA', 'Drain FGA'];
  const drain3 = theirs === undefined ? [] : ['drain3 GA', 'drain3 FGA', 'drain3 lines/s', 'times as fast'];
  const rows = sets.map((set) => [set.name, ...rowOf(set, own.get(set), theirs?.get(set))]);
  printTable(title, [...head, ...drain3], [...rows, ['mean', ...meanRow(sets, own, theirs)]]);
}

function rowOf(set: LogSet, own: Scored | undefined, theirs: Scored | undefined): readonly string[] {
  const row = [
    number(own?.accuracy, 4),
    number(own?.f1, 3),
    number(own?.found),
    number(own?.truth),
    number(own?.linesPerSecond),
    number(set.reference?.accuracy, 3),
    number(set.reference?.f1, 3),
  ];
  if (theirs === undefined) return row;
  const { accuracy, f1, linesPerSecond } = theirs;
  return [...row, number(accuracy, 3), number(f1, 3), number(linesPerSecond), ratio(own?.linesPerSecond, linesPerSecond)];
}

function meanRow(sets: readonly LogSet[], own: Scores, theirs: Scores | undefined): readonly string[] {
  const ours = [...own.values()];
  const references = sets.map(({ reference }) => reference);
  const row = [
    ...meansOf(ours, 4),
    '',
    '',
    round(overall(ours)),
    mean(references.map((one) => one?.accuracy)),
    mean(references.map((one) => one?.f1)),
  ];
  if (theirs === undefined) return row;
  const others = [...theirs.values()];
  return [...row, ...meansOf(others, 3), round(overall(others)), ratio(overall(ours), overall(others))];
}

const meansOf = (scores: readonly Scored[], digits: number): readonly string[] => [
  mean(
    scores.map(({ accuracy }) => accuracy),
    digits,
  ),
  mean(scores.map(({ f1 }) => f1)),
];

/** All lines divided by all time: every set has as many lines on the clock. */
const overall = (scores: readonly Scored[]): number => scores.length / scores.reduce((sum, one) => sum + 1 / one.linesPerSecond, 0);

const number = (value: number | undefined, digits = 0): string => round(value ?? Number.NaN, digits);

const mean = (values: readonly (number | undefined)[], digits = 3): string =>
  number(values.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / values.length, digits);
