/**
 * LogQL from names and words of strangers: built from checked and escaped parts, never by gluing text.
 *
 * Who ships logs decides under which labels namespace, pod and container stand; the usual ways are listed, the first one that Loki
 * has labels for is taken. Where pods are no label (they may be structured metadata), they are filtered for instead.
 */
import type { LogQuery } from './logs.ts';
import { alternatives, anyOf, type Matcher, matcherText, quoted, selectorOf } from './promql.ts';

export interface LabelNames {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

const CONVENTIONS: readonly LabelNames[] = [
  // Alloy, Promtail, the Grafana agent
  { namespace: 'namespace', pod: 'pod', container: 'container' },
  // OpenTelemetry
  { namespace: 'k8s_namespace_name', pod: 'k8s_pod_name', container: 'k8s_container_name' },
  // Fluent Bit
  { namespace: 'kubernetes_namespace_name', pod: 'kubernetes_pod_name', container: 'kubernetes_container_name' },
  // Fluentd, and Promtail of old
  { namespace: 'kubernetes_namespace', pod: 'kubernetes_pod', container: 'kubernetes_container' },
  { namespace: 'namespace_name', pod: 'pod_name', container: 'container_name' },
];

/** Undefined when no label is a namespace by any convention. */
export function labelNames(labels: readonly string[]): LabelNames | undefined {
  const known = new Set(labels);
  return (
    CONVENTIONS.find(({ namespace, pod }) => known.has(namespace) && known.has(pod)) ??
    CONVENTIONS.find(({ namespace }) => known.has(namespace))
  );
}

export interface WrittenQuery {
  /** `{namespace="shop",pod=~"a|b"} |~ "(?i)(?:error|fatal)"` */
  readonly text: string;
  /** What is filtered for as structured metadata of the entries, because no label is called so. */
  readonly unlabelled: readonly string[];
}

/** @param labels those that Loki indexes */
export function logQuery(query: LogQuery, names: LabelNames, labels: readonly string[]): WrittenQuery {
  const { namespace, pods, podPattern, container, containing = [] } = query;
  const wanted: readonly Matcher[] = [
    ...(pods === undefined ? [] : [anyOf(names.pod, pods)]),
    ...(podPattern === undefined ? [] : [{ label: names.pod, operator: '=~', value: podPattern } as const]),
    ...(container === undefined ? [] : [anyOf(names.container, [container])]),
  ];
  const indexed = new Set(labels);
  const others = wanted.filter(({ label }) => !indexed.has(label));
  const streams = selectorOf([anyOf(names.namespace, [namespace]), ...wanted.filter(({ label }) => indexed.has(label))]);
  // words before labels: Loki reads them without parsing anything
  const words = containing.length === 0 ? [] : [`|~ ${quoted(`(?i)(?:${alternatives(containing)})`)}`];
  const text = [streams, ...words, ...others.map((matcher) => `| ${matcherText(matcher)}`)].join(' ');
  return { text, unlabelled: others.map(({ label }) => label) };
}

/** Matching lines a step, over all streams. @param query as `logQuery` gives it */
export function countQuery(query: string, stepMs: number): string {
  return `sum(count_over_time(${query} [${stepMs / 1000}s]))`;
}
