/** Manifests and kustomizations, as Flux applies them. */
import { buildAt } from '../../../unit/gitops/support/build.ts';
import {
  base,
  configMap,
  deployment,
  GOOD,
  indented,
  type Layout,
  mark,
  NO_MARK,
  operations,
  overlay,
  plain,
  strategic,
} from './layouts.ts';

export function kustomizeLayouts(): readonly Layout[] {
  const everything = (pattern: RegExp) => ({
    image: pattern,
    memory: pattern,
    replicas: pattern,
    probe: pattern,
    variable: pattern,
    config: pattern,
  });
  return [
    { name: 'plain manifests', build: buildAt('apps'), files: { 'apps/cart.yaml': plain } },
    {
      name: 'plain manifests, several files and folders',
      build: buildAt('apps'),
      files: { 'apps/a/cart.yaml': deployment(GOOD, mark), 'apps/b/settings.yml': configMap(GOOD, mark), 'apps/README.md': '# cart\n' },
    },
    {
      name: 'several documents a file, one of which looks the same',
      build: buildAt('apps'),
      files: {
        'apps/all.yaml': `# first\n---\n${deployment(GOOD, NO_MARK).replace('name: cart', 'name: basket')}---\n${plain}---\n# the end\n`,
      },
    },
    {
      name: 'the same name in two namespaces',
      build: buildAt('apps'),
      files: {
        'apps/kustomization.yaml': 'resources: [cart.yaml, other.yaml]\n',
        'apps/cart.yaml': `${deployment(GOOD, mark)}---\n${configMap(GOOD, mark)}`,
        'apps/other.yaml': deployment(GOOD, NO_MARK, '\n  namespace: staging'),
      },
    },
    {
      name: 'CRLF, a byte-order mark, no newline at the end',
      build: buildAt('apps'),
      files: { 'apps/cart.yaml': `\uFEFF${plain.replaceAll('\n', '\r\n').trimEnd()}` },
    },
    {
      name: 'wide indentation, quotes, comments and anchors of their own',
      build: buildAt('apps'),
      files: {
        'apps/cart.yaml': plain
          .replace('image: registry', 'image: &image registry')
          .replace('memory: 64Mi', 'memory: !!str "64Mi"')
          .replace('value: info', "value: 'info'")
          .replace('timeout: 30s', 'timeout: "30s"'),
      },
      refuses: {},
    },
    {
      name: 'a kustomization with a prefix and a namespace',
      build: buildAt('apps'),
      workload: 'eu-cart',
      configMap: /^eu-cart-settings$/u,
      files: { 'apps/kustomization.yaml': 'namePrefix: eu-\nnamespace: shop\nresources:\n- cart.yaml\n', 'apps/cart.yaml': plain },
    },
    {
      name: 'an overlay with a strategic patch',
      build: buildAt('apps/prod'),
      files: overlay('resources: [../base]\npatches: [{path: patch.yaml}]\n', { 'apps/prod/patch.yaml': strategic }),
    },
    {
      name: 'an overlay with a strategic patch, the old way',
      build: buildAt('apps/prod'),
      files: overlay('bases: [../base]\npatchesStrategicMerge:\n- patch.yaml\n', { 'apps/prod/patch.yaml': strategic }),
    },
    {
      name: 'an overlay with JSON 6902 patches',
      build: buildAt('apps/prod'),
      adds: ['config'],
      files: overlay('resources: [../base]\npatches:\n- path: patch.yaml\n  target: {kind: Deployment, name: cart}\n', {
        'apps/prod/patch.yaml': operations,
      }),
    },
    {
      name: 'an overlay with a patch in line',
      build: buildAt('apps/prod'),
      adds: ['config'],
      files: overlay(`resources:\n- ../base\npatches:\n- target: {kind: Deployment}\n  patch: |-\n${indented(operations.trimEnd(), 4)}\n`),
    },
    {
      name: 'an overlay with images and replicas',
      build: buildAt('apps/prod'),
      adds: ['memory', 'probe', 'variable', 'config'],
      files: overlay(
        'resources:\n- ../base\nimages:\n- name: registry.test/cart\n  newTag: "1.1" # @image\nreplicas:\n- name: cart\n  count: 2 # @replicas\n',
      ),
    },
    {
      name: 'an overlay over a base that others share',
      build: buildAt('apps/prod'),
      adds: ['image', 'memory', 'replicas', 'probe', 'variable', 'config'],
      files: overlay('# production\nresources:\n  - ../base # shared\nnamespace: shop\n'),
    },
    {
      name: 'a component with a patch',
      build: buildAt('apps'),
      files: {
        'apps/kustomization.yaml': 'resources: [cart.yaml]\ncomponents: [parts/prod]\n',
        'apps/cart.yaml': base,
        'apps/parts/prod/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: patch.yaml}]\n',
        'apps/parts/prod/patch.yaml': strategic,
      },
    },
    {
      name: 'a generated ConfigMap of literals, with a hash in its name',
      build: buildAt('apps'),
      configMap: /^cart-settings-[a-z0-9]{10}$/u,
      files: {
        'apps/kustomization.yaml':
          'resources: [cart.yaml]\nconfigMapGenerator:\n- name: cart-settings\n  literals:\n  - mode=fast\n  - timeout=30s # @config\n',
        'apps/cart.yaml': deployment(GOOD, mark).replace(
          '          env:',
          '          envFrom: [{configMapRef: {name: cart-settings}}]\n          env:',
        ),
      },
    },
    {
      name: 'a generated ConfigMap of a file of variables',
      build: buildAt('apps'),
      configMap: /^cart-settings-[a-z0-9]{10}$/u,
      refuses: {},
      files: {
        'apps/kustomization.yaml': 'resources: [cart.yaml]\nconfigMapGenerator: [{name: cart-settings, envs: [settings.env]}]\n',
        'apps/settings.env': 'mode=fast\ntimeout=30s\n',
        'apps/cart.yaml': deployment(GOOD, mark),
      },
    },
    {
      name: 'an alias that is used in a second place',
      build: buildAt('apps'),
      refuses: { image: /sidecar\]\.image, too/ },
      files: {
        'apps/cart.yaml': plain
          .replace('image: registry.test/cart:1.1 # @image', 'image: &i registry.test/cart:1.1')
          .replace('image: registry.test/proxy:7', 'image: *i'),
      },
    },
    {
      name: 'images that Flux itself lays over the path',
      build: buildAt('apps', { images: [{ name: 'registry.test/cart', newTag: '1.1' }] }),
      refuses: { image: /changes nothing that is rendered/ },
      files: { 'apps/cart.yaml': plain.replace('cart:1.1 # @image', 'cart:1.2') },
    },
    {
      name: 'a key twice',
      build: buildAt('apps'),
      refuses: everything(/already defined|must be unique/),
      files: { 'apps/cart.yaml': plain.replace('spec:\n', 'kind: Deployment\nspec:\n').replaceAll(/ # @\w+/gu, '') },
    },
  ];
}
