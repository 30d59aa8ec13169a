/**
 * The golden signals of a service (latency, traffic, errors, saturation) and by which metrics each is told: the ways of `metricTable.ts`, and
 * those that only matter here. A share is of one: of its limit, of its pool, of its volume.
 */
import type { Unit } from '../../domain/levelText.ts';
import type { Matcher } from '../promql.ts';
import { containersOf, METRIC_SIGNALS, ofResource, type Way } from './metricTable.ts';
import { equal, maxBy, podsOf, rate, select, waysOfPods } from './promqlTerms.ts';
import { latencies } from './requestQueries.ts';
import type { Subject } from './subject.ts';

export const GOLDEN_NAMES = [
  'latencyP50',
  'latencyP95',
  'latencyP99',
  'requestRate',
  'errorShare',
  'cpuOfLimit',
  'cpuOfRequest',
  'cpuUsage',
  'cpuThrottling',
  'memoryOfLimit',
  'memoryUsage',
  'poolUsage',
  'volumeUsage',
  'restarts',
] as const;
export type GoldenName = (typeof GOLDEN_NAMES)[number];

const cpu = (subject: Subject, window?: string): string => rate('container_cpu_usage_seconds_total', containersOf(subject), window);

const cpuOf = (which: 'limits' | 'requests'): Way => ({
  convention: 'kube-state-metrics',
  needs: ['container_cpu_usage_seconds_total', `kube_pod_container_resource_${which}`],
  query: (subject, window) => maxBy('container', ofResource(cpu(subject, window), which, 'cpu', subject)),
});

/** Of pools of connections and of threads: what is taken, and what there is. */
const POOLS: readonly (readonly [convention: string, taken: string, most: string, state?: Matcher])[] = [
  ['HikariCP', 'hikaricp_connections_active', 'hikaricp_connections_max'],
  ['OpenTelemetry', 'db_client_connection_count', 'db_client_connection_max', equal('db_client_connection_state', 'used')],
  ['OpenTelemetry, before 1.27', 'db_client_connections_usage', 'db_client_connections_max', equal('state', 'used')],
  ['Go database/sql', 'go_sql_in_use_connections', 'go_sql_max_open_connections'],
  ['sqlstats of Go', 'go_sql_stats_connections_in_use', 'go_sql_stats_connections_max_open'],
  ['Micrometer', 'jdbc_connections_active', 'jdbc_connections_max'],
  ['Tomcat', 'tomcat_threads_busy_threads', 'tomcat_threads_config_max_threads'],
];

const pool = ([convention, taken, most, state]: (typeof POOLS)[number]): Way => ({
  convention,
  needs: [taken, most],
  query: (subject) => {
    const of = (metric: string, more: readonly Matcher[]): string =>
      waysOfPods(subject)
        .map((pods) => select(metric, [...pods, ...more]))
        .join(' or ');
    const without = state === undefined ? '' : `ignoring (${state.label}) `;
    // a pool without bounds says that its most is zero
    return `max((${of(taken, state === undefined ? [] : [state])}) / ${without}((${of(most, [])}) > 0))`;
  },
});

export const GOLDEN_SIGNALS: Readonly<Record<GoldenName, { readonly unit: Unit; readonly ways: readonly Way[] }>> = {
  latencyP50: { unit: 'seconds', ways: latencies(0.5) },
  latencyP95: METRIC_SIGNALS.latencyP95,
  latencyP99: { unit: 'seconds', ways: latencies(0.99) },
  requestRate: METRIC_SIGNALS.requestRate,
  errorShare: METRIC_SIGNALS.errorShare,
  cpuOfLimit: {
    unit: 'share',
    ways: [
      cpuOf('limits'),
      {
        convention: 'cAdvisor',
        needs: ['container_cpu_usage_seconds_total', 'container_spec_cpu_quota', 'container_spec_cpu_period'],
        query: (subject, window) => {
          const cores = ['quota', 'period'].map((what) => select(`container_spec_cpu_${what}`, containersOf(subject))).join(' / ');
          return maxBy('container', `max by (pod, container) (${cpu(subject, window)}) / max by (pod, container) (${cores} > 0)`);
        },
      },
    ],
  },
  cpuOfRequest: { unit: 'share', ways: [cpuOf('requests')] },
  cpuUsage: METRIC_SIGNALS.cpuUsage,
  cpuThrottling: METRIC_SIGNALS.cpuThrottling,
  memoryOfLimit: METRIC_SIGNALS.memoryOfLimit,
  memoryUsage: METRIC_SIGNALS.memoryUsage,
  poolUsage: { unit: 'share', ways: POOLS.map(pool) },
  volumeUsage: METRIC_SIGNALS.volumeUsage,
  restarts: {
    unit: 'count',
    ways: [
      {
        convention: 'kube-state-metrics',
        needs: ['kube_pod_container_status_restarts_total'],
        query: (subject) => `sum by (container) (increase(${select('kube_pod_container_status_restarts_total', podsOf(subject))}[1h]))`,
      },
    ],
  },
};
