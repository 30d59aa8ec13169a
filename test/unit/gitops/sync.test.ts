/** What Flux’s own report says of a commit. */
import { describe, expect, test } from 'vitest';
import { type FluxKustomization, gitRepositories, kustomizations } from '../../../src/gitops/flux/resources.ts';
import type { Repository } from '../../../src/gitops/git/repositories.ts';
import { commitOf, syncState } from '../../../src/gitops/sync.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';
import { ownerOf } from '../remediate/support.ts';

const [OLD, OURS, NEWER, REWRITTEN] = ['1', '2', '3', '4'].map((digit) => digit.repeat(40)) as [string, string, string, string];

/** A history in which NEWER comes after OURS after OLD; of REWRITTEN nothing is known. */
const repository = {
  run: async ({ args }: { readonly args: readonly string[] }) => ({
    exitCode: answer(args.at(-2), args.at(-1)),
    stdout: Buffer.alloc(0),
    stderr: '',
  }),
  fetch: async () => NEWER,
} as unknown as Repository;
const order = [OLD, OURS, NEWER];
const answer = (ancestor = '', descendant = ''): number =>
  !order.includes(descendant) ? 128 : order.indexOf(ancestor) <= order.indexOf(descendant) ? 0 : 1;

interface World {
  readonly applied?: string;
  readonly attempted?: string;
  readonly ready?: readonly [status: 'True' | 'False' | 'Unknown', reason: string, message?: string];
  readonly reconciling?: string;
  readonly suspend?: boolean;
  readonly sourceSuspended?: boolean;
  readonly sourceReady?: string;
  readonly uid?: string;
  readonly gone?: boolean;
}

const revision = (sha: string): string => `main@sha1:${sha}`;
const condition = (type: string, status: 'True' | 'False' | 'Unknown', reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

async function look({
  applied = OLD,
  attempted = applied,
  ready = ['True', 'ReconciliationSucceeded'],
  reconciling,
  suspend = false,
  sourceSuspended = false,
  sourceReady,
  gone = false,
  uid,
}: World) {
  const kube = createMemoryKube();
  const status: FluxKustomization['status'] = {
    lastAppliedRevision: revision(applied),
    lastAttemptedRevision: revision(attempted),
    conditions: [
      condition('Ready', ready[0], ready[1], ready[2] ?? ''),
      ...(reconciling === undefined ? [] : [condition('Reconciling', 'True', 'Progressing', reconciling)]),
    ],
  };
  const meta = { namespace: 'flux-system' };
  const made = gone
    ? undefined
    : await kube.create(kustomizations, {
        metadata: { ...meta, name: 'shop' },
        spec: { suspend, sourceRef: { kind: 'GitRepository', name: 'config' } },
        status,
      });
  const conditions = sourceReady === undefined ? [] : [condition('Ready', 'False', 'GitOperationFailed', sourceReady)];
  await kube.create(gitRepositories, {
    metadata: { ...meta, name: 'config' },
    spec: { url: 'https://git.test/config', interval: '1m', suspend: sourceSuspended },
    status: { conditions },
  });
  const owner = ownerOf();
  const object = { ...owner.object, uid: uid ?? made?.metadata.uid ?? 'ks-uid' };
  return syncState(kube as unknown as KubeClient, { ...owner, object }, OURS, repository);
}

describe('syncState', () => {
  test.each<World & { readonly name: string; readonly want: object }>([
    { name: 'the very commit', applied: OURS, want: { state: 'synced', revision: revision(OURS), healthy: true } },
    { name: 'a commit that came after it', applied: NEWER, want: { state: 'synced', revision: revision(NEWER), healthy: true } },
    {
      name: 'an older one, before the next look',
      want: { state: 'waiting', reason: 'OlderRevision', message: expect.stringContaining('every 1m') },
    },
    { name: 'one that is not in the history', applied: REWRITTEN, want: { state: 'waiting', reason: 'OlderRevision' } },
    {
      name: 'an attempt that has just begun',
      attempted: OURS,
      ready: ['Unknown', 'Progressing', 'Reconciliation in progress'],
      reconciling: `Building manifests for revision ${revision(OURS)} with a timeout of 1m`,
      want: { state: 'waiting', reason: 'Progressing' },
    },
    {
      name: 'an attempt that has come to the health checks',
      attempted: OURS,
      ready: ['Unknown', 'Progressing'],
      reconciling: `Running health checks for revision ${revision(OURS)} with a timeout of 1m`,
      want: { state: 'synced', healthy: false },
    },
    {
      name: 'an attempt whose health checks fail',
      attempted: OURS,
      ready: ['False', 'HealthCheckFailed'],
      want: { state: 'synced', revision: revision(OURS), healthy: false },
    },
    {
      name: 'an attempt that can’t be built',
      attempted: OURS,
      ready: ['False', 'BuildFailed', 'no such file'],
      want: { state: 'failed', reason: 'BuildFailed' },
    },
    {
      name: 'an attempt that can’t be applied',
      attempted: OURS,
      ready: ['False', 'ReconciliationFailed', 'denied'],
      want: { state: 'waiting', reason: 'Failing', message: expect.stringContaining('denied') },
    },
    {
      name: 'health checks of an older attempt',
      ready: ['False', 'HealthCheckFailed'],
      want: { state: 'waiting', reason: 'OlderRevision' },
    },
    { name: 'a suspended Kustomization', suspend: true, want: { state: 'waiting', reason: 'Suspended' } },
    { name: 'a suspended one that has applied it before', suspend: true, applied: OURS, want: { state: 'synced' } },
    {
      name: 'a suspended source',
      sourceSuspended: true,
      want: { state: 'waiting', reason: 'Suspended', message: expect.stringContaining('GitRepository') },
    },
    {
      name: 'a source that fails',
      sourceReady: 'authentication required',
      want: { state: 'waiting', reason: 'SourceFailing', message: expect.stringContaining('authentication required') },
    },
    { name: 'a Kustomization that is gone', gone: true, want: { state: 'failed', reason: 'OwnerGone' } },
    { name: 'a Kustomization of the same name', uid: 'another', want: { state: 'failed', reason: 'OwnerChanged' } },
  ])('$name', async ({ want, name: _name, ...world }) => {
    expect(await look(world)).toMatchObject(want);
  });
});

test.each([
  [`main@sha1:${OURS}`, OURS],
  [`main/${OURS}`, OURS],
  [`refs/heads/main@sha1:${OURS}`, OURS],
  ['main@sha1:abc', undefined],
  [undefined, undefined],
])('the commit of %s', (text, want) => {
  expect(commitOf(text)).toBe(want);
});
