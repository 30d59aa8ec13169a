/** How a signal of a workload is asked for, and of whom: the first instance that has the metrics of one of its ways. */
import type { MetricsPort } from '../metrics.ts';
import type { Matcher } from '../promql.ts';
import { METRIC_SIGNALS, type SignalName, type Way } from './metricTable.ts';
import { equal } from './promqlTerms.ts';
import type { Subject } from './subject.ts';

export interface Question {
  readonly signal: SignalName;
  readonly port: MetricsPort;
  readonly way: Way;
  readonly query: string;
}

/** What an instance measures in a namespace. */
export interface Measuring {
  readonly port: MetricsPort;
  readonly names: ReadonlySet<string>;
}

/** As whoever measures labels the namespace. */
export const namespacesOf = ({ namespace }: Subject): readonly (readonly Matcher[])[] =>
  ['namespace', 'k8s_namespace_name', 'destination_workload_namespace', 'exported_namespace'].map((label) => [equal(label, namespace)]);

/** Undefined: nobody measures it of this workload. */
export function wayOf(signal: SignalName, subject: Subject, known: readonly Measuring[]): Question | undefined {
  for (const { port, names } of known) {
    const way = METRIC_SIGNALS[signal].ways.find(({ needs }) => needs.every((metric) => names.has(metric)));
    const query = way?.query(subject);
    if (way !== undefined && query !== undefined) return { signal, port, way, query };
  }
  return undefined;
}
