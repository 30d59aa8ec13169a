/**
 * One figure that somebody asks for, out of the golden signals of a service: its value, beside what is usual, and the query that measured it, which was
 * found for this workload and has been run. Pure.
 */
import type { Looked } from './lookups.ts';

interface Concept {
  readonly says: RegExp;
  readonly title: string;
  /** Names of `check_golden_signals`, the one that is meant first. */
  readonly signals: readonly string[];
}

const CONCEPTS: readonly Concept[] = [
  { says: /\bp99\b/u, title: 'p99 latency', signals: ['latencyP99'] },
  { says: /\bp50\b|\bmedian\b/u, title: 'p50 latency', signals: ['latencyP50'] },
  {
    says: /\blatenc|\bp9\d\b|\bslow|\bfast\b|\bresponse times?\b/u,
    title: 'p95 latency',
    signals: ['latencyP95', 'latencyP50', 'latencyP99'],
  },
  { says: /\berrors?\b|\b[45]xx\b|\b[45]\d\ds\b|\bfail/u, title: 'Share of failing requests', signals: ['errorShare'] },
  { says: /\brequests?\b|\brps\b|\bqps\b|\btraffic\b|\bthroughput\b/u, title: 'Requests', signals: ['requestRate'] },
  { says: /\bthrottl/u, title: 'CPU throttling', signals: ['cpuThrottling', 'cpuOfLimit'] },
  { says: /\bcpu\b/u, title: 'CPU', signals: ['cpuUsage', 'cpuOfLimit', 'cpuOfRequest'] },
  { says: /\bmemory\b|\bram\b/u, title: 'Memory', signals: ['memoryUsage', 'memoryOfLimit'] },
  { says: /\brestart/u, title: 'Restarts', signals: ['restarts'] },
  { says: /\bdisk\b|\bvolume\b|\bstorage\b/u, title: 'Volumes', signals: ['volumeUsage'] },
  { says: /\bpools?\b|\bconnections?\b/u, title: 'Pools', signals: ['poolUsage'] },
  { says: /\bsaturation\b/u, title: 'Saturation', signals: ['cpuOfLimit', 'memoryOfLimit', 'poolUsage', 'volumeUsage'] },
];

interface Signal {
  readonly signal: string;
  readonly value: number;
  readonly unit: string;
  readonly of?: string;
  readonly usual?: { readonly median: number; readonly lowest: number; readonly highest: number };
  readonly convention: string;
  readonly source: string;
  readonly query: string;
}

const TOOL = 'check_golden_signals';

/** What was measured of what the words ask for, the one that is meant first. */
function measured(
  words: string,
  looked: readonly Looked[],
): { readonly id: string; readonly concept: Concept; readonly found: readonly Signal[] } | undefined {
  const concept = CONCEPTS.find(({ says }) => says.test(words));
  const golden = looked.find(({ tool, outcome }) => tool === TOOL && outcome === 'seen');
  const all = golden?.data['signals'];
  if (concept === undefined || golden === undefined || !Array.isArray(all)) return undefined;
  const signals = all as readonly Signal[];
  return { id: golden.id, concept, found: concept.signals.flatMap((name) => signals.filter(({ signal }) => signal === name)) };
}

/** The query that measures what is asked for, to be run over a longer time. */
export const queryOfMetric = (words: string, looked: readonly Looked[]): string | undefined => measured(words, looked)?.found[0]?.query;

/** In place of all signals, those that are asked for; undefined where these tools tell of none. */
export function metricText(words: string, looked: readonly Looked[]): string | undefined {
  const of = measured(words, looked);
  if (of === undefined) return undefined;
  const { id, concept, found } = of;
  const [first] = found;
  const service = looked.find((one) => one.id === id)?.data['service'] as
    | { readonly namespace?: string; readonly name?: string }
    | undefined;
  const name = `${service?.namespace ?? ''}/${service?.name ?? ''}`;
  if (first === undefined) return `${concept.title} of ${name} could not be measured: no metric of it was found. [${id}]`;
  const lines = found.map(({ signal, value, unit, of: where, usual }) => {
    const title = signal === first.signal ? concept.title : (TITLES[signal] ?? signal);
    const usually =
      usual === undefined
        ? ''
        : `, usually ${figure(usual.median, unit)} (${figure(usual.lowest, unit)} to ${figure(usual.highest, unit)})`;
    return `${title}: ${figure(value, unit)}${where === undefined ? '' : ` (${where})`}${usually}`;
  });
  return [`${name}: ${lines.join('; ')} [${id}]`, `Measured by ${first.convention} in ${first.source}: ${shownQuery(first.query)}`].join(
    '\n',
  );
}

const LONGEST_QUERY = 300;

/** A query that looks for every convention of labels is longer than anybody reads: what it begins with, and which metrics it is over. */
function shownQuery(query: string): string {
  if (query.length <= LONGEST_QUERY) return `\`${query}\``;
  const metrics = [...new Set(query.split('{').slice(0, -1).map(nameAtEnd))].filter((name) => name !== '').join(', ');
  return `\`${query.slice(0, LONGEST_QUERY - 1)}…\` (over ${metrics}, by each convention of labels; check_golden_signals tells it whole)`;
}

/** The name of the metric that a selector follows. */
function nameAtEnd(text: string): string {
  let start = text.length;
  while (start > 0 && /[\w:]/u.test(text.charAt(start - 1))) start -= 1;
  return text.slice(start);
}

const TITLES: Readonly<Record<string, string>> = {
  latencyP50: 'p50',
  latencyP99: 'p99',
  cpuOfLimit: 'of its limit',
  cpuOfRequest: 'of its request',
  memoryOfLimit: 'of its limit',
  poolUsage: 'pools',
  volumeUsage: 'volumes',
};

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** As people read it. @param unit as check_golden_signals has it */
function figure(value: number, unit: string): string {
  if (unit === 'share') return `${short(value * 100)}%`;
  if (unit === 'seconds') return value < 1 ? `${short(value * 1000)}ms` : `${short(value)}s`;
  if (unit === 'per second') return value < 1 ? `${short(value * 60)} a minute` : `${short(value)} a second`;
  if (unit === 'bytes') return value < 2 ** 30 ? `${short(value / 2 ** 20)}Mi` : `${short(value / 2 ** 30)}Gi`;
  return unit === 'cores' ? `${short(value)} cores` : short(value);
}
