/**
 * Records of what telemetry said of a workload: the query and the instance that was asked, and a small table of numbers, of sample lines, or a
 * trace. Each counts only if somebody cites it, but for news in the logs: who reads on may know what to make of those.
 */
import type { ObjectRef } from '../crds/common.ts';
import { levelText } from '../domain/levelText.ts';
import { evidenceKeys, objectName } from '../sources/kubernetes/names.ts';
import type { Signals, Snapshot } from '../sources/kubernetes/snapshot.ts';
import { isNews } from '../sources/signals/complaints.ts';
import type { SignalSeries } from '../sources/signals/metricSignals.ts';
import type { EvidenceRecord } from './evidence.ts';
import { quote } from './quote.ts';
import { isoTime } from './times.ts';

/** Rows of a table, of each stretch. */
const MOST_ROWS = 60;

export const signalKey = (object: ObjectRef, { signal, labels }: Pick<SignalSeries, 'signal' | 'labels'>): string =>
  evidenceKeys.signal(object, signal, Object.values(labels).toSorted().join('/'));

export function signalRecords({ signals }: Pick<Snapshot, 'signals'>): EvidenceRecord[] {
  return signals.flatMap((one) => [
    ...one.metrics.map((series) => metricRecord(one.object, series)),
    ...complaintRecords(one),
    ...traceRecords(one),
  ]);
}

const json = (value: unknown): Pick<EvidenceRecord, 'mediaType' | 'content'> => ({
  mediaType: 'application/json',
  content: JSON.stringify(value, undefined, 2),
});

function metricRecord(object: ObjectRef, series: SignalSeries): EvidenceRecord {
  const { signal, unit, convention, source, query, labels, points, dayBefore } = series;
  const last = points.at(-1);
  return {
    key: signalKey(object, series),
    source: 'metrics',
    query,
    summary:
      last === undefined ? `${source} has no samples of it` : `${signal} ${levelText(unit, last[1])} at ${isoTime(last[0])}, by ${source}`,
    ...json({ signal, unit, convention, source, labels, points: tableOf(points), dayBefore: tableOf(dayBefore) }),
    onlyIfCited: true,
  };
}

/** Times and values, thinned: each row is the median of those that it stands for. */
function tableOf(points: SignalSeries['points']): readonly string[] {
  const each = Math.max(1, Math.ceil(points.length / MOST_ROWS));
  return Array.from({ length: Math.ceil(points.length / each) }, (_, row) => {
    const own = points.slice(row * each, (row + 1) * each);
    const middle = own.map(([, value]) => value).toSorted((a, b) => a - b)[own.length >> 1] ?? 0;
    return `${isoTime(own[0]?.[0] ?? 0)} ${Number(middle.toPrecision(4))}`;
  });
}

function complaintRecords({ object, window, complaints, logSource }: Signals): EvidenceRecord[] {
  const [first] = complaints;
  if (first === undefined || logSource === undefined) return [];
  const news = complaints.filter(isNews);
  const summary =
    news.length === 0
      ? `${complaints.length} kinds of complaints, none of which is new or surging`
      : `${news.length} new or surging, first of them (${first.now}x): ${quote(first.sample)}`;
  return [
    {
      key: evidenceKeys.complaints(object),
      source: 'logs',
      query: `complaints in the logs of ${objectName(object)} in ${logSource}, ${isoTime(window.start)} to ${isoTime(window.end)} and a day before`,
      summary,
      ...json(complaints.map(({ since, ...complaint }) => ({ ...complaint, ...(since !== undefined && { since: isoTime(since) }) }))),
      onlyIfCited: news.length === 0,
    },
  ];
}

function traceRecords({ object, window, traces }: Signals): EvidenceRecord[] {
  if (traces === undefined) return [];
  const { source, service, compared, failed, failing, slower, suspects, changes, origins, example } = traces;
  const changed = [
    ...failing.map((call) => `${call.caller} to ${call.callee} fails`),
    ...slower.map((call) => `${call.caller} to ${call.callee} is slower`),
  ];
  return [
    {
      key: evidenceKeys.traces(object),
      source: 'traces',
      query: `traces of service ${service} in ${source}, ${isoTime(window.start)} to ${isoTime(window.end)} and a day before`,
      summary: `${compared.now} traces against ${compared.dayBefore} of a day before: ${changed.slice(0, 3).join(', ') || 'no call changed'}`,
      ...json({ compared, failed, failing, slower, suspects: suspects.slice(0, 10), changes: changes.slice(0, 20), origins, example }),
      onlyIfCited: true,
    },
  ];
}
