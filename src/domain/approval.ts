/**
 * The executor's judgement of Approvals, the second of two judges (the first is the API server at admission).
 *
 * Pure: what must be asked of the live world (the digest computed again, whether a person still may) is passed in. One valid
 * Reject vetoes. Distinct persons count once, whatever channels they used. For high risk nobody approves what they requested.
 */
import type { Approval } from '../crds/kinds.ts';
import type { RemediationPlanSpec, Risk } from '../crds/remediationPlan.ts';

export interface ApprovalContext {
  readonly planUid: string;
  /** Digest as computed from the live world just now. */
  readonly digest: string;
  readonly risk: Risk;
  readonly requestedBy: RemediationPlanSpec['requestedBy'];
  /** How long an approval stays valid under this strategy, in ms. */
  readonly lifetimeMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether the person still holds the right, asked live. */
  readonly stillMay: (approval: Approval) => boolean;
  /** Of a plan that is approved by merging a pull request: where that is. */
  readonly mergedAt?: string | undefined;
  /** One person for all names that they have in chat and on Git hosts. */
  readonly personOf: (username: string) => string;
}

export interface Verdict {
  readonly approval: Approval;
  readonly valid: boolean;
  readonly reason: VerdictReason;
  readonly message: string;
}

export type VerdictReason =
  | 'Accepted'
  | 'OtherPlan'
  | 'OtherDigest'
  | 'Expired'
  | 'NotAllowed'
  | 'OwnHighRiskPlan'
  | 'SamePerson'
  | 'PlanEnded'
  | 'ByMerge';

export function judgeApprovals(approvals: readonly Approval[], context: ApprovalContext): readonly Verdict[] {
  const seen = new Set<string>();
  return approvals.toSorted(byCreation).map((approval) => {
    const refusal = refusalOf(approval, context);
    if (refusal !== undefined) return { approval, valid: false, ...refusal };
    const person = `${approval.spec.decision} ${context.personOf(approval.spec.approver)}`;
    if (seen.has(person)) return { approval, valid: false, reason: 'SamePerson', message: `${approval.spec.approver} has said so already` };
    seen.add(person);
    return { approval, valid: true, reason: 'Accepted', message: `${approval.spec.decision} by ${approval.spec.approver}` };
  });
}

interface Refusal {
  readonly reason: VerdictReason;
  readonly message: string;
}

function refusalOf(approval: Approval, context: ApprovalContext): Refusal | undefined {
  const { planRef, planDigest, approver, decision } = approval.spec;
  if (planRef.uid !== context.planUid) {
    return {
      reason: 'OtherPlan',
      message: `it names uid ${planRef.uid}; the plan ${planRef.name} of today is another one (${context.planUid})`,
    };
  }
  if (planDigest !== context.digest) {
    return {
      reason: 'OtherDigest',
      message: `it is for ${planDigest}, the plan is now ${context.digest}; look at the present diff and approve that`,
    };
  }
  if (decision === 'Approve' && context.mergedAt !== undefined)
    return { reason: 'ByMerge', message: `this plan is approved by merging its pull request, and not otherwise: ${context.mergedAt}` };
  if (context.now >= validUntil(approval, context.lifetimeMs)) {
    return { reason: 'Expired', message: `it was valid until ${new Date(validUntil(approval, context.lifetimeMs)).toISOString()}` };
  }
  if (!context.stillMay(approval)) {
    return {
      reason: 'NotAllowed',
      message: `${approver} may not approve RemediationPlan ${planRef.name} (verb approve on remediationplans.agentsre.io)`,
    };
  }
  if (decision === 'Approve' && context.risk === 'High' && context.requestedBy !== undefined && isRequester(approver, context)) {
    return { reason: 'OwnHighRiskPlan', message: `${approver} requested this plan of high risk; somebody else has to approve it` };
  }
  return undefined;
}

function isRequester(approver: string, { requestedBy, personOf }: ApprovalContext): boolean {
  return requestedBy !== undefined && personOf(requestedBy.username) === personOf(approver);
}

/** Milliseconds since the epoch: the earlier of what the person said and what the strategy allows. */
function validUntil({ spec, metadata }: Approval, lifetimeMs: number): number {
  const atMost = Date.parse(metadata.creationTimestamp) + lifetimeMs;
  return spec.expiresAt === undefined ? atMost : Math.min(atMost, Date.parse(spec.expiresAt));
}

function byCreation(a: Approval, b: Approval): number {
  const [x, y] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (x === y) return a.metadata.name < b.metadata.name ? -1 : 1;
  return x < y ? -1 : 1;
}
