/**
 * `kubectl sre propose`: a person takes a plan's alternative, or another value within the action's bounds, as a plan of their own.
 *
 * It is made under the person's own identity, for the same Incident, with the next ordinal; what it may hold is judged here first, for a clear answer, then
 * by the API server, then by the executor. The plan in whose place it comes ends once this one stands with its diff.
 */
import type { Clock } from '../clock.ts';
import { type Incident, incidents, type RemediationPlan, remediationPlans } from '../crds/kinds.ts';
import { remediationPlanSpec, type TakenInstead } from '../crds/remediationPlan.ts';
import { lifetimeMs } from '../domain/lifetime.ts';
import { childName } from '../domain/names.ts';
import { hasEnded } from '../domain/plan.ts';
import { type Self, whoAmI } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import { apiErrorIn, isAlreadyExists, isForbidden, isInvalid } from '../kube/errors.ts';
import { diffLines, planSummary } from '../report/pages/plan.ts';
import { oneLine } from '../text/plain.ts';
import { CliError, findPlan, type Scope } from './find.ts';
import { policyRefusalIn } from './refusal.ts';
import { withValues } from './setValues.ts';
import type { Terminal } from './terminal.ts';

export interface Proposing {
  readonly name: string;
  /** The alternative that is taken; absent: the plan's own action, with other values. */
  readonly instead: string | undefined;
  /** As in "memoryLimitMebibytes=256". */
  readonly set: readonly string[];
}

export interface ProposeDeps {
  readonly scope: Scope;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** How long to wait for the executor to show what it would do. */
  readonly patienceMs: number;
}

export async function propose(deps: ProposeDeps, proposing: Proposing): Promise<void> {
  const { scope, terminal, clock } = deps;
  const plan = await findPlan(scope, proposing.name);
  const incident = await incidentOf(scope.client, plan);
  refuseIfTooLate(plan, incident);
  const person = await whoAmI(scope.client);
  const made = await create(
    scope.client,
    specOf(plan, withValues(chosen(plan, proposing.instead), proposing.set), person, clock.now()),
    plan,
    incident,
  );
  terminal.print(`Proposed as ${oneLine(person.username)}: plan ${made.metadata.name}, in place of ${plan.metadata.name}`);
  await sayDiff(deps, made);
}

async function incidentOf(client: KubeClient, { metadata, spec }: RemediationPlan): Promise<Incident> {
  const { name, uid } = spec.incidentRef;
  const incident = await client.get(incidents, { namespace: metadata.namespace ?? '', name });
  if (incident?.metadata.uid !== uid)
    throw new CliError(`Incident ${name} of plan ${metadata.name} is gone; there is nothing to propose a plan for`);
  return incident;
}

function refuseIfTooLate(plan: RemediationPlan, { metadata, status }: Incident): void {
  const { name } = plan.metadata;
  const resolved = status?.conditions?.find(({ type }) => type === 'Resolved');
  if (resolved?.status === 'True') throw new CliError(`Incident ${metadata.name} is resolved: ${oneLine(resolved.message)}`);
  const present = status?.planRefs?.at(-1);
  if (present !== undefined && present.uid !== plan.metadata.uid)
    throw new CliError(`plan ${name} is not the present one of Incident ${metadata.name}; that is ${present.name}`);
  if (plan.status?.approvedAt !== undefined && !hasEnded(plan))
    throw new CliError(
      `plan ${name} was approved already, and is at work (${plan.status.phase}); it has to end before another can take its place`,
    );
  if (plan.status?.phase === 'Succeeded') throw new CliError(`plan ${name} has succeeded; there is nothing left to fix`);
}

