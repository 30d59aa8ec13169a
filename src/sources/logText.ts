/**
 * Entries of a log store as lines that may be shown: cleaned, redacted, and bounded, whatever an application wrote.
 *
 * An entry of a megabyte, of binary or of escapes costs no more than its first 16 KiB. When all entries together are more than two
 * megabytes, the oldest are left out: what is redacted holds up everything else meanwhile.
 */
import type { LogLine } from './logs.ts';
import type { Labels } from './metrics.ts';
import { type Cleaner, cut } from './text.ts';

export interface Entry {
  readonly at: number;
  readonly text: string;
  readonly labels: Labels;
}

const ENTRY_CHARACTERS = 16 * 1024;
const LINE_CHARACTERS = 1_000;
const LINES_AN_ENTRY = 60;
const ALL_CHARACTERS = 2 * 2 ** 20;

export interface CleanEntries {
  readonly lines: readonly LogLine[];
  readonly truncated: boolean;
}

/** Oldest first; the newest `limit` that fit. */
export function cleanEntries(entries: readonly Entry[], limit: number, cleaner: Cleaner): CleanEntries {
  const newestFirst = entries.toSorted((a, b) => b.at - a.at);
  const lines: LogLine[] = [];
  let left = ALL_CHARACTERS;
  for (const { at, text, labels } of newestFirst.slice(0, limit)) {
    left -= Math.min(text.length, ENTRY_CHARACTERS);
    if (left < 0) break;
    lines.push({ at, line: lineOf(text, cleaner), labels });
  }
  return { lines: lines.toReversed(), truncated: lines.length < entries.length };
}

function lineOf(text: string, cleaner: Cleaner): string {
  const lines = cleaner.lines(headOf(text), LINE_CHARACTERS);
  const rest = lines.length - LINES_AN_ENTRY;
  return rest <= 0 ? lines.join('\n') : [...lines.slice(0, LINES_AN_ENTRY), `… ${rest} more lines`].join('\n');
}

/** In whole lines: of half a secret nobody can tell that it is one. A line that is longer is cut where it is shown. */
function headOf(text: string): string {
  if (text.length <= ENTRY_CHARACTERS) return text;
  const head = text.slice(0, ENTRY_CHARACTERS);
  const end = head.lastIndexOf('\n');
  return end > 0 ? head.slice(0, end) : head;
}

const LABEL_CHARACTERS = 200;
const MAX_LABELS = 30;

/** Labels of a stream, cut and cleaned; they come from annotations and attributes, which strangers write too. */
export function cleanLabels(labels: Labels, cleaner: Cleaner): Labels {
  const entries = Object.entries(labels).slice(0, MAX_LABELS);
  return Object.fromEntries(entries.map(([name, value]) => [cut(name, LABEL_CHARACTERS), cleaner.line(value, LABEL_CHARACTERS)]));
}
