/** What a HelmRelease’s own report says of a commit that its Kustomization has applied. */
import { describe, expect, test } from 'vitest';
import { gitRepositories, type HelmRelease, helmReleases, kustomizations } from '../../../../src/gitops/flux/resources.ts';
import type { Repository } from '../../../../src/gitops/git/repositories.ts';
import { syncState } from '../../../../src/gitops/sync.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { defineResource, type KubeObject } from '../../../../src/kube/object.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';
import { ownerOf } from '../../remediate/support.ts';
import { buildAt } from '../support/build.ts';

const OURS = 'c0ffee012345'.padEnd(40, '0');
const OLD = 'badc0de01234'.padEnd(40, '0');
const NEWER = 'feed01234567'.padEnd(40, '0');
const configMaps = defineResource<KubeObject>({ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true });

/** NEWER comes after OURS, and OURS after OLD. */
const repository = {
  run: async ({ args }: { readonly args: readonly string[] }) => ({
    exitCode: args.at(-1)?.startsWith(NEWER.slice(0, 12)) === true ? 0 : 1,
    stdout: Buffer.alloc(0),
    stderr: '',
  }),
  fetch: async () => NEWER,
} as unknown as Repository;

interface World {
  readonly applied?: string;
  readonly ready?: readonly [status: 'True' | 'False' | 'Unknown', reason: string];
  readonly status?: Partial<NonNullable<HelmRelease['status']>>;
  readonly spec?: Partial<HelmRelease['spec']>;
  readonly uid?: string;
  readonly gone?: boolean;
  readonly chart?: 'folder';
  /** When the ConfigMap of values was last changed. */
  readonly changedAt?: string;
}

async function look({
  applied = OURS,
  ready = ['True', 'UpgradeSucceeded'],
  status = {},
  spec = {},
  uid,
  gone = false,
  chart,
  changedAt,
}: World) {
  const kube = createMemoryKube();
  const kustomization = await kube.create(kustomizations, {
    metadata: { name: 'shop', namespace: 'flux-system' },
    spec: { sourceRef: { kind: 'GitRepository', name: 'config' } },
    status: { lastAppliedRevision: `main@sha1:${applied}`, lastAttemptedRevision: `main@sha1:${applied}` },
  });
  await kube.create(gitRepositories, {
    metadata: { name: 'config', namespace: 'flux-system' },
    spec: { url: 'https://git.test/config' },
  });
  const condition = { type: 'Ready', status: ready[0], reason: ready[1], message: 'said so', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const release = await kube.create(helmReleases, {
    metadata: { name: 'cart', namespace: 'shop' },
    spec,
    status: { observedGeneration: 1, lastAttemptedGeneration: 1, conditions: [condition], ...status },
  });
  if (gone) await kube.delete(helmReleases, { name: 'cart', namespace: 'shop' });
  if (changedAt !== undefined) {
    const managedFields = [{ manager: 'kustomize-controller', time: changedAt }];
    await kube.create(configMaps, { metadata: { name: 'values', namespace: 'shop', managedFields } });
  }
  const through = ownerOf({ object: { kind: 'Kustomization', namespace: 'flux-system', name: 'shop', uid: kustomization.metadata.uid } });
  const owner = ownerOf({
    object: { kind: 'HelmRelease', namespace: 'shop', name: 'cart', uid: uid ?? release.metadata.uid },
    through,
    build: {
      type: 'HelmRelease',
      outer: buildAt('deploy'),
      name: 'cart',
      namespace: 'shop',
      chart: chart === 'folder' ? { kind: 'folder', path: 'charts/cart' } : { kind: 'artifact', artifact: { url: '', digest: '' } },
      chartFrom: '',
      readByOthers: [],
    },
  });
  return syncState(kube as unknown as KubeClient, owner, OURS, repository);
}

const fromValues = { valuesFrom: [{ kind: 'ConfigMap', name: 'values' }] };
const deployedAt = (lastDeployed: string) => ({ history: [{ lastDeployed, status: 'deployed' }] });

describe('a commit that changes values', () => {
  test.each<World & { name: string; want: object }>([
    { name: 'is synced when the release is ready', want: { state: 'synced', healthy: true, revision: `main@sha1:${OURS}` } },
    { name: 'is waited for while the Kustomization is behind', applied: OLD, want: { state: 'waiting' } },
    {
      name: 'is waited for while the release has not seen its values',
      status: { observedGeneration: 0 },
      want: { state: 'waiting', reason: 'OlderRevision' },
    },
    {
      name: 'is waited for while the release has not tried them',
      status: { lastAttemptedGeneration: 0 },
      want: { state: 'waiting', reason: 'OlderRevision' },
    },
    {
      name: 'is waited for while the release is at work',
      ready: ['Unknown', 'Progressing'],
      want: { state: 'waiting', reason: 'Progressing' },
    },
    {
      name: 'is synced, and ill, when the upgrade has failed',
      ready: ['False', 'UpgradeFailed'],
      want: { state: 'synced', healthy: false },
    },
    { name: 'has failed when Flux took it back', ready: ['False', 'RollbackSucceeded'], want: { state: 'failed', reason: 'TakenBack' } },
    {
      name: 'is waited for while the chart can’t be had',
      ready: ['False', 'ArtifactFailed'],
      want: { state: 'waiting', reason: 'Failing' },
    },
    { name: 'is waited for while the release is suspended', spec: { suspend: true }, want: { state: 'waiting', reason: 'Suspended' } },
    { name: 'has failed when the release is gone', gone: true, want: { state: 'failed', reason: 'OwnerGone' } },
    { name: 'has failed when the release is another one', uid: 'another', want: { state: 'failed', reason: 'OwnerChanged' } },
    {
      name: 'is waited for while the chart is of an older commit',
      chart: 'folder',
      status: { lastAttemptedRevision: `0.1.0+${OLD.slice(0, 12)}` },
      want: { reason: 'OlderRevision' },
    },
    {
      name: 'is synced with the chart of the commit',
      chart: 'folder',
      status: { lastAttemptedRevision: `0.1.0+${OURS.slice(0, 12)}` },
      want: { state: 'synced' },
    },
    {
      name: 'is synced with the chart of a later commit',
      chart: 'folder',
      status: { lastAttemptedRevision: `0.1.0+${NEWER.slice(0, 12)}.1` },
      want: { state: 'synced' },
    },
    {
      name: 'is waited for while the release is older than its ConfigMap',
      spec: fromValues,
      changedAt: '2026-01-01T00:00:09Z',
      status: deployedAt('2026-01-01T00:00:08Z'),
      want: { state: 'waiting', reason: 'OlderRevision' },
    },
    {
      name: 'is synced when the release is younger than its ConfigMap',
      spec: fromValues,
      changedAt: '2026-01-01T00:00:09Z',
      status: deployedAt('2026-01-01T00:00:10Z'),
      want: { state: 'synced' },
    },
  ])('$name', async ({ want, name: _name, ...world }) => {
    expect(await look(world)).toMatchObject(want);
  });
});
