/**
 * Objects that a caller names. What is looked at for somebody has to be theirs to see: the object itself, and the pods and logs that an Investigation of
 * it reads; that is asked for before anything is made.
 */
import { z } from 'zod';
import { closest } from '../../analysis/similarity.ts';
import type { ObjectRef } from '../../crds/common.ts';
import { LABEL_NAME, POSSIBLE_OBJECT_NAME } from '../../domain/kubernetesNames.ts';
import { namespacesOf, readsFor } from '../../domain/lookedAt.ts';
import type { KubeClient } from '../../kube/client.ts';
import { apiVersionOf, type ResourceType } from '../../kube/object.ts';
import { claims, jobs, nodes, pods, replicaSets, workloadResources } from '../../sources/kubernetes/api.ts';
import { autoscalers, certificates, disruptionBudgets, namespaces, quotas, volumes } from '../../sources/kubernetes/boundsApi.ts';
import { ingresses, serviceObjects } from '../../sources/kubernetes/networkApi.ts';
import { demand, isAllowed } from '../caller.ts';
import { ToolError } from '../errors.ts';
import type { Call } from '../tool.ts';
import { attributes } from './kept.ts';
import { objectText } from './shapes.ts';

const RESOURCES: readonly ResourceType[] = [
  ...Object.values<ResourceType>(workloadResources),
  pods,
  replicaSets,
  jobs,
  nodes,
  serviceObjects,
  ingresses,
  claims,
  volumes,
  namespaces,
  autoscalers,
  disruptionBudgets,
  quotas,
  certificates,
];
const KINDS: ReadonlyMap<string, ResourceType> = new Map(RESOURCES.map((resource) => [resource.kind, resource]));
const NAMES = [...KINDS.keys()].toSorted();

export const targetOf = (kinds: readonly string[]) =>
  z.object({
    kind: z
      .string()
      .trim()
      .min(1)
      .max(63)
      .describe(`One of ${kinds.join(', ')}.`),
    namespace: z.string().trim().regex(LABEL_NAME, 'no name of a namespace').optional().describe('Left out for what is in no namespace.'),
    name: z.string().trim().regex(POSSIBLE_OBJECT_NAME, 'no name of an object').describe('Name of the object.'),
  });
export const targetInput = targetOf(NAMES).extend({
  container: z
    .string()
    .trim()
    .regex(LABEL_NAME, 'no name of a container')
    .optional()
    .describe('Container in the pod template, where one is meant.'),
});
export type TargetInput = z.output<typeof targetInput>;

/** With what the API server calls it. Throws a ToolError `Invalid` for what makes no sense. @param field as in `targets.0` */
export function refOf({ kind, namespace, name, container }: TargetInput, field: string): ObjectRef {
  const resource = KINDS.get(kind) ?? KINDS.get(NAMES.find((known) => known.toLowerCase() === kind.toLowerCase()) ?? '');
  if (resource === undefined) throw wrong(`${field}.kind`, `there is no ${kind} here; one of ${NAMES.join(', ')}`);
  if (resource.namespaced && namespace === undefined)
    throw wrong(`${field}.namespace`, `say in which namespace ${resource.kind} ${name} is`);
  if (!resource.namespaced && namespace !== undefined)
    throw wrong(`${field}.namespace`, `${resource.kind} ${name} is in no namespace; leave it out`);
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(container === undefined ? {} : { container }),
  };
}

export function wrong(field: string, problem: string): ToolError {
  return new ToolError('Invalid', `${field}: ${problem}`, { problems: [{ field, problem }] });
}

/** @param home namespace of the object that is about them */
export async function demandSight(refs: readonly ObjectRef[], home: string | undefined, call: Call): Promise<void> {
  for (const ref of refs) {
    const resource = KINDS.get(ref.kind);
    if (resource !== undefined) await demand(call, attributes({ resource }, 'get', ref.namespace, ref.name));
  }
  for (const what of readsFor(namespacesOf(refs, home), refs)) await demand(call, what);
}

const MOST_NEAR = 3;
const TIMEOUT_MS = 5_000;

/** A sentence for each that is not there, with names that may have been meant: it may be gone, or mistyped, and is looked for either way. */
export async function notThere(
  client: Pick<KubeClient, 'get' | 'list'>,
  refs: readonly ObjectRef[],
  call: Call,
): Promise<readonly string[]> {
  const options = { signal: call.signal, timeoutMs: TIMEOUT_MS };
  const notes = await Promise.all(
    refs.map(async (ref) => {
      const resource = KINDS.get(ref.kind);
      const { name, namespace } = ref;
      if (resource === undefined) return [];
      const found = await client.get(resource, namespace === undefined ? { name } : { namespace, name }, options);
      if (found !== undefined) return [];
      const mayList = await isAllowed(call, attributes({ resource }, 'list', namespace));
      const names = mayList ? (await client.list(resource, { namespace, ...options })).items.map(({ metadata }) => metadata.name) : [];
      const near = closest(name, names, MOST_NEAR);
      return [`${objectText(ref)} does not exist just now${near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`}`];
    }),
  );
  return notes.flat();
}
