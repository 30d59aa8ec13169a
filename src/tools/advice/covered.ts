/**
 * Whether an alerting rule watches something of a workload already: it asks for a metric of that sort, with a selector that does not leave the
 * workload out. What cannot be read covers nothing.
 */
import type { AlertRule } from '../../sources/alertingRules.ts';
import { readPromql } from '../signals/promql.ts';
import { compiled, NAMESPACE_LABELS, type Selector } from '../signals/selectors.ts';
import type { Facts } from './facts.ts';

/** Whether a selector of a rule watches that. @param isOwn it selects a metric by which this workload was measured */
export type Covers = (selector: Selector, rule: { readonly query: string; readonly isOwn: boolean }) => boolean;

export interface Watched {
  readonly covers: Covers;
  /** By which it was measured. */
  readonly query: string;
  readonly facts: Pick<Facts, 'workload' | 'subject'>;
}

export function coveringRule(rules: readonly AlertRule[], { covers, query, facts }: Watched): AlertRule | undefined {
  const own = baseNames(selectorsOf(query));
  return rules.find((rule) => {
    if (rule.isBroken) return false;
    const selectors = selectorsOf(rule.query);
    const about = selectors.filter((selector) => covers(selector, { query: rule.query, isOwn: own.has(baseName(selector.metric ?? '')) }));
    return about.some((selector) => takesIn(selector, facts));
  });
}

/** Labels that say how a request ended. */
export const OUTCOME = /code|status|classification|outcome|result|flags/u;

/** By the name of its metric, also as a part of a recording rule's. */
export const byMetric =
  (pattern: RegExp): Covers =>
  ({ metric = '' }) =>
    pattern.test(metric);

/** A counter and the count of its histogram are the same requests. */
const baseName = (metric: string): string => metric.replace(/_(?:total|count|sum|bucket)$/u, '');
const baseNames = (selectors: readonly Selector[]): ReadonlySet<string> =>
  new Set(selectors.flatMap(({ metric }) => (metric === undefined ? [] : [baseName(metric)])));

function selectorsOf(query: string): readonly Selector[] {
  try {
    return readPromql(query).selectors;
  } catch {
    return [];
  }
}

const NAMES: ReadonlySet<string> = new Set([
  'deployment',
  'statefulset',
  'daemonset',
  'workload',
  'service',
  'app',
  'destination_workload',
  'exported_service',
]);

/** No matcher on its namespace, its names or its job leaves it out. */
function takesIn({ matchers }: Selector, { workload, subject }: Watched['facts']): boolean {
  const names = [workload.name, ...workload.services, subject.service ?? workload.name];
  return matchers.every(({ label, operator, value }) => {
    const candidates = (NAMESPACE_LABELS as readonly string[]).includes(label) ? [workload.namespace] : namesFor(label, names, subject);
    if (candidates === undefined) return true;
    const takes = (name: string): boolean => (operator === '=' || operator === '!=' ? name === value : compiled(value).matches(name));
    return operator === '=' || operator === '=~' ? candidates.some(takes) : !candidates.every(takes);
  });
}

/** Metrics of the cluster have the job of who exports them, which says nothing of whom they are about. */
const EXPORTERS = ['kube-state-metrics', 'kubelet', 'cadvisor', 'node-exporter', 'kubernetes-cadvisor', 'kubernetes-nodes-cadvisor'];

function namesFor(label: string, names: readonly string[], { jobs = [] }: Watched['facts']['subject']): readonly string[] | undefined {
  if (NAMES.has(label)) return names;
  return label === 'job' ? [...names, ...jobs, ...EXPORTERS] : undefined;
}
