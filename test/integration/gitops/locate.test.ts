/** The right node is edited, and only it, or it is refused: over the layouts that people use. */
import { describe, expect, test } from 'vitest';
import { readFile } from '../../../src/gitops/git/tree.ts';
import type { KustomizeBuild } from '../../../src/gitops/kustomize/build.ts';
import { locateAndEdit } from '../../../src/gitops/locate.ts';
import type { FieldPath } from '../../../src/gitops/yaml/document.ts';
import { buildAt } from '../../unit/gitops/support/build.ts';
import { memoryTree } from '../../unit/gitops/support/memoryTree.ts';
import { realRenderer } from './support/edits.ts';

const renderer = await realRenderer();

const inApp = (...rest: readonly string[]): FieldPath => ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'app' }, ...rest];
const IMAGE = inApp('image');
const LIMIT = inApp('resources', 'limits', 'memory');

const deployment = (container: string, meta = 'name: cart'): string => `apiVersion: apps/v1
kind: Deployment
metadata: # the shop's cart
  ${meta}
spec:
  replicas: 2
  selector:
    matchLabels: {app: cart}
  template:
    metadata:
      labels: {app: cart}
    spec:
      containers:
${container}`;

const app = deployment(`      - name: app
        image: registry.test/cart:1.1  # the good one was 1.0
        resources:
          limits:
            memory: "64Mi"   # measured in June
      - name: sidecar
        image: registry.test/proxy:7
`);

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly build?: Partial<KustomizeBuild>;
  readonly target?: string;
  readonly field?: FieldPath;
  readonly value?: string | number;
  /** The one file that changes, and how: the text that goes, and the text that comes. */
  readonly edit?: { readonly file: string; readonly from: string; readonly to: string };
  readonly refused?: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'a plain manifest in a folder without a kustomization',
    files: { 'apps/cart.yaml': app },
    edit: { file: 'apps/cart.yaml', from: 'cart:1.1  #', to: 'cart:1.0  #' },
  },
  {
    name: 'a field in quotes, which stay',
    files: { 'apps/cart.yaml': app },
    field: LIMIT,
    value: '128Mi',
    edit: { file: 'apps/cart.yaml', from: '"64Mi"   # measured', to: '"128Mi"   # measured' },
  },
  {
    name: 'one document of several in a file',
    files: { 'apps/all.yaml': `${app.replace('name: cart', 'name: other').replace('cart:1.1', 'cart:0.9')}---\n${app}---\n# the end\n` },
    edit: { file: 'apps/all.yaml', from: 'cart:1.1  #', to: 'cart:1.0  #' },
  },
  {
    name: 'a patch of an overlay, and not the base that it overrides',
    path: 'apps/prod',
    files: {
      'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'apps/base/cart.yaml': app,
      'apps/prod/kustomization.yaml': 'resources:\n- ../base\npatches:\n- path: cart.yaml\n',
      'apps/prod/cart.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: cart\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          image: registry.test/cart:1.1-prod\n',
    },
    edit: { file: 'apps/prod/cart.yaml', from: 'cart:1.1-prod', to: 'cart:1.0' },
  },
  {
    name: 'a patch in line, within its block of text',
    path: 'apps/prod',
    files: {
      'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'apps/base/cart.yaml': app,
      'apps/prod/kustomization.yaml':
        'resources:\n- ../base\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: cart\n    spec:\n      template:\n        spec:\n          containers:\n          - name: app\n            image: registry.test/cart:1.1-prod # here\n  target:\n    kind: Deployment\n',
    },
    edit: { file: 'apps/prod/kustomization.yaml', from: 'cart:1.1-prod # here', to: 'cart:1.0 # here' },
  },
  {
    name: 'a JSON 6902 patch',
    path: 'apps/prod',
    files: {
      'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'apps/base/cart.yaml': app,
      'apps/prod/kustomization.yaml': 'resources:\n- ../base\npatches:\n- path: image.yaml\n  target: {kind: Deployment, name: cart}\n',
      'apps/prod/image.yaml': '- op: replace\n  path: /spec/template/spec/containers/0/image\n  value: registry.test/cart:1.1-prod\n',
    },
    edit: { file: 'apps/prod/image.yaml', from: 'cart:1.1-prod', to: 'cart:1.0' },
  },
  {
    name: 'an entry of images, whose tag keeps its quotes',
    path: 'apps/prod',
    files: {
      'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'apps/base/cart.yaml': app,
      'apps/prod/kustomization.yaml': "resources:\n- ../base\nimages:\n- name: registry.test/cart\n  newTag: '1.2' # by hand\n",
    },
    value: 'registry.test/cart:1.10',
    edit: { file: 'apps/prod/kustomization.yaml', from: "'1.2' # by", to: "'1.10' # by" },
  },
  {
    name: 'an entry of images without quotes, which a tag that looks like a number needs',
    files: {
      'apps/kustomization.yaml': 'resources: [cart.yaml]\nimages:\n- name: registry.test/cart\n  newTag: v2\n',
      'apps/cart.yaml': app,
    },
    value: 'registry.test/cart:1.10',
    edit: { file: 'apps/kustomization.yaml', from: 'newTag: v2', to: 'newTag: "1.10"' },
  },
  {
    name: 'an entry of images with another name',
    files: {
      'apps/kustomization.yaml': 'resources: [cart.yaml]\nimages:\n- name: registry.test/cart\n  newName: mirror.test/cart\n  newTag: v2\n',
      'apps/cart.yaml': app,
    },
    value: 'mirror.test/cart:v1',
    edit: { file: 'apps/kustomization.yaml', from: 'newTag: v2', to: 'newTag: v1' },
  },
  {
    name: 'a name prefix of the kustomization',
    files: { 'apps/kustomization.yaml': 'namePrefix: eu-\nresources: [cart.yaml]\n', 'apps/cart.yaml': app },
    target: 'eu-cart',
    edit: { file: 'apps/cart.yaml', from: 'cart:1.1  #', to: 'cart:1.0  #' },
  },
  {
    name: 'an anchor that only this field uses',
    files: { 'apps/cart.yaml': app.replace('image: registry.test/cart:1.1', 'image: &img registry.test/cart:1.1') },
    edit: { file: 'apps/cart.yaml', from: '&img registry.test/cart:1.1', to: '&img registry.test/cart:1.0' },
  },
  {
    name: 'a file with CRLF, a byte-order mark and no newline at its end',
    files: { 'apps/cart.yaml': `\uFEFF${app.replaceAll('\n', '\r\n').trimEnd()}` },
    edit: { file: 'apps/cart.yaml', from: 'cart:1.1  #', to: 'cart:1.0  #' },
  },
  {
    name: 'a shared base: an entry of images is added where the path begins',
    path: 'apps/prod',
    files: {
      'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'apps/base/cart.yaml': app,
      'apps/prod/kustomization.yaml': 'resources:\n- ../base # shared\nnamespace: shop\n',
    },
    edit: {
      file: 'apps/prod/kustomization.yaml',
      from: 'namespace: shop\n',
      to: 'namespace: shop\nimages:\n  - name: registry.test/cart\n    newTag: "1.0"\n',
    },
  },
  {
    name: 'a shared base: another field gets a patch in line',
    path: 'apps/prod',
    files: {
      'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'apps/base/cart.yaml': app,
      'apps/prod/kustomization.yaml': 'resources:\n- ../base # shared\n',
    },
    field: LIMIT,
    value: '128Mi',
    edit: {
      file: 'apps/prod/kustomization.yaml',
      from: '# shared\n',
      to: '# shared\npatches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata:\n        name: cart\n      spec:\n        template:\n          spec:\n            containers:\n              - name: app\n                resources:\n                  limits:\n                    memory: 128Mi\n',
    },
  },
  {
    name: 'a field that is not there yet, beside its siblings',
    files: { 'apps/cart.yaml': app },
    field: inApp('resources', 'limits', 'cpu'),
    value: '500m',
    edit: { file: 'apps/cart.yaml', from: '# measured in June\n', to: '# measured in June\n            cpu: 500m\n' },
  },
  {
    name: 'a mapping that is not there yet, in the indentation of the file',
    files: { 'apps/cart.yaml': app },
    field: inApp('resources', 'requests', 'memory'),
    value: '32Mi',
    edit: {
      file: 'apps/cart.yaml',
      from: '# measured in June\n',
      to: '# measured in June\n          requests:\n            memory: 32Mi\n',
    },
  },
  {
    name: 'refuses an anchor whose aliases are rendered, too',
    files: {
      'apps/cart.yaml': app
        .replace('image: registry.test/cart:1.1', 'image: &img registry.test/cart:1.1')
        .replace('image: registry.test/proxy:7', 'image: *img'),
    },
    refused: /changes Deployment\/\/cart spec\.template\.spec\.containers\[sidecar\]\.image, too/,
  },
  {
    name: 'refuses an entry of images that two containers share',
    files: {
      'apps/kustomization.yaml': 'resources: [cart.yaml]\nimages:\n- name: registry.test/cart\n  newTag: v2\n',
      'apps/cart.yaml': app.replace('registry.test/proxy:7', 'registry.test/cart:7'),
    },
    refused: /changes Deployment\/\/cart spec\.template\.spec\.containers\[sidecar\]\.image, too/,
  },
  {
    name: 'refuses a file with a key twice',
    files: {
      'apps/kustomization.yaml': 'resources: [cart.yaml]\n',
      'apps/cart.yaml': app.replace('  replicas: 2\n', '  replicas: 2\n  replicas: 2\n'),
    },
    refused: /already defined/,
  },
  {
    name: 'refuses what a generator or a replacement writes',
    files: {
      'apps/kustomization.yaml':
        'resources: [cart.yaml, source.yaml]\nreplacements:\n- source: {kind: ConfigMap, name: versions, fieldPath: data.cart}\n  targets:\n  - select: {kind: Deployment, name: cart}\n    fieldPaths: [spec.template.spec.containers.0.image]\n',
      'apps/cart.yaml': app,
      'apps/source.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: versions}\ndata: {cart: "registry.test/cart:3"}\n',
    },
    refused: /changes nothing that is rendered/,
  },
];

/** The file that was edited and its text; or why there is none. */
async function run({ files, path = 'apps', build, target = 'cart', field = IMAGE, value = 'registry.test/cart:1.0' }: Case) {
  const tree = memoryTree(files);
  const options = buildAt(path, build);
  const before = await renderer.render(tree, options);
  if (before.kind === 'refused') return before;
  const manifest = before.objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === target);
  if (manifest === undefined) throw new Error(`${target} is not rendered`);
  const located = await locateAndEdit({ tree, build: options, before, renderer }, { target: manifest, path: field, value });
  if (located.kind === 'refused') return located;
  return { file: located.file, text: (await readFile(located.tree, located.file))?.toString('utf8') };
}

describe('locateAndEdit', () => {
  test.each(cases.filter(({ edit }) => edit !== undefined))('edits $name', async (one) => {
    const { file, from, to } = one.edit ?? { file: '', from: '', to: '' };
    expect(await run(one)).toEqual({ file, text: one.files[file]?.replace(from, to) });
  });

  test.each(cases.filter(({ refused }) => refused !== undefined))('$name', async (one) => {
    expect(await run(one)).toEqual({ kind: 'refused', message: expect.stringMatching(one.refused ?? '') });
  });
});
