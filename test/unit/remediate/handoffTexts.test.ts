/** What a person reads, whole, where nothing can be delivered: by engine, and by what is the matter with it. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { helmInstalled } from '../../../src/gitops/otherOwners.ts';
import type { GitOwner, Owner } from '../../../src/gitops/owner.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { propose } from '../../../src/remediate/propose.ts';
import { type Diagnosis, emptyCluster, incidentOf, investigationOf, nothingMeasured, OPERATOR, ownerOf, workloadOf } from './support.ts';

const ill = (reason: string, message: string) => ({ ready: { ok: false, reason, message } });
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
const kustomization = (more: Partial<GitOwner> = {}): GitOwner =>
  ownerOf({
    object: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: 'flux-system', name: 'shop' },
    ...more,
  });
const installed = {
  metadata: {
    name: 'cart',
    namespace: 'shop',
    labels: { 'helm.sh/chart': 'cart-1.2.0' },
    annotations: { 'meta.helm.sh/release-name': 'cart', 'meta.helm.sh/release-namespace': 'shop' },
  },
} as unknown as KubeObject;

const wrongImage: Diagnosis = { reason: 'ImageNotFound' };
const outOfMemory: Diagnosis = { reason: 'ContainerOutOfMemory' };
const afterCommit: Diagnosis = {
  reason: 'ContainerExitsWithError',
  change: 'c1',
  changes: [
    { fields: [{ object: 'Deployment/shop/cart', path: 'spec.template.spec.containers[app].env[PORT].value', before: 'a', after: 'b' }] },
  ],
};

const BEFORE = 'registry.test/cart:1.0';

async function told(diagnosis: Diagnosis, owner: Owner, image = BEFORE): Promise<string> {
  const result = await propose({
    incident: incidentOf(),
    investigation: investigationOf(diagnosis),
    workload: workloadOf({}, [{}, { images: { app: image } }]),
    owner,
    settings: { operatorNamespace: OPERATOR },
    client: emptyCluster,
    choosing: nothingMeasured,
  });
  if (result.kind === 'proposal') throw new Error('it was proposed');
  const { reason, message, lookAt, commands } = result;
  return [`${reason}: ${message}`, ...lookAt.map((line) => `look at: ${line}`), ...commands.map((line) => `$ ${line}`), ''].join('\n');
}

const chart: Owner = {
  engine: 'Unsupported',
  by: 'ArgoCD',
  reason:
    'Application argocd/cart takes chart redis from https://charts.test, which is not fetched, as Argo CD names no digest by which another one would be noticed: change its values by hand, where the Application comes from',
  commands: ['argocd app get cart --show-params'],
};

describe('what a person is told', () => {
  test.each<{ name: string; diagnosis: Diagnosis; owner: Owner }>([
    { name: 'kustomization-suspended', diagnosis: wrongImage, owner: kustomization({ suspended: true }) },
    {
      name: 'kustomization-source-failing',
      diagnosis: outOfMemory,
      owner: kustomization(ill('SourceNotReady', 'failed to checkout: authentication required')),
    },
    {
      name: 'kustomization-build-failing-after-a-commit',
      diagnosis: afterCommit,
      owner: kustomization(ill('BuildFailed', 'kustomize build failed')),
    },
    { name: 'helm-release-suspended', diagnosis: outOfMemory, owner: release({ suspended: true }) },
    { name: 'helm-release-chart-failing', diagnosis: wrongImage, owner: release(ill('ArtifactFailed', 'HelmChart is not ready')) },
    { name: 'application-not-automated', diagnosis: wrongImage, owner: application({ suspended: true }) },
    { name: 'application-failing', diagnosis: outOfMemory, owner: application(ill('ComparisonError', 'repo-server: connection refused')) },
    { name: 'helm-by-itself', diagnosis: wrongImage, owner: helmInstalled(installed) },
    {
      name: 'another-controller',
      diagnosis: wrongImage,
      owner: {
        engine: 'Unsupported',
        by: 'Controller',
        reason: 'it is made by Cluster db (postgresql.cnpg.io/v1), which would undo a change: it has to be made there',
        object: { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', namespace: 'shop', name: 'db' },
        commands: ['kubectl describe cluster.postgresql.cnpg.io db -n shop', 'kubectl edit cluster.postgresql.cnpg.io db -n shop'],
      },
    },
    { name: 'application-of-a-chart-that-is-elsewhere', diagnosis: wrongImage, owner: chart },
    { name: 'nobody', diagnosis: wrongImage, owner: { engine: 'None' } },
  ])('$name', async ({ name, diagnosis, owner }) => {
    await expect(await told(diagnosis, owner)).toMatchFileSnapshot(join(import.meta.dirname, '../../golden/handoff', `${name}.txt`));
  });

  test.each(['Job', 'CronJob'])('%s: why no action is about one, and where it comes from', async (kind) => {
    const diagnosis = investigationOf({ reason: 'ContainerExitsWithError' });
    const rootCause = { ...diagnosis.status?.rootCause, object: { kind, namespace: 'shop', name: 'night' } };
    const result = await propose({
      incident: incidentOf(),
      investigation: { ...diagnosis, status: { ...diagnosis.status, rootCause } } as typeof diagnosis,
      workload: undefined,
      owner: kustomization(),
      settings: { operatorNamespace: OPERATOR },
      client: emptyCluster,
      choosing: nothingMeasured,
    });
    expect(result).toMatchObject({
      reason: 'NoWorkload',
      message: expect.stringMatching(new RegExp(`is about ${kind} shop/night, which no action changes: `)),
      lookAt: ['Kustomization flux-system/shop applies it from deploy of https://git.test/config, branch main'],
    });
  });

  test('holds no command with anything in it that a shell would take for its own', async () => {
    const text = await told(wrongImage, kustomization({ suspended: true }), `${BEFORE};reboot`);
    expect(text).not.toContain('reboot');
    expect(text).toContain('$ flux resume kustomization shop -n flux-system');
  });
});
