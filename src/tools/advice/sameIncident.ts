/** Which of the Incidents that a caller may see are about what they tell of: the same alert first, then the same thing, the most urgent first. Pure. */
import type { Incident } from '../../crds/kinds.ts';
import { isOver } from '../../domain/lifeCycle.ts';
import { worstFirst } from '../../report/pages/incidents.ts';
import { beganAt, objectsOf } from '../incidents/listIncidents.ts';
import type { AboutWhat } from './aboutWhat.ts';

const DAY_MS = 24 * 3_600_000;

export interface Matches {
  /** The likeliest first. */
  readonly open: readonly Incident[];
  /** Of the last day, the latest first. */
  readonly over: readonly Incident[];
}

/** @param identity of the alert that is told of, as intake computes it */
export function sameIncident(
  all: readonly Incident[],
  { names, namespace }: AboutWhat,
  identity: string | undefined,
  now: number,
): Matches {
  const isSame = ({ spec }: Incident): boolean => identity !== undefined && spec.identity === identity;
  const isAbout = (incident: Incident): boolean =>
    names.length > 0 &&
    objectsOf(incident).some(
      (object) => names.includes(object.name) && (namespace === undefined || (object.namespace ?? namespace) === namespace),
    );
  const found = all.filter((incident) => isSame(incident) || isAbout(incident));
  return {
    open: found
      .filter((incident) => !isOver(incident))
      .toSorted((a, b) => Number(isSame(b)) - Number(isSame(a)) || Number(isFollower(a)) - Number(isFollower(b)) || worstFirst(a, b)),
    over: found
      .filter((incident) => isOver(incident) && now - Date.parse(incident.status?.resolvedAt ?? beganAt(incident)) < DAY_MS)
      .toSorted((a, b) => Date.parse(b.status?.resolvedAt ?? '') - Date.parse(a.status?.resolvedAt ?? '')),
  };
}

/** Its leader is looked into in its place. */
const isFollower = ({ status }: Incident): boolean => status?.groupedInto !== undefined;
