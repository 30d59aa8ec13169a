/**
 * Open Incidents into groups of one cause each, with the most probable origin in front. Pure: the same Incidents and the same topology give the
 * same groups in whatever order they come (docs/grouping.md).
 */
import { ambientExplanations } from './ambient.ts';
import { allWays, type Explanation, explanationsOf } from './explain.ts';
import { createForest, type Forest } from './forest.ts';
import { inferredCauses, nearness } from './hidden.ts';
import { type LearnedPair, learnedExplanations } from './learned.ts';
import { COMPONENT_LINKS } from './paths.ts';
import { applyPeople, type Draft } from './people.ts';
import { byCause, type Subject, subjectsOf } from './subjects.ts';
import { type Located, locate, type Suspect } from './suspect.ts';
import { indexTopology, partsOf, spoken, type Topology } from './topology.ts';

export interface Member {
  readonly id: string;
  readonly name: string;
  /** Why it belongs to the leader, for people. */
  readonly why: string;
}

export interface Group {
  readonly leader: { readonly id: string; readonly name: string };
  /** By name. */
  readonly members: readonly Member[];
  /** What is probably at the bottom of it where no alert says so. */
  readonly hidden?: string | undefined;
}

export interface GroupingInput {
  readonly suspects: readonly Suspect[];
  readonly topology: Topology;
  readonly learned?: readonly LearnedPair[] | undefined;
}

/** Groups by the name of their leader; an Incident alone is a group without members. */
export function groupIncidents({ suspects, topology, learned = [] }: GroupingInput): readonly Group[] {
  const clusters = Map.groupBy(
    suspects.toSorted((a, b) => compare(a.id, b.id)),
    ({ cluster }) => cluster ?? '',
  );
  const drafts = [...clusters.values()].flatMap((inCluster) => groupOneCluster(inCluster, topology, learned));
  return applyPeople(drafts, suspects)
    .map(({ leader, members, hidden }) => ({
      leader: { id: leader.id, name: leader.name },
      members: [...members].map(([{ id, name }, why]) => ({ id, name, why })).toSorted((a, b) => compare(a.name, b.name)),
      hidden,
    }))
    .toSorted((a, b) => compare(a.leader.name, b.leader.name));
}

function groupOneCluster(suspects: readonly Suspect[], topology: Topology, learned: readonly LearnedPair[]): readonly Draft[] {
  const index = indexTopology({ ...topology, links: [...topology.links, ...COMPONENT_LINKS] });
  const located = suspects.map((suspect) => locate(suspect, index));
  const loners = located.filter(({ people }) => people?.alone === true);
  const subjects = subjectsOf(
    located.filter((each) => !loners.includes(each)),
    topology,
    index,
  );
  const ways = allWays(subjects, index);
  const forest = createForest();
  forest.join([...explanationsOf(subjects, ways, index), ...learnedExplanations(subjects, learned)]);
  const roots = (): readonly Subject[] =>
    subjects.filter((subject) => subject.members.length > 0 && forest.parentOf(subject) === undefined);
  forest.join(ambientExplanations(roots(), subjects, index));
  const hidden = new Map<Subject, string>();
  for (const { entity, explanations } of inferredCauses(roots(), subjects, ways, index)) {
    forest.join(explanations);
    const lead = explanations[0]?.cause;
    if (lead !== undefined) hidden.set(lead, spoken(entity));
  }
  const trees = Map.groupBy(subjects, (subject) => forest.rootOf(subject));
  return [
    ...[...trees].flatMap(([root, tree]) => draftOf(root, tree, forest, hidden.get(root)) ?? []),
    ...loners.map((leader) => ({ leader, members: new Map<Located, string>(), hidden: undefined })),
  ];
}

/** Undefined for a tree of nothing but what the cluster shows, without an alert. */
function draftOf(root: Subject, tree: readonly Subject[], forest: Forest, inferred: string | undefined): Draft | undefined {
  const alerted = tree.filter(({ members }) => members.length > 0);
  const first = root.head === undefined ? nearestOf(alerted, forest) : root;
  const nearest = first?.head;
  if (nearest === undefined) return undefined;
  const [leader = nearest] = alerted.flatMap(({ members }) => members.filter(({ isCommitted }) => isCommitted)).toSorted(byCause);
  const members = new Map<Located, string>();
  for (const subject of alerted) {
    for (const member of subject.members) {
      if (member !== leader) members.set(member, whyOf(subject, leader, forest.parentOf(subject)));
    }
  }
  return { leader, members, hidden: root.trouble === undefined ? inferred : `${spoken(root.entity)} ${root.trouble}` };
}

/** Of those that a silent root explains, the fewest steps away; of these, the surest. */
function nearestOf(alerted: readonly Subject[], forest: Forest): Subject | undefined {
  const steps = (subject: Subject): number => {
    const parent = forest.parentOf(subject);
    return parent === undefined ? 0 : 1 + steps(parent.cause);
  };
  const sureness = (subject: Subject): number => nearness({ weight: forest.parentOf(subject)?.score ?? 0 });
  return alerted.toSorted(
    (a, b) => steps(a) - steps(b) || sureness(b) - sureness(a) || (a.start ?? 0) - (b.start ?? 0) || compare(a.entity, b.entity),
  )[0];
}

function whyOf(subject: Subject, leader: Located, parent: Explanation | undefined): string {
  if (subject.members.includes(leader)) return `is about the same ${spoken(subject.entity)}`;
  if (parent === undefined) return `is nearer to the origin, but a plan of ${leader.name} is approved`;
  const alert = parent.cause.head?.alerts[0]?.labels['alertname'];
  const named = partsOf(parent.cause.entity).kind === 'Alert' || alert === undefined ? '' : ` (${alert})`;
  return `${parent.why}${named}`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
