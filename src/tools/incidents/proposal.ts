/**
 * Proposes a RemediationPlan for an Incident in a caller's name: an alternative of its present plan, that plan's action with other values, or another
 * action of the closed catalogue. Nothing is changed by it: a person has to approve what the executor makes of it.
 *
 * Twice is once: the name follows from the Incident and the number of the choice, over processes and crashes. What can be judged before is judged before.
 */
import type { Incident, Investigation, RemediationPlan } from '../../crds/kinds.ts';
import { incidents, remediationPlans } from '../../crds/kinds.ts';
import type { Action, TakenInstead } from '../../crds/remediationPlan.ts';
import { type Choice, ChoiceError, chosen, PLANS_MAX, seriesOf, tooLateFor, withParameters } from '../../domain/choice.ts';
import { isOver } from '../../domain/lifeCycle.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createInSeries } from '../../kube/createInSeries.ts';
import { guard } from '../../remediate/guard.ts';
import { kindsOf, resourceOf, takeOwnAction } from '../../remediate/ownAction.ts';
import type { ProposeSettings } from '../../remediate/propose.ts';
import { demand } from '../caller.ts';
import { ToolError, troubleOf } from '../errors.ts';
import type { Call } from '../tool.ts';
import { attributes } from './kept.ts';
import type { ProposalInput } from './proposalInput.ts';
import type { Records } from './records.ts';
import { notTaken, requesterOf } from './requested.ts';
import { wrong } from './targets.ts';

export interface ProposalDeps {
  readonly records: Records;
  readonly client: KubeClient;
  readonly settings: ProposeSettings;
}

export interface Proposed {
  readonly plan: RemediationPlan;
  /** It was proposed before, by the same caller. */
  readonly wasThere: boolean;
  readonly inPlaceOf: string | undefined;
}

export async function propose(deps: ProposalDeps, asked: ProposalInput, call: Call): Promise<Proposed> {
  const incident = await openIncident(deps, asked, call);
  const { namespace = '', name } = incident.metadata;
  await demand(call, attributes({ resource: remediationPlans }, 'create', namespace));
  const before = await presentPlan(deps, incident, call);
  const diagnosis = await diagnosisOf(deps, incident, call);
  const take = await judged(() => takeOf(deps, asked, { incident, before }, call));
  const by = requesterOf(call.caller);
  const choice: Choice = { incident, diagnosis, before, take, by, now: deps.records.clock.now() };
  return judged(async () => {
    const series = seriesOf(choice);
    mustPass(series.at(series.first), deps.settings);
    const tried = `propose a plan for Incident ${name}`;
    const made = await createInSeries(deps.client, series, call.signal).catch((error: unknown) => {
      throw notTaken(tried, error);
    });
    if (made.kind === 'exhausted')
      throw new ToolError(
        'Invalid',
        `${PLANS_MAX} plans were proposed for Incident ${name} already, which is the most; a person has to look.`,
      );
    if (made.kind === 'taken')
      throw new ToolError(
        'Invalid',
        `Somebody has proposed another plan for Incident ${name} meanwhile: ${made.object.metadata.name}. See it with get_plan.`,
      );
    return { plan: made.object, wasThere: made.kind === 'found', inPlaceOf: before?.metadata.name };
  });
}

/** What is wrong with a choice, for the caller. */
async function judged<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof ChoiceError ? new ToolError('Invalid', error.message, { cause: error }) : error;
  }
}

async function openIncident(
  { records, client }: ProposalDeps,
  { incident: name, namespace }: ProposalInput,
  call: Call,
): Promise<Incident> {
  const cached = await records.incidents.get({ name, namespace }, call);
  const incident = await live(client.get(incidents, keyOf(cached), { signal: call.signal }), `get Incident ${name}`);
  if (incident === undefined) throw new ToolError('NotFound', `Incident ${name} was deleted just now.`);
  if (isOver(incident)) throw new ToolError('Invalid', `Incident ${name} is over; there is nothing to propose a plan for.`);
  const leader = incident.status?.groupedInto?.name;
  if (leader !== undefined) throw new ToolError('Invalid', `Incident ${name} belongs to ${leader}; propose the plan for that one.`);
  return incident;
}

const keyOf = ({ metadata }: Incident) => ({ namespace: metadata.namespace ?? '', name: metadata.name });

async function live<T>(reading: Promise<T>, tried: string): Promise<T> {
  return reading.catch((error: unknown) => {
    throw troubleOf(tried, error);
  });
}

