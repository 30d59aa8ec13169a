/**
 * Which metrics say something about a workload, and how each is asked for: one row a signal, one way a convention.
 *
 * A way is taken when all metrics that it needs exist; of several, the first. Every series is of the workload as a whole, or of one
 * of its containers, so that it has a yesterday although the pods are new: the worst pod counts for what can be exhausted, the sum for
 * traffic. A signal without a way is not known, which is said nowhere: applications need not measure themselves.
 */

import type { Unit } from '../../domain/levelText.ts';
import { alternatives, type Matcher } from '../promql.ts';
import { equal, matching, maxBy, not, podsOf, rate, select, sum } from './promqlTerms.ts';
import { errorShares, latencies, requestRates } from './requestQueries.ts';
import type { Subject } from './subject.ts';

export const SIGNALS = [
  'cpuUsage',
  'cpuThrottling',
  'memoryUsage',
  'memoryOfLimit',
  'restarts',
  'requestRate',
  'errorShare',
  'latencyP95',
  'volumeUsage',
  'networkReceiveErrors',
  'networkTransmitErrors',
] as const;
export type SignalName = (typeof SIGNALS)[number];

export interface Way {
  readonly convention: string;
  readonly needs: readonly string[];
  /** Undefined when the workload has nothing of the kind. @param window of rates, such as `5m` */
  readonly query: (subject: Subject, window?: string) => string | undefined;
}

export interface MetricSignal {
  readonly unit: Unit;
  readonly ways: readonly Way[];
}

/** cAdvisor also counts the pod as a whole, without a container. */
export const containersOf = (subject: Subject): readonly Matcher[] => [...podsOf(subject), not('container', ''), not('container', 'POD')];

/** What each container uses, as a share of what its pod says that it may use, or asks for. */
export const ofResource = (used: string, which: 'limits' | 'requests', resource: 'cpu' | 'memory', subject: Subject): string =>
  `max by (pod, container) (${used}) / on (pod, container) max by (pod, container) (${select(`kube_pod_container_resource_${which}`, [...podsOf(subject), equal('resource', resource)])})`;

export const METRIC_SIGNALS: Readonly<Record<SignalName, MetricSignal>> = {
  cpuUsage: {
    unit: 'cores',
    ways: [
      {
        convention: 'cAdvisor',
        needs: ['container_cpu_usage_seconds_total'],
        query: (subject, window) => maxBy('container', rate('container_cpu_usage_seconds_total', containersOf(subject), window)),
      },
    ],
  },
  cpuThrottling: {
    unit: 'share',
    ways: [
      {
        convention: 'cAdvisor',
        needs: ['container_cpu_cfs_throttled_periods_total', 'container_cpu_cfs_periods_total'],
        query: (subject, window) => {
          const [throttled, all] = ['throttled_periods', 'periods'].map((what) =>
            rate(`container_cpu_cfs_${what}_total`, containersOf(subject), window),
          );
          return maxBy('container', `${throttled} / (${all} > 0)`);
        },
      },
    ],
  },
  memoryUsage: {
    unit: 'bytes',
    ways: [
      {
        convention: 'cAdvisor',
        needs: ['container_memory_working_set_bytes'],
        query: (subject) => maxBy('container', select('container_memory_working_set_bytes', containersOf(subject))),
      },
    ],
  },
  memoryOfLimit: {
    unit: 'share',
    ways: [
      {
        convention: 'kube-state-metrics',
        needs: ['container_memory_working_set_bytes', 'kube_pod_container_resource_limits'],
        query: (subject) =>
          maxBy('container', ofResource(select('container_memory_working_set_bytes', containersOf(subject)), 'limits', 'memory', subject)),
      },
      {
        convention: 'cAdvisor',
        needs: ['container_memory_working_set_bytes', 'container_spec_memory_limit_bytes'],
        query: (subject) =>
          maxBy(
            'container',
            `${select('container_memory_working_set_bytes', containersOf(subject))} / (${select('container_spec_memory_limit_bytes', containersOf(subject))} > 0)`,
          ),
      },
    ],
  },
  restarts: {
    unit: 'count',
    ways: [
      {
        convention: 'kube-state-metrics',
        needs: ['kube_pod_container_status_restarts_total'],
        query: (subject) => `sum by (container) (${select('kube_pod_container_status_restarts_total', podsOf(subject))})`,
      },
    ],
  },
  requestRate: {
    unit: 'per second',
    ways: requestRates(),
  },
  errorShare: { unit: 'share', ways: errorShares() },
  latencyP95: { unit: 'seconds', ways: latencies(0.95) },
  volumeUsage: {
    unit: 'share',
    ways: [
      {
        convention: 'kubelet',
        needs: ['kubelet_volume_stats_used_bytes', 'kubelet_volume_stats_capacity_bytes'],
        query: ({ namespace, claims }) => {
          if (claims.length === 0) return undefined;
          const volumes = [equal('namespace', namespace), matching('persistentvolumeclaim', alternatives(claims))];
          const used = select('kubelet_volume_stats_used_bytes', volumes);
          return maxBy('persistentvolumeclaim', `${used} / ${select('kubelet_volume_stats_capacity_bytes', volumes)}`);
        },
      },
    ],
  },
  networkReceiveErrors: { unit: 'per second', ways: network('receive') },
  networkTransmitErrors: { unit: 'per second', ways: network('transmit') },
};

function network(direction: 'receive' | 'transmit'): readonly Way[] {
  const [errors, dropped] = [`container_network_${direction}_errors_total`, `container_network_${direction}_packets_dropped_total`];
  return [
    {
      convention: 'cAdvisor',
      needs: [errors, dropped],
      query: (subject) => sum(`${rate(errors, podsOf(subject))} + ${rate(dropped, podsOf(subject))}`),
    },
  ];
}
