/**
 * Which metrics say something about a workload, and how each is asked for: one row a signal, one way a convention.
 *
 * A way is taken when all metrics that it needs exist; of several, the first. Every series is of the workload as a whole, or of one
 * of its containers, so that it has a yesterday although the pods are new: the worst pod counts for what can be exhausted, the sum for
 * traffic. A signal without a way is not known, which is said nowhere: applications need not measure themselves.
 */

import type { Unit } from '../../domain/levelText.ts';
import { alternatives, type Matcher } from '../promql.ts';
import { appP95, appRate, appRateOfAny, equal, matching, maxBy, not, p95, podsOf, rate, select, shareOf, sum } from './promqlTerms.ts';
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
  /** Undefined when the workload has nothing of the kind. */
  readonly query: (subject: Subject) => string | undefined;
}

export interface MetricSignal {
  readonly unit: Unit;
  readonly ways: readonly Way[];
}

/** cAdvisor also counts the pod as a whole, without a container. */
const containersOf = (subject: Subject): readonly Matcher[] => [...podsOf(subject), not('container', ''), not('container', 'POD')];
const istio = ({ namespace, name }: Subject): readonly Matcher[] => [
  equal('reporter', 'destination'),
  equal('destination_workload_namespace', namespace),
  equal('destination_workload', name),
];
const linkerd = (subject: Subject): readonly Matcher[] => [...podsOf(subject), equal('direction', 'inbound')];
/** The controller's own namespace stands in `namespace` where scrapes do not honour labels. */
const nginx = ({ namespace, name }: Subject): readonly Matcher[] => [
  equal('exported_namespace', namespace),
  equal('exported_service', name),
];

const server = matching('http_response_status_code', '5..');
const code5xx = ['code', 'status', 'status_code'].map((label) => matching(label, '5..'));

const milliseconds = (query: string): string => `${query} / 1000`;

export const METRIC_SIGNALS: Readonly<Record<SignalName, MetricSignal>> = {
  cpuUsage: {
    unit: 'cores',
    ways: [
      {
        convention: 'cAdvisor',
        needs: ['container_cpu_usage_seconds_total'],
        query: (subject) => maxBy('container', rate('container_cpu_usage_seconds_total', containersOf(subject))),
      },
    ],
  },
  cpuThrottling: {
    unit: 'share',
    ways: [
      {
        convention: 'cAdvisor',
        needs: ['container_cpu_cfs_throttled_periods_total', 'container_cpu_cfs_periods_total'],
        query: (subject) =>
          maxBy(
            'container',
            `${rate('container_cpu_cfs_throttled_periods_total', containersOf(subject))} / (${rate('container_cpu_cfs_periods_total', containersOf(subject))} > 0)`,
          ),
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
          maxBy(
            'container',
            `max by (pod, container) (${select('container_memory_working_set_bytes', containersOf(subject))}) / on (pod, container) max by (pod, container) (${select('kube_pod_container_resource_limits', [...podsOf(subject), equal('resource', 'memory')])})`,
          ),
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
    ways: [
      { convention: 'Istio', needs: ['istio_requests_total'], query: (subject) => sum(rate('istio_requests_total', istio(subject))) },
      { convention: 'Linkerd', needs: ['response_total'], query: (subject) => sum(rate('response_total', linkerd(subject))) },
      ...appCounters((metric) => (subject) => appRate(metric, subject)),
      {
        convention: 'ingress-nginx',
        needs: ['nginx_ingress_controller_requests'],
        query: (subject) => sum(rate('nginx_ingress_controller_requests', nginx(subject))),
      },
    ],
  },
  errorShare: {
    unit: 'share',
    ways: [
      {
        convention: 'Istio',
        needs: ['istio_requests_total'],
        query: (subject) => share('istio_requests_total', istio(subject), matching('response_code', '5..|0')),
      },
      {
        convention: 'Linkerd',
        needs: ['response_total'],
        query: (subject) => share('response_total', linkerd(subject), equal('classification', 'failure')),
      },
      ...appCounters((metric, failed) => (subject) => shareOf(appRateOfAny(metric, subject, failed), appRate(metric, subject))),
      {
        convention: 'ingress-nginx',
        needs: ['nginx_ingress_controller_requests'],
        query: (subject) => share('nginx_ingress_controller_requests', nginx(subject), matching('status', '5..')),
      },
    ],
  },
  latencyP95: {
    unit: 'seconds',
    ways: [
      {
        convention: 'Istio',
        needs: ['istio_request_duration_milliseconds_bucket'],
        query: (subject) => milliseconds(p95('istio_request_duration_milliseconds_bucket', istio(subject))),
      },
      {
        convention: 'Linkerd',
        needs: ['response_latency_ms_bucket'],
        query: (subject) => milliseconds(p95('response_latency_ms_bucket', linkerd(subject))),
      },
      ...[
        'http_server_request_duration_seconds_bucket',
        'http_request_duration_seconds_bucket',
        'http_server_requests_seconds_bucket',
        'grpc_server_handling_seconds_bucket',
      ].map((metric): Way => ({ convention: metric, needs: [metric], query: (subject) => appP95(metric, subject) })),
      {
        convention: 'OpenTelemetry, before 1.23',
        needs: ['http_server_duration_milliseconds_bucket'],
        query: (subject) => milliseconds(appP95('http_server_duration_milliseconds_bucket', subject)),
      },
      {
        convention: 'ingress-nginx',
        needs: ['nginx_ingress_controller_request_duration_seconds_bucket'],
        query: (subject) => p95('nginx_ingress_controller_request_duration_seconds_bucket', nginx(subject)),
      },
    ],
  },
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

/** Counters of requests that applications export themselves: what they are called, and how a failed one is told. */
function appCounters(query: (metric: string, failed: readonly Matcher[]) => Way['query']): readonly Way[] {
  const counters: readonly (readonly [convention: string, metric: string, failed: readonly Matcher[]])[] = [
    ['OpenTelemetry', 'http_server_request_duration_seconds_count', [server]],
    ['OpenTelemetry, before 1.23', 'http_server_duration_milliseconds_count', [matching('http_status_code', '5..')]],
    ['Spring', 'http_server_requests_seconds_count', [matching('status', '5..')]],
    [
      'gRPC',
      'grpc_server_handled_total',
      [matching('grpc_code', 'Internal|Unavailable|Unknown|DataLoss|DeadlineExceeded|ResourceExhausted')],
    ],
    ['client libraries', 'http_requests_total', code5xx],
    ['client libraries', 'http_request_duration_seconds_count', code5xx],
  ];
  return counters.map(([convention, metric, failed]) => ({ convention, needs: [metric], query: query(metric, failed) }));
}

function share(metric: string, all: readonly Matcher[], failed: Matcher): string {
  return shareOf(sum(rate(metric, [...all, failed])), sum(rate(metric, all)));
}

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