/** In whose place it would come. Read live: a cache may lag behind a choice that was just made. */
async function presentPlan({ client }: ProposalDeps, incident: Incident, call: Call): Promise<RemediationPlan | undefined> {
  const ref = incident.status?.planRefs?.at(-1);
  if (ref === undefined) return undefined;
  const { namespace = '' } = incident.metadata;
  await demand(call, attributes({ resource: remediationPlans }, 'get', namespace, ref.name));
  const plan = await live(
    client.get(remediationPlans, { namespace, name: ref.name }, { signal: call.signal }),
    `get RemediationPlan ${ref.name}`,
  );
  if (plan?.metadata.uid !== ref.uid) return undefined;
  const tooLate = tooLateFor(plan, incident);
  if (tooLate !== undefined) throw new ToolError('Invalid', `Too late: ${tooLate}.`);
  return plan;
}

async function diagnosisOf({ records }: ProposalDeps, { metadata, status }: Incident, call: Call): Promise<Choice['diagnosis']> {
  const ref = status?.investigationRef;
  if (ref === undefined)
    throw new ToolError(
      'Invalid',
      `Incident ${metadata.name} has not been looked into yet; propose a plan once get_incident shows a diagnosis.`,
    );
  const found: Investigation | undefined = await records.investigations.referenced(metadata.namespace ?? '', ref, call);
  return { ref, confidence: found?.status?.rootCause?.confidence ?? 0 };
}

interface About {
  readonly incident: Incident;
  readonly before: RemediationPlan | undefined;
}

async function takeOf(deps: ProposalDeps, asked: ProposalInput, { incident, before }: About, call: Call): Promise<TakenInstead> {
  const { action: type, target, parameters = {} } = asked;
  const given = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]]));
  if (target === undefined) {
    const offered = offeredBy(before, asked);
    const take = { ...offered, action: withParameters(offered.action, given) };
    await demandTarget(take.action, incident, call);
    return take;
  }
  if (type === undefined) throw wrong('action', 'say which action is taken on the target');
  const action: Action = withParameters({ type, target: targetRef(type, target) }, given);
  await demandTarget(action, incident, call);
  const { records, client, settings } = deps;
  const reading = takeOwnAction(action, { incident, settings, client, now: records.clock.now(), signal: call.signal });
  const take = await live(reading, `look at ${target.kind} ${target.name}`);
  if ('message' in take) throw new ToolError(take.reason === 'TargetNotFound' ? 'NotFound' : 'Invalid', `${type}: ${take.message}.`);
  return take;
}

/** The present plan's own action, or an alternative of it. */
function offeredBy(before: RemediationPlan | undefined, { action: type, parameters, incident }: ProposalInput): TakenInstead {
  if (before === undefined) throw wrong('target', `Incident ${incident} has no plan yet to choose from: say action, target and parameters`);
  const own = before.spec.actions.length === 1 ? before.spec.actions[0]?.type : undefined;
  if (type !== undefined && type !== own) return chosen(before, type);
  if (parameters !== undefined && Object.keys(parameters).length > 0) return chosen(before, undefined);
  const others = (before.spec.alternatives ?? []).filter(({ take }) => take !== undefined).map(({ action }) => action);
  const instead = others.length === 0 ? '' : `, or as action one of its alternatives: ${others.join(', ')}`;
  throw wrong(
    'action',
    `plan ${before.metadata.name} proposes that already; say other parameters for it${instead}, or an action with a target of your own`,
  );
}

function targetRef(type: Action['type'], { kind, namespace, name }: NonNullable<ProposalInput['target']>): Action['target'] {
  const resource = resourceOf({ type, target: { kind, name } });
  if (resource === undefined) throw wrong('target.kind', `${type} is about ${kindsOf(type).join(', ')}`);
  if (resource.namespaced && namespace === undefined) throw wrong('target.namespace', `say in which namespace ${kind} ${name} is`);
  return { kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** Nobody proposes to change what they may not even see. */
async function demandTarget({ type, target }: Action, { metadata }: Incident, call: Call): Promise<void> {
  const resource = resourceOf({ type, target });
  if (resource === undefined) throw wrong('target.kind', `${type} is about ${kindsOf(type).join(', ')}`);
  const namespace = resource.namespaced ? (target.namespace ?? metadata.namespace) : undefined;
  await demand(call, attributes({ resource }, 'get', namespace, target.name));
}

/** As the executor will judge it first. */
function mustPass(plan: Parameters<typeof guard>[0] | object, settings: ProposeSettings): void {
  const refusal = guard(plan as RemediationPlan, settings);
  if (refusal !== undefined) throw new ToolError('Invalid', `That plan would be refused: ${refusal.message}.`);
}
