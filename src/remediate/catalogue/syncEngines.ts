/**
 * The objects of engines that apply a workload, and how each is stopped and let go on.
 *
 * A Kustomization and a HelmRelease have a field for it. An Application's automated sync is taken out, and kept word for word in an annotation, so that it
 * comes back as it was; what would be undone by whoever applies the object itself is refused.
 */
import { z } from 'zod';
import { type Application, applications, isAutomated } from '../../gitops/argo/resources.ts';
import { type FluxKustomization, type HelmRelease, helmReleases, kustomizations } from '../../gitops/flux/resources.ts';
import { findOwner, type GitOwner, ownerOfObject } from '../../gitops/owner.ts';
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { inWords } from '../actionTarget.ts';
import type { DirectChange } from '../direct/change.ts';
import { engineOf } from '../handoff.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Workload } from '../workload.ts';
import type { Prepared } from './types.ts';

export const SUSPENDED_BY = 'agentsre.io/suspended-by';
const SUSPENDED_SYNC = 'agentsre.io/suspended-sync';

export interface Turn {
  readonly change: DirectChange;
  readonly fields: Prepared['fields'];
}

/** An engine's object as it is now, and what may be done with it. */
export interface SyncEngine {
  readonly object: KubeObject;
  /** `Kustomization flux-system/shop` */
  readonly name: string;
  readonly isSuspended: boolean;
  /** What it applies; of a release only the namespace is known, as Helm keeps the rest in a Secret. */
  readonly applies: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
  readonly suspend: () => Turn;
  readonly resume: () => Turn | Refusal;
  /** What a person would type to let it go on. */
  readonly resumeCommand: string;
}

/** What applies the workload, by its own account, and is not itself set back by what applies that. */
export async function syncEngineOf(client: KubeClient, workload: Workload, options: CallOptions): Promise<SyncEngine | Refusal> {
  const owner = await findOwner(client, workload.ref, options);
  if (owner.engine === 'None') return refuse('UnsupportedOwner', `${inWords(workload)} is not applied by a GitOps engine`);
  if (owner.engine === 'Unsupported') return refuse('UnsupportedOwner', `${inWords(workload)}: ${owner.reason}`);
  const resource = ENGINES.get(owner.object.kind);
  const { name, namespace = '', uid } = owner.object;
  const object = resource === undefined ? undefined : await client.get(resource, { namespace, name }, options);
  if (object === undefined || object.metadata.uid !== uid) return refuse('TargetNotFound', `${engineOf(owner)} does not exist any more`);
  const undone = await undoneBy(client, owner, object, options);
  return undone === undefined ? engineFrom(object) : refuse('UnsupportedOwner', undone);
}

const ENGINES: ReadonlyMap<string, ResourceType> = new Map(
  [kustomizations, helmReleases, applications].map((resource): [string, ResourceType] => [resource.kind, resource]),
);

/** @param object one of the kinds of engines */
export function engineFrom(object: KubeObject): SyncEngine {
  switch (object.kind) {
    case applications.kind:
      return applicationEngine(object as Application);
    case helmReleases.kind:
      return fluxEngine(helmReleases, object as HelmRelease, releaseApplies(object as HelmRelease));
    default:
      return fluxEngine(kustomizations, object as FluxKustomization, kustomizationApplies(object as FluxKustomization));
  }
}

function fluxEngine(resource: ResourceType, object: FluxKustomization | HelmRelease, applies: SyncEngine['applies']): SyncEngine {
  const { name, namespace = '' } = object.metadata;
  const turn = (suspend: boolean, by: (planUid: string) => string | null): DirectChange => ({
    resource,
    object,
    patch: ({ planUid }) => ({ metadata: { annotations: { [SUSPENDED_BY]: by(planUid) } }, spec: { suspend } }),
  });
  return {
    object,
    name: inWords({ kind: resource.kind, namespace, name }),
    isSuspended: object.spec.suspend === true,
    applies,
    suspend: () => ({ change: turn(true, (planUid) => planUid), fields: [{ path: 'spec.suspend', after: 'true' }] }),
    resume: () => ({ change: turn(false, () => null), fields: [{ path: 'spec.suspend', before: 'true', after: 'false' }] }),
    resumeCommand: `flux resume ${resource.kind.toLowerCase()} ${name} -n ${namespace}`,
  };
}

/** Flux writes an entry as namespace_name_group_kind. */
function kustomizationApplies({ status }: FluxKustomization): SyncEngine['applies'] {
  return (status?.inventory?.entries ?? []).map(({ id }) => {
    const [namespace = '', name = '', , kind = ''] = id.split('_');
    return { kind, namespace, name };
  });
}

