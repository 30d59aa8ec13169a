/**
 * An action that a person has thought of, as what a plan says that takes it: how it is delivered, and how it is told whether it has helped.
 *
 * From the live world, as far as it can be read here: whether there is such an object, who applies it, and for what is done directly whether it could be
 * done now. What an action writes into Git is for the executor to find out.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { Incident } from '../crds/kinds.ts';
import type { Action, TakenInstead } from '../crds/remediationPlan.ts';
import { findOwner, type Owner } from '../gitops/owner.ts';
import type { KubeClient } from '../kube/client.ts';
import { isForbidden } from '../kube/errors.ts';
import { apiVersionOf, type ResourceType } from '../kube/object.ts';
import type { Target } from './actionTarget.ts';
import { catalogue } from './catalogue/catalogue.ts';
import { isProtected } from './guard.ts';
import { ownerHandoff } from './handoff.ts';
import { criteriaOf, NOTHING_MORE, type ProposeSettings, strategyOf } from './propose.ts';
import { type Refusal, refuse } from './refusal.ts';

export interface OwnActionInput {
  readonly incident: Incident;
  readonly settings: ProposeSettings;
  readonly client: KubeClient;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

/** What an action of that type may be about; undefined: nothing of that kind. */
export function resourceOf({ type, target }: Pick<Action, 'type' | 'target'>): ResourceType | undefined {
  return catalogue[type].about.resources.find(({ kind }) => kind === target.kind);
}

export function kindsOf(type: Action['type']): readonly string[] {
  return catalogue[type].about.resources.map(({ kind }) => kind);
}

export async function takeOwnAction(action: Action, input: OwnActionInput): Promise<TakenInstead | Refusal> {
  const { client, signal, settings } = input;
  const entry = catalogue[action.type];
  const resource = resourceOf(action);
  if (resource === undefined)
    return refuse('OutOfScope', `${action.type} is about ${kindsOf(action.type).join(', ')}, not about ${action.target.kind}`);
  const target: ObjectRef = { apiVersion: apiVersionOf(resource), ...action.target };
  const live = await entry.about.read(client, target, { signal });
  const where = [target.namespace, target.name].filter((part) => part !== undefined).join('/');
  if (live === undefined) return refuse('TargetNotFound', `there is no ${target.kind} ${where}`);
  const owner = entry.write === undefined ? NO_OWNER : await findOwner(client, live.ref, { signal });
  const strategy = strategyOf(action.type, { owner, settings });
  const whole: Action = { ...action, target };
  const refusal = strategy === 'Direct' ? await refusedNow(whole, live, input) : notWritable(owner, live.ref);
  return refusal ?? { action: whole, strategy, ...criteriaOf(input, { type: action.type, target: live }, NOTHING_MORE) };
}

const NO_OWNER: Owner = { engine: 'None' };

function notWritable(owner: Owner, target: ObjectRef): Refusal | undefined {
  const handoff = ownerHandoff(owner, target);
  return handoff === undefined ? undefined : refuse('UnsupportedOwner', handoff.message);
}

/** What could not be looked at here, the executor looks at. */
async function refusedNow(
  action: Action,
  target: Target,
  { incident, settings, client, now, signal }: OwnActionInput,
): Promise<Refusal | undefined> {
  const { namespace = settings.operatorNamespace } = incident.metadata;
  const within = namespace === settings.operatorNamespace ? undefined : namespace;
  const context = { action, target, client, now, isProtected: (one: string) => isProtected(one, settings), within, signal };
  try {
    const prepared = await catalogue[action.type].direct?.prepare(context);
    return prepared?.kind === 'refusal' ? prepared : undefined;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
