/** The fix that a verification looks after: since when it is there, and which lines of a log its diagnosis rests on. */
import { investigations, type RemediationPlan, remediationPlans } from '../../crds/kinds.ts';
import { citedComplaints } from '../../domain/logEvidence.ts';
import type { AfterFix } from '../../investigate/aftermath.ts';
import type { InvestigationScope } from './scope.ts';

/** Undefined: it is no verification, or its plan is gone. */
export async function fixBehind({ investigation, client, signal }: InvestigationScope): Promise<AfterFix | undefined> {
  const { planRef } = investigation.spec;
  const { namespace = '' } = investigation.metadata;
  if (planRef === undefined) return undefined;
  const plan = await client.get(remediationPlans, { namespace, name: planRef.name }, { signal });
  if (plan === undefined || plan.metadata.uid !== planRef.uid) return undefined;
  const { name, uid } = plan.spec.investigationRef;
  const diagnosis = await client.get(investigations, { namespace, name }, { signal });
  return {
    cited: diagnosis?.metadata.uid === uid ? citedComplaints(diagnosis.status ?? {}).map(({ summary }) => summary) : [],
    since: sinceWhen(plan),
  };
}

/** What the engine, or the API server, has said last: of the fix, or of its being taken back. */
function sinceWhen({ status = {} }: RemediationPlan): number | undefined {
  const since = Date.parse(status.rollback?.sync?.at ?? status.sync?.at ?? status.applied?.at ?? '');
  return Number.isNaN(since) ? undefined : since;
}
