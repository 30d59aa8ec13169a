/**
 * Whether an object that lies around the targets concerns none of them: an Ingress to another Service, an autoscaler of another workload.
 *
 * The namespace of a target holds much that is not asked about. Kinds that are not known here, and what bounds a whole namespace, concern
 * everybody. What cannot be told counts as concerning.
 */

import { closest } from '../analysis/similarity.ts';
import type { ObjectRef } from '../crds/common.ts';
import { ownMember } from '../domain/ownMember.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import { selects } from '../sources/kubernetes/selection.ts';
import type { Route, Snapshot } from '../sources/kubernetes/snapshot.ts';
import { workloadsBehind } from './reachability.ts';

/** @param targets what was seen of what was asked about, alone */
export function isUnrelated(targets: Snapshot, object: ObjectRef): boolean {
  if (targets.workloads.length === 0) return false;
  const concerns = ownMember(CONCERNS, object.kind);
  return concerns !== undefined && !concerns(targets, object);
}

type Concerns = (targets: Snapshot, object: ObjectRef) => boolean;

const CONCERNS: Readonly<Record<string, Concerns>> = {
  Ingress: routeConcerns,
  HTTPRoute: routeConcerns,
  HorizontalPodAutoscaler: ({ autoscalers, workloads }, object) => {
    const scaler = autoscalers.find(({ ref }) => is(ref, object));
    return scaler === undefined || workloads.some(({ ref }) => is(ref, scaler.target));
  },
  PodDisruptionBudget: ({ budgets, workloads }, { namespace, name }) => {
    const budget = budgets.find((one) => one.namespace === namespace && one.name === name);
    return (
      budget === undefined || workloads.some(({ ref, podLabels }) => ref.namespace === namespace && selects(budget.selector, podLabels))
    );
  },
  Certificate: ({ certificates, workloads, routes, ...rest }, object) => {
    const secret = certificates.find(({ ref }) => is(ref, object))?.secret;
    const isMounted = workloads.some(({ references }) => references.some(({ kind, name }) => kind === 'Secret' && name === secret));
    const targets = { certificates, workloads, routes, ...rest };
    return secret === undefined || isMounted || routes.some((route) => route.tlsSecret === secret && leadsToTarget(targets, route));
  },
  PersistentVolumeClaim: ({ pods }, { namespace, name }) => pods.some((pod) => pod.namespace === namespace && pod.claims.includes(name)),
  Pod: ({ pods }, { namespace, name }) => pods.some((pod) => pod.namespace === namespace && pod.name === name),
};

const is = (a: ObjectRef, b: ObjectRef): boolean => objectName(a) === objectName(b);

function routeConcerns(targets: Snapshot, object: ObjectRef): boolean {
  const own = targets.routes.filter(({ owner }) => is(owner, object));
  return own.length === 0 || own.some((route) => leadsToTarget(targets, route));
}

/** It leads to a Service of a target, or to none that exists and by its name may be meant for one. */
function leadsToTarget(targets: Snapshot, { backend }: Route): boolean {
  const service = targets.services.find(({ namespace, name }) => namespace === backend.namespace && name === backend.service);
  if (service !== undefined) return workloadsBehind(targets, service).length > 0;
  const own = targets.services.filter((one) => workloadsBehind(targets, one).length > 0).map(({ name }) => name);
  const names = new Set([...own, ...targets.workloads.map(({ ref }) => ref.name)]);
  const [meant] = closest(backend.service, [...new Set([...targets.services.map(({ name }) => name), ...names])], 1);
  return meant !== undefined && names.has(meant);
}
