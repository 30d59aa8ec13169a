/**
 * Who owns an object: the GitOps engine that applies it, and where in Git it comes from.
 *
 * What is found is what the cluster says now. Several claims, or a claim that we can't follow, are told with the reason and never guessed at. Secrets are
 * not read: the credentials of a repository are ours, by configuration.
 */

import type { ObjectRef } from '../crds/common.ts';
import { configMaps } from '../crds/configMaps.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { apiVersionOf, type KubeObject, type ResourceType } from '../kube/object.ts';
import { findArgoOwner, isMarkedByArgo, listApplications, managersOf, mayBeArgo } from './argo/owner.ts';
import { applications } from './argo/resources.ts';
import type { Build } from './builds.ts';
import { findHelmReleaseOwner, RELEASE_NAME_LABEL } from './flux/helmOwner.ts';
import { findFluxOwner, NAME_LABEL } from './flux/owner.ts';
import { controllerOf, findController, HELM_RELEASE, helmInstalled } from './otherOwners.ts';
import { autoscalers, cronJobs, jobs, pods, refTo, replicaSets, services, volumeClaims, WORKLOADS } from './resources.ts';

/** An engine's object that applies the object from a repository which can be written to. */
export interface GitOwner {
  readonly engine: 'Flux' | 'ArgoCD';
  /** The Kustomization, HelmRelease or Application. */
  readonly object: ObjectRef;
  /** What applies the owner itself, where that is another object. */
  readonly through?: GitOwner;
  /** The GitRepository; of an Application itself. */
  readonly source: ObjectRef;
  /** Address as the source has it. */
  readonly repository: string;
  /** Branch; `HEAD` is the repository's default. */
  readonly ref: string;
  /** Folder that is rendered; empty is the root of the repository. */
  readonly path: string;
  readonly suspended: boolean;
  readonly ready: { readonly ok: boolean; readonly reason: string; readonly message: string };
  /** Last applied, as Flux writes it: `main@sha1:<commit>`. */
  readonly revision?: string;
  readonly attempted?: string;
  /** Under which the engine applies. */
  readonly fieldManager: string;
  readonly build: Build;
}

export interface Unsupported {
  readonly engine: 'Unsupported';
  readonly by: 'Flux' | 'HelmRelease' | 'Helm' | 'ArgoCD' | 'Controller' | 'Several' | 'Kind';
  readonly object?: ObjectRef;
  readonly problem?: 'PathOutsideRepository';
  readonly reason: string;
  /** What a person may type. */
  readonly commands?: readonly string[];
}

export type Owner = GitOwner | Unsupported | { readonly engine: 'None' };

/** Throws when the target does not exist. A Pod's owner is its workload's. */
export async function findOwner(client: KubeClient, target: ObjectRef, options: CallOptions = {}): Promise<Owner> {
  if (!LEVELS.has(target.kind)) {
    return {
      engine: 'Unsupported',
      by: 'Kind',
      reason: `owners are looked up for ${[...LEVELS.keys()].join(', ')}, not for ${target.kind}`,
    };
  }
  const found = await climb(client, target, options);
  if (found === undefined) throw new Error(`${target.kind} ${target.namespace ?? ''}/${target.name} does not exist`);
  // Lists and single answers leave the kind out in different ways.
  const object = { ...found.object, apiVersion: apiVersionOf(found.resource), kind: found.resource.kind };
  return (await findController(client, object, options)) ?? ownerOfObject(client, object, options);
}

