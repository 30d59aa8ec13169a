/** Answers of the size that an investigation gets, in the words of each source. Made up, and the same in every run. */

const AT = 1_767_225_600;

const text = (index: number): string =>
  `2026-01-01T00:00:00Z ERROR request ${index} of user-${index % 97} failed: connect ECONNREFUSED 10.0.${index % 256}.7:5432 after ${index % 900} ms`;
const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);
const success = (data: unknown): unknown => ({ status: 'success', data });

const matrix = range(50).map((series) => ({
  metric: { container: `c-${series}`, pod: `cart-7d9c6b5f4d-${series}`, namespace: 'shop' },
  values: range(240).map((point) => [AT + point * 30, String(Math.sin(point) + series)]),
}));
const vector = range(500).map((index) => ({ metric: { pod: `pod-${index}`, namespace: 'shop' }, value: [AT, String(index)] }));
const span = (index: number): object => ({
  traceId: 'S/kvNXezTaajzpKdDg5HNg==',
  spanId: Buffer.from(index.toString(16).padStart(16, '0'), 'hex').toString('base64'),
  parentSpanId: index === 1 ? '' : 'AAAAAAAAAAE=',
  name: `GET /orders/${index % 40}`,
  kind: 'SPAN_KIND_SERVER',
  startTimeUnixNano: `${AT}${String(index).padStart(9, '0')}`,
  endTimeUnixNano: `${AT + 1}${String(index).padStart(9, '0')}`,
  attributes: range(12).map((key) => ({
    key: ['http.route', 'db.system', 'server.address'][key % 3],
    value: { stringValue: `value-${index % 50}` },
  })),
  status: {},
});
const row = (index: number): object => ({
  timestamp: '2026-01-01T00:00:00.123456789Z',
  data: { body: text(index), severity_text: 'ERROR', resources_string: { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart-1' } },
});
const panel = (id: number): object => ({
  id,
  title: `Panel ${id}`,
  type: 'timeseries',
  datasource: { type: 'prometheus', uid: 'p' },
  targets: [{ refId: 'A', expr: `sum by (pod) (rate(http_requests_total{namespace="shop",id="${id}"}[5m]))` }],
});

export const ANSWERS: Readonly<Record<string, unknown>> = {
  '/prometheus/api/v1/query': success({ resultType: 'vector', result: vector }),
  '/prometheus/api/v1/query_range': success({ resultType: 'matrix', result: matrix }),
  '/alertmanager/api/v2/alerts': range(300).map((index) => ({
    labels: { alertname: 'Down', pod: `pod-${index}`, namespace: 'shop', severity: 'critical' },
  })),
  '/loki/loki/api/v1/labels': success(['namespace', 'pod', 'container']),
  '/loki/loki/api/v1/query_range': success({
    resultType: 'streams',
    result: range(4).map((stream) => ({
      stream: { namespace: 'shop', pod: `cart-${stream}`, container: 'app' },
      values: range(250).map((line) => [`${AT + line}000000000`, text(line)]),
    })),
  }),
  '/tempo/api/search': {
    traces: range(20).map((index) => ({
      traceID: `abc${index}`,
      rootServiceName: 'cart',
      rootTraceName: 'GET /',
      startTimeUnixNano: `${AT}000000000`,
      durationMs: 5,
    })),
    metrics: {},
  },
  '/tempo/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736': {
    trace: {
      resourceSpans: range(10).map((service) => ({
        resource: { attributes: [{ key: 'service.name', value: { stringValue: `service-${service}` } }] },
        scopeSpans: [{ spans: range(50).map((index) => span(service * 50 + index + 1)) }],
      })),
    },
    status: 'COMPLETE',
  },
  '/grafana/api/dashboards/uid/cart': { meta: {}, dashboard: { uid: 'cart', title: 'Cart', panels: range(60).map(panel) } },
  '/signoz/api/v5/query_range': success({
    type: 'raw',
    warning: null,
    data: { results: [{ queryName: 'A', rows: range(1000).map(row) }] },
  }),
};
