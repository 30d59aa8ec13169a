/**
 * Works out what the plan would change, from the live world: files, rendered fields, risk, policy, and the digest over them.
 *
 * Done once for people to look at, and again whenever an approval is about to count. Where the second digest is another one the
 * world has moved under the approval: the plan goes stale, and says what moved as far as that is known.
 */

import type { Risk } from '../../crds/remediationPlan.ts';
import { planDigest } from '../../domain/digest.ts';
import { lifetimeMs } from '../../domain/lifetime.ts';
import { approvalsNeeded, type PolicyDecision } from '../../domain/policy.ts';
import { directMaterial, type PreparedPlan, prepareDirect } from '../../remediate/direct/prepare.ts';
import { digestMaterial, type Refusal, type RenderedPlan, renderPlan } from '../../remediate/renderPlan.ts';
import { readClusterUid } from '../clusterUid.ts';
import { bounded, next, type StepResult, wait } from '../steps.ts';
import { approvalsOf } from './approvalsOf.ts';
import { earned } from './autonomy.ts';
import { amongOf, decide, movedSince, policiesMoved, subjectOf } from './decide.ts';
import { conclude, declareOn, hasActed, isoNow, type PlanScope, remediateDeps, type World } from './scope.ts';

export async function render(scope: PlanScope): Promise<StepResult> {
  const { status, plan, signal } = scope;
  if (hasActed(status)) return next;
  // A pull request stands open for days, and may be merged at any time: it has to fit the world as it is.
  const aboutToCount = approvalsOf(scope).length > 0 || status.policy?.decision === 'Auto' || plan.spec.strategy === 'PullRequest';
  if (status.digest !== undefined && !aboutToCount && !(await policiesMoved(scope))) return next;

  const derive = plan.spec.strategy === 'Direct' ? prepareDirect : renderPlan;
  const rendered = await derive(remediateDeps(scope), plan, { signal });
  if (rendered.kind === 'refusal') return refused(scope, rendered);
  const subject = await subjectOf(scope, rendered);
  const policy = await earned(scope, { rendered, subject, policy: decide(scope, subject) });
  const digest = await digestFor(scope, rendered, policy);
  scope.world = { rendered, subject, policy, digest };
  if (status.digest === undefined) present(scope, scope.world);
  else if (digest !== status.digest) return goStale(scope, scope.world);
  else if (policy.mode !== status.policy?.decision) presentPolicy(status, policy, rendered.risk.level); // what was Auto is not any more
  return next;
}

/** States of the world that pass by themselves or by a person's hand elsewhere: waited for until the plan expires. */
const PASSING: ReadonlySet<string> = new Set(['OwnerSuspended', 'OwnerFailing', 'EngineBehind']);

function refused(scope: PlanScope, { reason, message }: Refusal): StepResult {
  const isShown = scope.status.digest !== undefined;
  if (isShown && scope.plan.spec.strategy === 'PullRequest' && PASSING.has(reason)) return next;
  declareOn(scope, 'Rendered', { status: 'False', reason, message });
  if (isShown) return conclude(scope, 'Stale', message);
  if (!PASSING.has(reason)) return conclude(scope, 'Failed', message);
  scope.status.waitingOn = { who: reason === 'OwnerSuspended' ? 'Person' : 'Engine', detail: bounded(message, 512) };
  return wait(reason, 5_000);
}

async function digestFor(scope: PlanScope, rendered: World['rendered'], policy: PolicyDecision): Promise<string> {
  const { plan, client, signal } = scope;
  return planDigest({
    plan: { uid: plan.metadata.uid, spec: plan.spec },
    clusterUid: await readClusterUid(client, signal),
    material: rendered.kind === 'prepared' ? directMaterial(rendered) : digestMaterial(rendered),
    policies: amongOf(policy).map(({ uid, generation }) => ({ uid, generation })),
  });
}

