/**
 * Whether the engine has applied a commit of ours, by what it reports itself.
 *
 * Applied is a revision that is, or descends from, the commit. Where Flux waits for health it only counts a revision as applied once everything is healthy;
 * an attempt that has got as far as the health checks has been applied, and whether it helps is for the verification to say.
 */
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { applicationSync } from './argo/sync.ts';
import { gitErrorIn } from './errors.ts';
import { releaseSync } from './flux/releaseSync.ts';
import { type FluxKustomization, gitRepositories, kustomizations } from './flux/resources.ts';
import { isAncestor } from './git/commit.ts';
import { namedBranch } from './git/defaultBranch.ts';
import type { Repository } from './git/repositories.ts';
import type { GitOwner } from './owner.ts';
import { ownerNow, type SyncState, waiting } from './syncState.ts';

export type { SyncState } from './syncState.ts';

export async function syncState(
  client: KubeClient,
  owner: GitOwner,
  commit: string,
  repository: Repository,
  options: CallOptions = {},
): Promise<SyncState> {
  const applied = owner.through === undefined ? undefined : await syncState(client, owner.through, commit, repository, options);
  if (applied !== undefined && applied.state !== 'synced') return applied;
  if (owner.engine === 'ArgoCD') {
    const holds = async (revision: string | undefined): Promise<boolean> =>
      (await contains(repository, owner, revision, commit, options)) !== undefined;
    return applicationSync(client, owner, holds, options);
  }
  if (applied === undefined) return kustomizationSync(client, owner, commit, repository, options);
  return releaseSync(client, owner, { sha: commit, revision: applied.revision }, repository, options);
}

async function kustomizationSync(
  client: KubeClient,
  owner: GitOwner,
  commit: string,
  repository: Repository,
  options: CallOptions,
): Promise<SyncState> {
  const { name, namespace = '' } = owner.object;
  const where = `Kustomization ${namespace}/${name}`;
  const kustomization = await ownerNow(client, kustomizations, owner.object, options);
  if ('state' in kustomization) return kustomization;
  const applied = await contains(repository, owner, kustomization.status?.lastAppliedRevision, commit, options);
  if (applied !== undefined) return { state: 'synced', revision: applied, healthy: true };
  const attempted = await contains(repository, owner, kustomization.status?.lastAttemptedRevision, commit, options);
  if (attempted !== undefined && isApplied(kustomization)) return { state: 'synced', revision: attempted, healthy: false };
  if (kustomization.spec.suspend === true)
    return waiting('Suspended', `${where} is suspended: resume it (flux resume kustomization ${name} -n ${namespace})`);
  return attempted === undefined ? beforeAttempt(client, owner, where, options) : afterAttempt(kustomization, where);
}

/** The revision, if it holds the commit. */
async function contains(
  repository: Repository,
  owner: GitOwner,
  revision: string | undefined,
  commit: string,
  options: CallOptions,
): Promise<string | undefined> {
  const sha = commitOf(revision);
  if (revision === undefined || sha === undefined) return undefined;
  if (sha === commit) return revision;
  let answer = await isAncestor(repository, commit, sha, options);
  if (answer === undefined) {
    // Newer than what we have: another commit came on top of ours.
    await fetchQuietly(repository, owner.ref, options);
    answer = await isAncestor(repository, commit, sha, options);
  }
  return answer === true ? revision : undefined;
}

/** Without the host it stays unknown whether the revision holds the commit: a later look will tell. */
async function fetchQuietly(repository: Repository, branch: string, options: CallOptions): Promise<void> {
  try {
    await repository.fetch(await namedBranch(repository, branch, options), options);
  } catch (error) {
    if (gitErrorIn(error) === undefined) throw error;
  }
}

/** `main@sha1:<commit>`, and `main/<commit>` as older versions wrote it. */
export function commitOf(revision: string | undefined): string | undefined {
  return revision === undefined ? undefined : /(?:@sha\d+:|\/|^)([0-9a-f]{40}|[0-9a-f]{64})$/u.exec(revision)?.[1];
}

/** Everything has been applied once Flux looks at health, and before nothing says so. */
function isApplied({ status }: FluxKustomization): boolean {
  const conditions = status?.conditions ?? [];
  const healthy = conditions.find(({ type }) => type === 'Healthy');
  const ready = conditions.find(({ type }) => type === 'Ready');
  const reconciling = conditions.find(({ type }) => type === 'Reconciling');
  const attempted = status?.lastAttemptedRevision ?? '';
  if (ready?.status === 'False' && ready.reason === 'HealthCheckFailed') return true;
  const running = [healthy, reconciling].some(
    (condition) => condition?.message.includes(`Running health checks for revision ${attempted}`) === true,
  );
  return running && ready?.status !== 'False';
}

async function beforeAttempt(client: KubeClient, owner: GitOwner, where: string, options: CallOptions): Promise<SyncState> {
  const { name, namespace = '' } = owner.source;
  const source = await client.get(gitRepositories, { namespace, name }, options);
  if (source === undefined)
    return { state: 'failed', reason: 'OwnerGone', message: `GitRepository ${namespace}/${name} does not exist any more` };
  if (source.spec.suspend === true)
    return waiting(
      'Suspended',
      `GitRepository ${namespace}/${name} is suspended: resume it (flux resume source git ${name} -n ${namespace})`,
    );
  const ready = source.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'False') return waiting('SourceFailing', `GitRepository ${namespace}/${name}: ${ready.message}`);
  return waiting('OlderRevision', `${where} has not come to the commit yet; it looks every ${source.spec.interval ?? 'interval'}`);
}

function afterAttempt({ status }: FluxKustomization, where: string): SyncState {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'False') return waiting('Progressing', `${where} is at work: ${ready?.message ?? 'no report yet'}`);
  if (ready.reason === 'BuildFailed')
    return { state: 'failed', reason: 'BuildFailed', message: `${where} can’t build the commit: ${ready.message}` };
  return waiting('Failing', `${where}: ${ready.reason}: ${ready.message}`);
}
