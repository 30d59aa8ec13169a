/** TraceQL from names of strangers: built from escaped parts, never by gluing text. See https://grafana.com/docs/tempo/latest/traceql/ */
import { quoted } from './promql.ts';
import type { TraceQuery } from './traces.ts';

/** `{ resource.service.name = "cart" && status = error && duration >= 500ms }` */
export function traceQl({ service, namespace, errorsOnly = false, minDurationMs }: TraceQuery): string {
  const conditions = [
    ...(service === undefined ? [] : [`resource.service.name = ${quoted(service)}`]),
    ...(namespace === undefined ? [] : [`resource.k8s.namespace.name = ${quoted(namespace)}`]),
    ...(errorsOnly ? ['status = error'] : []),
    ...(minDurationMs === undefined ? [] : [`duration >= ${Math.max(0, Math.round(minDurationMs))}ms`]),
  ];
  return conditions.length === 0 ? '{}' : `{ ${conditions.join(' && ')} }`;
}
