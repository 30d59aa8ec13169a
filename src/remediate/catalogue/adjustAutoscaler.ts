/**
 * AdjustAutoscaler: raises the bounds between which a HorizontalPodAutoscaler scales.
 *
 * Each at most to twice of what it is now; lowering is for people to decide.
 */
import type { Action, Criterion } from '../../crds/remediationPlan.ts';
import { type Autoscaler, autoscalers } from '../../gitops/resources.ts';
import { inWords, objects, type Target } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { reliefCriteria } from './criteria.ts';
import { type Considered, type Facts, ruleOut, suggest } from './facts.ts';
import { type FieldValue, writeFields } from './field.ts';
import type { CatalogueEntry, RiskFinding, WriteContext, Written } from './types.ts';

const MOST_FACTOR = 2;
const CAREFUL_REPLICAS = 5;

export const adjustAutoscaler: CatalogueEntry<Target<Autoscaler>> = {
  type: 'AdjustAutoscaler',
  about: objects(autoscalers),
  bounds: [`Each bound is raised, to at most ${MOST_FACTOR} times of what it is.`, 'The lower bound does not exceed the upper one.'],
  cures: ['AutoscalerAtMaximum'],
  inverse: 'AdjustAutoscaler to the bounds that were replaced, by restoring the files byte for byte.',
  soakSeconds: 300,
  consider,
  successCriteria,
  abortCriteria: () => [],
  write,
};

const GROWTH = 1.5;
const ROLLOUT_SECONDS = 600;

async function consider({ rootCause, client, signal }: Facts): Promise<Considered> {
  const type = 'AdjustAutoscaler';
  const { kind } = rootCause.object;
  const target = kind === 'HorizontalPodAutoscaler' ? await adjustAutoscaler.about.read(client, rootCause.object, { signal }) : undefined;
  const { maxReplicas } = target?.object.spec ?? {};
  if (target === undefined || maxReplicas === undefined) return ruleOut(type, 'it is about no HorizontalPodAutoscaler that is there');
  const raised = Math.ceil(maxReplicas * GROWTH);
  return suggest(type, {
    target,
    parameters: { adjustAutoscaler: { maxReplicas: raised } },
    title: `Let autoscaler ${target.name} scale to ${raised} replicas`,
    because: `${rootCause.reason}: it wants more than the ${maxReplicas} that it may make.`,
  });
}

function successCriteria(target: Target<Autoscaler>): readonly Criterion[] {
  const { apiVersion, kind, name } = target.object.spec?.scaleTargetRef ?? { kind: '', name: '' };
  const scaled = { ...(apiVersion === undefined ? {} : { apiVersion }), kind, namespace: target.namespace, name };
  return [{ type: 'RolloutComplete', target: scaled, withinSeconds: ROLLOUT_SECONDS }, ...reliefCriteria(target)];
}

async function write(context: WriteContext<Target<Autoscaler>>): Promise<Written | Refusal> {
  const { target, action } = context;
  const bounds = boundsOf(target, action.adjustAutoscaler ?? {});
  const fields: FieldValue[] = [];
  for (const { name, wanted, now, live, otherwise } of bounds) {
    if (wanted === now) continue;
    const where = `${name} of ${inWords(target)}`;
    if (wanted < now) return refuse('ParametersInvalid', `${where} is ${now}; ${wanted} would be less, which is for people to decide`);
    if (wanted > now * MOST_FACTOR)
      return refuse('ParametersInvalid', `${where} is ${now}; ${wanted} is more than ${MOST_FACTOR} times as much`);
    fields.push({ path: ['spec', name], value: wanted, live, ...otherwise });
  }
  const [most, least] = bounds;
  if (fields.length === 0) return refuse('AlreadyInPlace', `${inWords(target)} has these bounds already`);
  if (least.wanted > most.wanted) return refuse('ParametersInvalid', `the lower bound of ${inWords(target)} would exceed the upper one`);
  return writeFields(context, fields, riskOf(Math.max(...bounds.map(({ wanted, now }) => wanted - now))));
}

interface Bound {
  readonly name: string;
  readonly wanted: number;
  readonly now: number;
  readonly live: number | undefined;
  readonly otherwise?: Pick<FieldValue, 'otherwise'>;
}

/** The upper one first: it has to be there for the lower one to rise. */
function boundsOf(
  { object }: Target<Autoscaler>,
  { minReplicas, maxReplicas }: NonNullable<Action['adjustAutoscaler']>,
): readonly [Bound, Bound] {
  const { minReplicas: min, maxReplicas: max = 0 } = object.spec ?? {};
  const least = min ?? 1;
  return [
    { name: 'maxReplicas', wanted: maxReplicas ?? max, now: max, live: max },
    { name: 'minReplicas', wanted: minReplicas ?? least, now: least, live: min, otherwise: { otherwise: 1 } },
  ];
}

function riskOf(more: number): RiskFinding {
  return more > CAREFUL_REPLICAS
    ? { level: 'Medium', reasons: [`up to ${more} pods more: nodes, quotas and what they call may not have room for them`] }
    : { level: 'Low', reasons: [`up to ${more} pod${more === 1 ? '' : 's'} more, as load asks for them`] };
}
