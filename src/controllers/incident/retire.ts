/**
 * Deletes an Incident that has been over for as long as Incidents are kept; its Investigations, plans and Approvals go with it, by their owner references.
 *
 * Nothing open ever goes: not the Incident itself, opened again included (the deletion names the version that was seen to be over), not while one of
 * its plans is at work or has left something behind that nobody has ended, and not while an Incident is kept that follows it, as what storms
 * teach is read from both.
 */
import { type Incident, incidents, type RemediationPlan } from '../../crds/kinds.ts';
import { debtsOf } from '../../domain/debts.ts';
import { overSince } from '../../domain/lifeCycle.ts';
import { hasEnded } from '../../domain/plan.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Result } from '../../kube/controller.ts';
import { isConflict } from '../../kube/errors.ts';
import type { Logger } from '../../kube/logger.ts';
import type { Store } from '../../kube/store.ts';

export interface Retiring {
  readonly client: Pick<KubeClient, 'delete'>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly incidents: Pick<Store<Incident>, 'list'>;
  readonly plans: Pick<Store<RemediationPlan>, 'list'>;
  readonly retentionMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Looked at again so often, as no timer runs for weeks. */
const LOOK_AGAIN_MS = 24 * 3600_000;

export async function retire(incident: Incident, retiring: Retiring): Promise<Result> {
  const { client, logger, signal, retentionMs, now } = retiring;
  const since = overSince(incident);
  if (since === undefined || !Number.isFinite(since)) return undefined;
  const left = since + retentionMs - now;
  if (left > 0) return { requeueAfterMs: Math.min(left, LOOK_AGAIN_MS) };
  if (isNeeded(incident, retiring)) return { requeueAfterMs: LOOK_AGAIN_MS };
  const { namespace, name, uid, resourceVersion } = incident.metadata;
  try {
    await client.delete(incidents, { namespace, name }, { uid, resourceVersion, propagation: 'Background', signal });
  } catch (error) {
    // What has changed since leads here again.
    if (isConflict(error)) return undefined;
    throw error;
  }
  logger.info({ incident: name, overSince: new Date(since).toISOString() }, 'deleted an Incident that had been over for the retention');
  return undefined;
}

function isNeeded({ metadata }: Incident, { incidents: kept, plans }: Retiring): boolean {
  const own = plans.list().filter(({ spec }) => spec.incidentRef.uid === metadata.uid);
  if (own.some((plan) => !hasEnded(plan)) || debtsOf({ plans: own, stop: undefined }).length > 0) return true;
  return kept.list().some(({ status }) => status?.groupedInto?.uid === metadata.uid);
}
