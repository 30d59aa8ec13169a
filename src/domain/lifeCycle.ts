/**
 * Whether an Incident is over, and whether what begins again is the same Incident or the next one. Pure.
 *
 * An end is an end but for one case: an alert that fires again soon after its Incident recovered shows that it had not. Then the Incident is
 * opened again; what a person closed stays closed, and what they dismissed stays so while the same firing goes on.
 */
import type { IncidentSpec, IncidentStatus } from '../crds/incident.ts';

interface LifeOf {
  readonly spec: Pick<IncidentSpec, 'closure' | 'reopenedAt'>;
  readonly status?: Pick<IncidentStatus, 'conditions' | 'resolvedAt'> | undefined;
}

/** Milliseconds since the epoch; undefined while it is open, or has been opened again. */
export function overSince({ spec, status }: LifeOf): number | undefined {
  const resolved = status?.conditions?.find(({ type }) => type === 'Resolved');
  if (resolved?.status !== 'True') return undefined;
  const since = Date.parse(status?.resolvedAt ?? resolved.lastTransitionTime);
  return spec.reopenedAt !== undefined && Date.parse(spec.reopenedAt) > since ? undefined : since;
}

export const isOver = (incident: LifeOf): boolean => overSince(incident) !== undefined;

/** Whether an alert that fires now opens it again. @param holdOffMs how long after its end */
export function mayReopen(incident: LifeOf, now: number, holdOffMs: number): boolean {
  const since = overSince(incident);
  return since !== undefined && incident.spec.closure === undefined && now - since < holdOffMs;
}

/**
 * Whether a person's end still stands for an alert that fires, so that it is no new trouble: it had begun by then, and has not ended since. Who dismissed it
 * knew that it fires. Who says that it is fixed has said that it ends, and is told if it does not.
 * @param startsAt when it began to fire, in milliseconds since the epoch
 */
export function staysClosed(
  incident: LifeOf,
  startsAt: number,
  { now, holdOffMs }: { readonly now: number; readonly holdOffMs: number },
): boolean {
  const since = overSince(incident);
  const { closure } = incident.spec;
  if (since === undefined || closure === undefined || startsAt > since) return false;
  return closure.reason !== 'Fixed' || now - since < holdOffMs;
}

/** So many beginnings within so long are flapping. */
const FLAPPING = { beginnings: 4, withinMs: 3600_000 };

/**
 * How often trouble began within the last hour, if that is too often for each end to be believed: then it is over only after it has
 * been quiet for a while.
 */
export function flapping(beginnings: readonly string[], now: number): number | undefined {
  const recent = beginnings.filter((at) => now - Date.parse(at) < FLAPPING.withinMs).length;
  return recent >= FLAPPING.beginnings ? recent : undefined;
}
