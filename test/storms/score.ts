/**
 * How good groups are: B-cubed precision and recall (Bagga & Baldwin 1998; Amigó et al. 2009, the measure that satisfies all their constraints),
 * whether the origin leads, and whether anything was joined that has nothing to do with each other.
 */

import { targetsOf } from '../../src/domain/alertTargets.ts';
import { groupIncidents } from '../../src/domain/grouping/group.ts';
import type { Suspect } from '../../src/domain/grouping/suspect.ts';
import type { Topology } from '../../src/domain/grouping/topology.ts';
import { identityOf, titleOf } from '../../src/domain/identity.ts';
import { severityOf } from '../../src/domain/severity.ts';
import type { RawAlert } from './alerts.ts';
import type { Storm } from './storm.ts';

export interface Labelled {
  readonly suspect: Suspect;
  readonly cause: string;
  readonly distance: number;
  /** What identifies its alerts in the input: their labels. */
  readonly alerts: readonly string[];
}

export interface Score {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Of the causes with more than one Incident: how many are led by what is nearest to the origin. */
  readonly led: number;
  readonly causes: number;
  /** Groups that hold Incidents of more than one cause. */
  readonly mixed: number;
}

/** Incidents as intake makes them: one for each identity. */
export function incidentsOf(alerts: readonly RawAlert[]): readonly Labelled[] {
  const byIdentity = Map.groupBy(alerts, ({ labels }) => identityOf(labels));
  return [...byIdentity].flatMap(([identity, list]): Labelled[] => {
    const sorted = list.toSorted((a, b) => a.startsAt - b.startsAt || (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
    const [first] = sorted;
    if (first === undefined) return [];
    const suspect: Suspect = {
      id: identity,
      name: `inc-${identity.slice(0, 12)}`,
      identity,
      alerts: sorted.map(({ labels, annotations }) => ({ labels, annotations })),
      targets: targetsOf(first.labels),
      title: titleOf(first.labels),
      severity: severityOf(first.labels),
      startsAt: first.startsAt,
      createdAt: first.startsAt,
      isCommitted: false,
    };
    return [
      {
        suspect,
        cause: first.cause,
        distance: Math.min(...list.map(({ distance }) => distance)),
        alerts: list.map(({ labels }) => JSON.stringify(labels)),
      },
    ];
  });
}

/** The id of the leader of each Incident's group. */
export function groupsOf(incidents: readonly Labelled[], topology: Topology): ReadonlyMap<string, string> {
  const groups = groupIncidents({ suspects: incidents.map(({ suspect }) => suspect), topology });
  return new Map(groups.flatMap(({ leader, members }) => [leader, ...members].map(({ id }) => [id, leader.id] as const)));
}

export function scoreStorm({ alerts, topology }: Storm): Score {
  const incidents = incidentsOf(alerts);
  return scoreGroups(incidents, groupsOf(incidents, topology));
}

/** @param groupOf the id of the leader of each Incident's group */
export function scoreGroups(incidents: readonly Labelled[], groupOf: ReadonlyMap<string, string>): Score {
  const byGroup = Map.groupBy(incidents, ({ suspect }) => groupOf.get(suspect.id) ?? suspect.id);
  const byCause = Map.groupBy(incidents, ({ cause }) => cause);
  let [precision, recall] = [0, 0];
  for (const incident of incidents) {
    const group = byGroup.get(groupOf.get(incident.suspect.id) ?? incident.suspect.id) ?? [];
    const same = group.filter(({ cause }) => cause === incident.cause).length;
    precision += same / group.length;
    recall += same / (byCause.get(incident.cause)?.length ?? 1);
  }
  [precision, recall] = [precision / incidents.length, recall / incidents.length];
  const storms = [...byCause.values()].filter((list) => list.length > 1);
  return {
    precision,
    recall,
    f1: (2 * precision * recall) / (precision + recall),
    led: storms.filter((list) => isLedByOrigin(list, byGroup)).length,
    causes: storms.length,
    mixed: [...byGroup.values()].filter((group) => new Set(group.map(({ cause }) => cause)).size > 1).length,
  };
}

/** The leader of the group that holds most of a cause's Incidents is as near to the origin as any of them. */
function isLedByOrigin(list: readonly Labelled[], byGroup: ReadonlyMap<string, readonly Labelled[]>): boolean {
  const nearest = Math.min(...list.map(({ distance }) => distance));
  const holding = [...byGroup].toSorted(([, a], [, b]) => shared(b, list) - shared(a, list))[0];
  return list.some(({ suspect, distance }) => suspect.id === holding?.[0] && distance === nearest);
}

const shared = (group: readonly Labelled[], list: readonly Labelled[]): number => group.filter((one) => list.includes(one)).length;
