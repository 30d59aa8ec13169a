/** Closes the pull request of a plan that ends, with a comment that says why, once; then the plan ends. One that was merged first is judged as merged. */
import type { PullRequestRecord } from '../../../crds/remediationPlan.ts';
import { gitErrorIn } from '../../../gitops/errors.ts';
import type { PullRequest, PullRequests } from '../../../gitops/hosts/port.ts';
import { closingComment } from '../../../report/pullRequest.ts';
import { next, type StepResult } from '../../steps.ts';
import { beginEffect } from '../beginEffect.ts';
import { conclude, isoNow, type PlanScope } from '../scope.ts';
import { takeMerge } from './merge.ts';
import { HOST_CALL_MS } from './propose.ts';

/** In every comment of ours, unseen. */
export const OUR_MARK = 'agent-sre:closing';

export async function closeRequest(scope: PlanScope): Promise<StepResult> {
  const { pullRequest, owner } = scope.status;
  const closing = pullRequest?.closing;
  if (pullRequest === undefined || closing === undefined) return next;
  const requests = scope.hosts.of(owner?.repository ?? '')?.requests;
  if (requests === undefined)
    return ended(scope, pullRequest, closing, '; its pull request is left open, as no Git host is configured for it any more');
  const request = await requestOf(scope, requests, pullRequest);
  if (request === 'lost')
    return ended(scope, pullRequest, closing, '; its pull request is not to be found any more, and may still be open');
  if (request?.state === 'Merged') return takeMerge(scope, requests, request);
  if (request?.state === 'Open') {
    const held = await explainAndClose(scope, requests, request, { parent: pullRequest.parent, reason: closing.reason });
    if (held !== undefined) return held;
  }
  return ended(scope, pullRequest, closing, '');
}

/** What holds it up; undefined: done. */
async function explainAndClose(
  scope: PlanScope,
  requests: PullRequests,
  { number, url }: PullRequest,
  { parent, reason }: { readonly parent: string; readonly reason: string },
): Promise<StepResult | undefined> {
  if (!(await isExplained(scope, requests, number))) {
    const begun = await beginEffect(scope, { effect: 'PullRequest', parent }, HOST_CALL_MS);
    if (begun.kind === 'held') return begun.result;
    await requests.comment(number, closingComment(reason, markOf(scope)), { signal: begun.signal });
  }
  const begun = await beginEffect(scope, { effect: 'PullRequest', parent }, HOST_CALL_MS);
  if (begun.kind === 'held') return begun.result;
  await requests.close(number, { signal: begun.signal });
  scope.logger.info({ url, why: reason }, 'closed the pull request');
  return undefined;
}

/** One that was made, and never recorded, is found by its branch. */
async function requestOf(
  { signal, status }: PlanScope,
  requests: PullRequests,
  { number, branch }: PullRequestRecord,
): Promise<PullRequest | undefined | 'lost'> {
  if (number === undefined) return requests.find(branch, status.owner?.ref ?? '', { signal });
  try {
    return await requests.get(number, { signal });
  } catch (error) {
    if (gitErrorIn(error)?.kind === 'NotFound') return 'lost';
    throw error;
  }
}

/** Whether our comment is there already, from before a crash. */
async function isExplained(scope: PlanScope, requests: PullRequests, number: number): Promise<boolean> {
  const comments = await requests.comments(number, { signal: scope.signal });
  return comments.some(({ body }) => body.includes(markOf(scope)));
}

const markOf = ({ plan }: PlanScope): string => `${OUR_MARK} ${plan.metadata.uid}`;

function ended(
  scope: PlanScope,
  pullRequest: PullRequestRecord,
  { ending, reason }: NonNullable<PullRequestRecord['closing']>,
  more: string,
): StepResult {
  pullRequest.closedAt = isoNow(scope);
  delete pullRequest.closing;
  return conclude(scope, ending, `${reason}${more}`);
}
