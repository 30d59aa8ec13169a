/**
 * What is made in a caller's name. The gateway's account creates it, and says for whom (`spec.requestedBy`), which admission believes of the operator's own
 * accounts alone: so the caller's right to create such an object is asked for first, and what is looked at for it later is what the caller may see.
 */
import { GROUPS_MAX, type Requester } from '../../crds/common.ts';
import { apiErrorIn, isForbidden, isInvalid } from '../../kube/errors.ts';
import { policyRefusalIn } from '../../kube/policyRefusal.ts';
import { oneLine } from '../../text/plain.ts';
import type { Caller } from '../caller.ts';
import { ToolError, troubleOf } from '../errors.ts';

/** More groups than fit are left out: that takes rights away, and gives none. */
export const requesterOf = ({ username, groups = [] }: Caller): Requester => ({ username, groups: groups.slice(0, GROUPS_MAX) });

/** Why the API server did not take it. @param tried as in "create an Investigation in namespace shop" */
export function notTaken(tried: string, error: unknown): ToolError {
  if (error instanceof ToolError) return error;
  const refusal = policyRefusalIn(error);
  if (refusal !== undefined)
    return new ToolError('Forbidden', `${tried}: the API server refuses it: ${oneLine(refusal)}`, { cause: error });
  if (isInvalid(error))
    return new ToolError('Invalid', `${tried}: the API server refuses it: ${oneLine(apiErrorIn(error)?.message ?? '')}`, { cause: error });
  if (isForbidden(error))
    return new ToolError('Forbidden', `${tried}: Agent-SRE itself may not; its gateway lacks that right, see config/rbac`, {
      cause: error,
    });
  return troubleOf(tried, error);
}
