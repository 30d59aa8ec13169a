/**
 * Whether merging a pull request approved its plan: who merged it has to be a listed person who may approve, and as many distinct such persons as the
 * policy asks for have to stand behind it: the one who merged, and those who approved of just that commit in a review.
 *
 * Pure: who somebody is, and what they may, was asked before. For high risk nobody counts who requested the plan.
 */
import type { RemediationPlanSpec, Risk } from '../crds/remediationPlan.ts';

/** Somebody on a Git host. */
export interface HostUser {
  /** `github.com/alice` */
  readonly account: string;
  /** User name in Kubernetes, where the list of identities has the account. */
  readonly user?: string | undefined;
  /** Whether that user may approve the plan now. */
  readonly may: boolean;
}

export interface MergeQuestion {
  readonly merger: HostUser | undefined;
  readonly reviewers: readonly HostUser[];
  /** How many distinct persons have to approve. */
  readonly needed: number;
  readonly risk: Risk;
  readonly requestedBy: RemediationPlanSpec['requestedBy'];
  /** One person for all names that they have. */
  readonly personOf: (user: string) => string;
}

export type MergeVerdict =
  /** Persons, the one who merged first. */
  { readonly approved: true; readonly by: readonly Behind[] } | { readonly approved: false; readonly why: string };

export function judgeMergers(question: MergeQuestion): MergeVerdict {
  const { merger, needed } = question;
  if (merger === undefined) return { approved: false, why: 'the Git host does not say who merged it' };
  const refusal = refusalOf(merger);
  if (refusal !== undefined) return { approved: false, why: refusal };
  const by = thoseBehind(question, merger);
  return by.length >= needed ? { approved: true, by } : { approved: false, why: tooFew(question, merger, by) };
}

interface Behind {
  readonly user: string;
  readonly account: string;
}

/** Each person once, the one who merged first. */
function thoseBehind(question: MergeQuestion, merger: HostUser): readonly Behind[] {
  const counted = new Map<string, Behind>();
  for (const { user, account, may } of [merger, ...question.reviewers]) {
    if (user === undefined || !may || isOwn(question, user)) continue;
    const person = question.personOf(user);
    if (!counted.has(person)) counted.set(person, { user, account });
  }
  return [...counted.values()];
}

const isOwn = ({ risk, requestedBy, personOf }: MergeQuestion, user: string): boolean =>
  risk === 'High' && requestedBy !== undefined && personOf(requestedBy.username) === personOf(user);

function tooFew(question: MergeQuestion, { account, user = '' }: HostUser, by: readonly Behind[]): string {
  const wanted = question.needed === 1 ? 'one listed person' : `${question.needed} different listed persons`;
  const did = by.length === 0 ? 'nobody did' : `only ${by.map((person) => person.account).join(', ')} did`;
  const own = isOwn(question, user) ? `; ${account} requested it, and does not count` : '';
  return `${wanted} had to approve of it, by merging or by a review of this commit, and ${did}${own}`;
}

function refusalOf({ account, user, may }: HostUser): string | undefined {
  if (user === undefined) return `${account} merged it, who is not in the list of identities`;
  return may
    ? undefined
    : `${account} merged it, and user ${user} may not approve this plan (verb approve on remediationplans.agentsre.io)`;
}