/** Who applies an object, whatever its kind: it says which itself (`apiVersion` and `kind`). What applies an Application is looked for once, and no further up. */
export async function ownerOfObject(client: KubeClient, object: KubeObject, options: CallOptions, depth = 0): Promise<Owner> {
  const all = mayBeArgo(object) || object.kind === applications.kind ? await listApplications(client, options) : [];
  const claims = claimsOn(object, managersOf(all, object).length > 0);
  const [claim, second] = claims;
  if (second !== undefined) return { engine: 'Unsupported', by: 'Several', reason: `its labels say that ${claims.join(' and ')} own it` };
  switch (claim) {
    case undefined:
      return { engine: 'None' };
    case 'Flux':
      return findFluxOwner(client, object, options);
    case 'HelmRelease':
      return findHelmReleaseOwner(client, object, options);
    case 'ArgoCD':
      return findArgoOwner(object, all, async (application) => {
        if (depth > 0) return { engine: 'Unsupported', by: 'ArgoCD', reason: 'it is several Applications away' };
        return ownerOfObject(
          client,
          { ...application, apiVersion: apiVersionOf(applications), kind: applications.kind },
          options,
          depth + 1,
        );
      });
    case 'Helm':
      return helmInstalled(object);
    default:
      return claim satisfies never;
  }
}

/** The workload behind a Pod or ReplicaSet, with its uid; the object itself when it is a workload. Undefined: there is no such object. */
export async function findWorkload(client: KubeClient, ref: ObjectRef, options: CallOptions = {}): Promise<ObjectRef | undefined> {
  const found = await climb(client, ref, options);
  if (found === undefined) return undefined;
  return refTo(found.object, found.resource);
}

type Claim = 'Flux' | 'HelmRelease' | 'ArgoCD' | 'Helm';

/** Who says that the object is theirs. A HelmRelease installs by Helm, so the two are one claim. */
function claimsOn({ metadata }: KubeObject, isListed: boolean): readonly Claim[] {
  const { labels = {}, annotations = {} } = metadata;
  const claims: Claim[] = [];
  if (labels[NAME_LABEL] !== undefined) claims.push('Flux');
  if (labels[RELEASE_NAME_LABEL] !== undefined) claims.push('HelmRelease');
  else if (labels['app.kubernetes.io/managed-by'] === 'Helm' && annotations[HELM_RELEASE] !== undefined) claims.push('Helm');
  if (isListed || isMarkedByArgo(metadata)) claims.push('ArgoCD');
  return claims;
}

const LEVELS: ReadonlyMap<string, ResourceType> = new Map<string, ResourceType>([
  ...WORKLOADS,
  [pods.kind, pods],
  [replicaSets.kind, replicaSets],
  ...[services, configMaps, autoscalers, volumeClaims, jobs, cronJobs].map((resource): [string, ResourceType] => [resource.kind, resource]),
]);
/** From which kinds one goes on to their controller, and to which group's that may be. A Job is as far as a Pod of one leads: it is what ran. */
const CLIMBS_THROUGH: ReadonlyMap<string, string> = new Map([
  [pods.kind, 'apps/'],
  [replicaSets.kind, 'apps/'],
  [jobs.kind, 'batch/'],
]);

interface Climbed {
  readonly object: KubeObject;
  readonly resource: ResourceType;
}

/** From a Pod through its ReplicaSet to its workload, from a Job to its CronJob. Stops at what something else than a workload controls. */
async function climb(client: KubeClient, ref: ObjectRef, options: CallOptions): Promise<Climbed | undefined> {
  const resource = LEVELS.get(ref.kind);
  if (resource === undefined) return undefined;
  const key = ref.namespace === undefined ? { name: ref.name } : { namespace: ref.namespace, name: ref.name };
  const object = await client.get(resource, key, options);
  if (object === undefined || (ref.uid !== undefined && ref.uid !== object.metadata.uid)) return undefined;
  const group = CLIMBS_THROUGH.get(ref.kind);
  const controller = group === undefined ? undefined : controllerOf(object);
  if (controller === undefined || LEVELS.get(controller.kind) === undefined || !controller.apiVersion.startsWith(group ?? ''))
    return { object, resource };
  const { kind, name, uid } = controller;
  return climb(client, { kind, name, uid, ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }) }, options);
}
