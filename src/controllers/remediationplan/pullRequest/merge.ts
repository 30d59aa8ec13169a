/**
 * Judges a pull request that was merged. It is deployed by then, whoever did it: what is decided here is whether that was the approval.
 *
 * It was if the plan's own commit was merged, and nothing else came onto the branch with it; in time; unvetoed; by a listed person who may approve, with
 * as many others as the policy asks for. Then the plan goes on as after a commit of ours. If not, it ends, and a person is asked: without an
 * approval nothing is written to the deployed branch, not even what would take it back.
 */
import { personBehind } from '../../../crds/impersonation.ts';
import type { PullRequestRecord } from '../../../crds/remediationPlan.ts';
import { identityOf } from '../../../domain/identities.ts';
import { type HostUser, judgeMergers } from '../../../domain/mergeApproval.ts';
import { GitError } from '../../../gitops/errors.ts';
import type { PullRequest, PullRequests } from '../../../gitops/hosts/port.ts';
import { mayDo } from '../../../kube/access.ts';
import { type Merged, mergedChanges } from '../../../remediate/proposal.ts';
import { bounded, next, type StepResult, wait } from '../../steps.ts';
import { verdictsOn, vetoOf } from '../awaitApproval.ts';
import { lockMerged } from '../brake.ts';
import { conclude, declareOn, isoNow, type PlanScope, remediateDeps } from '../scope.ts';

/** A host may say that it has merged a moment before its branch shows it. */
const PATIENCE_MS = 120_000;

type Merge = NonNullable<PullRequest['merge']>;
type Verdict = Awaited<ReturnType<typeof judge>>;

export async function takeMerge(scope: PlanScope, requests: PullRequests, request: PullRequest): Promise<StepResult> {
  const { pullRequest, owner } = scope.status;
  const merge = request.merge;
  if (pullRequest === undefined || merge === undefined || !/^[0-9a-f]{40,64}$/u.test(merge.sha) || Number.isNaN(Date.parse(merge.at)))
    throw new GitError(
      'Unavailable',
      `${request.url} is merged, and ${requests.host} does not say when, or as which commit; it is asked again`,
    );
  const where = { repository: owner?.repository ?? '', branch: owner?.ref ?? '', commit: merge.sha };
  const merged = await mergedChanges(remediateDeps(scope), where, { signal: scope.signal });
  if (merged === undefined && scope.clock.now() - Date.parse(merge.at) < PATIENCE_MS) return wait('MergeNotSeen', 2_000);

  const verdict = await judge(scope, requests, request, { merge, merged, pullRequest });
  Object.assign(pullRequest, { mergedAt: merge.at, mergeSha: merge.sha, mergedBy: bounded(mergerText(scope, requests, merge), 512) });
  delete pullRequest.closing;
  if (!verdict.approved || merged === undefined) return refuse(scope, request, merge, verdict);
  await lockMerged(scope);
  return goOn(scope, merge, merged, verdict);
}

interface Facts {
  readonly merge: Merge;
  readonly merged: Merged | undefined;
  readonly pullRequest: PullRequestRecord;
}

async function judge(scope: PlanScope, requests: PullRequests, request: PullRequest, facts: Facts) {
  const { plan, status, signal } = scope;
  const no = (why: string) => ({ approved: false, why }) as const;
  const refusal = whatIsWrong(scope, request, facts);
  if (refusal !== undefined) return no(refusal);
  const level = status.risk?.level ?? 'High';
  const veto = vetoOf(await verdictsOn(scope, { digest: status.digest ?? '', risk: level }));
  if (veto !== undefined) return no(`${veto.spec.approver} had rejected it`);

  const reviewers = await requests.approvers(request.number, facts.pullRequest.headSha, { signal });
  const [merger, ...others] = await Promise.all([facts.merge.by, ...reviewers].map((login) => hostUser(scope, requests.host, login)));
  return judgeMergers({
    merger,
    reviewers: others.filter((other) => other !== undefined),
    needed: status.policy?.approvals ?? 1,
    risk: level,
    requestedBy: plan.spec.requestedBy,
    personOf: personBehind,
  });
}

