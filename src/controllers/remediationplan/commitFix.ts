/** Writes the approved change into Git: the bytes that were approved, on the branch that is deployed, exactly once. */
import { type CommitRecord, commitPlan } from '../../remediate/delivery.ts';
import { next, type StepResult } from '../steps.ts';
import { announceAndPush } from './push.ts';
import { declareOn, type PlanScope, remediateDeps } from './scope.ts';

export async function commitFix(scope: PlanScope): Promise<StepResult> {
  const { status, plan } = scope;
  if (plan.spec.strategy === 'Direct') return next;
  if (status.commit === undefined && plan.spec.strategy === 'PullRequest') return next;
  if (status.commit === undefined) {
    const record = await makeCommit(scope);
    const pushed = await announceAndPush(scope, 'Commit', record);
    if (pushed.kind === 'not-yet') {
      const message = status.waitingOn?.detail ?? 'the push has not gone through yet';
      declareOn(scope, 'Applied', { status: 'False', reason: 'PushPending', message });
      return pushed.result;
    }
    status.commit = { ...record, pushedAt: pushed.at };
  }
  const { sha, ref } = status.commit;
  declareOn(scope, 'Applied', { status: 'True', reason: 'Committed', message: `commit ${sha} on ${ref}` });
  return next;
}

async function makeCommit(scope: PlanScope): Promise<CommitRecord> {
  const { status, plan, world } = scope;
  if (world?.rendered.kind !== 'rendered' || status.approvedAt === undefined) {
    throw new Error(`plan ${plan.metadata.name} was to be committed without being rendered and approved`);
  }
  return commitPlan(remediateDeps(scope), {
    plan: identify(scope),
    digest: world.digest,
    approvers: approversOf(scope),
    at: Date.parse(status.approvedAt),
    summary: plan.spec.summary,
    rendered: world.rendered,
  });
}

export function identify({ plan, remediate }: PlanScope): { name: string; namespace: string; uid: string } {
  const { name, namespace = remediate.operatorNamespace, uid } = plan.metadata;
  return { name, namespace, uid };
}

function approversOf({ status }: PlanScope): string[] {
  const people = (status.approvals ?? []).filter(({ valid, decision }) => valid && decision === 'Approve').map(({ approver }) => approver);
  return people.length === 0 ? [`policy:${status.policy?.name ?? ''}`] : people;
}
