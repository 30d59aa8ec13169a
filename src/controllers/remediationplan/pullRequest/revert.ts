/**
 * Takes a fix back by a pull request, where the deployed branch takes no push. The executor never merges: the plan waits for a person, and says so.
 *
 * What is merged needs no approval of ours: whoever merges it changes the branch in their own name. The commit that it comes to is waited for as one of
 * ours would be.
 */
import type { RemediationPlanStatus } from '../../../crds/remediationPlan.ts';
import type { HostedRepository } from '../../../gitops/hosts/hosts.ts';
import type { CommitRecord } from '../../../remediate/delivery.ts';
import { mergedChanges, proposalBranch } from '../../../remediate/proposal.ts';
import { revertRequestText } from '../../../report/pullRequest.ts';
import { bounded, next, type StepResult, wait } from '../../steps.ts';
import { isoNow, type PlanScope, remediateDeps } from '../scope.ts';
import { propose } from './propose.ts';

const LOOK_AGAIN_MS = 15_000;

type Rollback = NonNullable<RemediationPlanStatus['rollback']>;
type Commit = NonNullable<RemediationPlanStatus['commit']>;

/** @param record the commit that takes it back; absent once its branch is there */
export async function openRevert(
  scope: PlanScope,
  rollback: Rollback,
  commit: Commit,
  record: CommitRecord | undefined,
): Promise<StepResult | { readonly unmerged: string }> {
  const { plan, status } = scope;
  const host = scope.hosts.of(commit.repository);
  if (host === undefined) return { unmerged: `it could not be taken back: no Git host is configured any more for ${commit.repository}` };
  const branch = proposalBranch(plan.metadata.name, status.digest ?? '', 'revert');
  const result = await propose(scope, {
    effect: 'RevertPullRequest',
    host,
    repository: commit.repository,
    branch,
    base: commit.ref,
    pinned: rollback.pullRequest,
    pin: (pinned) => {
      rollback.pullRequest = pinned;
    },
    commit: async () => {
      if (record === undefined) throw new Error(`the commit that takes plan ${plan.metadata.name} back was not made`);
      return Promise.resolve(record);
    },
    text: () => revertRequestText({ metadata: plan.metadata, spec: plan.spec, status }, rollback.reason),
    taken: (tip) => {
      status.waitingOn = {
        who: 'Person',
        detail: bounded(`branch ${branch} is there already, at ${tip.slice(0, 12)}: delete it, so that the fix can be taken back`, 512),
      };
      return wait('BranchTaken', 60_000);
    },
  });
  return result.kind === 'continue' ? follow(scope, host, rollback, commit) : result;
}

async function follow(
  scope: PlanScope,
  { requests }: HostedRepository,
  rollback: Rollback,
  { repository, ref }: Commit,
): Promise<StepResult | { readonly unmerged: string }> {
  const { status, signal } = scope;
  const { pullRequest } = rollback;
  if (pullRequest?.number === undefined) return wait('RollingBack', 1_000);
  const { state, url, merge } = await requests.get(pullRequest.number, { signal });
  if (state === 'Closed') {
    pullRequest.closedAt = isoNow(scope);
    return { unmerged: `${url}, which takes it back, was closed: what to do about it is for a person` };
  }
  const merged =
    merge === undefined ? undefined : await mergedChanges(remediateDeps(scope), { repository, branch: ref, commit: merge.sha }, { signal });
  if (merge === undefined || merged === undefined) {
    status.waitingOn = {
      who: 'Person',
      detail: bounded(`to merge ${url}: it takes back a fix that did not help, and ${ref} takes no push`, 512),
    };
    return wait('AwaitingRevertMerge', LOOK_AGAIN_MS);
  }
  Object.assign(pullRequest, { mergedAt: merge.at, mergeSha: merge.sha, mergedBy: `${requests.host}/${merge.by ?? ''}` });
  rollback.commit = { sha: merge.sha, parent: merged.parent, repository, ref, pushedAt: isoNow(scope) };
  return next;
}
