/**
 * What exporters of each convention expose of one workload, `cart`, in a namespace of its own: a hundred requests a second of which five fail, half
 * of them within 100 ms, 90 within 250 ms, all within half a second. Names and labels are those of the real exporters; see the links of each.
 */

export interface Exposed {
  readonly convention: string;
  /** Of the workload, in Kubernetes. */
  readonly namespace: string;
  /** In the text format. @param seconds for which it has been counting @param namespace in which the workload is */
  readonly text: (seconds: number, namespace: string) => string;
}

type Labels = Readonly<Record<string, string>>;

const POD = 'cart-7d9c6b5f4d-x2x7k';
const line = (metric: string, labels: Labels, value: number): string =>
  `${metric}{${Object.entries(labels)
    .map(([name, text]) => `${name}=${JSON.stringify(text)}`)
    .join(',')}} ${value}`;

const counter = (metric: string, labels: Labels, value: number): string[] => [`# TYPE ${metric} counter`, line(metric, labels, value)];

/** Seconds, and how many of a hundred took no longer. */
const BUCKETS: readonly (readonly [le: number, share: number])[] = [
  [0.1, 0.5],
  [0.25, 0.9],
  [0.5, 1],
  [Number.POSITIVE_INFINITY, 1],
];

/** @param parts sets of labels, and how many of a second each has */
function histogram(metric: string, unit: 's' | 'ms', parts: readonly (readonly [Labels, number])[], seconds: number): string[] {
  const lines = parts.flatMap(([labels, perSecond]) => {
    const total = perSecond * seconds;
    const bounds = BUCKETS.map(([le, share]) => {
      const bound = le === Number.POSITIVE_INFINITY ? '+Inf' : String(unit === 's' ? le : le * 1000);
      return line(`${metric}_bucket`, { ...labels, le: bound }, total * share);
    });
    return [...bounds, line(`${metric}_sum`, labels, total), line(`${metric}_count`, labels, total)];
  });
  return [`# TYPE ${metric} histogram`, ...lines];
}

const page = (...parts: readonly (readonly string[])[]): string => `${parts.flat().join('\n')}\n`;

/** An application that says with one label how each request ended. */
function byLabel(
  convention: string,
  metric: string,
  unit: 's' | 'ms',
  [label, ok, bad]: readonly [string, string, string],
  place: (namespace: string) => Labels = (namespace) => ({ namespace, pod: POD }),
): Exposed {
  const namespace = convention.toLowerCase().replaceAll(/[^a-z0-9]+/gu, '-');
  const parts = (own: Labels): [Labels, number][] => [
    [{ ...own, [label]: ok }, 95],
    [{ ...own, [label]: bad }, 5],
  ];
  return { convention, namespace, text: (seconds, own) => page(histogram(metric, unit, parts(place(own)), seconds)) };
}

/** One that counts requests, and measures their durations apart. */
function byCounter(
  convention: string,
  count: string,
  [label, ok, bad]: readonly [string, string, string],
  [metric, unit]: readonly [string, 's' | 'ms'],
  place: (namespace: string) => Labels = (namespace) => ({ namespace, pod: POD }),
): Exposed {
  const namespace = convention.toLowerCase().replaceAll(/[^a-z0-9]+/gu, '-');
  return {
    convention,
    namespace,
    text: (seconds, inNamespace) => {
      const own = place(inNamespace);
      const counts = [line(count, { ...own, [label]: ok }, 95 * seconds), line(count, { ...own, [label]: bad }, 5 * seconds)];
      return page([`# TYPE ${count} counter`, ...counts], histogram(metric, unit, [[own, 100]], seconds));
    },
  };
}

const byOtlp = (namespace: string): Labels => ({ k8s_namespace_name: namespace, k8s_pod_name: POD, job: `${namespace}/cart` });

