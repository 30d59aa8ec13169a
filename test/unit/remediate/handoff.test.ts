/** What a person is told, and may type, where an owner can't be written to. */
import { describe, expect, test } from 'vitest';
import type { GitOwner, Owner } from '../../../src/gitops/owner.ts';
import { ownerHandoff } from '../../../src/remediate/handoff.ts';
import { ownerOf } from './support.ts';

const cart = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const release = (more: Partial<GitOwner> = {}): GitOwner =>
  ownerOf({
    object: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'shop', name: 'cart' },
    through: ownerOf(),
    ...more,
  });
const application = (more: Partial<GitOwner> = {}): GitOwner =>
  ownerOf({
    engine: 'ArgoCD',
    object: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'cart' },
    ...more,
  });
const ill = (reason: string) => ({ ready: { ok: false, reason, message: 'said so' } });

describe('an owner that can’t be written to', () => {
  test.each<{ name: string; owner: Owner; reason: string; commands: readonly string[] }>([
    {
      name: 'a suspended HelmRelease: itself, its Kustomization and their source are resumed',
      owner: release({ suspended: true }),
      reason: 'OwnerSuspended',
      commands: [
        'flux resume helmrelease cart -n shop',
        'flux resume kustomization shop -n flux-system',
        'flux resume source git config -n flux-system',
      ],
    },
    {
      name: 'an Application that is not synced automatically',
      owner: application({ suspended: true }),
      reason: 'OwnerSuspended',
      commands: ['argocd app set cart --sync-policy automated', 'argocd app sync cart'],
    },
    {
      name: 'a HelmRelease whose chart can’t be had',
      owner: release(ill('ArtifactFailed')),
      reason: 'OwnerFailing',
      commands: ['kubectl describe helmrelease.helm.toolkit.fluxcd.io/cart -n shop', 'flux logs --kind=HelmRelease --name=cart -n shop'],
    },
    {
      name: 'an Application that can’t be compared',
      owner: application(ill('ComparisonError')),
      reason: 'OwnerFailing',
      commands: ['kubectl describe application.argoproj.io/cart -n argocd', 'argocd app get cart --refresh'],
    },
    {
      name: 'Helm by itself',
      owner: { engine: 'Unsupported', by: 'Helm', reason: 'Helm installed it', commands: ['helm rollback cart -n shop'] },
      reason: 'UnsupportedOwner',
      commands: ['helm rollback cart -n shop', 'kubectl describe deployment/cart -n shop'],
    },
  ])('$name', ({ owner, reason, commands }) => {
    const found = ownerHandoff(owner, cart);
    expect(found?.reason).toBe(reason);
    expect(found?.commands.slice(0, commands.length)).toEqual(commands);
  });

  test.each([
    ['a HelmRelease whose upgrade did not become healthy', release(ill('UpgradeFailed'))],
    ['an Application whose pods are not healthy', application()],
    ['a HelmRelease that has not come to its present values yet', release(ill('NotReconciled'))],
  ])('is not %s: that is what is to be cured, or passes', (_name, owner) => {
    expect(ownerHandoff(owner, cart)).toBeUndefined();
  });
});
