/** Objects by name, in one namespace or in all that the caller may see. */
import { type Incident, incidents, type RemediationPlan, remediationPlans } from '../crds/kinds.ts';
import type { KubeClient, ListOptions } from '../kube/client.ts';
import { isForbidden, isNotFound } from '../kube/errors.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';

/** What a person asked for is not there, or not theirs: the message says so, and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

export interface Scope {
  readonly client: KubeClient;
  /** All that the caller may see, when absent. */
  readonly namespace: string | undefined;
  /** Where the operator lives; looked at by those who may not see all namespaces. */
  readonly operator: string;
}

export async function listAll<T extends KubeObject>(
  { client, namespace, operator }: Scope,
  resource: ResourceType<T>,
  selection: Pick<ListOptions, 'fieldSelector' | 'labelSelector'> = {},
): Promise<readonly T[]> {
  const list = async (where: string | undefined): Promise<readonly T[]> =>
    (await client.list(resource, { namespace: where, ...selection })).items;
  try {
    if (namespace !== undefined) return await list(namespace);
    return await list(undefined).catch((error: unknown) => {
      if (isForbidden(error)) return list(operator);
      throw error;
    });
  } catch (error) {
    if (isNotFound(error))
      throw new CliError(`this cluster does not know ${resource.kind}; install Agent-SRE's kinds: kubectl apply -k config/default`, {
        cause: error,
      });
    throw error;
  }
}

export async function findPlan(scope: Scope, name: string): Promise<RemediationPlan> {
  const found = await byName(scope, remediationPlans, name);
  if (found !== undefined) return found;
  const incident = await byName(scope, incidents, name);
  const plan = incident?.status?.planRefs?.at(-1)?.name;
  if (plan !== undefined) throw new CliError(`${name} is an Incident; its plan is ${plan}`);
  throw new CliError(
    incident === undefined
      ? notThere(scope, 'RemediationPlan', name)
      : `${name} is an Incident, and has no plan yet; see kubectl sre show ${name}`,
  );
}

export async function findIncident(scope: Scope, name: string): Promise<Incident> {
  const found = await byName(scope, incidents, name);
  if (found !== undefined) return found;
  const plan = await byName(scope, remediationPlans, name);
  throw new CliError(
    plan === undefined ? notThere(scope, 'Incident', name) : `${name} is a plan; its Incident is ${plan.spec.incidentRef.name}`,
  );
}

export async function findIncidentOrPlan(
  scope: Scope,
  name: string,
): Promise<{ readonly incident: Incident } | { readonly plan: RemediationPlan }> {
  const incident = await byName(scope, incidents, name);
  if (incident !== undefined) return { incident };
  const plan = await byName(scope, remediationPlans, name);
  if (plan !== undefined) return { plan };
  throw new CliError(notThere(scope, 'Incident or RemediationPlan', name));
}

async function byName<T extends KubeObject>(scope: Scope, resource: ResourceType<T>, name: string): Promise<T | undefined> {
  const found = await listAll(scope, resource, { fieldSelector: `metadata.name=${name}` });
  if (found.length <= 1) return found[0];
  const where = found.map(({ metadata }) => metadata.namespace).join(', ');
  throw new CliError(`there are ${found.length} of kind ${resource.kind} named ${name}; say which with -n: ${where}`);
}

function notThere({ namespace }: Scope, what: string, name: string): string {
  return `there is no ${what} named ${name}${namespace === undefined ? '' : ` in namespace ${namespace}`}; kubectl sre get lists what is open`;
}
