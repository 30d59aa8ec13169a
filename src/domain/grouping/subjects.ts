/**
 * Alerts that are about the same thing at the same time are one subject: pods of a workload, the workload, its autoscaler, its Service.
 *
 * Its head is the alert that is nearest to a cause: an out-of-memory kill tells more than the missing replica that it leaves. What the cluster
 * itself shows to be in trouble is a subject too, though without an alert: it may be the cause of those that have one.
 */
import type { Severity } from '../../crds/incident.ts';
import { SEVERITIES } from '../../crds/incident.ts';
import { causalRank, type FailureMode, INTRINSIC } from './failureMode.ts';
import type { Located } from './suspect.ts';
import { type EntityKey, partsOf, type Topology, type TopologyIndex } from './topology.ts';

export interface Subject {
  readonly entity: EntityKey;
  /** Empty where no alert is about it. */
  readonly members: readonly Located[];
  readonly head: Located | undefined;
  /** In which way it fails: its head's, or what the cluster itself says. */
  readonly mode: FailureMode;
  readonly modes: ReadonlySet<FailureMode>;
  /** Milliseconds since the epoch; undefined where only the cluster shows it, and not since when. */
  readonly start: number | undefined;
  readonly severity: Severity;
  readonly pods: readonly EntityKey[];
  readonly nodes: readonly EntityKey[];
  readonly mentions: readonly EntityKey[];
  /** `is NotReady since 11:58 UTC`, where the cluster shows it. */
  readonly trouble?: string | undefined;
}

/** Alerts of one object that begin further apart are about two troubles of it. */
const SAME_TROUBLE_MS = 30 * 60_000;
/** A hint (CPU throttled, replicas at their bound) belongs to a trouble only if it came with it. */
const SAME_HINT_MS = 10 * 60_000;

export function subjectsOf(located: readonly Located[], topology: Topology, index: TopologyIndex): readonly Subject[] {
  const byEntity = Map.groupBy(located.toSorted(inOrder), ({ entity }) => entity);
  const alerted = [...byEntity.keys()]
    .toSorted()
    .flatMap((entity) => split(byEntity.get(entity) ?? []).map((members) => subjectOf(entity, members, index)));
  return [...alerted, ...silentSubjects(topology, index).filter(({ entity }) => !byEntity.has(entity))];
}

const inOrder = (a: Located, b: Located): number => a.startsAt - b.startsAt || (a.name < b.name ? -1 : 1);

/** Chains of alerts without a long gap between them. */
function split(members: readonly Located[]): readonly (readonly Located[])[] {
  const chains: Located[][] = [];
  for (const member of members) {
    const chain = chains.at(-1);
    const before = chain?.at(-1);
    const gap = before === undefined ? 0 : member.startsAt - before.startsAt;
    const isHint = isHintOnly(member) || chain?.every(isHintOnly) === true;
    if (chain === undefined || gap > (isHint ? SAME_HINT_MS : SAME_TROUBLE_MS)) chains.push([member]);
    else chain.push(member);
  }
  return chains;
}

const isHintOnly = ({ severity, mode }: Located): boolean => severity === 'info' || mode === 'scaling';

function subjectOf(entity: EntityKey, members: readonly Located[], index: TopologyIndex): Subject {
  const head = members.toSorted(byCause)[0];
  if (head === undefined) throw new RangeError('a subject has members');
  const seen = index
    .troublesOf(entity)
    .map(({ mode }) => mode)
    .filter((mode) => INTRINSIC.has(mode) || mode === 'pending');
  const [mode = head.mode] = [...seen, head.mode].toSorted((a, b) => causalRank(a, head.severity) - causalRank(b, head.severity));
  return {
    entity,
    members,
    head,
    mode,
    modes: new Set([...members.map((member) => member.mode), ...seen]),
    start: Math.min(...members.map(({ startsAt }) => startsAt)),
    severity: SEVERITIES.find((severity) => members.some((member) => member.severity === severity)) ?? 'warning',
    pods: head.pods,
    nodes: [...new Set(members.flatMap(({ nodes }) => nodes))].toSorted(),
    mentions: [...new Set(members.flatMap(({ mentions }) => mentions))].toSorted(),
  };
}

/** A plan that was approved leads; then the nearest to a cause, the earliest, the worst. */
export function byCause(a: Located, b: Located): number {
  return Number(b.isCommitted) - Number(a.isCommitted) || causalRank(a.mode, a.severity) - causalRank(b.mode, b.severity) || inOrder(a, b);
}

/** What others read or pass through: a change of it is a trouble, to those who then fail. A workload's own change is told by its own alerts. */
const HARMS_BY_CHANGE: Readonly<Record<string, FailureMode>> = { ConfigMap: 'config', NetworkPolicy: 'network' };

function silentSubjects({ troubles, changes }: Topology, index: TopologyIndex): readonly Subject[] {
  const shown = troubles.map(({ entity, mode, since, words }) =>
    silent(index.resolve(entity), mode, since, since === undefined ? words : `${words} since ${hour(since)}`),
  );
  const changed = changes.flatMap(({ entity, at }) => {
    const mode = HARMS_BY_CHANGE[partsOf(entity).kind];
    return mode === undefined ? [] : [silent(entity, mode, at, `was changed at ${hour(at)}`)];
  });
  const byEntity = Map.groupBy([...shown, ...changed], ({ entity }) => entity);
  return [...byEntity.keys()].toSorted().map((entity) => {
    const own = byEntity.get(entity) ?? [];
    const [first] = own.toSorted(
      (a, b) => causalRank(a.mode, 'warning') - causalRank(b.mode, 'warning') || (a.start ?? 0) - (b.start ?? 0),
    );
    if (first === undefined) throw new RangeError('a subject has a trouble');
    return { ...first, modes: new Set(own.map(({ mode }) => mode)) };
  });
}

const hour = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`;

function silent(entity: EntityKey, mode: FailureMode, start: number | undefined, trouble: string): Subject {
  return {
    entity,
    members: [],
    head: undefined,
    mode,
    modes: new Set([mode]),
    start,
    severity: 'warning',
    pods: [],
    nodes: [],
    mentions: [],
    trouble,
  };
}
