/**
 * From findings to a ranked list of causes, by points that a person can add up; `confidence.ts` says what they are worth.
 *
 * Each finding starts with the weight of its reason: how often it is the cause when an analyzer is right about it. What confirms it
 * adds, what is missing takes away, and a finding that a deeper one in the same workload explains falls behind that one: a
 * program that crashes explains the probe that nobody answers, and whatever keeps pods from running explains a stuck rollout.
 */

import type { ObjectRef } from '../crds/common.ts';
import { isWorkloadKind } from '../sources/kubernetes/api.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import { confidenceOf } from './confidence.ts';
import type { Link } from './correlate.ts';
import { isElsewhere } from './elsewhere.ts';
import type { Finding } from './finding.ts';
import { isUnrelated } from './unrelated.ts';
import { WEIGHTS } from './weights.ts';

export interface Ranked {
  readonly finding: Finding;
  readonly links: readonly Link[];
  /** In percent. */
  readonly confidence: number;
  /** A deeper finding that explains it. */
  readonly explainedBy?: Finding | undefined;
}

/** From here on a cause is named; below, it is a hypothesis. */
export const NAMED_FROM = 50;
const LOWEST = 5;

const ADDS = {
  /** A commit touched the very field. */
  directCommit: 18,
  /** A rollout did, and no commit is known for it. */
  directRollout: 12,
  plausibleChange: 6,
  /** Pods of the revision before are ready while the present one's are not. */
  onlyTheNewRevision: 6,
  /** It is seen in more than one kind of evidence. */
  corroborated: 3,
  /** The alert names this very container or pod. */
  named: 3,
} as const;
const TAKES = {
  /** A log that could not be read might have said otherwise. */
  logUnseen: 10,
  /** Declared, not seen, unless it is what was asked about. */
  indirect: 12,
  explained: 30,
  /** It is about something that was not asked about, and nothing that was found points at it. */
  elsewhere: 12,
  /** It lies around the targets and concerns none of them. */
  unrelated: 30,
  /** Something else that nothing explains is nearly as likely: one of the two is wrong, or there are two troubles. */
  rival: 6,
} as const;
/** In points. */
const RIVAL_WITHIN = 5;

export interface RankingRequest {
  readonly snapshot: Snapshot;
  readonly findings: readonly Finding[];
  /** Likeliest change first. */
  readonly linksOf: (finding: Finding) => readonly Link[];
  /** What the question is about. */
  readonly named: readonly ObjectRef[];
  /** What was seen of the targets alone; absent: everything was asked about. */
  readonly targets?: Snapshot | undefined;
  /** Points that somebody else gives or takes, as a team's own rules do. */
  readonly extraPoints?: ((finding: Finding) => number) | undefined;
}

export function rank(request: RankingRequest): Ranked[] {
  const scored = request.findings
    .map((finding) => {
      const links = request.linksOf(finding);
      const explainedBy = request.findings.find((other) => explains(other, finding));
      return { finding, links, explainedBy, points: pointsOf(request, finding, links, explainedBy !== undefined) };
    })
    .toSorted(
      (a, b) =>
        Number(a.explainedBy !== undefined) - Number(b.explainedBy !== undefined) ||
        b.points - a.points ||
        (a.finding.since ?? 0) - (b.finding.since ?? 0),
    );
  return scored.map(({ points, ...one }) => ({
    ...one,
    confidence: confidenceOf(Math.max(LOWEST, points - (scored.some((other) => isRival({ points, ...one }, other)) ? TAKES.rival : 0))),
  }));
}

type Scored = Omit<Ranked, 'confidence'> & { readonly points: number };

const isRival = (one: Scored, other: Scored): boolean =>
  other.finding !== one.finding &&
  one.explainedBy === undefined &&
  other.explainedBy === undefined &&
  !sameWorkload(one.finding, other.finding) &&
  Math.abs(other.points - one.points) <= RIVAL_WITHIN;

