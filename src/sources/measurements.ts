/**
 * Figures for who judges by them: one signal of one workload, or an administrator's query, over a stretch of time.
 *
 * An investigation notes what it could not see as a gap and goes on (`signalsOf.ts`); who judges has to know it. So nothing is left out in
 * silence here: an instance that fails, refuses or answers in part throws a `SourceError`, and that nobody measures something is an answer
 * of its own. Queries are made by code from the table of signals, or were written by an administrator; none is made from telemetry.
 */
import type { Unit } from '../domain/levelText.ts';
import { SourceError } from './gap.ts';
import type { MetricsPort, RangeAnswer, Series } from './metrics.ts';
import { METRIC_SIGNALS, SIGNALS, type SignalName } from './signals/metricTable.ts';
import type { Subject } from './signals/subject.ts';
import { type Measuring, namespacesOf, type Question, wayOf } from './signals/ways.ts';
import type { TimeWindow } from './window.ts';

export type { Series } from './metrics.ts';
export type { SignalName } from './signals/metricTable.ts';
export type { TimeWindow } from './window.ts';

/** What is measured of a workload is known by its names alone. */
export type Measured = Pick<Subject, 'kind' | 'namespace' | 'name'>;

export interface Measurement {
  /** Of an administrator's query it is not known. */
  readonly unit: Unit | undefined;
  /** The instance that was asked. */
  readonly source: string;
  readonly query: string;
  /** One of the workload as a whole, or one of each container. Without samples that are no numbers; none: it was asked, and there is nothing. */
  readonly series: readonly Series[];
}

export interface Measurements {
  /** The instances, by name. None: nothing can be measured. */
  readonly sources: readonly string[];
  /** Which signals anybody measures of this workload. */
  signalsOf(workload: Measured, window: TimeWindow, signal?: AbortSignal): Promise<ReadonlySet<SignalName>>;
  /** Undefined: nobody measures it. */
  measure(workload: Measured, name: SignalName, window: TimeWindow, signal?: AbortSignal): Promise<Measurement | undefined>;
  /** From the first instance that has anything to say. @param query PromQL of an administrator */
  ask(query: string, window: TimeWindow, signal?: AbortSignal): Promise<Measurement | undefined>;
}

const POINTS = 480;
const MAX_SERIES = 50;

export function createMeasurements(ports: readonly MetricsPort[]): Measurements {
  return {
    sources: ports.map(({ name }) => name),
    async signalsOf(workload, window, signal) {
      const subject = { ...workload, claims: [] };
      const known = await measuredBy(ports, subject, window, signal);
      return new Set(SIGNALS.filter((name) => wayOf(name, subject, known) !== undefined));
    },
    async measure(workload, name, window, signal) {
      const subject = { ...workload, claims: [] };
      const question = wayOf(name, subject, await measuredBy(ports, subject, window, signal));
      return question === undefined ? undefined : answerTo(question, window, signal);
    },
    async ask(query, window, signal) {
      let silent: Measurement | undefined;
      for (const port of ports) {
        const { series } = whole(port, await range(port, query, window, signal));
        const answer = { unit: undefined, source: port.name, query, series };
        if (series.length > 0) return answer;
        silent ??= answer;
      }
      return silent;
    },
  };
}

/** An instance that does not answer may be the one that knows: then nobody can tell. */
function measuredBy(
  ports: readonly MetricsPort[],
  subject: Subject,
  window: TimeWindow,
  signal: AbortSignal | undefined,
): Promise<readonly Measuring[]> {
  return Promise.all(ports.map(async (port) => ({ port, names: new Set(await port.metricNames(namespacesOf(subject), window, signal)) })));
}

async function answerTo(
  { port, query, signal: name }: Question,
  window: TimeWindow,
  signal: AbortSignal | undefined,
): Promise<Measurement> {
  const { series } = whole(port, await range(port, query, window, signal));
  return { unit: METRIC_SIGNALS[name].unit, source: port.name, query, series };
}

const range = (port: MetricsPort, query: string, window: TimeWindow, signal: AbortSignal | undefined): Promise<RangeAnswer> =>
  port.range(query, window, { points: POINTS, maxSeries: MAX_SERIES }, signal);

/** A part of the answer may be the good part. */
function whole(port: MetricsPort, answer: RangeAnswer): RangeAnswer {
  if (answer.notes.length > 0) throw new SourceError('Unavailable', `${port.name} answers in part: ${answer.notes.join('; ')}`);
  return answer;
}
