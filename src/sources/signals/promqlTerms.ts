/** Terms of PromQL that the table of signals is written in. Metrics are named by us, everything else by matchers. */
import { anyOf, type Matcher, selectorOf } from '../promql.ts';
import { podPatternOf, type Subject } from './subject.ts';

/** Long enough for four scrapes at the usual intervals. */
export const RATE_WINDOW = '5m';

export const equal = (label: string, value: string): Matcher => ({ label, operator: '=', value });
export const matching = (label: string, value: string): Matcher => ({ label, operator: '=~', value });
export const not = (label: string, value: string): Matcher => ({ label, operator: '!=', value });

/** As scrapes label pods; as cAdvisor and kube-state-metrics do. */
export const podsOf = (subject: Subject): readonly Matcher[] => [
  equal('namespace', subject.namespace),
  matching('pod', podPatternOf(subject)),
];

/** Application metrics come by scrape or by OTLP; each labels pods in its own way. */
export const waysOfPods = (subject: Subject): readonly (readonly Matcher[])[] => [
  podsOf(subject),
  [equal('k8s_namespace_name', subject.namespace), matching('k8s_pod_name', podPatternOf(subject))],
  ...(subject.jobs === undefined ? [] : [[anyOf('job', subject.jobs), equal('namespace', ''), equal('k8s_namespace_name', '')]]),
];

export const select = (metric: string, matchers: readonly Matcher[]): string => `${metric}${selectorOf(matchers)}`;

/** Of a counter, per second. */
export const rate = (metric: string, matchers: readonly Matcher[], window: string = RATE_WINDOW): string =>
  `rate(${select(metric, matchers)}[${window}])`;

export const sum = (term: string): string => `sum(${term})`;
export const maxBy = (label: string, term: string): string => `max by (${label}) (${term})`;

/** Of part and whole that are sums; zero when there is a whole and no part. */
export const shareOf = (part: string, whole: string): string => `((${part}) or vector(0)) / (${whole} > 0)`;
