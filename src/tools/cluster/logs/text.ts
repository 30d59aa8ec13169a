/**
 * Logs for somebody who reads them: all in the order of time where they fit; else what tells of trouble, newest first, and then the last lines.
 *
 * Lines that differ in nothing but digits count as one among the trouble, so that a loop does not fill the page.
 */
import { alike, TROUBLE } from '../../../sources/kubernetes/errorLines.ts';
import { linesWithin } from '../objectText.ts';
import type { LoggedLine, PodLogs } from './reader.ts';

export interface Shown {
  readonly text: string;
  /** Oldest first. */
  readonly lines: readonly LoggedLine[];
  /** Distinct lines that tell of trouble, the newest first, among all that were read. */
  readonly trouble: readonly { readonly text: string; readonly count: number }[];
}

const MOST_CHARACTERS = 9_000;
const TROUBLE_SHARE = 0.5;
const MOST_TROUBLE = 25;

/** @param limit lines, at most; the newest are kept */
export function logsText({ lines, containers }: PodLogs, limit: number): Shown {
  const last = lines.slice(-limit);
  const write = writerFor(containers.length);
  const whole = last.map(write);
  const trouble = alike(lines.map(({ text }) => text).filter((text) => TROUBLE.test(text)))
    .toReversed()
    .slice(0, MOST_TROUBLE);
  if (last.length === lines.length && lengthOf(whole) <= MOST_CHARACTERS) return { text: whole.join('\n'), lines: last, trouble };

  const told = linesWithin(
    trouble.map(({ text, count }) => (count === 1 ? text : `${text}  (×${count})`)),
    MOST_CHARACTERS * TROUBLE_SHARE,
  );
  const kept = linesWithin(whole.toReversed(), MOST_CHARACTERS - lengthOf(told)).toReversed();
  const shown = last.slice(-kept.length);
  const heading = `The last ${kept.length} of ${lines.length} lines:`;
  const text = [...(told.length === 0 ? [] : ['What tells of trouble, newest first:', ...told, '']), heading, ...kept].join('\n');
  return { text, lines: kept.length === 0 ? [] : shown, trouble };
}

/** A line that has a time of its own needs none of ours. */
const HAS_TIME = /^.{0,12}\d\d:\d\d:\d\d|^.{0,30}\d{4}-\d\d-\d\dT\d\d/u;

function writerFor(containers: number): (line: LoggedLine) => string {
  return ({ pod, container, at, text }) => {
    const time = at === '' || HAS_TIME.test(text) ? '' : `${at.slice(11, 19)} `;
    return `${containers > 1 ? `${pod}/${container}: ` : ''}${time}${text}`;
  };
}

const lengthOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);
