/**
 * What people did to the pull request at the Git host: merged it, closed it, pushed to it, or nothing yet.
 *
 * Only the plan's own commit was looked at by those who approve it: whatever is pushed after it voids the plan.
 */
import type { PullRequestRecord } from '../../../crds/remediationPlan.ts';
import { gitErrorIn } from '../../../gitops/errors.ts';
import type { PullRequest, PullRequests } from '../../../gitops/hosts/port.ts';
import { bounded, next, type StepResult, wait } from '../../steps.ts';
import { conclude, declareOn, hasActed, isoNow, type PlanScope } from '../scope.ts';
import { OUR_MARK } from './close.ts';
import { takeMerge } from './merge.ts';

export async function followRequest(scope: PlanScope): Promise<StepResult> {
  const { pullRequest, owner } = scope.status;
  if (pullRequest?.number === undefined || pullRequest.mergedAt !== undefined || hasActed(scope.status)) return next;
  const host = scope.hosts.of(owner?.repository ?? '');
  if (host === undefined) {
    scope.status.waitingOn = {
      who: 'Person',
      detail: bounded(`no Git host is configured any more for ${owner?.repository}: add it to git.hosts`, 512),
    };
    return wait('NoGitHost', 60_000);
  }
  const request = await look(scope, host.requests, pullRequest.number);
  if (request === undefined) return next;
  switch (request.state) {
    case 'Merged':
      return takeMerge(scope, host.requests, request);
    case 'Closed':
      return takeClosing(scope, host.requests, pullRequest);
    case 'Open':
      return stillOpen(scope, request, pullRequest);
    default:
      return request.state satisfies never;
  }
}

/** One that is not to be found any more is a person's to explain, until the plan expires; then it does, without it. */
async function look({ plan, clock, signal }: PlanScope, requests: PullRequests, number: number): Promise<PullRequest | undefined> {
  try {
    return await requests.get(number, { signal });
  } catch (error) {
    if (gitErrorIn(error)?.kind === 'NotFound' && clock.now() >= Date.parse(plan.spec.expiresAt)) return undefined;
    throw error;
  }
}

function stillOpen(scope: PlanScope, { headSha, base, url }: PullRequest, pinned: PullRequestRecord): StepResult {
  const ref = scope.status.owner?.ref;
  const moved =
    headSha !== pinned.headSha
      ? `${url} is at ${headSha.slice(0, 12)} now: commits were pushed to it after the plan’s own, ${pinned.headSha.slice(0, 12)}`
      : base !== ref
        ? `${url} is to be merged into ${base} now, and was proposed for ${ref}`
        : undefined;
  if (moved === undefined) return next;
  declareOn(scope, 'Approved', { status: 'False', reason: 'Stale', message: moved });
  return conclude(scope, 'Stale', `${moved}; a new proposal follows`);
}

/** Closed by a person: that is a no. */
async function takeClosing(scope: PlanScope, requests: PullRequests, pullRequest: PullRequestRecord): Promise<StepResult> {
  const comments = await requests.comments(pullRequest.number ?? 0, { signal: scope.signal });
  const last = comments.findLast(({ body }) => !body.includes(OUR_MARK));
  const said =
    last === undefined
      ? ' without a comment'
      : `; the last comment, by ${last.author}: “${scope.redact(last.body).replaceAll(/\s+/gu, ' ').trim()}”`;
  const message = bounded(`${pullRequest.url} was closed${said}`, 1000);
  pullRequest.closedAt = isoNow(scope);
  declareOn(scope, 'Approved', { status: 'False', reason: 'Rejected', message });
  return conclude(scope, 'Rejected', message);
}
