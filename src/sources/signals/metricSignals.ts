/**
 * The metrics of one workload, now and before: each signal over the window with the hour before it, and the same stretch a day earlier.
 *
 * What exists is looked up first, so that nothing is asked in vain. A signal comes from the first instance that has its metrics.
 */
import type { Unit } from '../../domain/levelText.ts';
import type { MetricsPort, Point, RangeAnswer, Series } from '../metrics.ts';
import { tidy } from '../text.ts';
import { earlier, type TimeWindow } from '../window.ts';
import type { Looking } from './looking.ts';
import { METRIC_SIGNALS, SIGNALS, type SignalName } from './metricTable.ts';
import type { Subject } from './subject.ts';
import { namespacesOf, type Question, wayOf } from './ways.ts';

export interface SignalSeries {
  readonly signal: SignalName;
  readonly unit: Unit;
  /** By whose metrics. */
  readonly convention: string;
  /** The instance, and the query that was asked of it: what evidence cites. */
  readonly source: string;
  readonly query: string;
  /** Which container or claim; empty for the workload as a whole. */
  readonly labels: Series['labels'];
  readonly stepMs: number;
  /** From an hour before the window to its end. */
  readonly points: readonly Point[];
  /** The same stretch a day before, at its own times. Empty when it was not measured then, or could not be seen. */
  readonly dayBefore: readonly Point[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of the window with the hour before it. */
const POINTS = 480;
const MAX_SERIES = 50;

export async function metricSignals(
  subject: Subject,
  window: TimeWindow,
  ports: readonly MetricsPort[],
  looking: Looking,
): Promise<readonly SignalSeries[]> {
  const known = await Promise.all(
    ports.map(async (port) => {
      const names = await looking.attempt('metrics', `ask ${port.name} which metrics ${subject.namespace} has`, () =>
        port.metricNames(namespacesOf(subject), window, looking.signal),
      );
      return { port, names: new Set(names) };
    }),
  );
  const asked = SIGNALS.flatMap((signal) => wayOf(signal, subject, known) ?? []);
  return (await Promise.all(asked.map((question) => seriesOf(question, subject, window, looking)))).flat();
}

async function seriesOf(
  { signal, port, way, query }: Question,
  subject: Subject,
  window: TimeWindow,
  looking: Looking,
): Promise<readonly SignalSeries[]> {
  const ask = (when: string, over: TimeWindow): Promise<RangeAnswer | undefined> =>
    looking.attempt('metrics', `ask ${port.name} for ${signal} of ${subject.namespace}/${subject.name}${when}`, () =>
      port.range(query, over, { points: POINTS, maxSeries: MAX_SERIES }, looking.signal),
    );
  const recent = { start: window.start - HOUR_MS, end: window.end };
  const [present, past] = await Promise.all([ask('', recent), ask(' a day before', earlier(DAY_MS, recent))]);
  if (present === undefined) return [];
  looking.partial('metrics', `${signal} from ${port.name}`, [...present.notes, ...(past?.notes ?? [])]);
  return present.series.map(({ labels, points }) => ({
    signal,
    unit: METRIC_SIGNALS[signal].unit,
    convention: way.convention,
    source: port.name,
    query,
    labels: readable(labels),
    stepMs: present.stepMs,
    points,
    dayBefore: twinOf(labels, past),
  }));
}

/** Whoever is scraped may write anything into a label. */
const readable = (labels: Series['labels']): Series['labels'] =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, tidy(value, 200)]));

function twinOf(labels: Series['labels'], past: RangeAnswer | undefined): readonly Point[] {
  const key = keyOf(labels);
  return past?.series.find((series) => keyOf(series.labels) === key)?.points ?? [];
}

const keyOf = (labels: Series['labels']): string => JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
