/**
 * `kubectl sre propose`: a person takes a plan's alternative, or another value within the action's bounds, as a plan of their own.
 *
 * It is made under the person's own identity, for the same Incident, with the next ordinal; what it may hold is judged here first, for a clear answer, then
 * by the API server, then by the executor. The plan in whose place it comes ends once this one stands with its diff.
 */
import type { Clock } from '../clock.ts';
import { type Incident, incidents, type RemediationPlan, remediationPlans } from '../crds/kinds.ts';
import { type Choice, ChoiceError, chosen, PLANS_MAX, seriesOf, tooLateFor } from '../domain/choice.ts';
import { hasEnded } from '../domain/plan.ts';
import { type Self, whoAmI } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInSeries } from '../kube/createInSeries.ts';
import { apiErrorIn, isForbidden, isInvalid } from '../kube/errors.ts';
import { policyRefusalIn } from '../kube/policyRefusal.ts';
import { diffLines, planSummary } from '../report/pages/plan.ts';
import { oneLine } from '../text/plain.ts';
import { CliError, findPlan, type Scope } from './find.ts';
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
  const { scope, terminal } = deps;
  const plan = await findPlan(scope, proposing.name);
  const incident = await incidentOf(scope.client, plan);
  const tooLate = tooLateFor(plan, incident);
  if (tooLate !== undefined) throw new CliError(oneLine(tooLate));
  const person = await whoAmI(scope.client);
  const made = await create(deps, proposing, { plan, incident, person }).catch((error: unknown) => {
    throw error instanceof ChoiceError ? new CliError(oneLine(error.message)) : error;
  });
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

interface About {
  readonly plan: RemediationPlan;
  readonly incident: Incident;
  readonly person: Self;
}

async function create(
  { scope, clock }: ProposeDeps,
  { instead, set }: Proposing,
  { plan, incident, person }: About,
): Promise<RemediationPlan> {
  const { investigationRef: ref, confidence } = plan.spec;
  const take = withValues(chosen(plan, instead), set);
  const choice: Choice = { incident, diagnosis: { ref, confidence }, before: plan, take, by: person, now: clock.now() };
  const namespace = plan.metadata.namespace ?? '';
  try {
    const made = await createInSeries(scope.client, seriesOf(choice));
    if (made.kind === 'exhausted') throw new CliError(`${PLANS_MAX} plans were proposed for Incident ${incident.metadata.name} already`);
    if (made.kind !== 'taken') return made.object;
    const { name } = made.object.metadata;
    throw new CliError(`somebody has proposed another plan meanwhile: ${name}; see: kubectl sre show ${name}`);
  } catch (error) {
    const why = whyNotMade(error, namespace);
    throw why === undefined ? error : new CliError(why, { cause: error });
  }
}

function whyNotMade(error: unknown, namespace: string): string | undefined {
  if (isForbidden(error))
    return `the API server refuses it: ${policyRefusalIn(error) ?? `you may not propose plans in namespace ${namespace}; ask an administrator for the ClusterRole agent-sre-responder there`}`;
  return isInvalid(error) ? `the API server refuses it: ${oneLine(apiErrorIn(error)?.message ?? '')}` : undefined;
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
