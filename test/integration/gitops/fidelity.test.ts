/** What we render is what Flux applies: over everything that a Kustomization can lay over its path. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FluxKustomization, kustomizations } from '../../../src/gitops/flux/resources.ts';
import { openTree } from '../../../src/gitops/git/tree.ts';
import { findOwner } from '../../../src/gitops/owner.ts';
import { CHANGEABLE } from '../../../src/remediate/kinds.ts';
import { openStage, type Stage } from '../remediate/support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 120_000);
afterAll(async () => stage?.stop());

const deployment = (name: string, namespace: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - {name: app, image: registry.test/cart:1, envFrom: [{configMapRef: {name: settings, optional: true}}]}
`;
const generator = 'resources: [cart.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [a=1, "b=yes"]\n';
const patch = (namespace: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: ${namespace}}\nspec: {replicas: 2}\n`;

interface Case {
  readonly name: string;
  readonly files: (namespace: string) => Readonly<Record<string, string>>;
  readonly spec?: Partial<FluxKustomization['spec']>;
  readonly workload?: string;
}

describe('rendered as Flux applies it', () => {
  test.each<Case>([
    {
      name: 'plain',
      files: (ns) => ({ 'apps/sub/cart.yaml': deployment('cart', ns), 'apps/.github/workflow.yaml': 'on: push\n', 'apps/notes.txt': 'x' }),
    },
    {
      name: 'nested',
      files: (ns) => ({
        'apps/a.yaml': deployment('cart', ns),
        'apps/nested/kustomization.yaml': `namespace: ${ns}\nresources: [b.yaml]\nconfigMapGenerator: [{name: settings, literals: [a=1]}]\n`,
        'apps/nested/b.yaml': deployment('other', ns),
        'apps/nested/unused.yaml': 'not: kubernetes\n',
      }),
    },
    {
      name: 'overlay',
      files: (ns) => ({
        'base/kustomization.yaml': generator,
        'base/cart.yaml': deployment('cart', ns),
        'apps/kustomization.yaml': `namespace: ${ns}\nresources: [../base]\npatches: [{path: ../shared/patch.yaml}]\nimages: [{name: registry.test/cart, newTag: "2.0"}]\nreplicas: [{name: cart, count: 3}]\n`,
        'shared/patch.yaml': patch(ns),
      }),
    },
    {
      name: 'target',
      files: () => ({ 'apps/kustomization.yaml': generator, 'apps/cart.yaml': deployment('cart', 'elsewhere') }),
      spec: { targetNamespace: 'fidelity-target' },
    },
    {
      name: 'names',
      files: (ns) => ({ 'apps/kustomization.yaml': `namespace: ${ns}\n${generator}`, 'apps/cart.yaml': deployment('cart', ns) }),
      spec: { namePrefix: 'eu-', nameSuffix: '-v2' },
      workload: 'eu-cart-v2',
    },
    {
      name: 'images',
      files: (ns) => ({
        'apps/kustomization.yaml': `resources: [cart.yaml]\nimages: [{name: registry.test/cart, newName: mirror.test/cart, newTag: one}]\n`,
        'apps/cart.yaml': deployment('cart', ns),
      }),
      spec: { images: [{ name: 'registry.test/cart', newTag: 'two' }] },
    },
    {
      name: 'patches',
      files: (ns) => ({ 'apps/cart.yaml': deployment('cart', ns) }),
      spec: {
        patches: [
          { patch: '- op: replace\n  path: /spec/replicas\n  value: 4\n', target: { kind: 'Deployment', name: 'cart' } },
          { patch: patch('fidelity-patches') },
        ],
      },
    },
    {
      name: 'components',
      files: (ns) => ({
        'apps/kustomization.yaml': 'resources: [cart.yaml]\n',
        'apps/cart.yaml': deployment('cart', ns),
        'parts/two/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nreplicas: [{name: cart, count: 2}]\n',
      }),
      spec: { components: ['../parts/two'] },
    },
    {
      name: 'metadata',
      files: (ns) => ({ 'apps/cart.yaml': deployment('cart', ns) }),
      spec: { commonMetadata: { labels: { team: 'shop' }, annotations: { 'shop.test/owner': 'ada' } } },
    },
  ])('$name', async ({ name, files, spec = {}, workload = 'cart' }) => {
    const namespace = `fidelity-${name}`;
    await stage.shop(namespace, files(namespace), spec);
    const owner = await findOwner(stage.client, { kind: 'Deployment', namespace, name: workload });
    if (owner.engine !== 'Flux') throw new Error(JSON.stringify(owner));
    const repository = await stage.repositories.open(owner.repository);
    const tree = await openTree(repository, await repository.fetch(owner.ref));
    const rendered = await stage.deps.renderer.render(tree, owner.build);
    if (rendered.kind === 'refused') throw new Error(rendered.message);
    expect(rendered.objects.length).toBeGreaterThan(0);
    for (const manifest of rendered.objects) {
      const resource = CHANGEABLE.find(({ kind }) => kind === manifest.kind);
      if (resource === undefined) throw new Error(manifest.kind);
      const live = await stage.client.get(resource, { namespace: manifest.metadata.namespace ?? 'default', name: manifest.metadata.name });
      expect(live).toMatchObject(JSON.parse(JSON.stringify(manifest)) as object);
    }
    const entries = await inventoryOf(owner.object.name);
    expect(rendered.objects).toHaveLength(entries);
  });
});

async function inventoryOf(name: string): Promise<number> {
  const found = await stage.client.get(kustomizations, { name, namespace: 'flux-system' });
  return found?.status?.inventory?.entries?.length ?? 0;
}
