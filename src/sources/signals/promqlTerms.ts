/** Terms of PromQL that the table of signals is written in. Metrics are named by us, everything else by matchers. */
import { type Matcher, selectorOf } from '../promql.ts';
import { podPatternOf, type Subject } from './subject.ts';

/** Long enough for four scrapes at the usual intervals. */
const RATE_WINDOW = '5m';

export const equal = (label: string, value: string): Matcher => ({ label, operator: '=', value });
export const matching = (label: string, value: string): Matcher => ({ label, operator: '=~', value });
export const not = (label: string, value: string): Matcher => ({ label, operator: '!=', value });

/** As scrapes label pods; as cAdvisor and kube-state-metrics do. */
export const podsOf = (subject: Subject): readonly Matcher[] => [
  equal('namespace', subject.namespace),
  matching('pod', podPatternOf(subject)),
];

/** Application metrics come by scrape or by OTLP; each labels pods in its own way. */
const bothWays = (subject: Subject): readonly (readonly Matcher[])[] => [
  podsOf(subject),
  [equal('k8s_namespace_name', subject.namespace), matching('k8s_pod_name', podPatternOf(subject))],
];

export const select = (metric: string, matchers: readonly Matcher[]): string => `${metric}${selectorOf(matchers)}`;

/** Of a counter, per second. */
export const rate = (metric: string, matchers: readonly Matcher[]): string => `rate(${select(metric, matchers)}[${RATE_WINDOW}])`;

export const sum = (term: string): string => `sum(${term})`;
export const maxBy = (label: string, term: string): string => `max by (${label}) (${term})`;

/** Of a counter of an application, over its pods, per second. */
export const appRate = (metric: string, subject: Subject, matchers: readonly Matcher[] = []): string =>
  sum(
    bothWays(subject)
      .map((pods) => rate(metric, [...pods, ...matchers]))
      .join(' or '),
  );

/** The same of samples that fit any of these matchers: an error is told by labels of several names. */
export const appRateOfAny = (metric: string, subject: Subject, anyOf: readonly Matcher[]): string =>
  sum(anyOf.flatMap((one) => bothWays(subject).map((pods) => rate(metric, [...pods, one]))).join(' or '));

/** Of part and whole that are sums; zero when there is a whole and no part. */
export const shareOf = (part: string, whole: string): string => `((${part}) or (0 * ${whole})) / (${whole} > 0)`;

/** The 95th percentile of a classic histogram. */
export const p95 = (metric: string, matchers: readonly Matcher[]): string =>
  `histogram_quantile(0.95, sum by (le) (${rate(metric, matchers)}))`;

export const appP95 = (metric: string, subject: Subject): string =>
  `histogram_quantile(0.95, sum by (le) (${bothWays(subject)
    .map((pods) => rate(metric, pods))
    .join(' or ')}))`;
