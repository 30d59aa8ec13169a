/**
 * Who calls whom, as meshes and traces have seen it lately: Istio's and Linkerd's request metrics, and the service graph that Tempo or the
 * OpenTelemetry collector makes of traces. Read from a metrics source; where none of these are, nothing is known.
 */
import { type EntityKey, key, type Link } from '../domain/grouping/topology.ts';
import type { MetricsSource, Sample } from './metrics.ts';

type Call = Pick<Link, 'from' | 'to'>;

interface Graph {
  readonly query: string;
  readonly read: (labels: Readonly<Record<string, string>>) => { readonly from: EntityKey | undefined; readonly to: EntityKey | undefined };
}

const workload = (namespace: string | undefined, name: string | undefined): EntityKey | undefined =>
  name === undefined || name === '' || name === 'unknown' || namespace === undefined || namespace === 'unknown'
    ? undefined
    : key('Workload', namespace, name);

const GRAPHS: readonly Graph[] = [
  {
    query:
      'sum by (source_workload, source_workload_namespace, destination_workload, destination_workload_namespace) (rate(istio_requests_total{reporter="destination"}[30m])) > 0',
    read: (labels) => ({
      from: workload(labels['source_workload_namespace'], labels['source_workload']),
      to: workload(labels['destination_workload_namespace'], labels['destination_workload']),
    }),
  },
  {
    query:
      'sum by (namespace, deployment, dst_namespace, dst_deployment) (rate(request_total{direction="outbound", dst_deployment!=""}[30m])) > 0',
    read: (labels) => ({
      from: workload(labels['namespace'], labels['deployment']),
      to: workload(labels['dst_namespace'], labels['dst_deployment']),
    }),
  },
  {
    query:
      'sum by (client, server, client_k8s_namespace_name, server_k8s_namespace_name) (rate(traces_service_graph_request_total[30m])) > 0',
    read: (labels) => ({
      from: workload(labels['client_k8s_namespace_name'], labels['client']),
      to: workload(labels['server_k8s_namespace_name'], labels['server']),
    }),
  },
];

const MOST_CALLS = 5_000;

/** Of sources that fail, nothing: what is configured is known without them. */
export async function observedCalls(sources: readonly Pick<MetricsSource, 'instant'>[], signal: AbortSignal): Promise<readonly Call[]> {
  const asked = sources.flatMap((source) =>
    GRAPHS.map(({ query, read }) => ask(source, query, signal).then((samples) => samples.map(({ labels }) => read(labels)))),
  );
  const found = (await Promise.all(asked)).flat();
  const calls = found.flatMap(({ from, to }) => (from === undefined || to === undefined || from === to ? [] : [{ from, to }]));
  return calls.slice(0, MOST_CALLS);
}

const ask = (source: Pick<MetricsSource, 'instant'>, query: string, signal: AbortSignal): Promise<readonly Sample[]> =>
  source.instant(query, signal).catch(() => []);
