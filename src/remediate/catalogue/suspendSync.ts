/**
 * SuspendSync and ResumeSync: stops the Flux Kustomization that applies a workload, and lets it go on.
 *
 * The plan names the workload; which Kustomization applies it is looked up. What else that one applies is stopped with it, so it must not reach a protected
 * namespace, nor beyond the plan's own. A suspended sync is left behind until somebody ends it, and is recorded as such.
 */
import { type FluxKustomization, kustomizations } from '../../gitops/flux/resources.ts';
import { findOwner } from '../../gitops/owner.ts';
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/object.ts';
import { inWords, workloadsOf } from '../actionTarget.ts';
import type { DirectChange } from '../direct/change.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Workload } from '../workload.ts';
import { effectCriteria, standingCriteria } from './criteria.ts';
import { type Considered, type Facts, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import type { CatalogueEntry, DirectContext, Prepared } from './types.ts';

const SUSPENDED_BY = 'agentsre.io/suspended-by';

const BOUNDS = [
  'A Flux Kustomization applies the workload, by its inventory.',
  'It applies nothing in a protected namespace, and nothing that is cluster-scoped but namespaces.',
  'A plan outside of the operator’s namespace reaches no other namespace by it.',
];

export const suspendSync: CatalogueEntry<Workload> = {
  type: 'SuspendSync',
  about: workloadsOf(),
  bounds: [...BOUNDS, 'It is not suspended already.'],
  cures: ['AutoscalerConflict', 'DeliveryDrifted'],
  inverse: 'ResumeSync.',
  soakSeconds: 0,
  consider: () => ruleOut('SuspendSync', 'to stop a delivery is for a person to ask for'),
  successCriteria: standingCriteria,
  abortCriteria: () => [],
  direct: {
    prepare: prepareSuspend,
    isDone: (live) => live !== undefined && isSuspended(live),
    undo: resume,
  },
};

export const resumeSync: CatalogueEntry<Workload> = {
  type: 'ResumeSync',
  about: workloadsOf(),
  bounds: [...BOUNDS, 'It is suspended.'],
  cures: ['DeliverySuspended'],
  inverse: 'SuspendSync.',
  soakSeconds: 60,
  consider: considerResume,
  successCriteria: effectCriteria,
  abortCriteria: () => [],
  direct: {
    prepare: prepareResume,
    isDone: (live) => live !== undefined && !isSuspended(live),
    undo: suspend,
  },
};

async function considerResume({ rootCause, workload, client, signal }: Facts): Promise<Considered> {
  const type = 'ResumeSync';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  const found = await ownerOf(client, workload, { signal });
  if ('reason' in found) return ruleOut(type, found.message);
  if (!isSuspended(found)) return ruleOut(type, `Kustomization ${found.metadata.name} is not suspended`);
  return suggest(type, {
    target: workload,
    title: `Resume the sync of ${workload.name}`,
    because: `${rootCause.reason}: Kustomization ${found.metadata.name}, which applies it, is suspended.`,
  });
}

const isSuspended = (object: KubeObject): boolean => (object as FluxKustomization).spec.suspend === true;

async function ownerOf(client: KubeClient, workload: Workload, options: CallOptions): Promise<FluxKustomization | Refusal> {
  const owner = await findOwner(client, workload.ref, options);
  if (owner.engine !== 'Flux')
    return refuse('UnsupportedOwner', `${inWords(workload)} is not applied by a Flux Kustomization that can be followed`);
  const { name, namespace = '', uid } = owner.object;
  const found = await client.get(kustomizations, { namespace, name }, options);
  return found !== undefined && found.metadata.uid === uid
    ? found
    : refuse('TargetNotFound', `Kustomization ${namespace}/${name} does not exist any more`);
}

/** Namespaces that it reaches by what it applies, or why that is too far. Flux writes an entry as namespace_name_group_kind. */
function reachOf(
  { metadata, status }: FluxKustomization,
  { isProtected, within }: Pick<DirectContext, 'isProtected' | 'within'>,
): readonly string[] | Refusal {
  const where = `Kustomization ${metadata.namespace ?? ''}/${metadata.name}`;
  const namespaces = new Set<string>();
  for (const { id } of status?.inventory?.entries ?? []) {
    const [namespace = '', name = '', , kind = ''] = id.split('_');
    if (namespace === '' && kind !== 'Namespace')
      return refuse('UnsafeChange', `${where} applies ${kind} ${name}, which belongs to the whole cluster`);
    namespaces.add(kind === 'Namespace' ? name : namespace);
  }
  const all = [...namespaces].toSorted();
  const guarded = all.find(isProtected);
  if (guarded !== undefined) return refuse('ProtectedNamespace', `${where} applies to namespace ${guarded}, which is protected`);
  const beyond = all.find((namespace) => within !== undefined && namespace !== within);
  return beyond === undefined
    ? all
    : refuse('OutOfScope', `${where} applies to namespace ${beyond}, and this plan is about ${within} alone`);
}

async function prepareSuspend(context: DirectContext<Workload>): Promise<Prepared | Refusal> {
  const found = await ownerOf(context.client, context.target, { signal: context.signal });
  if ('reason' in found) return found;
  const reach = reachOf(found, context);
  if ('kind' in reach) return reach;
  const { name, namespace = '' } = found.metadata;
  if (isSuspended(found)) return refuse('AlreadyInPlace', `Kustomization ${namespace}/${name} is suspended already`);
  const count = found.status?.inventory?.entries?.length ?? 0;
  return {
    kind: 'prepared',
    change: suspend(found),
    fields: [{ path: 'spec.suspend', after: 'true' }],
    risk: {
      level: 'Medium',
      reasons: [`what is committed is not deployed while it is suspended, for ${count} objects in ${reach.join(', ')}`],
    },
    blastRadius: { workloads: 0, pods: 0, summary: `${count} objects in ${reach.join(', ')} are not brought to what Git says` },
    leaves: {
      what: `Kustomization ${namespace}/${name} is suspended`,
      end: `flux resume kustomization ${name} -n ${namespace}`,
      reviewAfterSeconds: context.action.suspendSync?.reviewAfterSeconds ?? 0,
    },
  };
}

async function prepareResume(context: DirectContext<Workload>): Promise<Prepared | Refusal> {
  const found = await ownerOf(context.client, context.target, { signal: context.signal });
  if ('reason' in found) return found;
  const reach = reachOf(found, context);
  if ('kind' in reach) return reach;
  const { name, namespace = '', annotations } = found.metadata;
  if (!isSuspended(found)) return refuse('AlreadyInPlace', `Kustomization ${namespace}/${name} is not suspended`);
  const count = found.status?.inventory?.entries?.length ?? 0;
  return {
    kind: 'prepared',
    change: resume(found),
    fields: [{ path: 'spec.suspend', before: 'true', after: 'false' }],
    risk:
      annotations?.[SUSPENDED_BY] === undefined
        ? { level: 'High', reasons: ['somebody else suspended it; all that was committed since is deployed at once'] }
        : { level: 'Medium', reasons: ['Agent-SRE suspended it; all that was committed since is deployed at once'] },
    blastRadius: { workloads: 0, pods: 0, summary: `up to ${count} objects in ${reach.join(', ')} are brought to what Git says` },
  };
}

function suspend(object: KubeObject): DirectChange {
  return {
    resource: kustomizations,
    object,
    patch: ({ planUid }) => ({ metadata: { annotations: { [SUSPENDED_BY]: planUid } }, spec: { suspend: true } }),
  };
}

function resume(object: KubeObject): DirectChange {
  return {
    resource: kustomizations,
    object,
    patch: () => ({ metadata: { annotations: { [SUSPENDED_BY]: null } }, spec: { suspend: false } }),
  };
}