/** What the new plan would do, before other values are set. */
function chosen({ spec, metadata }: RemediationPlan, instead: string | undefined): TakenInstead {
  const [action] = spec.actions;
  if (instead === undefined) {
    if (action === undefined || spec.actions.length > 1)
      throw new CliError(`plan ${metadata.name} does ${spec.actions.length} things; say with --instead which alternative is taken`);
    const { strategy, successCriteria, abortCriteria, soakSeconds } = spec;
    return { action, strategy, successCriteria, abortCriteria, soakSeconds };
  }
  const found = spec.alternatives?.find((one) => one.action === instead);
  if (found?.take !== undefined) return found.take;
  const takeable = (spec.alternatives ?? []).filter(({ take }) => take !== undefined).map((one) => one.action);
  const others = takeable.length === 0 ? 'it has no alternative that fits' : `those that fit are ${takeable.join(', ')}`;
  throw new CliError(
    found === undefined
      ? `${instead} is no alternative of plan ${metadata.name}; ${others}`
      : `${instead} does not fit here: ${oneLine(found.whyNot)}; ${others}`,
  );
}

function specOf(plan: RemediationPlan, take: TakenInstead, { username, groups }: Self, now: number): RemediationPlan['spec'] {
  const { incidentRef, investigationRef, ordinal, confidence, rollback, alternatives, notVerified } = plan.spec;
  const { action, ...rest } = take;
  const spec: RemediationPlan['spec'] = {
    incidentRef,
    investigationRef,
    ordinal: ordinal + 1,
    supersedes: { name: plan.metadata.name, uid: plan.metadata.uid },
    summary:
      `${action.type} for ${action.target.kind} ${action.target.name}, as ${oneLine(username)} has chosen in place of: ${plan.spec.summary}`.slice(
        0,
        600,
      ),
    actions: [action],
    ...rest,
    rollback,
    expiresAt: new Date(now + lifetimeMs(rest.strategy)).toISOString(),
    confidence,
    ...(alternatives === undefined ? {} : { alternatives }),
    ...(notVerified === undefined ? {} : { notVerified }),
    requestedBy: { username, groups: [...groups] },
  };
  const [issue] = remediationPlanSpec.safeParse(spec).error?.issues ?? [];
  if (issue !== undefined) throw new CliError(`${issue.path.join('.')}: ${issue.message}`);
  return spec;
}

async function create(
  client: KubeClient,
  spec: RemediationPlan['spec'],
  before: RemediationPlan,
  incident: Incident,
): Promise<RemediationPlan> {
  const { namespace = '' } = before.metadata;
  const { apiVersion, kind, metadata } = incident;
  const name = childName('rp', metadata.uid, 'chosen', spec.ordinal);
  const ownerReferences = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }];
  try {
    return await client.create(remediationPlans, { metadata: { namespace, name, ownerReferences }, spec });
  } catch (error) {
    throw new CliError(whyNotMade(error, name, namespace), { cause: error });
  }
}

function whyNotMade(error: unknown, name: string, namespace: string): string {
  if (isAlreadyExists(error)) return `somebody has proposed another plan meanwhile: ${name}; see: kubectl sre show ${name}`;
  if (isForbidden(error))
    return `the API server refuses it: ${policyRefusalIn(error) ?? `you may not propose plans in namespace ${namespace}; ask an administrator for the ClusterRole agent-sre-responder there`}`;
  if (isInvalid(error)) return `the API server refuses it: ${oneLine(apiErrorIn(error)?.message ?? '')}`;
  throw error;
}

/** What the executor makes of it: the diff, or why it will not be. */
async function sayDiff({ scope: { client }, terminal, clock, patienceMs }: ProposeDeps, { metadata }: RemediationPlan): Promise<void> {
  const { namespace = '', name } = metadata;
  const until = clock.monotonic() + patienceMs;
  for (;;) {
    const plan = await client.get(remediationPlans, { namespace, name });
    const page = { style: terminal.style, width: terminal.width, now: clock.now() };
    if (plan !== undefined && hasEnded(plan)) throw new CliError(`the executor refuses it: ${whyEnded(plan)}`);
    if (plan?.status?.digest !== undefined) return terminal.print(...planSummary(plan, page), ...diffLines(plan, page));
    if (clock.monotonic() >= until)
      return terminal.print(`The executor has not shown yet what it would do. See: kubectl sre show ${name} -n ${namespace}`);
    await clock.sleep(250);
  }
}

const whyEnded = ({ status }: RemediationPlan): string =>
  oneLine(status?.conditions?.find(({ type }) => type === 'Succeeded')?.message ?? `it has ended as ${status?.phase}`);