function releaseApplies({ metadata, spec }: HelmRelease): SyncEngine['applies'] {
  const namespace = spec.targetNamespace ?? metadata.namespace ?? '';
  return [{ kind: 'release', namespace, name: spec.releaseName ?? metadata.name }];
}

const automatedSchema = z.record(z.string().max(40), z.boolean());

function applicationEngine(object: Application): SyncEngine {
  const { name, namespace = '' } = object.metadata;
  const { automated } = object.spec.syncPolicy ?? {};
  const kept = keptSync(object);
  const turn = (sync: object | null, annotations: (planUid: string) => object): DirectChange => ({
    resource: applications,
    object,
    patch: ({ planUid }) => ({ metadata: { annotations: annotations(planUid) }, spec: { syncPolicy: { automated: sync } } }),
  });
  const forget = (): object => ({ [SUSPENDED_BY]: null, [SUSPENDED_SYNC]: null });
  return {
    object,
    name: inWords({ kind: applications.kind, namespace, name }),
    isSuspended: !isAutomated(object.spec),
    applies: (object.status?.resources ?? []).map((one) => ({ kind: one.kind, namespace: one.namespace ?? '', name: one.name })),
    suspend: () => {
      const text = JSON.stringify(automated ?? {});
      return {
        change: turn(null, (planUid) => ({ [SUSPENDED_BY]: planUid, [SUSPENDED_SYNC]: text })),
        fields: [{ path: AUTOMATED, before: text }],
      };
    },
    resume: () => {
      if (automated !== undefined)
        return { change: turn({ enabled: true }, forget), fields: [{ path: `${AUTOMATED}.enabled`, before: 'false', after: 'true' }] };
      if (kept !== undefined) return { change: turn(kept, forget), fields: [{ path: AUTOMATED, after: JSON.stringify(kept) }] };
      return refuse(
        'ValueNotFound',
        `Application ${namespace}/${name} says nothing of how it was synced before it was stopped (prune, self-heal): argocd app set ${name} --sync-policy automated`,
      );
    },
    resumeCommand: resumeCommandFor(name, automated ?? {}),
  };
}

const AUTOMATED = 'spec.syncPolicy.automated';

/** What we have taken out; undefined where that is not what stands there. */
function keptSync({ metadata }: Application): Readonly<Record<string, boolean>> | undefined {
  try {
    const parsed = automatedSchema.safeParse(JSON.parse(metadata.annotations?.[SUSPENDED_SYNC] ?? ''));
    return parsed.success && Object.keys(parsed.data).length <= 8 ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function resumeCommandFor(name: string, { prune, selfHeal, allowEmpty }: Readonly<Record<string, unknown>>): string {
  const options = [
    prune === true ? ' --auto-prune' : '',
    selfHeal === true ? ' --self-heal' : '',
    allowEmpty === true ? ' --allow-empty' : '',
  ];
  return `argocd app set ${name} --sync-policy automated${options.join('')}`;
}

/** Who would set the object back to what Git says; undefined where nobody would. */
async function undoneBy(client: KubeClient, owner: GitOwner, object: KubeObject, options: CallOptions): Promise<string | undefined> {
  const where = engineOf(owner);
  if (owner.engine === 'Flux') {
    // Flux sets back the fields that stand in Git, and leaves the others to whoever sets them.
    return setsSuspend(object)
      ? `${where} has spec.suspend in Git, and what applies it would set it back: change it there, or suspend that one`
      : undefined;
  }
  const set = object.metadata.ownerReferences?.find(({ kind }) => kind === 'ApplicationSet');
  if (set !== undefined) {
    return `${where} is made by ApplicationSet ${set.name}, which would set it back: take syncPolicy.automated out of its template, or list it in its ignoreApplicationDifferences`;
  }
  const parent = await ownerOfObject(client, object, options);
  if (parent.engine === 'None') return undefined;
  const by = 'build' in parent ? engineOf(parent) : parent.reason;
  return `${where} comes from Git itself, and what applies it would set it back: stop that one first, or take syncPolicy.automated out in Git (${by})`;
}

const APPLIERS: ReadonlySet<string> = new Set(['kustomize-controller', 'helm-controller', 'argocd-controller']);

function setsSuspend({ metadata }: KubeObject): boolean {
  return (metadata.managedFields ?? []).some(({ manager = '', fieldsV1 }) => {
    const spec = (fieldsV1 as Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined)?.['f:spec'];
    return APPLIERS.has(manager) && spec?.['f:suspend'] !== undefined;
  });
}
