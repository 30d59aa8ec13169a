/** SigNoz as a port of logs, under OpenTelemetry's names for what Kubernetes has. */
import { DEFAULT_LINES, type LogQuery, type LogsPort, MAX_LINES } from '../logs.ts';
import { cleanEntries, cleanLabels, type Entry } from '../logText.ts';
import type { Labels } from '../metrics.ts';
import type { Cleaner } from '../text.ts';
import { inSteps, stepFor } from '../window.ts';
import { quotedText, type Row, type SignozQueries, textOf } from './query.ts';

const COUNT_POINTS = 120;
/** Of a row's resource, those that say where it came from. */
const ORIGIN = ['k8s.namespace.name', 'k8s.pod.name', 'k8s.container.name', 'service.name'];

export function createSignozLogs(name: string, queries: SignozQueries, cleaner: Cleaner): LogsPort {
  return {
    name,
    async lines(query, { limit = DEFAULT_LINES } = {}, signal) {
      const most = Math.min(limit, MAX_LINES);
      const one = { signal: 'logs', filter: filterOf(query), limit: most + 1 } as const;
      const { rows, notes } = await queries.rows(one, query.window, signal);
      const known = new Map<string, Labels>();
      const entries = rows.flatMap((row) => entryOf(row, known, cleaner) ?? []);
      return { ...cleanEntries(entries, most, cleaner), notes };
    },
    async counts(query, signal) {
      const stepMs = Math.max(60_000, stepFor(query.window, COUNT_POINTS));
      const { series, notes } = await queries.counts(filterOf(query), inSteps(stepMs, query.window), stepMs, signal);
      return { points: series[0]?.points ?? [], stepMs, notes };
    },
  };
}

function filterOf({ namespace, pods, podPattern, container, containing = [] }: LogQuery): string {
  const words = containing.map((word) => `body CONTAINS ${quotedText(word)}`);
  return [
    `k8s.namespace.name = ${quotedText(namespace)}`,
    ...(pods === undefined ? [] : [`k8s.pod.name IN (${pods.length === 0 ? "''" : pods.map(quotedText).join(', ')})`]),
    ...(podPattern === undefined ? [] : [`k8s.pod.name REGEXP ${quotedText(`^(?:${podPattern})$`)}`]),
    ...(container === undefined ? [] : [`k8s.container.name = ${quotedText(container)}`]),
    ...(words.length === 0 ? [] : [`(${words.join(' OR ')})`]),
  ].join(' AND ');
}

function entryOf({ timestamp, data }: Row, known: Map<string, Labels>, cleaner: Cleaner): Entry | undefined {
  const at = Date.parse(timestamp ?? textOf(data['timestamp']));
  if (!Number.isFinite(at)) return undefined;
  const { resources_string: resource, body } = data;
  const all = typeof resource === 'object' && resource !== null ? (resource as Readonly<Record<string, unknown>>) : {};
  const origin = Object.fromEntries(ORIGIN.flatMap((key) => (all[key] === undefined ? [] : [[key, textOf(all[key])]])));
  const key = JSON.stringify(origin);
  const labels = known.get(key) ?? cleanLabels(origin, cleaner);
  known.set(key, labels);
  return { at, text: textOf(body), labels };
}
