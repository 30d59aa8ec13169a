/**
 * From an object's labels to the Flux Kustomization that applies it, and on to repository, branch, path and build.
 *
 * A label is a claim; the Kustomization's inventory is the proof. What we could not write to, or not render as Flux does, is told with the reason: a tag
 * in place of a branch, an artifact, another cluster, substitution, decryption, demanded signatures.
 */
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { type Condition, type KubeObject, type ResourceType } from '../../kube/object.ts';
import type { KustomizeBuild } from '../kustomize/build.ts';
import { resolveIn } from '../kustomize/kustomization.ts';
import type { GitOwner, Unsupported } from '../owner.ts';
import { refTo } from '../resources.ts';
import { type FluxKustomization, type GitRepository, gitRepositories, kustomizations } from './resources.ts';

const PREFIX = 'kustomize.toolkit.fluxcd.io';
export const NAME_LABEL = `${PREFIX}/name`;
const NAMESPACE_LABEL = `${PREFIX}/namespace`;

export async function findFluxOwner(client: KubeClient, object: KubeObject, options: CallOptions): Promise<GitOwner | Unsupported> {
  const labels = object.metadata.labels ?? {};
  const key = { name: labels[NAME_LABEL] ?? '', namespace: labels[NAMESPACE_LABEL] ?? '' };
  const unsupported = (reason: string): Unsupported => ({ engine: 'Unsupported', by: 'Flux', reason });
  const kustomization = await getOrNothing(client, kustomizations, key, options);
  if (kustomization === undefined) {
    return unsupported(`its labels name the Flux Kustomization ${key.namespace}/${key.name}, which does not exist`);
  }
  const ref = refTo(kustomization, kustomizations);
  const problem = notApplied(object) ?? notInInventory(object, kustomization) ?? notFollowed(kustomization);
  if (problem !== undefined) return { ...unsupported(problem), object: ref };
  const path = resolveIn('', kustomization.spec.path ?? './');
  if (path === undefined) {
    const reason = `the path ${JSON.stringify(kustomization.spec.path)} of Kustomization ${key.namespace}/${key.name} leaves the repository`;
    return { ...unsupported(reason), object: ref, problem: 'PathOutsideRepository' };
  }
  const { sourceRef } = kustomization.spec;
  const sourceKey = { name: sourceRef.name, namespace: sourceRef.namespace ?? key.namespace };
  const source = await getOrNothing(client, gitRepositories, sourceKey, options);
  if (source === undefined) return { ...unsupported(`GitRepository ${sourceKey.namespace}/${sourceKey.name} does not exist`), object: ref };
  const branch = branchOf(source);
  if ('refused' in branch) return { ...unsupported(branch.refused), object: ref };
  return ownerFrom(kustomization, source, { path, branch: branch.branch });
}

function ownerFrom(kustomization: FluxKustomization, source: GitRepository, { path, branch }: { path: string; branch: string }): GitOwner {
  const { spec, status } = kustomization;
  return {
    engine: 'Flux',
    object: refTo(kustomization, kustomizations),
    source: refTo(source, gitRepositories),
    repository: source.spec.url,
    ref: branch,
    path,
    suspended: spec.suspend === true || source.spec.suspend === true,
    ready: readiness(kustomization, source),
    fieldManager: 'kustomize-controller',
    ...(status?.lastAppliedRevision === undefined ? {} : { revision: status.lastAppliedRevision }),
    ...(status?.lastAttemptedRevision === undefined ? {} : { attempted: status.lastAttemptedRevision }),
    build: buildOf(kustomization, source, path),
  };
}

function buildOf({ spec, metadata }: FluxKustomization, source: GitRepository, path: string): KustomizeBuild {
  return {
    type: 'Kustomize',
    path,
    namespace: nonEmpty(spec.targetNamespace),
    namePrefix: nonEmpty(spec.namePrefix),
    nameSuffix: nonEmpty(spec.nameSuffix),
    patches: spec.patches ?? [],
    images: spec.images ?? [],
    components: spec.components ?? [],
    ignoreMissingComponents: spec.ignoreMissingComponents === true,
    buildMetadata: spec.buildMetadata ?? [],
    labels: {
      ...spec.commonMetadata?.labels,
      [NAME_LABEL]: metadata.name,
      [NAMESPACE_LABEL]: metadata.namespace ?? '',
    },
    annotations: spec.commonMetadata?.annotations ?? {},
    sourceIgnore: source.spec.ignore,
  };
}

