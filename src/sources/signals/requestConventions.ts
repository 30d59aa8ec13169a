/**
 * What requests are measured by: one row a convention, from the mesh to the libraries that applications use. Data; the queries are made of it
 * in `requestQueries.ts`, and each row is tested on a real Prometheus.
 *
 * Of several that a workload has, the first counts: a mesh sees every request, an ingress only those from outside.
 */
import { alternatives, type Matcher } from '../promql.ts';
import { equal, matching, not, podsOf, waysOfPods } from './promqlTerms.ts';
import type { Subject } from './subject.ts';

export interface RequestConvention {
  readonly convention: string;
  /** Which series are of a workload: those that any of these sets of matchers fits. */
  readonly series: (subject: Subject) => readonly (readonly Matcher[])[];
  /** A counter of requests, where it is not the count of the durations. */
  readonly counter?: string | undefined;
  /** A counter of those that failed, where they are not told by a label. */
  readonly failures?: { readonly metric: string; readonly matcher: Matcher } | undefined;
  /** How one that failed is told: any of these fits. Series without any of the labels say nothing of failures. */
  readonly failed: readonly Matcher[];
  /** A histogram or summary, by the name that it was given: `_bucket`, `_count` and native histograms follow from it. */
  readonly duration?: { readonly metric: string; readonly unit: 's' | 'ms' } | undefined;
}

const s = (metric: string): RequestConvention['duration'] => ({ metric, unit: 's' });
const ms = (metric: string): RequestConvention['duration'] => ({ metric, unit: 'ms' });

/** Status of HTTP, as libraries name its label. `5xx` is what some write. */
const codes = (...labels: readonly string[]): readonly Matcher[] => labels.map((label) => matching(label, '5..'));
const CODE = codes('code', 'status', 'status_code');

/** https://opentelemetry.io/docs/specs/semconv/rpc/grpc/: those that are the server's fault */
const GRPC_NAMES =
  'UNKNOWN|Unknown|DEADLINE_EXCEEDED|DeadlineExceeded|RESOURCE_EXHAUSTED|ResourceExhausted|UNIMPLEMENTED|Unimplemented|INTERNAL|Internal|UNAVAILABLE|Unavailable|DATA_LOSS|DataLoss';
const GRPC_NUMBERS = '2|4|8|12|13|14|15';

const both =
  (namespaceLabel: string, nameLabel: string) =>
  ({ namespace, name, services = [name] }: Subject) => [[equal(namespaceLabel, namespace), matching(nameLabel, alternatives(services))]];
const prefixed =
  (labels: readonly string[], pattern: (namespace: string, service: string) => string, more: readonly Matcher[] = []) =>
  ({ namespace, name, services = [name] }: Subject) => {
    const names = matching('', services.map((service) => pattern(alternatives([namespace]), alternatives([service]))).join('|'));
    return labels.map((label) => [{ ...names, label }, ...more]);
  };

