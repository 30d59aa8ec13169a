/**
 * A support bundle: what a diagnosis of a namespace needs, read once, redacted, in the format that `../frozen/bundle.ts` reads.
 *
 * A diagnosis of the bundle says what a diagnosis of the cluster would have said when it was collected. What could not be read is kept as such.
 */
import type { Gap } from '../../crds/investigation.ts';
import type { Bundle } from '../frozen/bundle.ts';
import { gapOf, mergeGaps } from '../gap.ts';
import type { Reader } from '../kubernetes/reader.ts';
import type { MetricsSource } from '../prometheus.ts';
import { selector } from '../promql.ts';
import { type Cleaner, cut } from '../text.ts';
import { collectLogs } from './logs.ts';
import { collectMetrics } from './metrics.ts';
import { collectObjects, type RedactValue } from './objects.ts';
import type { RangeSource } from './range.ts';

export interface CollectDeps {
  readonly reader: Reader;
  readonly cleaner: Cleaner;
  readonly redact: RedactValue;
  /** Prometheus and what speaks its API; none: no metrics and no alerts in the bundle. */
  readonly metrics: readonly (RangeSource & MetricsSource)[];
  readonly signal: AbortSignal;
}

const LOOK_BACK_MS = 60 * 60_000;
const MOST_GAPS = 50;

/** @param at milliseconds since the epoch */
export async function collectBundle(deps: CollectDeps, namespace: string, at: number): Promise<Bundle> {
  const { reader, cleaner, redact, metrics, signal } = deps;
  const [{ objects, unseen, cut: incomplete }, alerts, measured] = await Promise.all([
    collectObjects(reader, namespace, redact),
    collectAlerts(deps, namespace),
    collectMetrics(metrics, namespace, { start: at - LOOK_BACK_MS, end: at }, signal),
  ]);
  const errorLogs = await collectLogs(reader, namespace, objects, cleaner);
  const tooMany = incomplete.map(({ kind, error }) => gapOf('kubernetes', `list ${kind} in ${namespace}`, error));
  const gaps = mergeGaps([...reader.gaps, ...tooMany, ...alerts.gaps, ...measured.gaps]);
  return {
    query: '',
    namespace,
    collectedAt: new Date(at).toISOString(),
    objects: { apiVersion: 'v1', kind: 'List', items: objects } as Bundle['objects'],
    evidence: {
      alerts: alerts.byCall,
      errorLogs,
      recentLogs: {},
      connectivity: {},
      nodeServices: {},
      dependencies: {},
      metricsCsv: measured.csv ?? null,
    },
    notSeen: { kinds: [...unseen], gaps: gaps.slice(0, MOST_GAPS).map((one) => fitted(one, cleaner)) },
  };
}

const fitted = ({ source, reason, message }: Gap, cleaner: Cleaner): Gap => ({
  source: cut(source, 64),
  reason,
  message: cleaner.line(message, 512),
});

/** What fires in the namespace, by its labels. */
async function collectAlerts(
  { metrics, redact, signal }: CollectDeps,
  namespace: string,
): Promise<{ readonly byCall: Record<string, unknown>; readonly gaps: readonly Gap[] }> {
  const gaps: Gap[] = [];
  const found = await Promise.all(
    metrics.map(async (source) => {
      try {
        return await source.instant(`ALERTS${selector({ namespace, alertstate: 'firing' })}`, signal);
      } catch (error) {
        gaps.push(gapOf('alerts', `ask ${source.name} what fires in ${namespace}`, error));
        return [];
      }
    }),
  );
  const labels = found.flat().map((sample) => sample.labels);
  return { byCall: labels.length === 0 ? {} : { [JSON.stringify({ namespace })]: redact(labels) }, gaps };
}