/** Flux was told to leave the object alone. */
function notApplied({ metadata }: KubeObject): string | undefined {
  const marks = { ...metadata.labels, ...metadata.annotations };
  if (marks[`${PREFIX}/reconcile`] === 'disabled') return `it is excluded from Flux by ${PREFIX}/reconcile: disabled`;
  const ssa = marks[`${PREFIX}/ssa`];
  return ssa === 'Ignore' || ssa === 'IfNotPresent' ? `Flux does not update it (${PREFIX}/ssa: ${ssa})` : undefined;
}

function notInInventory({ metadata, apiVersion, kind }: KubeObject, { metadata: owner, status }: FluxKustomization): string | undefined {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const id = `${metadata.namespace ?? ''}_${metadata.name}_${group}_${kind}`;
  if (status?.inventory?.entries?.some((entry) => entry.id === id) === true) return undefined;
  return `its labels name the Flux Kustomization ${owner.namespace ?? ''}/${owner.name}, whose inventory does not hold it`;
}

/** Parts of a Kustomization that decide what is applied, and that can't be seen or repeated here. */
function notFollowed({ spec, metadata }: FluxKustomization): string | undefined {
  const where = `Kustomization ${metadata.namespace ?? ''}/${metadata.name}`;
  if (spec.sourceRef.kind !== 'GitRepository') return `${where} deploys from a ${spec.sourceRef.kind}, not from a GitRepository`;
  if (spec.kubeConfig !== undefined) return `${where} deploys to another cluster (spec.kubeConfig)`;
  if (spec.postBuild !== undefined) return `${where} substitutes variables after the build (spec.postBuild), which is not followed`;
  if (spec.decryption !== undefined) return `${where} decrypts what it deploys (spec.decryption), which is not followed`;
  if (spec.ignore !== undefined && spec.ignore.length > 0) return `${where} leaves changes of some fields alone (spec.ignore)`;
  return undefined;
}

function branchOf({ spec, metadata }: GitRepository): { readonly branch: string } | { readonly refused: string } {
  const where = `GitRepository ${metadata.namespace ?? ''}/${metadata.name}`;
  const { ref = {} } = spec;
  if (spec.verify !== undefined)
    return { refused: `${where} takes only commits that are signed with an OpenPGP key of its list (spec.verify), and ours are not` };
  if (spec.include !== undefined && spec.include.length > 0) return { refused: `${where} is put together from several (spec.include)` };
  const pinned = (['commit', 'tag', 'semver'] as const).find((name) => ref[name] !== undefined && ref[name] !== '');
  if (pinned !== undefined) return { refused: `${where} follows a ${pinned} and not a branch: a commit would not be deployed` };
  if (ref.name !== undefined && ref.name !== '') {
    const branch = /^refs\/heads\/(.+)$/u.exec(ref.name)?.[1];
    return branch === undefined ? { refused: `${where} follows ${ref.name} and not a branch` } : { branch };
  }
  return { branch: ref.branch ?? 'master' };
}

function readiness(kustomization: FluxKustomization, source: GitRepository): GitOwner['ready'] {
  const sourceReady = conditionOf(source.status?.conditions);
  if (sourceReady?.status === 'False') return { ok: false, reason: 'SourceNotReady', message: sourceReady.message };
  const ready = conditionOf(kustomization.status?.conditions);
  if (ready === undefined) return { ok: false, reason: 'NotReconciled', message: 'Flux has not reconciled it yet' };
  return { ok: ready.status === 'True', reason: ready.reason, message: ready.message };
}

export function conditionOf(conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.find(({ type }) => type === 'Ready');
}

/** A kind that is not served holds no objects. */
export async function getOrNothing<T extends KubeObject>(
  client: KubeClient,
  resource: ResourceType<T>,
  key: { readonly name: string; readonly namespace: string },
  options: CallOptions,
): Promise<T | undefined> {
  try {
    return await client.get(resource, key, options);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw new Error(`read ${resource.kind} ${key.namespace}/${key.name}`, { cause: error });
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
