/**
 * From an object to the Argo CD Application that applies it, and on to repository, branch and sources.
 *
 * Marks on an object are claims, and a generic label says little; the proof is the Application's own list of what it manages. Applications that an
 * ApplicationSet makes are written to only in the files that they are made from: what they say themselves is generated.
 */
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { type KubeObject } from '../../kube/object.ts';
import { resolveIn } from '../kustomize/kustomization.ts';
import type { GitOwner, Owner, Unsupported } from '../owner.ts';
import { refTo } from '../resources.ts';
import type { ArgoBuild, OtherReader } from './build.ts';
import { isRendered } from './render.ts';
import {
  type Application,
  type ApplicationSource,
  type ApplicationSpec,
  applications,
  failureOf,
  isAutomated,
  sameRepository,
  sourcesOf,
} from './resources.ts';
import { valueFileAt } from './sources.ts';

const TRACKING = 'argocd.argoproj.io/tracking-id';
const INSTANCE = 'argocd.argoproj.io/instance';

/** Whether it may be Argo CD's: its own marks, its field manager, or the label that it tracks by where it is not told otherwise. */
export function mayBeArgo({ metadata }: KubeObject): boolean {
  const { labels = {}, managedFields = [] } = metadata;
  return (
    isMarkedByArgo(metadata) ||
    (labels['app.kubernetes.io/instance'] !== undefined && managedFields.some(({ manager }) => manager === 'argocd-controller'))
  );
}

export function isMarkedByArgo({ labels = {}, annotations = {} }: KubeObject['metadata']): boolean {
  return annotations[TRACKING] !== undefined || labels[INSTANCE] !== undefined;
}