function present(scope: PlanScope, { rendered, subject, policy, digest }: World): void {
  const { status, plan } = scope;
  status.digest = digest;
  const shown = (text: string | undefined, max: number): string | undefined =>
    text === undefined ? undefined : bounded(scope.redact(text), max);
  if (rendered.kind === 'rendered') presentGit(scope, rendered);
  else presentDirect(scope, rendered);
  status.renderedDiff = rendered.renderedDiff.slice(0, 40).map((field) => ({
    object: bounded(field.object, 512),
    path: bounded(field.path, 512),
    before: shown(field.before, 256),
    after: shown(field.after, 256),
  }));
  status.preimages = rendered.preimages.slice(0, 40).map(({ object, path, value }) => ({ object, path, value: shown(value, 1024) }));
  status.risk = { level: rendered.risk.level, reasons: [...rendered.risk.reasons] };
  status.blastRadius = { ...rendered.blastRadius };
  presentPolicy(status, policy, rendered.risk.level);
  status.subjects = subject.actions.map(({ type, target: { kind, namespace, name } }) => ({ action: type, kind, namespace, name }));
  if (plan.spec.strategy !== 'PullRequest') status.approveCommand = approveCommand(plan.metadata, digest);
  declareOn(scope, 'Rendered', {
    status: 'True',
    reason: 'Rendered',
    message: `${filesText(rendered)}${rendered.renderedDiff.length} fields`,
  });
}

function presentPolicy(status: PlanScope['status'], decision: PolicyDecision, risk: Risk): void {
  const soaks = decision.among.flatMap(({ spec }) => (spec.soakSeconds === undefined ? [] : [spec.soakSeconds]));
  status.policy = {
    name: decision.policy?.metadata.name ?? '',
    decision: decision.mode,
    approvals: approvalsNeeded(decision.among, risk),
    reason: bounded(decision.reason, 1024),
    among: amongOf(decision).slice(0, 20),
    ...(soaks.length === 0 ? {} : { soakSeconds: Math.max(...soaks) }),
  };
}

function presentGit({ status, redact }: PlanScope, { diff, owner, repository, ref, base }: RenderedPlan): void {
  status.diff = bounded(redact(diff), 24_576);
  status.owner = { engine: owner.engine, object: owner.object, repository, ref, path: owner.path };
  status.base = base;
}

function presentDirect({ status }: PlanScope, { prepared: { leaves } }: PreparedPlan): void {
  status.owner = { engine: 'None' };
  if (leaves !== undefined) status.proposed = { leaves: { ...leaves } };
}

const filesText = (rendered: World['rendered']): string =>
  rendered.kind === 'prepared' ? 'done directly, ' : `${rendered.files.length === 1 ? '1 file' : `${rendered.files.length} files`}, `;

function goStale(scope: PlanScope, { rendered, policy }: World): StepResult {
  const base = rendered.kind === 'prepared' ? undefined : rendered.base;
  const moved =
    movedSince(scope.status, policy) ??
    (base === undefined || base === scope.status.base
      ? 'the cluster or the plan’s targets have changed'
      : `the repository has moved from ${scope.status.base?.slice(0, 12)} to ${base.slice(0, 12)}`);
  declareOn(scope, 'Rendered', { status: 'False', reason: 'Stale', message: `${moved}, and with it what this plan would do` });
  return conclude(scope, 'Stale', `${moved} since this was shown (${isoNow(scope)}); a new proposal follows`);
}

/** Plain kubectl: the API server fills in who approves. */
function approveCommand({ name, namespace = '', uid }: { name: string; namespace?: string; uid: string }, digest: string): string {
  return [
    "kubectl create -f - <<'EOF'",
    'apiVersion: agentsre.io/v1alpha1',
    'kind: Approval',
    `metadata: {namespace: ${namespace}, generateName: ${name}-}`,
    'spec:',
    `  planRef: {name: ${name}, uid: ${uid}}`,
    `  planDigest: ${digest}`,
    '  decision: Approve',
    'EOF',
  ].join('\n');
}

/** How long an approval of this plan counts, in ms. */
export const approvalLifetimeMs = ({ plan, world }: PlanScope): number => lifetimeMs(plan.spec.strategy, world?.policy.among);