export const EXPOSED: readonly Exposed[] = [
  // https://istio.io/latest/docs/reference/config/metrics/
  byCounter(
    'Istio',
    'istio_requests_total',
    ['response_code', '200', '503'],
    ['istio_request_duration_milliseconds', 'ms'],
    (namespace) => ({
      reporter: 'destination',
      destination_workload: 'cart',
      destination_workload_namespace: namespace,
      source_workload: 'web',
    }),
  ),
  // https://linkerd.io/2/reference/proxy-metrics/
  byCounter('Linkerd', 'response_total', ['classification', 'success', 'failure'], ['response_latency_ms', 'ms'], (namespace) => ({
    namespace,
    pod: POD,
    direction: 'inbound',
  })),
  // https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
  byLabel('OpenTelemetry HTTP', 'http_server_request_duration_seconds', 's', ['http_response_status_code', '200', '500'], byOtlp),
  byLabel('OpenTelemetry HTTP, before 1.23', 'http_server_duration_milliseconds', 'ms', ['http_status_code', '200', '500']),
  // https://docs.spring.io/spring-boot/reference/actuator/metrics.html
  byLabel('Micrometer', 'http_server_requests_seconds', 's', ['status', '200', '500']),
  // https://github.com/grpc-ecosystem/go-grpc-middleware/tree/main/providers/prometheus
  byCounter('go-grpc-prometheus', 'grpc_server_handled_total', ['grpc_code', 'OK', 'Unavailable'], ['grpc_server_handling_seconds', 's']),
  // https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/
  byLabel('OpenTelemetry RPC', 'rpc_server_call_duration_seconds', 's', ['rpc_response_status_code', 'OK', 'UNAVAILABLE'], byOtlp),
  byLabel('OpenTelemetry RPC, before 1.39', 'rpc_server_duration_milliseconds', 'ms', ['rpc_grpc_status_code', '0', '14']),
  // https://grpc.io/docs/guides/opentelemetry-metrics/
  byLabel('gRPC', 'grpc_server_call_duration_seconds', 's', ['grpc_status', 'OK', 'UNAVAILABLE']),
  // https://prometheus.io/docs/practices/naming/; the label differs by library
  byCounter('client libraries', 'http_requests_total', ['status', '2xx', '5xx'], ['http_request_duration_seconds', 's']),
  byLabel('client libraries, counted by duration', 'http_request_duration_seconds', 's', ['status_code', '200', '500']),
  // https://github.com/prometheus-net/prometheus-net
  byCounter('prometheus-net', 'http_requests_received_total', ['code', '200', '500'], ['http_request_duration_seconds', 's']),
  // https://github.com/rycus86/prometheus_flask_exporter
  byCounter('Flask exporter', 'flask_http_request_total', ['status', '200', '500'], ['flask_http_request_duration_seconds', 's']),
  // https://github.com/korfuri/django-prometheus
  byCounter(
    'Django exporter',
    'django_http_responses_total_by_status_total',
    ['status', '200', '500'],
    ['django_http_requests_latency_seconds_by_view_method', 's'],
  ),
  {
    // https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/stats
    convention: 'Envoy, beside the workload',
    namespace: 'envoy-beside',
    text: (seconds, namespace) => {
      const own = { namespace, pod: POD, envoy_http_conn_manager_prefix: 'ingress_http' };
      return page(
        counter('envoy_http_downstream_rq_total', own, 100 * seconds),
        counter('envoy_http_downstream_rq_xx', { ...own, envoy_response_code_class: '5' }, 5 * seconds),
        [line('envoy_http_downstream_rq_total', { ...own, envoy_http_conn_manager_prefix: 'admin' }, 1000 * seconds)],
        histogram('envoy_http_downstream_rq_time', 'ms', [[own, 100]], seconds),
      );
    },
  },
  ...['istio-gateway', 'contour'].map(
    (gateway): Exposed => ({
      // https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats
      convention: 'Envoy, in front of the workload',
      namespace: gateway,
      text: (seconds, namespace) => {
        const cluster = gateway === 'contour' ? `${namespace}_cart_80` : `outbound|80||cart.${namespace}.svc.cluster.local`;
        const own = { namespace: 'gateways', pod: 'gateway-0', envoy_cluster_name: cluster };
        return page(
          counter('envoy_cluster_upstream_rq_total', own, 100 * seconds),
          counter('envoy_cluster_upstream_rq_xx', { ...own, envoy_response_code_class: '5' }, 5 * seconds),
          histogram('envoy_cluster_upstream_rq_time', 'ms', [[own, 100]], seconds),
        );
      },
    }),
  ),
  // https://kubernetes.github.io/ingress-nginx/user-guide/monitoring/
  byCounter(
    'ingress-nginx',
    'nginx_ingress_controller_requests',
    ['status', '200', '502'],
    ['nginx_ingress_controller_request_duration_seconds', 's'],
    (namespace) => ({
      namespace: 'ingress-nginx',
      pod: 'ingress-nginx-controller-0',
      exported_namespace: namespace,
      exported_service: 'cart',
    }),
  ),
  // https://doc.traefik.io/traefik/observability/metrics/overview/
  byCounter(
    'Traefik',
    'traefik_service_requests_total',
    ['code', '200', '502'],
    ['traefik_service_request_duration_seconds', 's'],
    (namespace) => ({
      namespace: 'traefik',
      pod: 'traefik-0',
      service: `${namespace}-cart-80@kubernetes`,
      protocol: 'http',
    }),
  ),
];

