/** The routes of REST: which tool answers at which paths. What a tool takes and gives is said by the tool itself. */
const MIB = 2 ** 20;

export interface ToolRow {
  readonly paths: readonly string[];
  readonly tool: string;
  readonly summary: string;
  /** What a caller may send, as an example. */
  readonly example: Readonly<Record<string, unknown>>;
  readonly maxBytes: number;
  /** The field that a body of plain text is. */
  readonly textField?: string;
  /** A model may be asked on the way. */
  readonly isLong?: boolean;
}

/** The agent's own paths, and the same below `/api` and `/api/v1/jamie` for those who call Jamie. */
const everywhere = (path: string): readonly string[] => [path, `/api${path}`, `/api/v1/jamie${path}`];

export const TOOL_ROWS: readonly ToolRow[] = [
  {
    paths: everywhere('/golden-signals'),
    tool: 'check_golden_signals',
    summary: 'Latency, traffic, errors and saturation of a service, and whether it is healthy',
    example: { service_name: 'checkout', namespace: 'shop' },
    maxBytes: MIB,
  },
  {
    paths: everywhere('/analyze-logs'),
    tool: 'analyze_logs',
    summary: 'What pasted logs say: templates, families of errors, what is new, the likely cause',
    example: {
      logs: '2026-11-21T12:00:00Z ERROR dial tcp 10.0.0.7:5432: connect: connection refused',
      context: 'checkout after the release',
    },
    maxBytes: 32 * MIB,
    textField: 'logs',
    isLong: true,
  },
  {
    paths: ['/incident-response', '/api/incident-response'],
    tool: 'incident_response',
    summary: 'What to do about an incident, from what is known of it',
    example: { query: 'checkout answers with 503 since noon', namespace: 'shop' },
    maxBytes: MIB,
    isLong: true,
  },
  {
    paths: ['/monitoring-advice', '/api/monitoring-advice'],
    tool: 'monitoring_advice',
    summary: 'What is not watched yet, and the rules and manifests that would',
    example: { service_name: 'checkout', namespace: 'shop' },
    maxBytes: MIB,
    isLong: true,
  },
  {
    paths: everywhere('/prometheus/query'),
    tool: 'query_prometheus',
    summary: 'A PromQL query, at an instant or over a time',
    example: { query: 'sum by (namespace) (up{namespace="shop"})' },
    maxBytes: MIB,
  },
  {
    paths: everywhere('/pod-logs').with(0, '/kubernetes/logs'),
    tool: 'get_pod_logs',
    summary: 'What a pod has logged, redacted',
    example: { namespace: 'shop', pod: 'checkout-5d9c7', limit: 100 },
    maxBytes: MIB,
  },
  {
    paths: ['/api/query_metrics'],
    tool: 'query_metrics',
    summary: 'Metrics, by PromQL',
    example: { query: 'rate(http_requests_total{namespace="shop"}[5m])', start: 'now-1h', step: '1m' },
    maxBytes: MIB,
  },
  {
    paths: ['/api/query_logs'],
    tool: 'query_logs',
    summary: 'Logs, by LogQL',
    example: { query: '{namespace="shop"} |= "error"', limit: 100 },
    maxBytes: MIB,
  },
  {
    paths: ['/api/query_traces'],
    tool: 'query_traces',
    summary: 'Traces: one by its id, or those that a search finds',
    example: { service_name: 'checkout', duration: '500ms' },
    maxBytes: MIB,
  },
  {
    paths: ['/api/query_grafana', '/api/grafana/query'],
    tool: 'query_grafana',
    summary: 'Dashboards and panels of Grafana',
    example: { query: 'checkout' },
    maxBytes: MIB,
  },
];

export const CHAT_PATHS = ['/chat', '/api/chat', '/api/v1/jamie/chat'] as const;
