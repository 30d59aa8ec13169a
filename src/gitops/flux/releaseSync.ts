/**
 * Whether a HelmRelease runs what a commit says, once the Kustomization has applied it.
 *
 * A release says nothing of commits. It has come to its own new values when it has attempted its present generation; to a chart that is packaged from Git,
 * when its version carries a commit that holds ours; to a ConfigMap, when it was deployed after that was last changed.
 */

import { configMaps } from '../../crds/configMaps.ts';
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import { isAncestor } from '../git/commit.ts';
import type { Repository } from '../git/repositories.ts';
import type { GitOwner } from '../owner.ts';
import { ownerNow, type SyncState, waiting } from '../syncState.ts';
import { conditionOf } from './owner.ts';
import { type HelmRelease, helmReleases } from './resources.ts';

/** Ready is false for these after everything was applied. */
const APPLIED: ReadonlySet<string> = new Set(['UpgradeFailed', 'InstallFailed', 'TestFailed']);
const TAKEN_BACK: ReadonlySet<string> = new Set(['RollbackSucceeded', 'UninstallSucceeded']);

export async function releaseSync(
  client: KubeClient,
  { object, build }: GitOwner,
  commit: { readonly sha: string; readonly revision: string },
  repository: Repository,
  options: CallOptions,
): Promise<SyncState> {
  const { name, namespace = '' } = object;
  const where = `HelmRelease ${namespace}/${name}`;
  const release = await ownerNow(client, helmReleases, object, options);
  if ('state' in release) return release;
  if (release.spec.suspend === true)
    return waiting('Suspended', `${where} is suspended: resume it (flux resume helmrelease ${name} -n ${namespace})`);
  const packagedFromGit = build.type === 'HelmRelease' && build.chart.kind === 'folder';
  if (!isAttempted(release)) return behind(release, where, 'new values');
  if (packagedFromGit && !(await holds(repository, release, commit.sha, options))) return behind(release, where, 'chart of the commit');
  if (await olderThanValues(client, release, options)) return behind(release, where, 'ConfigMap of values');
  return attempted(release, where, commit.revision);
}

function isAttempted({ status, metadata }: HelmRelease): boolean {
  return status?.observedGeneration === metadata.generation && status?.lastAttemptedGeneration === metadata.generation;
}

function behind({ status }: HelmRelease, where: string, what: string): SyncState {
  const ready = conditionOf(status?.conditions);
  if (ready?.status === 'False' && !APPLIED.has(ready.reason)) return waiting('Failing', `${where}: ${ready.reason}: ${ready.message}`);
  return waiting('OlderRevision', `${where} has not come to the ${what} yet`);
}

function attempted({ status }: HelmRelease, where: string, revision: string): SyncState {
  const ready = conditionOf(status?.conditions);
  if (ready?.status === 'True') return { state: 'synced', revision, healthy: true };
  if (ready?.status !== 'False') return waiting('Progressing', `${where} is at work: ${ready?.message ?? 'no report yet'}`);
  if (APPLIED.has(ready.reason)) return { state: 'synced', revision, healthy: false };
  if (!TAKEN_BACK.has(ready.reason)) return waiting('Failing', `${where}: ${ready.reason}: ${ready.message}`);
  return { state: 'failed', reason: 'TakenBack', message: `${where} has taken the commit back by itself: ${ready.message}` };
}

/** The version of a chart that is packaged at each commit ends in that commit: `0.1.0+0123456789ab`. */
async function holds(repository: Repository, { status }: HelmRelease, commit: string, options: CallOptions): Promise<boolean> {
  const short = /\+([0-9a-f]{12,40})(?:\.\d+)?$/u.exec(status?.lastAttemptedRevision ?? '')?.[1];
  if (short === undefined) return false;
  return commit.startsWith(short) || (await isAncestor(repository, commit, short, options)) === true;
}

/** A ConfigMap of a fixed name is looked at when the release's turn comes. */
async function olderThanValues(client: KubeClient, { spec, metadata, status }: HelmRelease, options: CallOptions): Promise<boolean> {
  const deployed = Date.parse(status?.history?.[0]?.lastDeployed ?? '');
  for (const { kind, name } of spec.valuesFrom ?? []) {
    if (kind !== 'ConfigMap') continue;
    const values = await client.get(configMaps, { namespace: metadata.namespace, name }, options);
    const changed = Math.max(
      0,
      ...(values?.metadata.managedFields ?? []).map(({ time }) => Date.parse(time ?? '')).filter(Number.isFinite),
    );
    if (!(deployed >= changed)) return true;
  }
  return false;
}
