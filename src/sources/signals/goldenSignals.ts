/**
 * The golden signals of one workload as they are now, and what they were in the same hour of the seven days before.
 *
 * Three questions an instance, whatever the workload measures: which metrics it has; all signals now, in one query whose parts are told apart by
 * a label; and the same at steps of one day over a week, with rates over the hour. Of several conventions the first that has anything to say
 * counts, and of several instances too. What could not be asked is a gap.
 */

import { median } from '../../analysis/robust.ts';
import type { Gap } from '../../crds/investigation.ts';
import type { Unit } from '../../domain/levelText.ts';
import { gapReason } from '../gap.ts';
import type { MetricsPort, Sample, Series } from '../metrics.ts';
import { alternatives, type Matcher } from '../promql.ts';
import type { TimeWindow } from '../window.ts';
import { GOLDEN_NAMES, GOLDEN_SIGNALS, type GoldenName } from './goldenTable.ts';
import { createLooking, type Looking } from './looking.ts';
import type { Way } from './metricTable.ts';
import { equal, matching } from './promqlTerms.ts';
import { REQUEST_CONVENTIONS } from './requestConventions.ts';
import type { Subject } from './subject.ts';

export interface GoldenLevel {
  readonly signal: GoldenName;
  readonly unit: Unit;
  readonly value: number;
  /** Of which container or claim it is the highest; empty for the workload as a whole. */
  readonly of: string;
  /** In the same hour of earlier days; absent where it was not measured then. */
  readonly usual?: { readonly median: number; readonly lowest: number; readonly highest: number; readonly days: number } | undefined;
  /** By whose metrics, from which instance, by which query. */
  readonly convention: string;
  readonly source: string;
  readonly query: string;
}

export interface GoldenSignals {
  readonly levels: Readonly<Partial<Record<GoldenName, GoldenLevel>>>;
  readonly gaps: readonly Gap[];
}

