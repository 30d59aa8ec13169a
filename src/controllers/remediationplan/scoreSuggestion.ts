/**
 * Scores a plan that was only suggested against what people then did, once: when its Incident is resolved, or a day later at the latest.
 *
 * The objects are read live and compared by the fields that the plan showed. What the API server can't be asked for throws, and is asked again.
 */
import type { ObjectRef } from '../../crds/common.ts';
import type { RemediationPlanStatus } from '../../crds/remediationPlan.ts';
import { type Score, type ShadowField, scoreOf } from '../../domain/suggestion.ts';
import type { KubeObject } from '../../kube/object.ts';
import { resourceOf } from '../../remediate/direct/resources.ts';
import { changeable } from '../../remediate/kinds.ts';
import { liveValue } from '../../remediate/liveValue.ts';
import { bounded, isTrue } from '../steps.ts';
import { isoNow, type PlanScope } from './scope.ts';

const BOUND_MS = 24 * 3_600_000;

/** How long people still have, in ms; 0: it is time to look. */
export function timeLeft({ plan, status, incidents, clock }: PlanScope): number {
  const { incidentRef } = plan.spec;
  const incident = incidents.get({ namespace: plan.metadata.namespace ?? '', name: incidentRef.name });
  if (incident?.metadata.uid === incidentRef.uid && isTrue(incident.status, 'Resolved')) return 0;
  return Math.max(0, Date.parse(status.completedAt ?? plan.metadata.creationTimestamp) + BOUND_MS - clock.now());
}

const SAID: Readonly<Record<Score, string>> = {
  Same: 'people did what the plan would have done',
  Different: 'people did something else to the fields that the plan would have written',
  Nothing: 'the fields that the plan would have written are as they were',
};

export async function scoreSuggestion(scope: PlanScope): Promise<NonNullable<RemediationPlanStatus['suggestion']>> {
  const score = scoreOf(await shadowFields(scope));
  const at = isoNow(scope);
  if (score === undefined) return { at, message: 'the plan would have left nothing behind that could be compared' };
  return { at, score, message: SAID[score] };
}

async function shadowFields(scope: PlanScope): Promise<readonly ShadowField[]> {
  const { renderedDiff = [], preimages = [] } = scope.status;
  const live = new Map<ObjectRef, KubeObject | undefined>();
  for (const { object } of preimages) live.set(object, await readLive(scope, object));
  return preimages.flatMap(({ object, path }): ShadowField[] => {
    const planned = renderedDiff.find((field) => field.path === path && isAbout(field.object, object));
    // What controllers write into a status comes and goes.
    if (planned === undefined || path.startsWith('status.')) return [];
    const now = live.get(object);
    if (path === '') return [{ before: object.uid, planned: undefined, anyChange: true, now: now?.metadata.uid }];
    const anyChange = planned.after?.startsWith('(') === true;
    return [{ before: planned.before, planned: planned.after, anyChange, now: shown(scope, now, path) }];
  });
}

/** As the plan shows values: redacted, and cut. */
function shown({ redact }: PlanScope, object: KubeObject | undefined, path: string): string | undefined {
  const value = object === undefined ? undefined : liveValue(object, path);
  return value === undefined ? undefined : bounded(redact(value), 256);
}

/** `Deployment/shop/cart`, `Node/n1`: how a diff names objects. */
function isAbout(name: string, { kind, namespace = '', name: of }: ObjectRef): boolean {
  return [`${kind}/${namespace}/${of}`, `${kind}//${of}`, `${kind}/${of}`].includes(name);
}

async function readLive({ client, signal, plan }: PlanScope, ref: ObjectRef): Promise<KubeObject | undefined> {
  const resource = plan.spec.strategy === 'Direct' ? resourceOf(ref) : changeable({ apiVersion: ref.apiVersion ?? '', kind: ref.kind });
  if (resource === undefined) return undefined;
  return client.get(resource, ref.namespace === undefined ? { name: ref.name } : { namespace: ref.namespace, name: ref.name }, { signal });
}
