/** The sets of Loghub-2k with corrected labels: lines, the template that each belongs to, and the published scores of Drain beside them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCsv } from './csv.ts';

export interface LogSet {
  readonly name: string;
  readonly lines: readonly string[];
  /** The true template of each line. */
  readonly truth: readonly string[];
  /** Of the reference Drain, tuned for each set. */
  readonly reference?: { readonly accuracy: number; readonly f1: number };
}

const FOLDER = 'loghub-2k';
const LABELS = '.log_structured_corrected.csv';

/** @param data the folder with the archive or with a folder a set; or the one above it */
export function readLogSets(data: string): readonly LogSet[] {
  const folder = existsSync(join(data, FOLDER)) ? join(data, FOLDER) : data;
  if (!existsSync(folder)) throw new Error(`${data} is not there`);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tar.gz'));
  const reference = referenceOf(join(folder, 'drain-reference.csv'));
  if (archive === undefined) return setsIn(folder, reference);
  const extracted = mkdtempSync(join(tmpdir(), 'agent-sre-loghub-'));
  try {
    execFileSync('tar', ['-xzf', join(folder, archive), '-C', extracted]);
    return setsIn(extracted, reference);
  } finally {
    rmSync(extracted, { recursive: true });
  }
}

/** Not pieces of the file, which are slower to read; as Python has them too. */
const ownStrings = (pieces: readonly string[]): readonly string[] => JSON.parse(JSON.stringify(pieces)) as string[];

type Reference = ReadonlyMap<string, NonNullable<LogSet['reference']>>;

function setsIn(folder: string, reference: Reference): readonly LogSet[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(LABELS));
  if (files.length === 0) throw new Error(`${folder} has no set: no file in it ends in ${LABELS}`);
  return files.toSorted().map((path) => {
    const rows = parseCsv(readFileSync(join(folder, path), 'utf8'));
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/_2k\.log_.*$/u, '');
    const scores = reference.get(name);
    return {
      name,
      lines: ownStrings(rows.map((row) => row['Content'] ?? '')),
      truth: rows.map((row) => row['EventTemplate'] ?? ''),
      ...(scores === undefined ? {} : { reference: scores }),
    };
  });
}

function referenceOf(path: string): Reference {
  if (!existsSync(path)) return new Map();
  const rows = parseCsv(readFileSync(path, 'utf8'));
  return new Map(rows.map((row) => [row['dataset'] ?? '', { accuracy: Number(row['drain_GA']), f1: Number(row['drain_FGA']) }]));
}
