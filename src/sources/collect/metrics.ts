/**
 * What Prometheus measured of the pods of a namespace in the last hour, as the table that `../frozen/telemetry.ts` reads: `time`, then a
 * column `POD-METRIC` each.
 *
 * Only what every cluster measures alike is asked for: cAdvisor's figures. A source that cannot answer is a gap.
 */
import type { Gap } from '../../crds/investigation.ts';
import type { ChangeWindow } from '../changes.ts';
import { gapOf } from '../gap.ts';
import { quoted } from '../promql.ts';
import type { RangeSource, Series } from './range.ts';

export interface Measured {
  /** Undefined when nothing was measured, or nobody was asked. */
  readonly csv: string | undefined;
  readonly gaps: readonly Gap[];
}

/** By the suffix of their columns. */
const QUERIES: Readonly<Record<string, (of: string) => string>> = {
  cpu: (of) => `sum by (pod) (rate(container_cpu_usage_seconds_total{${of},container!=""}[5m]))`,
  mem: (of) => `sum by (pod) (container_memory_working_set_bytes{${of},container!=""})`,
  cpu_cfs: (of) =>
    `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{${of},container!=""}[5m])) / sum by (pod) (rate(container_cpu_cfs_periods_total{${of},container!=""}[5m]))`,
  network_receive: (of) => `sum by (pod) (rate(container_network_receive_packets_total{${of}}[5m]))`,
  network_transmit: (of) => `sum by (pod) (rate(container_network_transmit_packets_total{${of}}[5m]))`,
};
const POINTS = 60;
const MOST_SERIES = 1_000;

/** @param sources the first that knows the namespace counts, for each figure */
export async function collectMetrics(
  sources: readonly RangeSource[],
  namespace: string,
  window: ChangeWindow,
  signal: AbortSignal,
): Promise<Measured> {
  const gaps: Gap[] = [];
  const columns = await Promise.all(
    Object.entries(QUERIES).map(async ([suffix, queryOf]) => {
      for (const source of sources) {
        const query = queryOf(`namespace=${quoted(namespace)}`);
        const series = await seriesOf(source, query, window, signal).catch((error: unknown) => {
          gaps.push(gapOf('metrics', `ask ${source.name} for ${suffix} of ${namespace}`, error));
          return [];
        });
        if (series.length > 0) return series.map(({ labels, points }) => ({ title: `${labels['pod'] ?? ''}-${suffix}`, points }));
      }
      return [];
    }),
  );
  return { csv: tableOf(columns.flat()), gaps };
}

const seriesOf = async (source: RangeSource, query: string, window: ChangeWindow, signal: AbortSignal): Promise<readonly Series[]> =>
  (await source.range(query, window, { points: POINTS, maxSeries: MOST_SERIES }, signal)).series.filter(({ labels }) =>
    PLAIN_NAME.test(labels['pod'] ?? ''),
  );

/** A name that cannot break the table. */
const PLAIN_NAME = /^[a-z0-9.-]{1,253}$/u;

interface Column {
  readonly title: string;
  readonly points: Series['points'];
}

function tableOf(columns: readonly Column[]): string | undefined {
  if (columns.length === 0) return undefined;
  const times = [...new Set(columns.flatMap(({ points }) => points.map(([at]) => at)))].toSorted((a, b) => a - b);
  const cells = columns.map(({ points }) => new Map(points));
  const rows = times.map((at) => [new Date(at).toISOString(), ...cells.map((column) => String(column.get(at) ?? ''))].join(','));
  return [['time', ...columns.map(({ title }) => title)].join(','), ...rows].join('\n');
}