const container = { namespace: 'full', pod: POD, container: 'app' };
const sidecar = { ...container, container: 'proxy' };
const OPEN_POD = 'open-7d9c6b5f4d-x2x7k';

/** What a node, kube-state-metrics and a pool of connections say of `full/cart`, and of `full/open`, which has no limits; requests of the first are counted without a status. */
export function saturationPage(seconds: number): string {
  const cpu = (labels: Labels, cores: number): string => line('container_cpu_usage_seconds_total', labels, cores * seconds);
  const resource = (which: string, of: Labels, kind: string, value: number): string =>
    line(`kube_pod_container_resource_${which}`, { ...of, resource: kind }, value);
  return page(
    ['# TYPE container_cpu_usage_seconds_total counter', cpu(container, 0.15), cpu(sidecar, 0.01), cpu({ ...container, container: '' }, 9)],
    [cpu({ ...container, pod: OPEN_POD }, 0.3)],
    [...counter('http_requests_total', { ...container, path: '/' }, 100 * seconds)],
    ['# TYPE container_cpu_cfs_throttled_periods_total counter', line('container_cpu_cfs_throttled_periods_total', container, 3 * seconds)],
    ['# TYPE container_cpu_cfs_periods_total counter', line('container_cpu_cfs_periods_total', container, 10 * seconds)],
    ['# TYPE container_memory_working_set_bytes gauge', line('container_memory_working_set_bytes', container, 64 * 2 ** 20)],
    [line('container_memory_working_set_bytes', { ...container, pod: OPEN_POD }, 2 ** 30)],
    ['# TYPE kube_pod_container_resource_limits gauge', resource('limits', container, 'cpu', 1), resource('limits', sidecar, 'cpu', 1)],
    [resource('limits', container, 'memory', 256 * 2 ** 20)],
    ['# TYPE kube_pod_container_resource_requests gauge', resource('requests', { ...container, pod: OPEN_POD }, 'cpu', 0.2)],
    ['# TYPE kube_pod_container_status_restarts_total counter', line('kube_pod_container_status_restarts_total', container, 4)],
    ['# TYPE hikaricp_connections_active gauge', line('hikaricp_connections_active', { ...container, pool: 'main' }, 9)],
    ['# TYPE hikaricp_connections_max gauge', line('hikaricp_connections_max', { ...container, pool: 'main' }, 10)],
    ['# TYPE kubelet_volume_stats_used_bytes gauge', ...volumes('used', [80, 99])],
    ['# TYPE kubelet_volume_stats_capacity_bytes gauge', ...volumes('capacity', [100, 100])],
  );
}

const volumes = (what: string, [own, other]: readonly [number, number]): string[] => [
  line(`kubelet_volume_stats_${what}_bytes`, { namespace: 'full', persistentvolumeclaim: 'data-cart-0' }, own),
  line(`kubelet_volume_stats_${what}_bytes`, { namespace: 'full', persistentvolumeclaim: 'other' }, other),
];

/** A pool of each kind: nine of ten are taken. Its convention, and what it exposes in a namespace of its own. */
export const POOLS: readonly { readonly convention: string; readonly namespace: string; readonly text: string }[] = (
  [
    ['HikariCP', 'hikaricp_connections_active', 'hikaricp_connections_max'],
    ['OpenTelemetry', 'db_client_connection_count', 'db_client_connection_max', 'db_client_connection_state'],
    ['OpenTelemetry, before 1.27', 'db_client_connections_usage', 'db_client_connections_max', 'state'],
    ['Go database/sql', 'go_sql_in_use_connections', 'go_sql_max_open_connections'],
    ['sqlstats of Go', 'go_sql_stats_connections_in_use', 'go_sql_stats_connections_max_open'],
    ['Micrometer', 'jdbc_connections_active', 'jdbc_connections_max'],
    ['Tomcat', 'tomcat_threads_busy_threads', 'tomcat_threads_config_max_threads'],
  ] as const
).map(([convention, taken, most, state], index) => {
  const own = { namespace: `pool-${index}`, pod: POD, pool_name: 'main' };
  const used =
    state === undefined
      ? [line(taken, own, 9)]
      : [line(taken, { ...own, [state]: 'used' }, 9), line(taken, { ...own, [state]: 'idle' }, 1)];
  return {
    convention,
    namespace: `pool-${index}`,
    text: page([`# TYPE ${taken} gauge`, ...used, `# TYPE ${most} gauge`, line(most, own, 10)]),
  };
});
