/**
 * One judgement of all open Incidents: who leads, who follows and why, and when each leader has waited long enough. Pure.
 *
 * Members of a leader that has recovered stay with it for a while, as alerts decay at different speeds; what goes on after that is a trouble of
 * its own.
 */
import type { Incident } from '../../crds/kinds.ts';
import { type Group, groupIncidents } from '../../domain/grouping/group.ts';
import { settledAt } from '../../domain/grouping/settle.ts';
import type { Suspect } from '../../domain/grouping/suspect.ts';
import type { Topology } from '../../domain/grouping/topology.ts';
import { isOver } from '../../domain/lifeCycle.ts';
import { moreSevere } from '../../domain/severity.ts';
import { isAsked, type Known, learnedFrom, suspectFrom } from './suspects.ts';
import type { Verdict } from './verdicts.ts';

const DECAY_MS = 5 * 60_000;

export interface Question {
  readonly incidents: readonly Incident[];
  readonly known: Known;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Sorted {
  readonly suspects: readonly Suspect[];
  /** Of the spec that each was read from. */
  readonly versions: ReadonlyMap<string, number>;
  readonly asked: ReadonlySet<string>;
  /** Members of a leader that has recovered, which are given time to recover too. */
  readonly decaying: readonly { readonly incident: Incident; readonly leader: Incident }[];
  readonly over: readonly Incident[];
  /** When the first of those is given up; undefined when there are none. */
  readonly lookAgainAt: number | undefined;
}

const isOpen = (incident: Incident): boolean => incident.metadata.deletionTimestamp === undefined && !isOver(incident);

export function sortOut({ incidents, known, now }: Question): Sorted {
  const byUid = new Map(incidents.map((incident) => [incident.metadata.uid, incident]));
  const open = incidents.filter(isOpen);
  const decaying = open.flatMap((incident) => {
    const leader = byUid.get(incident.status?.groupedInto?.uid ?? '');
    const isPatient = leader !== undefined && !isOpen(leader) && now < givenUpAt(leader) && incident.spec.grouping === undefined;
    return isPatient ? [{ incident, leader }] : [];
  });
  const patient = new Set(decaying.map(({ incident }) => incident));
  return {
    suspects: open.filter((incident) => !patient.has(incident)).map((incident) => suspectFrom(incident, known)),
    versions: new Map(open.map(({ metadata }) => [metadata.uid, metadata.generation ?? 0])),
    asked: new Set(open.filter(isAsked).map(({ metadata }) => metadata.uid)),
    decaying,
    over: incidents.filter((incident) => !isOpen(incident)),
    lookAgainAt: decaying.length === 0 ? undefined : Math.min(...decaying.map(({ leader }) => givenUpAt(leader))),
  };
}

const givenUpAt = ({ status, metadata }: Incident): number => Date.parse(status?.resolvedAt ?? metadata.creationTimestamp) + DECAY_MS;

export interface Judgement {
  readonly groups: readonly Group[];
  /** By uid. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

export function judge({ suspects, asked, decaying, over }: Sorted, topology: Topology): Judgement {
  const groups = groupIncidents({ suspects, topology, learned: learnedFrom(over) });
  const byId = new Map(suspects.map((suspect) => [suspect.id, suspect]));
  const arrivals = suspects.map(({ createdAt }) => createdAt);
  const verdicts = new Map<string, Verdict>();
  for (const { incident, leader } of decaying)
    verdicts.set(incident.metadata.uid, { kind: 'member', leader: leader.metadata.name, why: incident.status?.groupedInto?.why ?? '' });
  for (const { leader, members } of groups) {
    for (const { id, why } of members) verdicts.set(id, { kind: 'member', leader: leader.name, why });
    const all = [leader, ...members].flatMap(({ id }) => byId.get(id) ?? []);
    const settling = {
      severity: all.map(({ severity }) => severity).reduce(moreSevere),
      created: all.map(({ createdAt }) => createdAt),
      arrivals,
    };
    verdicts.set(leader.id, { kind: 'leader', settledAt: asked.has(leader.id) ? 0 : settledAt(settling) });
  }
  return { groups, verdicts };
}

/** Without a judgement: each leads, and waits for nobody. */
export function eachAlone({ suspects }: Sorted): Judgement {
  return {
    groups: suspects.map((leader) => ({ leader, members: [] })),
    verdicts: new Map(suspects.map(({ id }) => [id, { kind: 'leader', settledAt: 0 }])),
  };
}
