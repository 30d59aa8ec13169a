/**
 * The log lines of one workload that complain, now and at the same time a day before: the newest of them when there are too many.
 *
 * Words of complaint in any letter case; whether a line matters is for who reads them. From the first instance that has lines.
 */
import type { LogLines, LogQuery, LogsPort } from '../logs.ts';
import { earlier, type TimeWindow } from '../window.ts';
import type { Looking } from './looking.ts';
import { podPatternOf, type Subject } from './subject.ts';

export interface LogSignals {
  /** The instance that answered; absent when none did. */
  readonly source?: string | undefined;
  readonly now: Pick<LogLines, 'lines' | 'truncated'>;
  /** Absent when they could not be seen. */
  readonly dayBefore?: Pick<LogLines, 'lines' | 'truncated'> | undefined;
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

const DAY_MS = 24 * 3_600_000;
const NOBODY: LogSignals = { now: { lines: [], truncated: false } };

export async function logSignals(subject: Subject, window: TimeWindow, ports: readonly LogsPort[], looking: Looking): Promise<LogSignals> {
  const query: LogQuery = { namespace: subject.namespace, podPattern: podPatternOf(subject), window, containing: COMPLAINTS };
  let answered: LogSignals | undefined;
  for (const port of ports) {
    const found = await fromPort(port, query, subject, looking);
    if (found !== undefined && found.now.lines.length + (found.dayBefore?.lines.length ?? 0) > 0) return found;
    answered ??= found;
  }
  return answered ?? NOBODY;
}

/** Undefined when its present lines could not be seen. */
async function fromPort(port: LogsPort, query: LogQuery, subject: Subject, looking: Looking): Promise<LogSignals | undefined> {
  const linesIn = (over: TimeWindow, when: string): Promise<LogLines | undefined> =>
    looking.attempt('logs', `ask ${port.name} for complaints in logs${when} of ${subject.namespace}/${subject.name}`, () =>
      port.lines({ ...query, window: over }, {}, looking.signal),
    );
  const [now, dayBefore] = await Promise.all([linesIn(query.window, ''), linesIn(earlier(DAY_MS, query.window), ' a day before')]);
  looking.partial('logs', `complaints from ${port.name}`, [...(now?.notes ?? []), ...(dayBefore?.notes ?? [])]);
  // No lines in an answer that may not be all prove nothing.
  const isUnknown = dayBefore?.lines.length === 0 && dayBefore.notes.length > 0;
  return now && { source: port.name, now, dayBefore: isUnknown ? undefined : dayBefore };
}