/** All Applications; none where the kind is not served. */
export async function listApplications(client: KubeClient, options: CallOptions): Promise<readonly Application[]> {
  try {
    return (await client.list(applications, options)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw new Error('list the Applications of Argo CD', { cause: error });
  }
}

/** Those that say that they manage the object, in this cluster. */
export function managersOf(all: readonly Application[], object: KubeObject): readonly Application[] {
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
  return all.filter(({ status }) =>
    status?.resources?.some(
      (entry) =>
        entry.kind === object.kind &&
        (entry.group ?? '') === group &&
        entry.name === object.metadata.name &&
        (entry.namespace ?? '') === (object.metadata.namespace ?? ''),
    ),
  );
}

export type FindOwnerOf = (object: KubeObject) => Promise<Owner>;

/** @param findOwnerOf who applies the Application itself */
export function findArgoOwner(
  object: KubeObject,
  all: readonly Application[],
  findOwnerOf: FindOwnerOf,
): Promise<GitOwner | Unsupported> | Unsupported {
  const unsupported = (reason: string): Unsupported => ({ engine: 'Unsupported', by: 'ArgoCD', reason });
  const managers = managersOf(all, object);
  const [application, second] = managers;
  if (application === undefined) {
    const named = object.metadata.annotations?.[TRACKING]?.split(':')[0] ?? object.metadata.labels?.[INSTANCE] ?? '(none)';
    return unsupported(`it is marked as managed by the Argo CD Application ${named}, and no Application says that it manages it`);
  }
  if (second !== undefined) {
    const names = managers.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`).join(' and ');
    return { engine: 'Unsupported', by: 'Several', reason: `the Applications ${names} both say that they manage it` };
  }
  const problem = notFollowed(application);
  if (problem !== undefined) return { ...unsupported(problem), object: refTo(application, applications) };
  const remote = remoteChart(application);
  if (remote !== undefined) return { ...unsupported(remote.reason), object: refTo(application, applications), commands: remote.commands };
  const source = gitSourceOf(application);
  if ('refused' in source) return { ...unsupported(source.refused), object: refTo(application, applications) };
  return ownerFrom(application, source.source, all, findOwnerOf);
}

function notFollowed({ metadata, spec, status }: Application): string | undefined {
  const where = `Application ${metadata.namespace ?? ''}/${metadata.name}`;
  if (spec.sourceHydrator !== undefined) return `${where} deploys what a hydrator has written (spec.sourceHydrator)`;
  if (!isInCluster(spec)) return `${where} deploys to another cluster`;
  if (isByPlugin({ spec, status })) return `${where} is rendered by a plug-in of Argo CD, and plug-ins are not run`;
  return undefined;
}

/** Nothing in a command may need quoting. */
const PLAIN = /^[\w.:/@+-]+$/u;

/**
 * A chart of a Helm repository is not had: Argo CD's credentials for it are in Secrets, which nobody here reads, and Argo CD does not say by which
 * digest it took it, so that one that was fetched might be another.
 */
function remoteChart({ metadata, spec }: Application): { readonly reason: string; readonly commands: readonly string[] } | undefined {
  const remote = sourcesOf(spec).find(isRemoteChart);
  const readsFiles = remote?.helm?.valueFiles?.some((file) => file.startsWith('$')) === true;
  if (remote === undefined || !(readsFiles || sourcesOf(spec).length === 1)) return undefined;
  const { name, namespace = '' } = metadata;
  const { chart = '', repoURL, targetRevision = '' } = remote;
  const reason = `Application ${namespace}/${name} takes chart ${chart} from ${repoURL}, which is not fetched, as Argo CD names no digest by which another one would be noticed: change its values by hand, where the Application comes from`;
  const from = /^https?:/u.test(repoURL) ? [chart, '--repo', repoURL] : [`oci://${repoURL.replace(/^oci:\/\//u, '')}/${chart}`];
  const inNamespace = spec.destination.namespace ?? 'default';
  const words = [name, ...from, ...(targetRevision === '' ? [] : ['--version', targetRevision]), '--namespace', inNamespace];
  const commands = [
    `argocd app get ${name} --show-params`,
    `argocd app manifests ${name} --source live`,
    `helm template ${words.join(' ')} --values values.yaml`,
    `argocd app history ${name}`,
  ];
  return { reason, commands: words.every((word) => PLAIN.test(word)) ? commands : [] };
}

function isByPlugin({ spec, status }: Pick<Application, 'spec' | 'status'>): boolean {
  const types = [status?.sourceType, ...(status?.sourceTypes ?? [])];
  return types.includes('Plugin') || sourcesOf(spec).some(({ plugin }) => plugin !== undefined);
}

function isInCluster({ destination: { server = '', name = '' } }: ApplicationSpec): boolean {
  return server === '' ? name === 'in-cluster' : server === 'https://kubernetes.default.svc';
}

function isRemoteChart({ chart = '' }: ApplicationSource): boolean {
  return chart !== '';
}

/** The repository and branch of all sources that are made from Git. */
function gitSourceOf({ metadata, spec }: Application): { readonly source: ApplicationSource } | { readonly refused: string } {
  const where = `Application ${metadata.namespace ?? ''}/${metadata.name}`;
  const inGit = sourcesOf(spec).filter((source) => !isRemoteChart(source));
  const first = inGit.find(isRendered);
  if (first === undefined) return { refused: `${where} has no source in Git` };
  const other = inGit.find((one) => !sameRepository(one.repoURL, first.repoURL) || branchOf(one) !== branchOf(first));
  if (other !== undefined) return { refused: `${where} is put together from several repositories or branches` };
  const branch = branchOf(first);
  if (/^(?:[0-9a-f]{7,40}|refs\/tags\/.*|v?\d+(?:\.[\dx*]+)*(?:[-+].*)?|.*[*^~<>=|\s].*)$/iu.test(branch))
    return { refused: `${where} follows ${branch} and not a branch: a commit would not be deployed` };
  return { source: first };
}

function branchOf({ targetRevision = '' }: ApplicationSource): string {
  return targetRevision === '' ? 'HEAD' : targetRevision.replace(/^refs\/heads\//u, '');
}

async function ownerFrom(
  application: Application,
  source: ApplicationSource,
  all: readonly Application[],
  findOwnerOf: FindOwnerOf,
): Promise<GitOwner> {
  const { metadata, spec, status } = application;
  const outer = await outerOf(application, source, findOwnerOf);
  const build: ArgoBuild = {
    type: 'ArgoCD',
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    spec,
    sourceTypes: status?.sourceTypes ?? (status?.sourceType === undefined ? [] : [status.sourceType]),
    repository: source.repoURL,
    ...('owner' in outer ? { outer: outer.owner.build } : { fixed: outer.fixed }),
    others: othersThan([metadata.uid, ...('owner' in outer ? [outer.owner.object.uid] : [])], source.repoURL, all),
  };
  const revision = revisionOf(application);
  return {
    engine: 'ArgoCD',
    object: refTo(application, applications),
    ...('owner' in outer ? { through: outer.owner } : {}),
    source: refTo(application, applications),
    repository: source.repoURL,
    ref: branchOf(source),
    path: resolveIn('', source.path ?? '.') ?? '',
    suspended: !isAutomated(spec),
    ready: readiness(application),
    ...(revision === undefined ? {} : { revision }),
    fieldManager: 'argocd-controller',
    build,
  };
}

/** Who applies the Application, where that is from the same branch; else why what it says itself is not changed. */
async function outerOf(
  application: Application,
  source: ApplicationSource,
  findOwnerOf: FindOwnerOf,
): Promise<{ readonly owner: GitOwner } | { readonly fixed: string }> {
  const where = `Application ${application.metadata.name}`;
  const set = application.metadata.ownerReferences?.find(({ kind }) => kind === 'ApplicationSet');
  if (set !== undefined) return { fixed: `${where} is made by ApplicationSet ${set.name}: what it sets itself has to be changed in that` };
  const byHand = `what ${where} sets itself has to be changed with argocd app set ${application.metadata.name}, as`;
  const owner = await findOwnerOf(application);
  if ('build' in owner && owner.object.uid === application.metadata.uid) return { fixed: `${byHand} it applies itself` };
  if (owner.engine === 'None') return { fixed: `${byHand} nobody applies it from Git` };
  if (owner.engine === 'Unsupported') return { fixed: `${byHand} what applies it is not followed: ${owner.reason}` };
  if (!sameRepository(owner.repository, source.repoURL) || owner.ref !== branchOf(source))
    return { fixed: `what ${where} sets itself has to be changed in ${owner.repository}, where it comes from` };
  return { owner };
}

/** What the Application itself, and the one that applies it, are made from is theirs. */
function othersThan(own: readonly (string | undefined)[], repository: string, all: readonly Application[]): readonly OtherReader[] {
  return all
    .filter(({ metadata }) => !own.includes(metadata.uid))
    .flatMap(({ metadata, spec, status }) =>
      sourcesOf(spec).flatMap((source, index): readonly OtherReader[] => {
        const path = resolveIn('', source.path ?? '.');
        if (path === undefined || !sameRepository(source.repoURL, repository)) return [];
        const type = status?.sourceTypes?.[index] ?? status?.sourceType;
        const files = (source.helm?.valueFiles ?? []).map((name) => valueFileAt(spec, repository, path, name));
        const valueFiles = files.filter((file) => file !== undefined);
        // What is only there for its files is read by the source that names them.
        if (!isRendered(source)) return [];
        return [{ name: metadata.name, path, isChart: source.helm !== undefined || type === 'Helm', valueFiles }];
      }),
    );
}

/** The revision that was applied: what was compared and found to be in the cluster, or what the last sync has applied. */
function revisionOf({ status }: Application): string | undefined {
  const { sync, operationState } = status ?? {};
  const applied = sync?.status === 'Synced' ? sync : operationState?.phase === 'Succeeded' ? operationState.syncResult : sync;
  return applied?.revision ?? applied?.revisions?.find((revision) => /^[0-9a-f]{40}$/u.test(revision));
}

function readiness({ status, metadata }: Application): GitOwner['ready'] {
  const failing = failureOf(status);
  if (failing !== undefined) return { ok: false, reason: failing.type, message: failing.message };
  if (status?.sync?.status === undefined)
    return { ok: false, reason: 'NotReconciled', message: `Argo CD has not compared ${metadata.name} yet` };
  return { ok: true, reason: status.sync.status, message: '' };
}
