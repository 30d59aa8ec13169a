/**
 * A commit on a branch of its own, and the pull request for it: each made once, whenever the process dies.
 *
 * The commit is pinned in the status, with its date, before it is first pushed. A branch that is there with just that commit is ours from an earlier
 * life; a request that is there for the branch, too. One effect a reconcile: the branch, then the request.
 */
import type { PullRequestRecord } from '../../../crds/remediationPlan.ts';
import type { HostedRepository } from '../../../gitops/hosts/hosts.ts';
import type { PullRequest } from '../../../gitops/hosts/port.ts';
import type { CommitRecord } from '../../../remediate/delivery.ts';
import { branchTip, changesBetween, pushProposal } from '../../../remediate/proposal.ts';
import type { PullRequestText } from '../../../report/pullRequest.ts';
import { next, type StepResult, wait } from '../../steps.ts';
import { beginEffect } from '../beginEffect.ts';
import { push } from '../push.ts';
import { isoNow, type PlanScope, remediateDeps } from '../scope.ts';

/** What a call to a host may take. */
export const HOST_CALL_MS = 7_000;

export interface Proposal {
  readonly effect: 'PullRequest' | 'RevertPullRequest';
  readonly host: HostedRepository;
  readonly repository: string;
  readonly branch: string;
  /** Branch that it is to be merged into. */
  readonly base: string;
  /** As it is in the status; absent: nothing was begun. */
  readonly pinned: PullRequestRecord | undefined;
  /** Puts it into the status. */
  readonly pin: (record: PullRequestRecord) => void;
  /** The same on every try for the same date. */
  readonly commit: (at: string) => Promise<CommitRecord>;
  readonly text: () => PullRequestText;
  /** The branch is there, with what is none of ours. */
  readonly taken: (tip: string) => StepResult;
}

export async function propose(scope: PlanScope, proposal: Proposal): Promise<StepResult> {
  const { pinned } = proposal;
  if (pinned?.pushedAt === undefined) return pushBranch(scope, proposal);
  if (pinned.number === undefined) return openIt(scope, proposal, pinned);
  return next;
}

async function pushBranch(scope: PlanScope, proposal: Proposal): Promise<StepResult> {
  const { effect, repository, branch, pinned } = proposal;
  const { signal } = scope;
  const tip = await branchTip(remediateDeps(scope), { repository, branch }, { signal });
  if (tip !== undefined && tip === pinned?.headSha) return branchIsThere(scope, pinned, proposal);
  if (tip !== undefined) return proposal.taken(tip);

  const preparedAt = pinned?.preparedAt ?? isoNow(scope);
  const { sha: headSha, parent } = await proposal.commit(preparedAt);
  const changes = await changesBetween(remediateDeps(scope), repository, [parent, headSha], { signal });
  const record: PullRequestRecord = { branch, headSha, parent, changes, preparedAt };
  proposal.pin(record);
  const pushed = await push(scope, { effect, parent, commit: headSha, ref: branch }, (limits) =>
    pushProposal(remediateDeps(scope), { repository, branch, commit: headSha }, limits),
  );
  return pushed.kind === 'pushed' ? branchIsThere(scope, record, proposal) : pushed.result;
}

function branchIsThere(scope: PlanScope, record: PullRequestRecord, { pin }: Proposal): StepResult {
  pin({ ...record, pushedAt: isoNow(scope) });
  return wait('BranchPushed', 1);
}

async function openIt(scope: PlanScope, proposal: Proposal, pinned: PullRequestRecord): Promise<StepResult> {
  const { host, branch, base, effect } = proposal;
  const found = await host.requests.find(branch, base, { signal: scope.signal });
  const begun = await beginEffect(scope, { effect, parent: pinned.parent }, HOST_CALL_MS);
  if (begun.kind === 'held') return begun.result;
  const { signal } = begun;
  const request = found ?? (await host.requests.create({ head: branch, base, draft: host.draft, ...proposal.text() }, { signal }));
  scope.logger.info({ effect, url: request.url, found: found !== undefined }, 'the pull request is open');
  if (host.labels.length > 0) await labelIt(scope, host, request, signal);
  proposal.pin({ ...pinned, number: request.number, url: request.url.slice(0, 2048), openedAt: isoNow(scope) });
  return next;
}

/** A request without its labels is one all the same. */
async function labelIt(
  { logger }: PlanScope,
  { requests, labels }: HostedRepository,
  { number, url }: PullRequest,
  signal: AbortSignal,
): Promise<void> {
  try {
    await requests.label(number, labels, { signal });
  } catch (err) {
    logger.warn({ err, url }, 'the pull request could not be labelled');
  }
}
