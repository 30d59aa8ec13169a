/**
 * A person's own choice in place of a plan: an alternative of it, its own action with other values, or another action of the catalogue.
 *
 * Pure. What is wrong is said in a sentence (`ChoiceError`); what may stand in a plan at all, the API server and the executor judge after this.
 */
import { ACTIONS, type ActionType, structOf } from '../crds/actions/actions.ts';
import { API_VERSION } from '../crds/common.ts';
import { type Incident, type RemediationPlan, remediationPlans } from '../crds/kinds.ts';
import { type Action, remediationPlanSpec, type TakenInstead } from '../crds/remediationPlan.ts';
import type { Series } from '../kube/createInSeries.ts';
import { canonicalJson } from './canonical.ts';
import { lifetimeMs } from './lifetime.ts';
import { planOfPerson } from './names.ts';
import { hasEnded } from './plan.ts';

export class ChoiceError extends Error {
  override readonly name = 'ChoiceError';
}

/** Why nothing can take the place of that plan any more; undefined: something can. */
export function tooLateFor(plan: RemediationPlan, { metadata, status }: Incident): string | undefined {
  const { name } = plan.metadata;
  const resolved = status?.conditions?.find(({ type }) => type === 'Resolved');
  if (resolved?.status === 'True') return `Incident ${metadata.name} is resolved: ${resolved.message}`;
  const present = status?.planRefs?.at(-1);
  if (present !== undefined && present.uid !== plan.metadata.uid)
    return `plan ${name} is not the present one of Incident ${metadata.name}; that is ${present.name}`;
  if (plan.status?.approvedAt !== undefined && !hasEnded(plan))
    return `plan ${name} was approved already, and is at work (${plan.status.phase}); it has to end before another can take its place`;
  return plan.status?.phase === 'Succeeded' ? `plan ${name} has succeeded; there is nothing left to fix` : undefined;
}

/** What a plan would do that takes the given alternative; its own action where none is given. Throws a ChoiceError. */
export function chosen({ spec, metadata }: RemediationPlan, instead: string | undefined): TakenInstead {
  const [action] = spec.actions;
  if (instead === undefined) {
    if (action === undefined || spec.actions.length > 1)
      throw new ChoiceError(`plan ${metadata.name} does ${spec.actions.length} things; say which alternative is taken`);
    const { strategy, successCriteria, abortCriteria, soakSeconds } = spec;
    return { action, strategy, successCriteria, abortCriteria, soakSeconds };
  }
  const found = spec.alternatives?.find((one) => one.action === instead);
  if (found?.take !== undefined) return found.take;
  const takeable = (spec.alternatives ?? []).filter(({ take }) => take !== undefined).map((one) => one.action);
  const others = takeable.length === 0 ? 'it has no alternative that fits' : `those that fit are ${takeable.join(', ')}`;
  throw new ChoiceError(
    found === undefined
      ? `${instead} is no alternative of plan ${metadata.name}; ${others}`
      : `${instead} does not fit here: ${found.whyNot}; ${others}`,
  );
}

/** The action with other values for its parameters. @param given by parameter, the readings of each in the order of preference. Throws a ChoiceError. */
export function withParameters<A extends Pick<Action, 'type'>>(action: A, given: Readonly<Record<string, readonly unknown[]>>): A {
  return Object.entries(given).reduce((before, [name, readings]) => withParameter(before, name, readings), action);
}

function withParameter<A extends Pick<Action, 'type'>>(action: A, name: string, readings: readonly unknown[]): A {
  const { type } = action;
  const field = structOf(type);
  const shape = ACTIONS[type].parameters?.shape ?? {};
  const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
  if (field === undefined || schema === undefined) {
    const names = Object.keys(shape);
    throw new ChoiceError(`${type} takes ${names.length === 0 ? 'no parameters' : `the parameters ${names.join(', ')}`}, and not ${name}`);
  }
  const results = readings.map((reading) => schema.safeParse(reading));
  const fitting = results.find(({ success }) => success);
  if (fitting === undefined) {
    const complaint = results.at(-1)?.error?.issues[0]?.message ?? 'it is nothing that it takes';
    throw new ChoiceError(`${name}=${textOf(readings[0])} is out of the bounds of ${type}: ${complaint}`);
  }
  const parameters = (action as Readonly<Record<string, unknown>>)[field] as object | undefined;
  return { ...action, [field]: { ...parameters, [name]: fitting.data } };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 100);