/** Whether what was merged is what was proposed, and in time. */
function whatIsWrong(
  { plan, status: { owner } }: PlanScope,
  { headSha, base }: PullRequest,
  { merge, merged, pullRequest }: Facts,
): string | undefined {
  const { closing } = pullRequest;
  // What a merge does to the world may be what made the plan look stale.
  if (closing !== undefined && Date.parse(merge.at) > Date.parse(closing.at)) return `it was being closed: ${closing.reason}`;
  if (headSha !== pullRequest.headSha) return `commits were pushed to it after the plan’s own, ${pullRequest.headSha.slice(0, 12)}`;
  if (base !== owner?.ref) return `it was merged into ${base}, and was proposed for ${owner?.ref}`;
  if (merged?.changes !== pullRequest.changes) return 'what it did to the branch is not just what the plan’s commit does';
  return Date.parse(merge.at) < Date.parse(plan.spec.expiresAt) ? undefined : `it had expired at ${plan.spec.expiresAt}`;
}

async function hostUser(
  { identities, client, plan, signal }: PlanScope,
  host: string,
  login: string | undefined,
): Promise<HostUser | undefined> {
  if (login === undefined || login === '') return undefined;
  const account = `${host}/${login}`;
  const identity = identityOf(identities, host, login);
  if (identity === undefined) return { account, may: false };
  const { namespace, name } = plan.metadata;
  const approve = { verb: 'approve', group: 'agentsre.io', resource: 'remediationplans', namespace, name };
  return {
    account,
    user: identity.user,
    may: await mayDo(client, { username: identity.user, groups: [...identity.groups] }, approve, signal),
  };
}

function mergerText({ identities }: PlanScope, { host }: PullRequests, { by }: Merge): string {
  if (by === undefined) return `somebody on ${host}`;
  const user = identityOf(identities, host, by)?.user;
  return user === undefined ? `${host}/${by}` : `${user} (${host}/${by})`;
}

function goOn(scope: PlanScope, merge: Merge, { parent }: Merged, verdict: Extract<Verdict, { approved: true }>): StepResult {
  const { status } = scope;
  const [first, ...others] = verdict.by;
  status.approvedAt = merge.at;
  const given = verdict.by.map(({ user, account }) => ({
    approver: user,
    decision: 'Approve' as const,
    valid: true,
    reason: account === first?.account ? `merged it, as ${account}` : `approved of this commit, as ${account}`,
  }));
  status.approvals = [...given, ...(status.approvals ?? []).filter(({ name }) => name !== undefined)].slice(0, 20);
  status.commit = {
    sha: merge.sha,
    parent,
    repository: status.owner?.repository ?? '',
    ref: status.owner?.ref ?? '',
    pushedAt: isoNow(scope),
  };
  const also = others.length === 0 ? '' : `, with the approval of ${others.map(({ user }) => user).join(', ')}`;
  declareOn(scope, 'Approved', {
    status: 'True',
    reason: 'Merged',
    message: `${status.pullRequest?.url} was merged by ${status.pullRequest?.mergedBy}${also}`,
  });
  return next;
}

/** Deployed without an approval: said loudly, and left to people. */
function refuse(scope: PlanScope, { url }: PullRequest, { sha }: Merge, verdict: Verdict): StepResult {
  const why = verdict.approved ? 'its commit is not on the branch' : verdict.why;
  const { mergedBy } = scope.status.pullRequest ?? {};
  const message =
    `${url} was merged by ${mergedBy} as ${sha.slice(0, 12)}, and that is no approval: ${why}. It is deployed all the same, and neither verified nor taken back by ` +
    `itself: look at it now, and keep it or take it back (git revert ${sha.slice(0, 12)}; of a merge commit: git revert -m 1 ${sha.slice(0, 12)})`;
  declareOn(scope, 'Approved', { status: 'False', reason: 'MergedWithoutApproval', message });
  scope.logger.warn({ url, sha, mergedBy, why }, 'a pull request of ours was merged without an approval');
  return conclude(scope, 'Failed', message);
}
