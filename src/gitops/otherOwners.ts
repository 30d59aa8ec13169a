/**
 * Owners without a repository: controllers that make the object or take it over, and Helm by itself. What they own is changed at them, by a person, and
 * never under them.
 */
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { isForbidden, isNotFound } from '../kube/errors.ts';
import { defineResource, type KubeObject, type OwnerReference } from '../kube/object.ts';
import type { Unsupported } from './owner.ts';

export const HELM_RELEASE = 'meta.helm.sh/release-name';
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/u;

interface Rollout extends KubeObject {
  readonly spec?: { readonly workloadRef?: { readonly kind?: string; readonly name?: string } };
}

const rollouts = defineResource<Rollout>({
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Rollout',
  plural: 'rollouts',
  namespaced: true,
});

/** Controllers that take a workload over without owning it, by the name under which they write. */
const TAKES_OVER: ReadonlyMap<string, string> = new Map([['flagger', 'Flagger shifts its traffic and scales it']]);

/** The controller that makes the object, or works on it as if it had. */
export async function findController(client: KubeClient, object: KubeObject, options: CallOptions): Promise<Unsupported | undefined> {
  const owner = controllerOf(object) ?? object.metadata.ownerReferences?.find(isCustom);
  const { namespace = '' } = object.metadata;
  if (owner !== undefined) {
    const where = `${owner.kind} ${owner.name} (${owner.apiVersion})`;
    return byController(`it is made by ${where}, which would undo a change: it has to be made there`, owner, namespace);
  }
  const taker = object.metadata.managedFields?.find(({ manager = '', fieldsV1 }) => TAKES_OVER.has(manager) && hasSpec(fieldsV1));
  if (taker !== undefined) {
    const how = TAKES_OVER.get(taker.manager ?? '') ?? '';
    return { engine: 'Unsupported', by: 'Controller', reason: `${how}: a change has to go through its analysis`, commands: [] };
  }
  const rollout = await rolloutOf(client, object, options);
  if (rollout === undefined) return undefined;
  const owned = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: rollout.metadata.name };
  return byController(
    `Rollout ${owned.name} runs its template (spec.workloadRef), and scales it itself: it has to be rolled out there`,
    owned,
    namespace,
  );
}

export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Some operators do not call themselves controller of what they make. An owner of a built-in kind is only there for the garbage collector. */
function isCustom({ apiVersion }: OwnerReference): boolean {
  const [group = ''] = apiVersion.split('/');
  return group.includes('.') && !group.endsWith('.k8s.io');
}

function byController(
  reason: string,
  { apiVersion, kind, name }: Pick<OwnerReference, 'apiVersion' | 'kind' | 'name'>,
  namespace: string,
): Unsupported {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0] ?? ''}` : '';
  const object = `${kind.toLowerCase()}${group} ${name}`;
  const isPlain = [name, namespace, `${kind.toLowerCase()}${group}`].every((text) => NAME.test(text));
  const commands = isPlain ? [`kubectl describe ${object} -n ${namespace}`, `kubectl edit ${object} -n ${namespace}`] : [];
  return { engine: 'Unsupported', by: 'Controller', reason, object: { apiVersion, kind, namespace, name }, commands };
}

function hasSpec(fields: unknown): boolean {
  return typeof fields === 'object' && fields !== null && 'f:spec' in fields;
}

/** Where the kind is not served, or may not be read, there is none that we could know of. */
async function rolloutOf(client: KubeClient, { kind, metadata }: KubeObject, options: CallOptions): Promise<Rollout | undefined> {
  if (kind !== 'Deployment') return undefined;
  try {
    const { items } = await client.list(rollouts, { ...options, namespace: metadata.namespace });
    return items.find(({ spec }) => spec?.workloadRef?.kind === kind && spec.workloadRef.name === metadata.name);
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return undefined;
    throw new Error(`list the Rollouts of ${metadata.namespace ?? ''}`, { cause: error });
  }
}

/** Nothing in Git says what Helm was given: a person takes the release on. */
export function helmInstalled({ metadata }: KubeObject): Unsupported {
  const { annotations = {}, labels = {}, namespace = '' } = metadata;
  const name = annotations[HELM_RELEASE] ?? '';
  const inNamespace = annotations['meta.helm.sh/release-namespace'] ?? namespace;
  const chart = labels['helm.sh/chart'];
  const reason = `Helm release ${inNamespace}/${name}${chart === undefined ? '' : `, of chart ${chart},`} installed it, and no GitOps engine applies it: take the release back, or change its values, by hand`;
  const commands = [
    `helm history ${name} -n ${inNamespace}`,
    `helm get values ${name} -n ${inNamespace}`,
    `helm rollback ${name} -n ${inNamespace}`,
  ];
  return { engine: 'Unsupported', by: 'Helm', reason, commands: NAME.test(name) && NAME.test(inNamespace) ? commands : [] };
}