function explains(deeper: Finding, finding: Finding): boolean {
  return (
    WEIGHTS[deeper.reason].depth > WEIGHTS[finding.reason].depth &&
    (sameWorkload(deeper, finding) || sharePod(deeper, finding) || isBlamed(deeper, finding))
  );
}

const sameWorkload = (a: Finding, b: Finding): boolean => objectName(a.object) === objectName(b.object);
const isBlamed = (deeper: Finding, { blames = [] }: Finding): boolean =>
  blames.some((ref) => objectName(ref) === objectName(deeper.object));
const sharePod = (a: Finding, b: Finding): boolean => a.pods.some((pod) => b.pods.includes(pod));

function pointsOf(
  { snapshot, findings, targets, named, extraPoints }: RankingRequest,
  finding: Finding,
  links: readonly Link[],
  explained: boolean,
): number {
  const kinds = new Set(finding.evidence.map((key) => key.split('/')[0]));
  return (
    WEIGHTS[finding.reason].weight +
    changeWeight(links) +
    (onlyTheNewRevision(snapshot, finding) ? ADDS.onlyTheNewRevision : 0) +
    (kinds.size > 1 ? ADDS.corroborated : 0) +
    (named.some((ref) => isNamed(ref, finding)) ? ADDS.named : 0) -
    (logUnseen(snapshot, finding) ? TAKES.logUnseen : 0) -
    (finding.indirect === true && !named.some((ref) => isItself(ref, finding)) ? TAKES.indirect : 0) -
    (explained ? TAKES.explained : 0) -
    (isBesides(targets, findings, finding) ? TAKES.elsewhere : 0) -
    (isOfOthers(targets, named, finding) ? TAKES.unrelated : 0) +
    (extraPoints?.(finding) ?? 0)
  );
}

const isBesides = (targets: Snapshot | undefined, findings: readonly Finding[], finding: Finding): boolean =>
  targets !== undefined && isElsewhere(targets, finding.object) && !findings.some((other) => isBlamed(finding, other));

/** Who asks about a namespace asks about all that is in it. */
const isOfOthers = (targets: Snapshot | undefined, named: readonly ObjectRef[], { object }: Finding): boolean =>
  targets !== undefined && named.every(({ kind }) => kind !== 'Namespace') && isUnrelated(targets, object);

function changeWeight(links: readonly Link[]): number {
  const direct = links.filter(({ strength }) => strength === 'direct');
  if (direct.some(({ change }) => change.kind !== 'Rollout' && change.kind !== 'Delivery')) return ADDS.directCommit;
  if (direct.length > 0) return ADDS.directRollout;
  return links.length > 0 ? ADDS.plausibleChange : 0;
}

function onlyTheNewRevision({ workloads, pods }: Snapshot, finding: Finding): boolean {
  const workload = workloads.find(({ ref }) => objectName(ref) === objectName(finding.object));
  const own = pods.filter(({ name }) => finding.pods.includes(name));
  return (
    own.length > 0 &&
    own.every(({ current }) => current) &&
    (workload?.podCounts.some(({ current, ready }) => !current && ready > 0) ?? false)
  );
}

/** An alert about the very object, be it an autoscaler, an Ingress or a Service, has seen what is otherwise only declared. */
const isItself = (ref: ObjectRef, { object }: Finding): boolean => !isWorkloadKind(ref.kind) && objectName(ref) === objectName(object);

const isNamed = (ref: ObjectRef, { object, pods }: Finding): boolean =>
  (ref.kind === 'Pod' && pods.includes(ref.name)) || (ref.container !== undefined && ref.container === object.container);

/** Whether a container that ended has no log here because it could not be read. */
function logUnseen({ gaps }: Snapshot, { reason, evidence }: Finding): boolean {
  const fromLog = reason === 'ContainerExitsWithError' || reason === 'ContainerKilledBySignal';
  return fromLog && !evidence.some((key) => key.startsWith('logs/')) && gaps.some(({ message }) => /\blog of\b/u.test(message));
}
