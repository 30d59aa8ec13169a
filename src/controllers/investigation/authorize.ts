/**
 * Looks only at what the requester may see.
 *
 * Whoever made the Investigation (or the Incident behind it) gets a diagnosis made of logs and events: so they must be allowed to
 * read the pods and their logs in each target's namespace themselves, and a node that they name. Whatever else the investigation
 * comes upon stays within those namespaces. Accounts of the operator's own namespace are exempt: they stand for alerts, and only the
 * operator's administrators can make objects as them.
 */
import type { Requester } from '../../crds/common.ts';
import { namespacesOf, readsFor } from '../../domain/lookedAt.ts';
import { mayDo, type ResourceAttributes } from '../../kube/access.ts';
import { tell } from '../audited.ts';
import { declare, next, type StepResult, stalled, wait } from '../steps.ts';
import { readEntry } from './auditOf.ts';
import type { InvestigationScope } from './scope.ts';

export async function authorize(scope: InvestigationScope): Promise<StepResult> {
  const { investigation, namespace: operator } = scope;
  const { requestedBy, targets = [] } = investigation.spec;
  const home = investigation.metadata.namespace;
  const namespaces = new Set([...(home === undefined || home === operator ? [] : [home]), ...namespacesOf(targets, home)]);
  if (home !== operator && [...namespaces].some((namespace) => namespace !== home)) {
    const message = `an Investigation in ${home} may target that namespace only; create it in ${operator} instead`;
    return refuse(scope, 'TargetOutOfScope', message);
  }
  if (requestedBy?.username.startsWith(`system:serviceaccount:${operator}:`) === true) return next;

  scope.namespaces = [...namespaces];
  if (requestedBy === undefined) return next;
  const refused = await firstRefused(scope, requestedBy, readsFor(scope.namespaces, targets));
  return refused ?? recordReading(scope, requestedBy);
}

/** What is read in somebody's name is on record before it is read. */
async function recordReading(scope: InvestigationScope, { username }: Requester): Promise<StepResult> {
  const message = `reads pods and their logs in ${scope.namespaces?.join(', ') ?? 'all namespaces'}`;
  const entry = readEntry(scope.investigation, username, 'Intended', message);
  return (await tell(scope, [entry])) ? next : wait('AuditUnavailable', RECORD_AGAIN_MS);
}

const RECORD_AGAIN_MS = 5_000;

async function firstRefused(
  scope: InvestigationScope,
  who: Requester,
  wanted: readonly ResourceAttributes[],
): Promise<StepResult | undefined> {
  for (const what of wanted) {
    if (await mayDo(scope.client, who, what, scope.signal)) continue;
    const where = what.namespace === undefined ? `${what.name}` : `in namespace ${what.namespace}`;
    const message = `${who.username} may not get ${what.resource} ${where}, so this is not looked at for them`;
    await tell(scope, [readEntry(scope.investigation, who.username, 'Refused', message)]);
    return refuse(scope, 'RequesterMayNotSee', message);
  }
  return undefined;
}

function refuse(scope: InvestigationScope, reason: string, message: string): StepResult {
  declare(scope.status, 'Succeeded', { status: 'False', reason, message }, scope.investigation.metadata.generation, scope.clock.now());
  return stalled(reason, message);
}