export const REQUEST_CONVENTIONS: readonly RequestConvention[] = [
  {
    convention: 'Istio',
    series: ({ namespace, name }) => [
      [equal('reporter', 'destination'), equal('destination_workload_namespace', namespace), equal('destination_workload', name)],
    ],
    counter: 'istio_requests_total',
    failed: [matching('response_code', '5..|0')],
    duration: ms('istio_request_duration_milliseconds'),
  },
  {
    convention: 'Linkerd',
    series: (subject) => [[...podsOf(subject), equal('direction', 'inbound')]],
    counter: 'response_total',
    failed: [equal('classification', 'failure')],
    duration: ms('response_latency_ms'),
  },
  {
    convention: 'OpenTelemetry HTTP',
    series: waysOfPods,
    failed: [...codes('http_response_status_code'), not('error_type', '')],
    duration: s('http_server_request_duration_seconds'),
  },
  {
    convention: 'OpenTelemetry HTTP, before 1.23',
    series: waysOfPods,
    failed: codes('http_status_code'),
    duration: ms('http_server_duration_milliseconds'),
  },
  { convention: 'Micrometer', series: waysOfPods, failed: codes('status'), duration: s('http_server_requests_seconds') },
  {
    convention: 'go-grpc-prometheus',
    series: waysOfPods,
    counter: 'grpc_server_handled_total',
    failed: [matching('grpc_code', GRPC_NAMES)],
    duration: s('grpc_server_handling_seconds'),
  },
  {
    convention: 'OpenTelemetry RPC',
    series: waysOfPods,
    failed: [matching('rpc_response_status_code', `${GRPC_NAMES}|${GRPC_NUMBERS}`), not('error_type', '')],
    duration: s('rpc_server_call_duration_seconds'),
  },
  {
    convention: 'OpenTelemetry RPC, before 1.39',
    series: waysOfPods,
    failed: [matching('rpc_grpc_status_code', GRPC_NUMBERS)],
    duration: ms('rpc_server_duration_milliseconds'),
  },
  {
    convention: 'gRPC',
    series: waysOfPods,
    failed: [matching('grpc_status', GRPC_NAMES)],
    duration: s('grpc_server_call_duration_seconds'),
  },
  {
    convention: 'client libraries',
    series: waysOfPods,
    counter: 'http_requests_total',
    failed: CODE,
    duration: s('http_request_duration_seconds'),
  },
  {
    convention: 'prometheus-net',
    series: waysOfPods,
    counter: 'http_requests_received_total',
    failed: CODE,
    duration: s('http_request_duration_seconds'),
  },
  {
    convention: 'Flask exporter',
    series: waysOfPods,
    counter: 'flask_http_request_total',
    failed: CODE,
    duration: s('flask_http_request_duration_seconds'),
  },
  {
    convention: 'Django exporter',
    series: waysOfPods,
    counter: 'django_http_responses_total_by_status_total',
    failed: CODE,
    duration: s('django_http_requests_latency_seconds_by_view_method'),
  },
  {
    convention: 'client libraries, counted by duration',
    series: waysOfPods,
    failed: CODE,
    duration: s('http_request_duration_seconds'),
  },
  {
    convention: 'Envoy, beside the workload',
    series: (subject) => waysOfPods(subject).map((pods) => [...pods, not('envoy_http_conn_manager_prefix', 'admin')]),
    counter: 'envoy_http_downstream_rq_total',
    failures: { metric: 'envoy_http_downstream_rq_xx', matcher: equal('envoy_response_code_class', '5') },
    failed: [],
    duration: ms('envoy_http_downstream_rq_time'),
  },
  {
    convention: 'Envoy, in front of the workload',
    // as Istio's gateways and Contour name their clusters
    series: prefixed(
      ['envoy_cluster_name'],
      (ns, service) => `outbound\\|[0-9]+\\|[^|]*\\|${service}\\.${ns}\\.svc\\..+|${ns}[_/]${service}[_/].+`,
    ),
    counter: 'envoy_cluster_upstream_rq_total',
    failures: { metric: 'envoy_cluster_upstream_rq_xx', matcher: equal('envoy_response_code_class', '5') },
    failed: [],
    duration: ms('envoy_cluster_upstream_rq_time'),
  },
  {
    convention: 'ingress-nginx',
    // the controller's own namespace stands in `namespace` where scrapes do not honour labels
    series: (subject) => [...both('exported_namespace', 'exported_service')(subject), ...both('namespace', 'service')(subject)],
    counter: 'nginx_ingress_controller_requests',
    failed: codes('status'),
    duration: s('nginx_ingress_controller_request_duration_seconds'),
  },
  {
    convention: 'Traefik',
    series: prefixed(['service', 'exported_service'], (ns, service) => `${ns}-${service}-[a-z0-9]+@kubernetes.*`),
    counter: 'traefik_service_requests_total',
    failed: codes('code'),
    duration: s('traefik_service_request_duration_seconds'),
  },
];