export interface GoldenOptions {
  readonly now: number;
  /** Over which rates are taken, such as `5m`. */
  readonly window: string;
  readonly signal: AbortSignal;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 7;
const PART = 'agent_sre_part';

export async function goldenSignals(
  subject: Subject,
  ports: readonly MetricsPort[],
  { now, window, signal }: GoldenOptions,
): Promise<GoldenSignals> {
  const gaps: Gap[] = [];
  const looking = createLooking((_, call) => call(), signal, gaps);
  const found = await Promise.all(ports.map((port) => fromPort(port, subject, { now, window, looking })));
  const levels = GOLDEN_NAMES.flatMap((name): [GoldenName, GoldenLevel][] => {
    const level = found.flatMap((all) => all.filter((one) => one.signal === name))[0];
    return level === undefined ? [] : [[name, level]];
  });
  return { levels: Object.fromEntries(levels), gaps };
}

interface Part {
  readonly id: string;
  readonly signal: GoldenName;
  readonly way: Way;
  readonly query: string;
  readonly hourly: string;
}

interface Asking {
  readonly now: number;
  readonly window: string;
  readonly looking: Looking;
}

async function fromPort(port: MetricsPort, subject: Subject, { now, window, looking }: Asking): Promise<GoldenLevel[]> {
  const of = `${subject.namespace}/${subject.name}`;
  // round times, so that the same question a moment later is answered from the cache
  const lately = { start: Math.floor(now / MINUTE_MS) * MINUTE_MS - HOUR_MS, end: Math.ceil(now / MINUTE_MS) * MINUTE_MS };
  const names = await looking.attempt('metrics', `ask ${port.name} which metrics ${of} has`, () =>
    port.metricNames(selectionsOf(subject), lately, looking.signal),
  );
  const parts = partsFor(subject, window, new Set(names));
  if (parts.length === 0) return [];
  const week = { start: now - DAYS * DAY_MS, end: now };
  const [present, past] = await Promise.all([
    looking.attempt('metrics', `ask ${port.name} for the golden signals of ${of}`, () => askNow(port, parts, looking.signal)),
    looking.attempt('metrics', `ask ${port.name} for the golden signals of ${of} on earlier days`, () =>
      askDaily(port, parts, week, looking.signal),
    ),
  ]);
  return parts.flatMap((part) => {
    const level = highest(present ?? [], part.id);
    return level === undefined ? [] : [levelOf(port, part, level, past ?? [], now)];
  });
}

/** Whatever could be the workload's: what its pods have, and what meshes and ingresses have of it. */
export function selectionsOf(subject: Subject): readonly (readonly Matcher[])[] {
  const sets = REQUEST_CONVENTIONS.flatMap(({ series }) => series(subject));
  const volumes =
    subject.claims.length === 0
      ? []
      : [[equal('namespace', subject.namespace), matching('persistentvolumeclaim', alternatives(subject.claims))]];
  return [...new Map([...sets, ...volumes].map((set) => [JSON.stringify(set), set])).values()];
}

function partsFor(subject: Subject, window: string, names: ReadonlySet<string>): Part[] {
  const parts = GOLDEN_NAMES.flatMap((signal) =>
    GOLDEN_SIGNALS[signal].ways
      .filter(({ needs }) => needs.every((metric) => names.has(metric)))
      .flatMap((way) => {
        const [query, hourly] = [way.query(subject, window), way.query(subject, '1h')];
        return query === undefined || hourly === undefined ? [] : [{ signal, way, query, hourly }];
      }),
  );
  const distinct = new Map(parts.map((part) => [`${part.signal} ${part.query}`, part]).toReversed() as [string, (typeof parts)[number]][]);
  return [...distinct.values()].toReversed().map((part, index) => ({ ...part, id: String(index) }));
}

const combined = (parts: readonly { readonly id: string; readonly text: string }[]): string =>
  parts.map(({ id, text }) => `label_replace(${text}, "${PART}", "${id}", "", "")`).join(' or ');

/** All at once; where an instance can't work out one of them, one by one. */
async function asked<T>(parts: readonly Part[], ask: (some: readonly Part[]) => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await ask(parts);
  } catch (error) {
    if (gapReason(error) !== 'Malformed' || parts.length === 1) throw error;
    const each = await Promise.allSettled(parts.map((part) => ask([part])));
    if (each.every(({ status }) => status === 'rejected')) throw error;
    return each.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  }
}

const askNow = (port: MetricsPort, parts: readonly Part[], signal: AbortSignal): Promise<readonly Sample[]> =>
  asked(parts, (some) => port.instant(combined(some.map(({ id, query }) => ({ id, text: query }))), signal));

const askDaily = (port: MetricsPort, parts: readonly Part[], week: TimeWindow, signal: AbortSignal): Promise<readonly Series[]> =>
  asked(parts, async (some) => {
    const text = combined(some.map(({ id, hourly }) => ({ id, text: hourly })));
    return (await port.range(text, week, { points: DAYS }, signal)).series;
  });

const labelOf = ({ [PART]: _part, ...labels }: Sample['labels']): string => Object.values(labels)[0] ?? '';

function highest(samples: readonly Sample[], id: string): Sample | undefined {
  return samples.filter(({ labels }) => labels[PART] === id).toSorted((a, b) => b.value - a.value)[0];
}

function levelOf(
  { name }: MetricsPort,
  { id, signal, way, query }: Part,
  { labels, value }: Sample,
  past: readonly Series[],
  now: number,
): GoldenLevel {
  const of = labelOf(labels);
  const days = past
    .filter((series) => series.labels[PART] === id && labelOf(series.labels) === of)
    .flatMap(({ points }) => points.filter(([at]) => at < now - DAY_MS / 2).map(([, level]) => level));
  const middle = median(days);
  const usual =
    middle === undefined ? undefined : { median: middle, lowest: Math.min(...days), highest: Math.max(...days), days: days.length };
  return { signal, unit: GOLDEN_SIGNALS[signal].unit, value, of, usual, convention: way.convention, source: name, query };
}
