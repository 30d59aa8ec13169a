/**
 * The log lines of one workload that complain, now and at the same time a day before, and how many there were over time.
 *
 * Words of complaint in any letter case; whether a line matters is for who reads them. From the first instance that has lines.
 */
import type { LogCounts, LogLine, LogQuery, LogsPort } from '../logs.ts';
import { earlier, type TimeWindow } from '../window.ts';
import type { Looking } from './looking.ts';
import { podPatternOf, type Subject } from './subject.ts';

export interface LogSignals {
  /** The instance that answered; absent when none did. */
  readonly source?: string | undefined;
  /** Oldest first; the newest of them when there are too many. */
  readonly now: readonly LogLine[];
  readonly dayBefore: readonly LogLine[];
  /** Complaints a step, from an hour before the window on; absent when that could not be seen. */
  readonly counts?: LogCounts | undefined;
  readonly countsDayBefore?: LogCounts | undefined;
  readonly truncated: boolean;
}

const COMPLAINTS = [
  'error',
  'exception',
  'fatal',
  'panic',
  'critical',
  'severe',
  'fail',
  'refused',
  'denied',
  'unauthorized',
  'timeout',
  'timed out',
  'unavailable',
  'unreachable',
  'cannot',
  'could not',
  'no such',
  'exhausted',
  'out of memory',
  'killed',
];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LINES = 400;
const NOBODY: LogSignals = { now: [], dayBefore: [], truncated: false };

export async function logSignals(subject: Subject, window: TimeWindow, ports: readonly LogsPort[], looking: Looking): Promise<LogSignals> {
  const query: LogQuery = { namespace: subject.namespace, podPattern: podPatternOf(subject), window, containing: COMPLAINTS };
  let answered: LogSignals | undefined;
  for (const port of ports) {
    const found = await fromPort(port, query, subject, looking);
    if (found !== undefined && hasAny(found)) return found;
    answered ??= found;
  }
  return answered ?? NOBODY;
}

const hasAny = ({ now, dayBefore, counts, countsDayBefore }: LogSignals): boolean =>
  now.length + dayBefore.length + (counts?.points.length ?? 0) + (countsDayBefore?.points.length ?? 0) > 0;

/** Undefined when its present lines could not be seen. */
async function fromPort(port: LogsPort, query: LogQuery, subject: Subject, looking: Looking): Promise<LogSignals | undefined> {
  const { window } = query;
  const recent = { start: window.start - HOUR_MS, end: window.end };
  const what = (rest: string): string => `ask ${port.name} for ${rest} of ${subject.namespace}/${subject.name}`;
  const linesIn = (over: TimeWindow, when: string) =>
    looking.attempt('logs', what(`complaints in logs${when}`), () =>
      port.lines({ ...query, window: over }, { limit: LINES }, looking.signal),
    );
  const countsIn = (over: TimeWindow, when: string) =>
    looking.attempt('logs', what(`the number of complaints in logs${when}`), () => port.counts({ ...query, window: over }, looking.signal));
  const [now, before, counts, countsDayBefore] = await Promise.all([
    linesIn(window, ''),
    linesIn(earlier(DAY_MS, window), ' a day before'),
    countsIn(recent, ''),
    countsIn(earlier(DAY_MS, recent), ' a day before'),
  ]);
  const answers = [now, before, counts, countsDayBefore].filter((answer) => answer !== undefined);
  looking.partial(
    'logs',
    what('complaints'),
    answers.flatMap(({ notes }) => notes),
  );
  if (now === undefined) return undefined;
  const { lines: dayBefore, truncated } = before ?? { lines: [], truncated: false };
  return { source: port.name, now: now.lines, dayBefore, counts, countsDayBefore, truncated: now.truncated || truncated };
}
