/** One plan, one owner, one repository: what is about several is refused before anything is fetched. */
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { gitRepositories, kustomizations } from '../../../src/gitops/flux/resources.ts';
import { deployments } from '../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { objects } from '../../../src/remediate/actionTarget.ts';
import { ownerOf } from '../../../src/remediate/ownerOf.ts';
import { silentLogger } from '../../support/logger.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';

const untouched = () => Promise.reject(new Error('nothing is to be fetched or rendered'));

async function ownersOf(repositories: readonly [string, string]) {
  const client = createMemoryKube() as unknown as KubeClient;
  const targets = [];
  for (const [index, url] of repositories.entries()) {
    const [name, namespace] = [`app-${index}`, 'flux-system'];
    const labels = { 'kustomize.toolkit.fluxcd.io/name': name, 'kustomize.toolkit.fluxcd.io/namespace': namespace };
    await client.create(deployments, { metadata: { name, namespace: 'shop', labels } });
    await client.create(gitRepositories, { metadata: { name, namespace }, spec: { url, ref: { branch: 'main' } } });
    await client.create(kustomizations, {
      metadata: { name, namespace },
      spec: { path: './apps', sourceRef: { kind: 'GitRepository', name } },
      status: { inventory: { entries: [{ id: `shop_${name}_apps_Deployment`, v: 'v1' }] } },
    });
    const target = await objects(deployments).read(client, { kind: 'Deployment', namespace: 'shop', name });
    if (target !== undefined) targets.push(target);
  }
  const deps = {
    client,
    repositories: { open: untouched },
    renderer: { render: untouched },
    clock: systemClock,
    logger: silentLogger,
    operatorNamespace: 'agent-sre',
  };
  return ownerOf(deps, targets, {});
}

test.each<[string, readonly [string, string], string]>([
  [
    'several repositories',
    ['https://git.test/one', 'https://git.test/two'],
    'the targets of the plan come from https://git.test/one and https://git.test/two; one plan changes one repository: propose one for each',
  ],
  [
    'several owners of one repository',
    ['https://git.test/one', 'https://git.test/one'],
    'the targets of the plan are applied by Kustomization flux-system/app-0 and Kustomization flux-system/app-1; one plan changes what one owner renders: propose one for each',
  ],
])('%s', async (_name, repositories, message) => {
  expect(await ownersOf(repositories)).toEqual({ kind: 'refusal', reason: 'UnsupportedOwner', message });
});
