/** What Argo CD’s own report says of a commit. */
import { describe, expect, test } from 'vitest';
import { type Application, applications } from '../../../../src/gitops/argo/resources.ts';
import type { Repository } from '../../../../src/gitops/git/repositories.ts';
import { syncState } from '../../../../src/gitops/sync.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';
import { ownerOf } from '../../remediate/support.ts';

const [OLD, OURS, NEWER] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];

const repository = {
  run: async ({ args }: { readonly args: readonly string[] }) => ({
    exitCode: args.at(-1) === NEWER ? 0 : 1,
    stdout: Buffer.alloc(0),
    stderr: '',
  }),
  fetch: async () => NEWER,
} as unknown as Repository;

interface World {
  readonly status?: Partial<NonNullable<Application['status']>>;
  readonly automated?: boolean;
  readonly uid?: string;
  readonly gone?: boolean;
}

const source = { repoURL: 'https://git.test/config', path: 'apps' };
const compared = (status: string, revision: string) => ({ sync: { status, revision } });
const operated = (phase: string, revision: string, message = 'said so') => ({
  operationState: { phase, message, syncResult: { revision } },
});

async function look({ status = {}, automated = true, uid, gone = false }: World) {
  const kube = createMemoryKube();
  const made = await kube.create(applications, {
    metadata: { name: 'cart', namespace: 'argocd' },
    spec: { source, destination: {}, ...(automated ? { syncPolicy: { automated: {} } } : {}) },
    status: { health: { status: 'Healthy' }, ...status },
  });
  if (gone) await kube.delete(applications, { name: 'cart', namespace: 'argocd' });
  const object = { kind: 'Application', namespace: 'argocd', name: 'cart', uid: uid ?? made.metadata.uid };
  return syncState(kube as unknown as KubeClient, ownerOf({ engine: 'ArgoCD', object }), OURS, repository);
}

describe('a commit', () => {
  test.each<World & { name: string; want: object }>([
    {
      name: 'is synced when it was compared and nothing differs',
      status: compared('Synced', OURS),
      want: { state: 'synced', revision: OURS, healthy: true },
    },
    { name: 'is synced with a later one', status: compared('Synced', NEWER), want: { state: 'synced', revision: NEWER } },
    {
      name: 'is synced and ill when what runs is not well',
      status: { ...compared('Synced', OURS), health: { status: 'Degraded' } },
      want: { state: 'synced', healthy: false },
    },
    {
      name: 'is synced when its sync succeeded, though something else differs',
      status: { ...compared('OutOfSync', OURS), ...operated('Succeeded', OURS) },
      want: { state: 'synced' },
    },
    {
      name: 'is synced in one of several sources',
      status: { sync: { status: 'Synced', revisions: ['1.0.0', OURS] } },
      want: { state: 'synced', revision: OURS },
    },
    {
      name: 'is waited for while an older one is there',
      status: compared('Synced', OLD),
      want: { state: 'waiting', reason: 'OlderRevision' },
    },
    { name: 'is waited for while it differs', status: compared('OutOfSync', OURS), want: { state: 'waiting', reason: 'Progressing' } },
    {
      name: 'is waited for while an older sync is all that succeeded',
      status: { ...compared('OutOfSync', OURS), ...operated('Succeeded', OLD) },
      want: { state: 'waiting', reason: 'Progressing' },
    },
    {
      name: 'is waited for while it is being synced',
      status: { ...compared('OutOfSync', OURS), ...operated('Running', OURS) },
      want: { state: 'waiting', reason: 'Progressing' },
    },
    {
      name: 'is waited for, and why is told, when its sync failed',
      status: { ...compared('OutOfSync', OURS), ...operated('Failed', OURS, 'denied by policy') },
      want: { state: 'waiting', reason: 'Failing', message: expect.stringContaining('denied by policy') },
    },
    {
      name: 'is waited for, and why is told, when it can’t be rendered',
      status: { sync: { status: 'Unknown', revision: OLD }, conditions: [{ type: 'ComparisonError', message: 'no such file' }] },
      want: { state: 'waiting', reason: 'Failing', message: expect.stringContaining('no such file') },
    },
    {
      name: 'is waited for while somebody has to sync it',
      automated: false,
      status: compared('OutOfSync', OURS),
      want: { state: 'waiting', reason: 'Suspended', message: expect.stringContaining('argocd app sync cart') },
    },
    {
      name: 'is waited for while the Application was compared as it was before',
      status: { sync: { status: 'Synced', revision: OURS, comparedTo: { source: { ...source, path: 'old' } } } },
      want: { state: 'waiting' },
    },
    {
      name: 'is synced when it was compared with the same, written otherwise',
      status: {
        sync: {
          status: 'Synced',
          revision: OURS,
          comparedTo: { source: { path: 'apps', repoURL: source.repoURL, helm: {}, targetRevision: '' } },
        },
      },
      want: { state: 'synced' },
    },
    { name: 'has failed when the Application is gone', gone: true, want: { state: 'failed', reason: 'OwnerGone' } },
    { name: 'has failed when the Application is another one', uid: 'another', want: { state: 'failed', reason: 'OwnerChanged' } },
  ])('$name', async ({ want, name: _name, ...world }) => {
    expect(await look(world)).toMatchObject(want);
  });
});
