/** Incidents as grouping reads them. */
import type { Incident, Investigation, RemediationPlan } from '../../crds/kinds.ts';
import { type LearnedPair, learnFrom } from '../../domain/grouping/learned.ts';
import type { Suspect } from '../../domain/grouping/suspect.ts';
import type { Store } from '../../kube/store.ts';
import { isTrue } from '../steps.ts';

export interface Known {
  readonly investigations: Pick<Store<Investigation>, 'get'>;
  readonly plans: Pick<Store<RemediationPlan>, 'get'>;
}

/** Made by a person, who wants just this looked at. */
export const isAsked = ({ spec }: Incident): boolean => (spec.alerts ?? []).length === 0;

export function suspectFrom(incident: Incident, known: Known): Suspect {
  const { metadata, spec, status } = incident;
  const alerts = (spec.alerts ?? []).toSorted(
    (a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt) || (a.fingerprint < b.fingerprint ? -1 : 1),
  );
  // One that was opened again waits for company anew.
  const createdAt = Date.parse(spec.reopenedAt ?? metadata.creationTimestamp);
  const starts = alerts.map(({ startsAt }) => Date.parse(startsAt)).filter(Number.isFinite);
  const { into, alone } = spec.grouping ?? {};
  return {
    id: metadata.uid,
    name: metadata.name,
    identity: spec.identity,
    cluster: spec.cluster,
    alerts: alerts.map(({ labels, annotations }) => ({ labels, annotations })),
    targets: spec.targets ?? [],
    title: spec.title,
    severity: spec.severity,
    startsAt: starts.length === 0 ? createdAt : Math.min(...starts),
    createdAt,
    diagnosis: diagnosisOf(incident, known),
    isCommitted: isCommitted(incident, known),
    people: { into, alone: alone ?? (isAsked(incident) && into === undefined) },
    prior: status?.groupedInto === undefined ? undefined : { leaderId: status.groupedInto.uid, why: status.groupedInto.why },
  };
}

/** Since it was opened, or opened again. */
function isCommitted({ metadata: { namespace }, spec, status }: Incident, { plans }: Known): boolean {
  return (status?.planRefs ?? []).some(({ name }) => {
    const plan = plans.get({ namespace, name });
    const isOld = Date.parse(plan?.metadata.creationTimestamp ?? '') < Date.parse(spec.reopenedAt ?? '');
    return !isOld && (isTrue(plan?.status, 'Approved') || plan?.status?.approvedAt !== undefined);
  });
}

function diagnosisOf({ metadata: { namespace }, status }: Incident, { investigations }: Known): Suspect['diagnosis'] {
  const ref = status?.investigationRef;
  const found = ref === undefined ? undefined : investigations.get({ namespace, name: ref.name })?.status;
  if (found?.outcome !== 'RootCauseFound' || found.rootCause === undefined) return undefined;
  const { object, reason } = found.rootCause;
  return { object, reason };
}

/** @param over Incidents that are resolved, as long as they are kept */
export function learnedFrom(over: readonly Incident[]): readonly LearnedPair[] {
  return learnFrom(
    over.flatMap(({ metadata, spec, status }) =>
      spec.identity === undefined ? [] : [{ uid: metadata.uid, identity: spec.identity, leaderUid: status?.groupedInto?.uid }],
    ),
  );
}
