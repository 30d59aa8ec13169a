import { expect, test } from 'vitest';
import type { Sample } from '../../../src/sources/metrics.ts';
import { observedCalls } from '../../../src/sources/observedCalls.ts';

const signal = AbortSignal.timeout(60_000);
const answering = (metric: string, labels: Sample['labels']) => ({
  instant: (query: string) =>
    query.includes(metric) ? Promise.resolve([{ labels, value: 1 }]) : Promise.reject(new Error('no such metric')),
});

interface Case {
  readonly name: string;
  readonly metric: string;
  readonly labels: Sample['labels'];
  readonly want: readonly unknown[];
}

test.each<Case>([
  {
    name: 'Istio',
    metric: 'istio_requests_total',
    labels: {
      source_workload: 'cart',
      source_workload_namespace: 'shop',
      destination_workload: 'redis',
      destination_workload_namespace: 'data',
    },
    want: [{ from: 'Workload/shop/cart', to: 'Workload/data/redis' }],
  },
  {
    name: 'Istio, of a caller that it does not know',
    metric: 'istio_requests_total',
    labels: {
      source_workload: 'unknown',
      source_workload_namespace: 'unknown',
      destination_workload: 'redis',
      destination_workload_namespace: 'data',
    },
    want: [],
  },
  {
    name: 'Linkerd',
    metric: 'dst_deployment',
    labels: { namespace: 'shop', deployment: 'cart', dst_namespace: 'data', dst_deployment: 'redis' },
    want: [{ from: 'Workload/shop/cart', to: 'Workload/data/redis' }],
  },
  {
    name: 'traces',
    metric: 'traces_service_graph_request_total',
    labels: { client: 'cart', client_k8s_namespace_name: 'shop', server: 'redis', server_k8s_namespace_name: 'data' },
    want: [{ from: 'Workload/shop/cart', to: 'Workload/data/redis' }],
  },
])('calls are known from $name, though other sources fail', async ({ metric, labels, want }) => {
  expect(await observedCalls([answering(metric, labels)], signal)).toEqual(want);
});
