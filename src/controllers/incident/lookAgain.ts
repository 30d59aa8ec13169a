/**
 * Whether the cause is looked for once more: an alert that came in a trouble's first seconds comes before what would explain it.
 *
 * Only while an alert fires and no cause is known, after 1, 5 and 15 minutes; from then on only for an alert that is new, and a few times at most.
 */
import type { Incident, Investigation, RemediationPlan } from '../../crds/kinds.ts';
import { hasEnded } from '../../domain/plan.ts';
import { isTrue } from '../steps.ts';
import type { IncidentScope } from './scope.ts';

const MINUTE = 60_000;
/** From the end of one look to the next. */
const PAUSES = [1 * MINUTE, 5 * MINUTE, 15 * MINUTE];
const PAUSE_FOR_NEWS = 1 * MINUTE;
const MOST_LOOKS = 10;

export function isLookedAgain(scope: IncidentScope, last: Investigation | undefined): boolean {
  const { incident, plans, clock } = scope;
  if (last === undefined || !isTrue(last.status, 'Succeeded') || last.status?.outcome !== 'Unresolved') return false;
  const looks = looksOf(scope);
  const firing = (incident.spec.alerts ?? []).filter((alert) => alert.status === 'firing');
  if (firing.length === 0 || looks >= MOST_LOOKS || plans.list().some((plan) => isOpenOf(plan, incident))) return false;
  const began = Date.parse(last.metadata.creationTimestamp);
  const hasNews = firing.some(({ startsAt }) => Date.parse(startsAt) > began);
  const pause = hasNews ? PAUSE_FOR_NEWS : PAUSES[looks - 1];
  return pause !== undefined && clock.now() >= Date.parse(last.status.completedAt ?? last.metadata.creationTimestamp) + pause;
}

const isOpenOf = (plan: RemediationPlan, { metadata }: Incident): boolean => plan.spec.incidentRef.uid === metadata.uid && !hasEnded(plan);

/** Since the Incident was opened, or opened again. */
function looksOf({ incident, investigations }: IncidentScope): number {
  const since = Date.parse(incident.spec.reopenedAt ?? '') || 0;
  const own = investigations
    .list()
    .filter(
      ({ spec, metadata }) =>
        spec.incidentRef?.uid === incident.metadata.uid && spec.planRef === undefined && Date.parse(metadata.creationTimestamp) >= since,
    );
  return Math.max(1, own.length);
}
