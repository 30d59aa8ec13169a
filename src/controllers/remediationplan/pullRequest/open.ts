/** Proposes the change as a pull request, which may be before anybody has approved it: nothing is deployed from its branch. */
import type { InvestigationStatus } from '../../../crds/investigation.ts';
import { type CommitRecord, commitPlan } from '../../../remediate/delivery.ts';
import { proposalBranch } from '../../../remediate/proposal.ts';
import type { RenderedPlan } from '../../../remediate/renderPlan.ts';
import { pullRequestText } from '../../../report/pullRequest.ts';
import { next, type StepResult } from '../../steps.ts';
import { identify } from '../commitFix.ts';
import { conclude, declareOn, hasActed, type PlanScope, remediateDeps } from '../scope.ts';
import { propose } from './propose.ts';

export async function openRequest(scope: PlanScope): Promise<StepResult> {
  const { plan, status, world } = scope;
  if (plan.spec.strategy !== 'PullRequest' || hasActed(status) || world?.rendered.kind !== 'rendered') return next;
  // With these nothing is written anywhere: the next step ends the plan.
  if (world.policy.mode === 'Off' || world.policy.mode === 'Suggest') return next;
  const { rendered, digest } = world;
  const host = scope.hosts.of(rendered.repository);
  if (host === undefined) {
    const message = `no Git host is configured for ${rendered.repository}: add it to git.hosts, or make a plan of strategy Commit`;
    declareOn(scope, 'Approved', { status: 'False', reason: 'NoGitHost', message });
    return conclude(scope, 'Failed', message);
  }
  const branch = proposalBranch(plan.metadata.name, digest);
  const result = await propose(scope, {
    effect: 'PullRequest',
    host,
    repository: rendered.repository,
    branch,
    base: rendered.ref,
    pinned: status.pullRequest,
    pin: (record) => {
      status.pullRequest = record;
    },
    commit: (at) => commitAt(scope, rendered, digest, at),
    text: () => pullRequestText({ metadata: plan.metadata, spec: plan.spec, status }, diagnosisOf(scope)),
    taken: (tip) => taken(scope, branch, tip),
  });
  const { url, pushedAt } = status.pullRequest ?? {};
  if (url !== undefined) status.approveCommand = `merge ${url}`;
  if (pushedAt === undefined && result.kind === 'wait') {
    const message = status.waitingOn?.detail ?? 'its branch is not pushed yet';
    declareOn(scope, 'Approved', { status: 'False', reason: 'NotProposed', message });
  }
  return result;
}

function commitAt(scope: PlanScope, rendered: RenderedPlan, digest: string, at: string): Promise<CommitRecord> {
  const { summary } = scope.plan.spec;
  return commitPlan(remediateDeps(scope), { plan: identify(scope), digest, approvers: [], at: Date.parse(at), summary, rendered });
}

/** What the report is made of; none of it is read here. */
function diagnosisOf({ plan, investigations }: PlanScope): InvestigationStatus | undefined {
  const { namespace } = plan.metadata;
  return investigations.get({ namespace, name: plan.spec.investigationRef.name })?.status;
}

function taken(scope: PlanScope, branch: string, tip: string): StepResult {
  const pinned = scope.status.pullRequest?.headSha;
  return pinned === undefined
    ? conclude(
        scope,
        'Failed',
        `branch ${branch} is there already, at ${tip.slice(0, 12)}, and is not of this plan; delete it, and propose again`,
      )
    : conclude(
        scope,
        'Stale',
        `branch ${branch} was pushed to before it was proposed: it is at ${tip.slice(0, 12)}, and the plan’s commit is ${pinned.slice(0, 12)}`,
      );
}
