/** What tools said besides the API server: who calls whom, what could be reached, which units run, what was measured. */

import type { ObjectRef } from '../../crds/common.ts';
import { ownMember } from '../../domain/ownMember.ts';
import { evidenceKeys } from '../kubernetes/names.ts';
import type { Call, Check, CheckOutcome, Daemon, Metric, Series } from '../kubernetes/snapshot.ts';
import type { Cleaner } from '../text.ts';
import { type Bundle, momentOf } from './bundle.ts';
import { callArguments } from './calls.ts';

type OwnerOf = (service: string) => ObjectRef | undefined;

/** A call tree: `[Service]: cart`, and below `[Downstream (Calls)]:` a branch a callee, indented under its caller. */
export function frozenCalls({ evidence }: Bundle, ownerOf: OwnerOf): Call[] {
  const pairs = Object.entries(evidence.dependencies ?? {}).flatMap(([call, text]) =>
    typeof text === 'string' ? treePairs(callArguments(call)['service_name'] ?? '', text) : [],
  );
  const distinct = new Map(pairs.map((pair) => [pair.join('\n'), pair]));
  return [...distinct.values()].flatMap(([from, to]) => {
    const [caller, callee] = [ownerOf(from), ownerOf(to)];
    return caller === undefined || callee === undefined ? [] : [{ caller, callee, source: 'declared' as const }];
  });
}

function treePairs(service: string, text: string): [string, string][] {
  const stack: string[] = [service];
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.includes('Downstream'));
  const below = head === -1 ? [] : lines.slice(head + 1);
  return below.flatMap((line): [string, string][] => {
    const branch = /^([\s│]*)[├└]──\s*([\w.-]+)/u.exec(line);
    if (branch === null) return [];
    const depth = Math.floor((branch[1] ?? '').length / 4) + 1;
    const name = branch[2] ?? '';
    stack.length = depth;
    stack[depth] = name;
    const parent = stack[depth - 1];
    return parent === undefined ? [] : [[parent, name]];
  });
}

const FROM_NODE = /^Debug Pod test results deployed on ([\w.-]+):\s*(.*)$/u;

export function frozenChecks({ evidence, namespace: own }: Bundle, cleaner: Cleaner): Check[] {
  return Object.entries(evidence.connectivity ?? {}).flatMap(([call, text]) => {
    const { service_name: service, namespace = own, port = '' } = callArguments(call);
    if (service === undefined || typeof text !== 'string') return [];
    const check = (said: string, fromNode?: string): Check => ({
      kind: 'tcp',
      namespace,
      service,
      port: Number(port),
      fromNode,
      outcome: outcomeOf(said),
      detail: cleaner.line(said, 200),
      evidence: evidenceKeys.check(namespace, service, Number(port)),
    });
    const sections = sectionsByNode(text);
    return sections.length === 0 ? [check(text)] : sections.map(({ node, said }) => check(said, node));
  });
}

function sectionsByNode(text: string): { node: string; said: string }[] {
  const sections: { node: string; said: string }[] = [];
  for (const line of text.split('\n')) {
    const head = FROM_NODE.exec(line);
    const current = sections.at(-1);
    if (head !== null) sections.push({ node: head[1] ?? '', said: head[2] ?? '' });
    else if (current !== undefined) current.said += `\n${line}`;
  }
  return sections;
}

function outcomeOf(text: string): CheckOutcome {
  if (/\bsucceeded\b|\bopen\s*$/imu.test(text)) return 'open';
  if (/refused/iu.test(text)) return 'refused';
  if (/bad address|no such host|not resolve|unresolved/iu.test(text)) return 'unresolved';
  return /timed? ?out|punt|Terminated/iu.test(text) ? 'timedOut' : 'failed';
}

/** `systemctl status` of a unit: what its Active line says. A unit that is not installed is none; one that is restarted again and again is down. */
export function frozenDaemons({ evidence }: Bundle, cleaner: Cleaner): Daemon[] {
  return Object.entries(evidence.nodeServices ?? {}).flatMap(([call, text]) => {
    const { node_name: node, service_name: name } = callArguments(call);
    const active = typeof text === 'string' ? /^[ \t]*Active: (.+)$/mu.exec(text)?.[1] : undefined;
    if (node === undefined || name === undefined || active === undefined || /^[ \t]*Loaded: not-found/mu.test(String(text))) return [];
    const running = /^(?:active|activating|reloading)\b/u.test(active) && !active.includes('auto-restart');
    return [{ node, name, running, detail: cleaner.line(active, 200), evidence: evidenceKeys.daemon(node, name) }];
  });
}

interface Column {
  readonly metric: Metric;
  /** What one unit of the column is in ours. */
  readonly unit: number;
}

const COLUMNS: Readonly<Record<string, Column>> = {
  cpu: { metric: 'cpuCores', unit: 1 },
  mem: { metric: 'memoryBytes', unit: 1 },
  cpu_cfs: { metric: 'cpuThrottledShare', unit: 1 },
  rps: { metric: 'requestsPerSecond', unit: 1 },
  success_rate: { metric: 'successShare', unit: 1 },
  p50latency: { metric: 'latencyP50Seconds', unit: 0.001 },
  p90latency: { metric: 'latencyP95Seconds', unit: 0.001 },
  p95latency: { metric: 'latencyP95Seconds', unit: 0.001 },
  network_receive: { metric: 'receivedPacketsPerSecond', unit: 1 },
  network_transmit: { metric: 'sentPacketsPerSecond', unit: 1 },
  tcp_retans: { metric: 'retransmitsPerSecond', unit: 1 },
};
const MOST_SERIES = 5_000;

/** A table: `time`, then a column `NAME-METRIC` each. Cells that are no number are left out. */
export function frozenSeries({ evidence }: Bundle, ownerOf: OwnerOf): Series[] {
  const [head, ...rows] = (evidence.metricsCsv ?? '').replace(/^\ufeff/u, '').split(/\r?\n/u);
  const columns = (head ?? '').split(',').slice(0, MOST_SERIES);
  const cells = rows.map((row) => row.split(','));
  const times = cells.map(([time = '']) => momentOf(time.trim().replace(' ', 'T')));
  return columns.flatMap((title, index): Series[] => {
    const [, name = '', suffix = ''] = /^(.+)-([^-]+)$/u.exec(title.trim()) ?? [];
    const column = ownMember(COLUMNS, suffix);
    const object = ownerOf(name);
    if (column === undefined || object === undefined) return [];
    const points = cells.flatMap((row, at): [number, number][] => {
      const text = row[index]?.trim() ?? '';
      const value = Number(text) * column.unit;
      const time = times[at] ?? Number.NaN;
      return text === '' || !Number.isFinite(value) || Number.isNaN(time) ? [] : [[time, value]];
    });
    if (points.length === 0) return [];
    const instance = object.name === name ? undefined : name;
    return [{ object, metric: column.metric, instance, points, evidence: evidenceKeys.series(object, column.metric) }];
  });
}
