/** What our HTTP servers did, under the names that dashboards of this product know. Routes are templates, never what a caller wrote. */
import { Counter, Histogram, type Registry } from 'prom-client';

export interface HttpMetrics {
  /** @param seconds from the first byte of the request to the answer */
  readonly answered: (call: { readonly method: string; readonly route: string; readonly status: number }, seconds: number) => void;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function createHttpMetrics(registry: Registry): HttpMetrics {
  const labelNames = ['method', 'route', 'status'] as const;
  const registers = [registry];
  const requests = new Counter({ name: 'http_requests_total', help: 'HTTP requests that were answered.', labelNames, registers });
  const errors = new Counter({
    name: 'http_requests_errors_total',
    help: 'HTTP requests that were answered with a status of 400 or more.',
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to its answer.',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    answered: ({ method, route, status }, seconds) => {
      const known = METHODS.has(method) ? method : 'other';
      const labels = { method: known, route, status: String(status) };
      requests.inc(labels);
      if (status >= 400) errors.inc(labels);
      duration.observe({ method: known, route }, seconds);
    },
  };
}
