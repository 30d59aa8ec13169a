/** How objects are written: for people, as keys of evidence, and as selectors. */
import type { ObjectRef } from '../../crds/common.ts';
import type { ApiSelector } from './api.ts';

/** `Kind/namespace/name`; the namespace is empty for cluster-scoped kinds. */
export const objectName = ({ kind, namespace, name }: ObjectRef): string => `${kind}/${namespace ?? ''}/${name}`;

export const evidenceKeys = {
  workload: (ref: ObjectRef): string => `workload/${objectName(ref)}`,
  history: (ref: ObjectRef): string => `history/${objectName(ref)}`,
  pod: (namespace: string, name: string): string => `pod/${namespace}/${name}`,
  events: (kind: string, namespace: string, name: string): string => `events/${kind}/${namespace}/${name}`,
  logs: (namespace: string, pod: string, container: string, which: string): string => `logs/${namespace}/${pod}/${container}/${which}`,
  node: (name: string): string => `node/${name}`,
  configMap: (namespace: string, name: string): string => `configmap/${namespace}/${name}`,
  claim: (namespace: string, name: string): string => `claim/${namespace}/${name}`,
  object: (kind: string, namespace: string, name: string): string => `object/${kind}/${namespace}/${name}`,
  errors: (owner: ObjectRef): string => `errors/${objectName(owner)}`,
  series: (object: ObjectRef, metric: string): string => `series/${objectName(object)}/${metric}`,
  check: (namespace: string, service: string, port: number): string => `check/${namespace}/${service}/${port}`,
  daemon: (node: string, name: string): string => `daemon/${node}/${name}`,
  signal: (object: ObjectRef, signal: string, instance: string): string => `signal/${objectName(object)}/${[signal, instance].join('/')}`,
  complaints: (object: ObjectRef): string => `complaints/${objectName(object)}`,
  traces: (object: ObjectRef): string => `traces/${objectName(object)}`,
} as const;

/** The selector in the syntax of a list call; undefined for one that selects nothing or cannot be written. */
export function selectorText(selector: ApiSelector | undefined): string | undefined {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'In') return `${key} in (${values.join(',')})`;
    if (operator === 'NotIn') return `${key} notin (${values.join(',')})`;
    return operator === 'Exists' ? key : `!${key}`;
  });
  const all = [...labels, ...expressions];
  return all.length === 0 ? undefined : all.join(',');
}

/** Milliseconds since the epoch of an API time; undefined for none, or for Go's zero time. */
export function apiTime(time: string | null | undefined): number | undefined {
  if (time === undefined || time === null || time.startsWith('0001-')) return undefined;
  const at = Date.parse(time);
  return Number.isNaN(at) ? undefined : at;
}
