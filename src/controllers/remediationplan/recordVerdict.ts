/** What the executor makes of a person's word, written into the Approval's own status. */
import { type Approval, approvals } from '../../crds/kinds.ts';
import type { Verdict } from '../../domain/approval.ts';
import { applyStatus } from '../../kube/status.ts';
import { declare } from '../steps.ts';
import type { PlanScope } from './scope.ts';

const FIELD_MANAGER = 'agent-sre-approval';

export async function recordVerdict(
  { client, clock, signal }: Pick<PlanScope, 'client' | 'clock' | 'signal'>,
  { approval, valid, reason, message }: Verdict,
): Promise<void> {
  const status: NonNullable<Approval['status']> = { ...structuredClone(approval.status ?? {}), verdict: valid ? 'Accepted' : 'Refused' };
  const { generation } = approval.metadata;
  if (generation !== undefined) status.observedGeneration = generation;
  declare(status, 'Accepted', { status: valid ? 'True' : 'False', reason, message }, generation, clock.now());
  await applyStatus(client, approvals, approval, status, { fieldManager: FIELD_MANAGER, signal });
}
