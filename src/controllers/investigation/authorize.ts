/**
 * Looks only at what the requester may see.
 *
 * Whoever made the Investigation (or the Incident behind it) gets a diagnosis made of logs and events: so they must be allowed to
 * read the pods and their logs in each target's namespace themselves. Accounts of the operator's own namespace are exempt: they
 * stand for alerts, and only the operator's administrators can make objects as them.
 */
import { mayDo } from '../access.ts';
import { declare, next, type StepResult, stalled } from '../steps.ts';
import type { InvestigationScope } from './scope.ts';

export async function authorize(scope: InvestigationScope): Promise<StepResult> {
  const { investigation, client, signal, namespace: operator } = scope;
  const { requestedBy, targets } = investigation.spec;
  const home = investigation.metadata.namespace;
  const namespaces = new Set((targets ?? []).map((target) => target.namespace ?? home));
  if (home !== operator && [...namespaces].some((namespace) => namespace !== home)) {
    return refuse(
      scope,
      'TargetOutOfScope',
      `an Investigation in ${home} may target that namespace only; create it in ${operator} instead`,
    );
  }
  if (requestedBy === undefined || requestedBy.username.startsWith(`system:serviceaccount:${operator}:`)) return next;

  for (const namespace of namespaces) {
    for (const resource of ['pods', 'pods/log']) {
      const allowed = await mayDo(client, requestedBy, { verb: 'get', group: '', resource, namespace }, signal);
      if (!allowed)
        return refuse(
          scope,
          'RequesterMayNotSee',
          `${requestedBy.username} may not get ${resource} in namespace ${namespace}, so this is not looked at for them`,
        );
    }
  }
  return next;
}

function refuse(scope: InvestigationScope, reason: string, message: string): StepResult {
  declare(scope.status, 'Succeeded', { status: 'False', reason, message }, scope.investigation.metadata.generation, scope.clock.now());
  return stalled(reason, message);
}
