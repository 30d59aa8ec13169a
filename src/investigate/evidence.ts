/**
 * What was looked at, as records that can be stored, numbered and cited.
 *
 * Analyzers cite by key (`pod/shop/cart-1`). Here each key that a snapshot holds gets its record: what was asked, what it shows in one line, and
 * its content. Everything in a record has been redacted and cleaned when the snapshot was made.
 */
import { logQuery } from '../domain/logEvidence.ts';
import type { ObservedChange } from '../sources/changes.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Container, LogTail, ObjectEvent, Pod, Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import { changeRecord } from './changeRecord.ts';
import { shortPath } from './fields.ts';
import { decisiveLine } from './logReading.ts';
import { signalRecords } from './signalRecords.ts';
import { surroundingRecords } from './surroundingRecords.ts';
import { isoTime } from './times.ts';

export interface EvidenceRecord {
  /** Names the thing within an investigation. */
  readonly key: string;
  readonly source: 'kubernetes' | 'metrics' | 'git' | 'logs' | 'traces' | 'checks' | 'grafana' | 'webhook';
  /** What was asked. */
  readonly query: string;
  /** What it shows, in one line. */
  readonly summary: string;
  readonly mediaType: 'application/json' | 'text/plain';
  readonly content: string;
  /** One of very many: of no interest unless somebody cites it. */
  readonly onlyIfCited?: boolean | undefined;
}

export function recordsOf(snapshot: Snapshot, changes: readonly ObservedChange[]): ReadonlyMap<string, EvidenceRecord> {
  const records = [
    ...surroundingRecords(snapshot),
    ...signalRecords(snapshot),
    ...snapshot.workloads.flatMap(workloadRecords),
    ...snapshot.pods.flatMap(podRecords),
    ...eventRecords(snapshot.events),
    ...factRecords(snapshot),
    ...changes.flatMap((change) => (change.kind === 'GitCommit' ? [commitRecord(change)] : changeRecord(change))),
  ];
  return new Map(records.map((record) => [record.key, record]));
}

const json = (value: unknown): Pick<EvidenceRecord, 'mediaType' | 'content'> => ({
  mediaType: 'application/json',
  content: JSON.stringify(value, undefined, 2),
});
const plain = (lines: readonly string[]): Pick<EvidenceRecord, 'mediaType' | 'content'> => ({
  mediaType: 'text/plain',
  content: lines.join('\n'),
});

function workloadRecords({ revisions, ...workload }: Workload): EvidenceRecord[] {
  const name = objectName(workload.ref);
  const [latest] = revisions;
  const object: EvidenceRecord = {
    key: workload.evidence,
    source: 'kubernetes',
    query: `get ${name}`,
    summary: `${workload.ready} of ${workload.desired} pods ready, ${workload.updated} of the present revision`,
    ...json(workload),
  };
  if (latest === undefined) return [object];
  const changed = (latest.changed ?? []).slice(0, 4).map(({ path }) => shortPath(path));
  const history: EvidenceRecord = {
    key: workload.historyEvidence,
    source: 'kubernetes',
    query: `rollout history of ${name}`,
    summary: `revision ${latest.number} since ${isoTime(latest.beganAt)}${changed.length === 0 ? '' : `, changed ${changed.join(', ')}`}`,
    ...json(revisions),
  };
  return [object, history];
}

function podRecords(pod: Pod): EvidenceRecord[] {
  const name = `${pod.namespace}/${pod.name}`;
  const withoutLogs = { ...pod, containers: pod.containers.map(({ logs: _logs, ...container }) => container) };
  const states = pod.containers.map((container) => `${container.name} ${stateOf(container)}`);
  const object: EvidenceRecord = {
    key: pod.evidence,
    source: 'kubernetes',
    query: `get Pod/${name}`,
    summary: `${pod.phase}, ${pod.ready ? 'ready' : 'not ready'}: ${states.join('; ')}`,
    ...json(withoutLogs),
  };
  return [object, ...pod.containers.flatMap((container) => logRecords(name, container))];
}

function stateOf({ state, lastState, restarts }: Container): string {
  const { waiting, terminated } = state;
  const now = waiting?.reason ?? (terminated === undefined ? 'Running' : `${terminated.reason} (${terminated.exitCode})`);
  const before = lastState.terminated;
  return `${now}${before === undefined ? '' : `, before that ${before.reason} (${before.exitCode})`}${restarts > 0 ? `, ${restarts} restarts` : ''}`;
}

function logRecords(pod: string, { name, logs }: Container): EvidenceRecord[] {
  const record = (tail: LogTail | undefined, which: 'current' | 'previous' | 'head'): EvidenceRecord[] => {
    if (tail === undefined) return [];
    const summary = decisiveLine(tail) ?? 'it says nothing';
    return [{ key: tail.evidence, source: 'kubernetes', query: logQuery(which, name, pod), summary, ...plain(tail.lines) }];
  };
  return [...record(logs.previous, 'previous'), ...record(logs.current, 'current'), ...record(logs.head, 'head')];
}

function eventRecords(events: readonly ObjectEvent[]): EvidenceRecord[] {
  const groups = Map.groupBy(events, ({ evidence }) => evidence);
  return [...groups].flatMap(([key, group]) => {
    const newest = group.toSorted((a, b) => b.lastAt - a.lastAt);
    const telling = newest.find(({ type }) => type === 'Warning') ?? newest[0];
    if (telling === undefined) return [];
    const lines = newest.map(({ lastAt, type, reason, count, message }) => `${isoTime(lastAt)} ${type} ${reason} (${count}x) ${message}`);
    const { kind, namespace, name } = telling;
    const query = `events of ${objectName({ kind, namespace, name })}`;
    const summary = `${telling.reason} (${telling.count}x): ${telling.message}`;
    return [{ key, source: 'kubernetes' as const, query, summary, ...plain(lines) }];
  });
}

function factRecords({ nodes, configMaps, claims }: Snapshot): EvidenceRecord[] {
  return [
    ...nodes.map((node) => ({
      key: node.evidence,
      source: 'kubernetes' as const,
      query: `get Node/${node.name}`,
      summary: `${node.ready ? 'ready' : 'not ready'}${node.memoryPressure ? ', short of memory' : ''}${node.unschedulable ? ', cordoned' : ''}`,
      ...json(node),
    })),
    ...configMaps.map((facts) => ({
      key: facts.evidence,
      source: 'kubernetes' as const,
      query: `get ConfigMap/${facts.namespace}/${facts.name}`,
      summary: facts.exists ? `it has the keys ${facts.keys.join(', ')}` : 'it does not exist',
      ...json(facts),
    })),
    ...claims.map((claim) => ({
      key: claim.evidence,
      source: 'kubernetes' as const,
      query: `get PersistentVolumeClaim/${claim.namespace}/${claim.name}`,
      summary: claim.exists ? `it is ${claim.phase}` : 'it does not exist',
      ...json(claim),
    })),
  ];
}

function commitRecord({ evidence, commit = '', repository = '', summary, author, authoredAt, detail }: ObservedChange): EvidenceRecord {
  return {
    key: evidence,
    source: 'git',
    query: `commit ${commit} of ${repository}`,
    summary,
    ...plain([summary, `${author ?? 'unknown'}, ${authoredAt === undefined ? 'unknown' : isoTime(authoredAt)}`, '', detail]),
  };
}
