/**
 * Alerting rules for what a workload measures, in the very queries that its golden signals were found by: thresholds from what was usual in the same
 * hour of earlier days, where that is known, and never below what matters to users.
 *
 * A signal that an existing rule watches already gets none. Rules are read by Prometheus' own grammar before they are shown.
 */
import type { GoldenLevel } from '../../sources/signals/goldenSignals.ts';
import type { GoldenName } from '../../sources/signals/goldenTable.ts';
import { equal, podsOf, select } from '../../sources/signals/promqlTerms.ts';
import { readPromql } from '../signals/promql.ts';
import { byMetric, type Covers, coveringRule, OUTCOME } from './covered.ts';
import type { Advice, Checked, Facts, Rule } from './facts.ts';
import { atLeast, percentText, rounded, secondsText } from './figures.ts';

interface Idea {
  readonly signal: GoldenName;
  readonly name: string;
  readonly weight: number;
  readonly severity: Rule['severity'];
  readonly for: string;
  /** In words, for the title. */
  readonly what: string;
  readonly helps: readonly string[];
  readonly covers: Covers;
  readonly judge: (level: GoldenLevel) => Judged | undefined;
}

interface Judged {
  readonly condition: string;
  readonly why: string;
}

const usualHigh = ({ usual, value }: GoldenLevel): number => usual?.highest ?? value;

/** @param least which matters, whatever was usual */
const above =
  (least: number, factor: number, text: (value: number) => string) =>
  (level: GoldenLevel): Judged => {
    const threshold = rounded(atLeast(least, factor * usualHigh(level)));
    const seen =
      level.usual === undefined
        ? `it is ${text(level.value)} now`
        : `it was at most ${text(level.usual.highest)} at this hour of earlier days`;
    return { condition: `> ${threshold}`, why: `more than ${text(threshold)}; ${seen}` };
  };

const fixed =
  (threshold: number, text: (value: number) => string) =>
  (level: GoldenLevel): Judged => ({ condition: `> ${threshold}`, why: `more than ${text(threshold)}; it is ${text(level.value)} now` });

const count = (value: number): string => String(Math.round(value));

