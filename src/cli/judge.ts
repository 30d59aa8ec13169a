/**
 * `kubectl sre approve` and `kubectl sre reject`: a person's word on exactly the diff that they were shown, given in their own name.
 *
 * What is approved is the digest that was on the screen, or the one that was named; if the plan has another one by then, the executor refuses.
 */
import type { Clock } from '../clock.ts';
import { type Approval, approvals, type RemediationPlan } from '../crds/kinds.ts';
import { hasEnded } from '../domain/plan.ts';
import { type Self, whoAmI } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import { isForbidden } from '../kube/errors.ts';
import type { NewObject } from '../kube/object.ts';
import { policyRefusalIn } from '../kube/policyRefusal.ts';
import { diffLines, planSummary } from '../report/pages/plan.ts';
import { oneLine } from '../text/plain.ts';
import { CliError, findPlan, type Scope } from './find.ts';
import type { Terminal } from './terminal.ts';

export interface Judgement {
  readonly decision: 'Approve' | 'Reject';
  readonly name: string;
  readonly digest: string | undefined;
  readonly reason: string | undefined;
  readonly yes: boolean;
}

export interface Judge {
  readonly scope: Scope;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** How long to wait for the executor's verdict. */
  readonly patienceMs: number;
}

export async function judge(deps: Judge, judgement: Judgement): Promise<void> {
  const { scope, terminal, clock } = deps;
  const plan = await findPlan(scope, judgement.name);
  const digest = judgeableDigest(plan, judgement);
  const { style, width } = terminal;
  const page = { style, width, now: clock.now() };
  terminal.print(...planSummary(plan, page), ...(judgement.decision === 'Approve' ? diffLines(plan, page) : []), '');
  const person = await whoAmI(scope.client);
  if (!(await isMeant(terminal, judgement, plan, person.username))) throw new CliError('nothing was done');
  const approval = await give(scope.client, approvalOf(plan, digest, judgement, person), plan);
  terminal.print(
    `${judgement.decision === 'Approve' ? 'Approved' : 'Rejected'} as ${oneLine(person.username)}: Approval ${approval.metadata.name}`,
  );
  await sayVerdict(deps, approval);
}

/** The digest that will be named. */
function judgeableDigest(plan: RemediationPlan, { digest, name, decision }: Judgement): string {
  const { status } = plan;
  if (hasEnded(plan)) throw new CliError(`plan ${name} has ended as ${status?.phase}; ${whyEnded(plan)}`);
  if (status?.approvedAt !== undefined) throw new CliError(`plan ${name} was approved already, and is at work: ${status.phase}`);
  refuseApprovalByHand(plan, decision);
  const present = status?.digest;
  if (present === undefined)
    throw new CliError(
      `plan ${name} has no diff yet, so there is nothing to judge; try again in a few seconds, or see: kubectl sre show ${name}`,
    );
  if (digest !== undefined && digest !== present)
    throw new CliError(`plan ${name} now has the digest ${present}; look at the present diff (kubectl sre show ${name}) and name that one`);
  return digest ?? present;
}

/** A plan with a pull request is approved where that is merged, and nowhere else. It may be rejected here. */
function refuseApprovalByHand({ spec, status, metadata }: RemediationPlan, decision: Judgement['decision']): void {
  if (decision !== 'Approve' || spec.strategy !== 'PullRequest') return;
  const url = status?.pullRequest?.url;
  throw new CliError(
    url === undefined
      ? `plan ${metadata.name} is approved by merging its pull request, which is not open yet; see: kubectl sre show ${metadata.name}`
      : `plan ${metadata.name} is approved by merging its pull request: ${oneLine(url)}`,
  );
}

function whyEnded({ status, metadata }: RemediationPlan): string {
  const succeeded = status?.conditions?.find(({ type }) => type === 'Succeeded');
  return succeeded === undefined ? `see: kubectl sre show ${metadata.name}` : oneLine(succeeded.message);
}

async function isMeant(
  terminal: Terminal,
  { decision, yes }: Judgement,
  { metadata }: RemediationPlan,
  username: string,
): Promise<boolean> {
  if (yes) return true;
  if (!terminal.isInteractive) throw new CliError('nobody is there to be asked; say --yes if you have seen the diff and mean it');
  const answer = await terminal.ask(`${decision} ${metadata.name} as ${oneLine(username)}? [y/N] `);
  return /^y(?:es)?$/iu.test(answer.trim());
}

function approvalOf(
  { metadata }: RemediationPlan,
  digest: string,
  { decision, reason }: Judgement,
  { username, groups }: Self,
): NewObject<Approval> {
  return {
    metadata: { namespace: metadata.namespace ?? '', generateName: `${metadata.name.slice(0, 200)}-` },
    spec: {
      planRef: { name: metadata.name, uid: metadata.uid },
      planDigest: digest,
      decision,
      approver: username,
      approverGroups: [...groups],
      channel: 'kubectl',
      ...(reason === undefined ? {} : { reason }),
    },
  };
}

async function give(client: KubeClient, approval: NewObject<Approval>, { metadata }: RemediationPlan): Promise<Approval> {
  try {
    return await client.create(approvals, approval);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new CliError(
      `the API server refuses it: ${policyRefusalIn(error) ?? `you may not create Approvals in namespace ${metadata.namespace}; ask an administrator for the ClusterRole agent-sre-approver there`}`,
      { cause: error },
    );
  }
}

async function sayVerdict({ scope, terminal, clock, patienceMs }: Judge, { metadata }: Approval): Promise<void> {
  const { style } = terminal;
  const verdict = await verdictOn(scope.client, metadata, clock, patienceMs);
  if (verdict === undefined) {
    terminal.print(
      style.yellow(
        `The executor has not judged it within ${patienceMs / 1000} s; it will once it runs. See: kubectl get apv ${metadata.name} -n ${metadata.namespace}`,
      ),
    );
    return;
  }
  const said = oneLine(verdict.conditions?.find(({ type }) => type === 'Accepted')?.message ?? '');
  if (verdict.verdict === 'Refused') throw new CliError(`the executor refuses it: ${said}`);
  terminal.print(style.green(`The executor accepts it${said === '' ? '' : `: ${said}`}`));
}

/** The executor's, once it is there. */
async function verdictOn(
  client: KubeClient,
  { namespace = '', name }: Approval['metadata'],
  clock: Clock,
  patienceMs: number,
): Promise<Approval['status']> {
  const until = clock.monotonic() + patienceMs;
  for (;;) {
    const approval = await client.get(approvals, { namespace, name });
    if (approval?.status?.verdict !== undefined) return approval.status;
    if (clock.monotonic() >= until) return undefined;
    await clock.sleep(250);
  }
}