export interface Choice {
  readonly incident: Incident;
  /** The Investigation that it rests on, and how sure that is, in percent. */
  readonly diagnosis: { readonly ref: RemediationPlan['spec']['investigationRef']; readonly confidence: number };
  /** In whose place it comes, if there is one. */
  readonly before: RemediationPlan | undefined;
  readonly take: TakenInstead;
  readonly by: { readonly username: string; readonly groups?: readonly string[] | undefined };
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the schema of a plan's ordinal admits. */
export const PLANS_MAX = 10;

/**
 * Its plan among those that people have chosen for the Incident: the same choice of the same person is the same plan, and another one comes only after it
 * has ended. Throws a ChoiceError for what the schema does not allow.
 */
export function seriesOf(choice: Choice): Series<RemediationPlan> {
  const { incident, before, by } = choice;
  const { namespace, name, uid } = incident.metadata;
  // Without blockOwnerDeletion, which takes a right that people do not have.
  const ownerReferences = [{ apiVersion: API_VERSION, kind: 'Incident', name, uid, controller: true }];
  const at = (ordinal: number) => ({
    metadata: { namespace: namespace ?? '', name: planOfPerson(uid, ordinal), ownerReferences },
    spec: specOf(choice, ordinal),
  });
  const first = (before?.spec.ordinal ?? 0) + 1;
  const wanted = canonicalJson(choice.take.action);
  return {
    resource: remediationPlans,
    at,
    isSame: ({ spec }) =>
      spec.requestedBy?.username === by.username && canonicalJson(spec.actions[0]) === wanted && spec.actions.length === 1,
    isOver: hasEnded,
    first,
    last: PLANS_MAX,
  };
}

function specOf({ incident, diagnosis, before, take, by, now }: Choice, ordinal: number): RemediationPlan['spec'] {
  const { action, ...rest } = take;
  const place = before === undefined ? '' : ` in place of: ${before.spec.summary}`;
  const spec: RemediationPlan['spec'] = {
    incidentRef: { name: incident.metadata.name, uid: incident.metadata.uid },
    investigationRef: diagnosis.ref,
    ordinal,
    ...(before === undefined ? {} : { supersedes: { name: before.metadata.name, uid: before.metadata.uid } }),
    summary: `${action.type} for ${action.target.kind} ${action.target.name}, as ${by.username} has chosen${place}`.slice(0, 600),
    actions: [action],
    ...rest,
    rollback: before?.spec.rollback ?? 'Automatic',
    expiresAt: new Date(now + lifetimeMs(rest.strategy)).toISOString(),
    confidence: diagnosis.confidence,
    ...(before?.spec.alternatives === undefined ? {} : { alternatives: before.spec.alternatives }),
    ...(before?.spec.notVerified === undefined ? {} : { notVerified: before.spec.notVerified }),
    requestedBy: { username: by.username, groups: [...(by.groups ?? [])] },
  };
  const [issue] = remediationPlanSpec.safeParse(spec).error?.issues ?? [];
  if (issue !== undefined) throw new ChoiceError(`${issue.path.join('.')}: ${issue.message}`);
  return spec;
}

/** The parameters of an action, as in `SetResources (container, memoryLimitMebibytes?, …)`. */
export function signatureOf(type: ActionType): string {
  const shape = ACTIONS[type].parameters?.shape ?? {};
  const names = Object.entries(shape).map(([name, schema]) => (schema.safeParse(undefined).success ? `${name}?` : name));
  return names.length === 0 ? type : `${type} (${names.join(', ')})`;
}