const IDEAS: readonly Idea[] = [
  {
    signal: 'errorShare',
    name: 'RequestErrors',
    weight: 95,
    severity: 'critical',
    for: '5m',
    what: 'the share of requests that fail',
    helps: ['ErrorRate*', 'Dependency*', 'Container*', 'Database*', 'Rollout*'],
    covers: ({ matchers, metric = '' }, { isOwn }) =>
      (isOwn && matchers.some(({ label }) => OUTCOME.test(label))) || /errors?(?:_|:|$)/u.test(metric),
    judge: above(0.02, 3, percentText),
  },
  {
    signal: 'latencyP95',
    name: 'Latency',
    weight: 80,
    severity: 'warning',
    for: '10m',
    what: 'how long requests take (p95)',
    helps: ['Latency*', 'Database*', 'Cpu*'],
    covers: ({ metric = '' }, { isOwn, query }) => isOwn && (query.includes('histogram_') || /_(?:bucket|sum)$/u.test(metric)),
    judge: above(0.1, 2, secondsText),
  },
  {
    signal: 'requestRate',
    name: 'TrafficGone',
    weight: 70,
    severity: 'critical',
    for: '10m',
    what: 'requests that stop coming',
    helps: ['Service*', 'NetworkPolicy*', 'Ingress*', 'Dns*'],
    covers: (_, { isOwn, query }) => isOwn && /absent(?:_over_time)?\(|</u.test(query),
    judge: ({ usual }) =>
      usual === undefined || usual.lowest < LEAST_TRAFFIC
        ? undefined
        : {
            condition: `< ${rounded(usual.lowest / 5)}`,
            why: `less than a fifth of the ${rounded(usual.lowest)}/s that came at least at this hour of earlier days`,
          },
  },
  {
    signal: 'restarts',
    name: 'Restarts',
    weight: 75,
    severity: 'warning',
    for: '0m',
    what: 'containers that restart again and again',
    helps: ['Container*', 'Probe*', 'MemoryLeak'],
    covers: byMetric(/kube_pod_container_status_(?:restarts_total|waiting_reason)/u),
    judge: fixed(3, count),
  },
  {
    signal: 'memoryOfLimit',
    name: 'MemoryNearLimit',
    weight: 72,
    severity: 'warning',
    for: '10m',
    what: 'memory close to its limit',
    helps: ['ContainerOutOfMemory', 'MemoryLeak'],
    covers: byMetric(/container_memory_(?:working_set|usage)_bytes/u),
    judge: fixed(0.9, percentText),
  },
  {
    signal: 'volumeUsage',
    name: 'VolumeFilling',
    weight: 78,
    severity: 'critical',
    for: '10m',
    what: 'a volume that fills up',
    helps: ['Volume*'],
    covers: byMetric(/kubelet_volume_stats_(?:available|used)_bytes/u),
    judge: fixed(0.85, percentText),
  },
  {
    signal: 'poolUsage',
    name: 'PoolNearlyEmpty',
    weight: 68,
    severity: 'warning',
    for: '5m',
    what: 'a pool that has nearly nothing left',
    helps: ['DatabasePool*', 'DatabaseConnections*'],
    covers: (_, { isOwn }) => isOwn,
    judge: fixed(0.9, percentText),
  },
  {
    signal: 'cpuThrottling',
    name: 'CpuThrottled',
    weight: 45,
    severity: 'warning',
    for: '15m',
    what: 'containers that are held back at their CPU limit',
    helps: ['Cpu*', 'Latency*'],
    covers: byMetric(/cfs_throttled_periods_total/u),
    judge: fixed(0.25, percentText),
  },
];

/** A service that is asked less often may be asked nothing for a while. */
const LEAST_TRAFFIC = 0.2;

export function alertAdvice(facts: Facts): Checked {
  const { levels, rules } = facts;
  if (levels === undefined) return { advice: [], fine: [] };
  const advice: Advice[] = [];
  const watched: string[] = [];
  for (const idea of IDEAS) {
    const level = levels[idea.signal];
    const judged = level && idea.judge(level);
    if (level === undefined || judged === undefined) continue;
    const covering = rules === undefined ? undefined : coveringRule(rules, { covers: idea.covers, query: level.query, facts });
    if (covering === undefined) advice.push(adviceOf(idea, judged, level, facts));
    else watched.push(`${idea.what} (${covering.name})`);
  }
  const replicas = replicasAdvice(facts);
  watched.push(...replicas.watched);
  const broken = (rules ?? []).filter(({ isBroken, query }) => isBroken && query.includes(facts.workload.name));
  return {
    advice: [...advice, ...replicas.advice, ...broken.map(brokenAdvice)],
    fine: watched.length === 0 ? [] : [`alerts watch ${watched.join(', ')}`],
  };
}

function adviceOf(
  { name, weight, severity, for: during, what, helps }: Idea,
  { condition, why }: Judged,
  level: GoldenLevel,
  facts: Facts,
): Advice {
  const { workload } = facts;
  const expr = `(${level.query}) ${condition}`;
  readPromql(expr);
  return {
    topic: 'alert',
    weight,
    title: `No alert watches ${what}`,
    why: `By ${level.convention}: alert at ${why}.`,
    wouldHaveHelped: helps,
    rule: {
      alert: `${camel(workload.name)}${name}`,
      expr,
      for: during,
      severity,
      summary: `${workload.namespace}/${workload.name}: ${what}, ${why.split(';')[0] ?? ''}`,
    },
  };
}

const REPLICAS: Readonly<Record<FactsKind, readonly [label: string, wanted: string, ready: string]>> = {
  Deployment: ['deployment', 'kube_deployment_spec_replicas', 'kube_deployment_status_replicas_available'],
  StatefulSet: ['statefulset', 'kube_statefulset_replicas', 'kube_statefulset_status_replicas_ready'],
  DaemonSet: ['daemonset', 'kube_daemonset_status_desired_number_scheduled', 'kube_daemonset_status_number_ready'],
};
type FactsKind = Facts['workload']['kind'];

/** Where kube-state-metrics is, as its restarts show. */
function replicasAdvice(facts: Facts): { readonly advice: readonly Advice[]; readonly watched: readonly string[] } {
  const { levels, rules, workload } = facts;
  if (levels?.restarts === undefined) return { advice: [], watched: [] };
  const [label, wanted, ready] = REPLICAS[workload.kind];
  const matchers = [equal('namespace', workload.namespace), equal(label, workload.name)];
  const expr = `max(${select(wanted, matchers)}) - max(${select(ready, matchers)}) > 0`;
  const covers = byMetric(new RegExp(`kube_${label}_`, 'u'));
  const covering = rules && coveringRule(rules, { covers, query: expr, facts });
  if (covering !== undefined) return { advice: [], watched: [`missing replicas (${covering.name})`] };
  readPromql(expr);
  const advice: Advice = {
    topic: 'alert',
    weight: 85,
    title: 'No alert tells of missing replicas',
    why: 'By kube-state-metrics: alert when fewer are ready than wanted for 10 minutes.',
    wouldHaveHelped: ['Container*', 'Image*', 'Pod*', 'Probe*', 'Quota*', 'Rollout*', 'Node*'],
    rule: {
      alert: `${camel(workload.name)}ReplicasMissing`,
      expr,
      for: '10m',
      severity: 'critical',
      summary: `${workload.namespace}/${workload.name}: replicas are missing`,
    },
  };
  return { advice: [advice], watched: [] };
}

function brokenAdvice({ name }: { readonly name: string }): Advice {
  return {
    topic: 'alert',
    weight: 90,
    title: `The alert ${name} cannot be evaluated`,
    why: 'Prometheus says that its last evaluation failed, so that it never fires; its rules page says why.',
  };
}

const camel = (name: string): string =>
  name
    .split(/[^a-zA-Z0-9]+/u)
    .filter((part) => part !== '')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
    .replace(/^(?=\d)/u, 'X');

/** Whether anything scrapes it: `up` is there for whatever is. */
export const upQuery = (facts: Pick<Facts, 'subject'>): string => select('up', podsOf(facts.subject));
