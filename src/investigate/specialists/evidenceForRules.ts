/**
 * The `evidence` of rules, from what an investigation has gathered: plain, bounded, and nothing in it that a rule could change.
 *
 * Lists are cut to 200 items (20 containers a pod, 20 log lines a container, 50 labels) and texts to 400 characters, so that what a rule
 * costs has a bound. All texts have been redacted and cleaned before. This file alone knows both the snapshot and the names that rules use.
 */

import { objectName } from '../../sources/kubernetes/names.ts';
import type { Container, Node, ObjectEvent, Pod, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { cut } from '../../sources/text.ts';
import type { Finding } from '../finding.ts';
import { type RuleObject, ruleObject } from './ruleTypes.ts';

/** A log template as the analysis tells it. */
export interface ObservedTemplate {
  /** Key of the evidence. */
  readonly key: string;
  /** Name of the specialist's query that its lines came from; absent for the pods' own logs. */
  readonly query?: string | undefined;
  /** `Kind/namespace/name` of what logs it. */
  readonly object: string;
  readonly template: string;
  readonly count: number;
  readonly change: 'new' | 'surging' | 'vanished' | 'steady';
}

export interface SeenByRules {
  readonly snapshot: Pick<Snapshot, 'at' | 'workloads' | 'pods' | 'events' | 'nodes'>;
  readonly findings: readonly Pick<Finding, 'analyzer' | 'reason' | 'object' | 'message' | 'evidence'>[];
  /** Labels of the alerts, `alertname` and `severity` among them. */
  readonly alerts?: readonly Readonly<Record<string, string>>[] | undefined;
  readonly logTemplates?: readonly ObservedTemplate[] | undefined;
}

type EvidenceObject = RuleObject<'Evidence'>;
/** Without what is measured, which each specialist has of its own. */
export type CommonEvidence = Omit<EvidenceObject, 'metrics'>;

const MOST_ITEMS = 200;
const MOST_CONTAINERS = 20;
const MOST_LINES = 20;
const MOST_LABELS = 50;
const LONGEST_TEXT = 400;

const text = (value: string): string => cut(value, LONGEST_TEXT);
const most = <T>(items: readonly T[]): readonly T[] => items.slice(0, MOST_ITEMS);
/** A whole number; a fraction is cut off, and what is no number is absent. */
const whole = (value: number | undefined): bigint | undefined =>
  value !== undefined && Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined;

export function evidenceForRules({ snapshot, findings, alerts = [], logTemplates = [] }: SeenByRules): CommonEvidence {
  const { at, workloads, pods, events, nodes } = snapshot;
  return {
    alerts: most(alerts).map(alertView),
    workloads: most(workloads).map(workloadView),
    pods: most(pods).map((pod) => podView(pod, at)),
    events: most(events).map((event) => eventView(event, at)),
    nodes: most(nodes).map(nodeView),
    findings: most(findings).map(findingView),
    logTemplates: most(logTemplates).map(templateView),
  };
}

/** With the values of one specialist's queries. */
export function withMetrics(common: CommonEvidence, metrics: ReadonlyMap<string, number>): EvidenceObject {
  return ruleObject('Evidence', { ...common, metrics });
}

/** Every key that a rule can see, and therefore cite. */
export function keysOf({
  workloads = [],
  pods = [],
  events = [],
  nodes = [],
  findings = [],
  logTemplates = [],
}: CommonEvidence): Set<string> {
  const own = [...workloads, ...pods, ...events, ...nodes, ...logTemplates].flatMap(({ key }) => key ?? []);
  return new Set([...own, ...findings.flatMap(({ keys }) => keys ?? [])]);
}

function labelsView(labels: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(labels)
      .slice(0, MOST_LABELS)
      .map(([name, value]) => [text(name), text(value)]),
  );
}

const alertView = (labels: Readonly<Record<string, string>>): RuleObject<'Alert'> =>
  ruleObject('Alert', {
    name: text(labels['alertname'] ?? ''),
    severity: text(labels['severity'] ?? ''),
    labels: labelsView(labels),
  });

const workloadView = ({ ref, evidence, labels, containers, ...workload }: Workload): RuleObject<'Workload'> =>
  ruleObject('Workload', {
    key: evidence,
    kind: ref.kind,
    namespace: ref.namespace ?? '',
    name: ref.name,
    labels: labelsView(labels),
    desired: whole(workload.desired),
    ready: whole(workload.ready),
    updated: whole(workload.updated),
    available: whole(workload.available),
    paused: workload.paused,
    complete: workload.complete,
    images: containers.slice(0, MOST_CONTAINERS).map(({ image }) => text(image)),
  });

const podView = ({ evidence, owner, containers, ...pod }: Pod, at: number): RuleObject<'Pod'> =>
  ruleObject('Pod', {
    key: evidence,
    namespace: pod.namespace,
    name: pod.name,
    workload: objectName(owner),
    node: pod.node,
    phase: pod.phase,
    reason: text(pod.reason),
    ready: pod.ready,
    current: pod.current,
    deleting: pod.deleting,
    ageSeconds: whole((at - pod.createdAt) / 1000),
    restarts: whole(containers.reduce((sum, { restarts }) => sum + restarts, 0)),
    containers: containers.slice(0, MOST_CONTAINERS).map(containerView),
  });

function containerView({ state, lastState, logs, limits, usage, ...container }: Container): RuleObject<'Container'> {
  const ended = state.terminated ?? lastState.terminated;
  const lines = (logs.previous ?? logs.current)?.lines ?? [];
  return ruleObject('Container', {
    name: container.name,
    role: container.role,
    image: text(container.image),
    ready: container.ready,
    restarts: whole(container.restarts),
    waitingReason: state.waiting === undefined ? undefined : text(state.waiting.reason),
    lastExitCode: whole(ended?.exitCode),
    lastExitReason: ended === undefined ? undefined : text(ended.reason),
    memoryLimitBytes: whole(limits.memoryBytes),
    memoryUsageBytes: whole(usage?.memoryBytes),
    cpuLimitMillicores: whole(limits.cpuMillicores),
    logLines: lines.slice(-MOST_LINES).map(text),
  });
}

const eventView = ({ evidence, lastAt, ...event }: ObjectEvent, at: number): RuleObject<'Event'> =>
  ruleObject('Event', {
    key: evidence,
    kind: event.kind,
    namespace: event.namespace,
    name: event.name,
    type: event.type,
    reason: text(event.reason),
    message: text(event.message),
    count: whole(event.count),
    ageSeconds: whole((at - lastAt) / 1000),
  });

const nodeView = ({ evidence, name, ready, memoryPressure, unschedulable, labels }: Node): RuleObject<'Node'> =>
  ruleObject('Node', { key: evidence, name, ready, memoryPressure, unschedulable, labels: labelsView(labels) });

const findingView = ({ analyzer, reason, object, message, evidence }: SeenByRules['findings'][number]): RuleObject<'Finding'> =>
  ruleObject('Finding', {
    analyzer,
    reason,
    kind: object.kind,
    namespace: object.namespace ?? '',
    name: object.name,
    container: object.container ?? '',
    message: text(message),
    keys: most(evidence),
  });

const templateView = ({ key, query = '', object, template, count, change }: ObservedTemplate): RuleObject<'LogTemplate'> =>
  ruleObject('LogTemplate', { key, query, object: text(object), template: text(template), count: whole(count), change });
