/** Fields that a Flux HelmRelease renders: the value in Git that makes them, and nothing else; or the reason why not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chartFromOf, type HelmReleaseBuild } from '../../../src/gitops/flux/helmRelease.ts';
import type { Renderer } from '../../../src/gitops/render.ts';
import type { FieldPath } from '../../../src/gitops/yaml/document.ts';
import { buildAt } from '../../unit/gitops/support/build.ts';
import { CHART_VALUES, type ChartServer, chartFiles, packagedChart, startChartServer } from './support/charts.ts';
import { inContainer, locateIn, realRenderer } from './support/edits.ts';

let server: ChartServer;
let renderer: Renderer;
beforeAll(async () => {
  server = await startChartServer();
  renderer = await realRenderer([server.host]);
});
afterAll(() => server.stop());

const IMAGE = inContainer('app', 'image');
const LIMIT = inContainer('app', 'resources', 'limits', 'memory');
const env = (name: string): FieldPath => [...inContainer('app', 'env'), { key: 'name', value: name }, 'value'];

const CHART = 'chart: {spec: {chart: cart, version: 0.1.x, sourceRef: {kind: HelmRepository, name: shop}}}';
const FOLDER = 'chart: {spec: {chart: ./charts/cart, reconcileStrategy: Revision, sourceRef: {name: config, kind: GitRepository}}}';
const release = (spec: string, chart = CHART): string => `# The cart, as the shop runs it.
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: cart
  namespace: shop
spec:
  interval: 5m
  ${chart}
${spec}`;

const values = `  values:
    image:
      tag: "1.1"  # the good one was 1.0
    resources:
      limits: {memory: 64Mi}   # measured in June
`;

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly chartValues?: string;
  readonly inFolder?: boolean;
  readonly readByOthers?: readonly string[];
  readonly kind?: string;
  readonly target?: string;
  readonly field?: FieldPath;
  readonly value?: string | number;
  readonly edit?: { readonly file: string; readonly from: string; readonly to: string };
  readonly refused?: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'a tag in spec.values, in its quotes',
    files: { 'apps/cart.yaml': release(values) },
    edit: { file: 'apps/cart.yaml', from: '"1.1"  # the', to: '"1.0"  # the' },
  },
  {
    name: 'a limit in a flow mapping of spec.values',
    files: { 'apps/cart.yaml': release(values) },
    field: LIMIT,
    value: '128Mi',
    edit: { file: 'apps/cart.yaml', from: 'memory: 64Mi}', to: 'memory: 128Mi}' },
  },
  {
    name: 'an item of a list in spec.values',
    files: {
      'apps/cart.yaml': release(`${values}    env:\n      - name: MODE\n        value: slow\n      - {name: LEVEL, value: debug}\n`),
    },
    field: env('LEVEL'),
    value: 'warn',
    edit: { file: 'apps/cart.yaml', from: 'value: debug', to: 'value: warn' },
  },
  {
    name: 'a part of a field that the template puts together',
    files: { 'apps/cart.yaml': release(`${values}    sidecar:\n      memoryMi: 48\n`) },
    field: inContainer('sidecar', 'resources', 'limits', 'memory'),
    value: '96Mi',
    edit: { file: 'apps/cart.yaml', from: 'memoryMi: 48', to: 'memoryMi: 96' },
  },
  {
    name: 'a default of the chart, which is overridden where the release is',
    files: { 'apps/cart.yaml': release('  values:\n    image:\n      tag: "1.1"\n') },
    field: ['spec', 'replicas'],
    value: 3,
    edit: { file: 'apps/cart.yaml', from: 'tag: "1.1"\n', to: 'tag: "1.1"\n    replicaCount: 3\n' },
  },
  {
    name: 'a default where the release has no values at all',
    files: { 'apps/cart.yaml': release('') },
    field: ['spec', 'replicas'],
    value: 3,
    edit: { file: 'apps/cart.yaml', from: 'name: shop}}}\n', to: 'name: shop}}}\n  values:\n    replicaCount: 3\n' },
  },
  {
    name: 'a tag that is left to the version of the chart',
    files: { 'apps/cart.yaml': release('  values:\n    replicaCount: 2\n') },
    edit: { file: 'apps/cart.yaml', from: 'replicaCount: 2\n', to: 'replicaCount: 2\n    image:\n      tag: "1.0"\n' },
  },
  {
    name: 'a field that is not set yet, where the chart has a place for it',
    files: { 'apps/cart.yaml': release('  values:\n    replicaCount: 2\n') },
    field: LIMIT,
    value: '128Mi',
    edit: {
      file: 'apps/cart.yaml',
      from: 'replicaCount: 2\n',
      to: 'replicaCount: 2\n    resources:\n      limits:\n        memory: 128Mi\n',
    },
  },
  {
    name: 'name and tag of an image',
    files: { 'apps/cart.yaml': release('  values:\n    image:\n      repository: registry.test/new\n      tag: v2\n') },
    value: 'registry.test/old:v1',
    edit: {
      file: 'apps/cart.yaml',
      from: 'repository: registry.test/new\n      tag: v2\n',
      to: 'repository: registry.test/old\n      tag: v1\n',
    },
  },
  {
    name: 'a field of a ConfigMap that the chart renders',
    files: { 'apps/cart.yaml': release('  values:\n    config: {timeout: 5s}\n') },
    kind: 'ConfigMap',
    target: 'cart-settings',
    field: ['data', 'timeout'],
    value: '60s',
    edit: { file: 'apps/cart.yaml', from: 'timeout: 5s', to: 'timeout: 60s' },
  },
  {
    name: 'a patch of an overlay on the release, and not the base',
    path: 'apps/prod',
    files: {
      'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'apps/base/cart.yaml': release(values),
      'apps/prod/kustomization.yaml': 'resources: [../base]\npatches: [{path: cart.yaml}]\n',
      'apps/prod/cart.yaml':
        'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: cart, namespace: shop}\nspec: {values: {image: {tag: 1.1-prod}}}\n',
    },
    edit: { file: 'apps/prod/cart.yaml', from: 'tag: 1.1-prod', to: 'tag: "1.0"' },
  },
  {
    name: 'a shared base, which is patched where the path begins',
    path: 'apps/prod',
    files: {
      'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'apps/base/cart.yaml': release(values),
      'apps/prod/kustomization.yaml': 'resources:\n- ../base\n',
    },
    field: LIMIT,
    value: '128Mi',
    edit: {
      file: 'apps/prod/kustomization.yaml',
      from: '- ../base\n',
      to: '- ../base\npatches:\n  - patch: |-\n      apiVersion: helm.toolkit.fluxcd.io/v2\n      kind: HelmRelease\n      metadata:\n        name: cart\n        namespace: shop\n      spec:\n        values:\n          resources:\n            limits:\n              memory: 128Mi\n',
    },
  },
  {
    name: 'a ConfigMap of values in a block of text',
    files: {
      'apps/cart.yaml': release('  valuesFrom: [{kind: ConfigMap, name: cart-values}]\n'),
      'apps/values.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart-values, namespace: shop}\ndata:\n  values.yaml: |\n    image:\n      tag: "1.1" # here\n',
    },
    edit: { file: 'apps/values.yaml', from: '"1.1" # here', to: '"1.0" # here' },
  },
  {
    name: 'a ConfigMap of values that a generator reads from a file, with a hash in its name',
    files: {
      'apps/kustomization.yaml':
        'namespace: shop\nresources: [cart.yaml]\nconfigMapGenerator: [{name: cart-values, files: [values.yaml=cart-values.yaml]}]\nconfigurations: [names.yaml]\n',
      'apps/names.yaml':
        'nameReference:\n- kind: ConfigMap\n  version: v1\n  fieldSpecs:\n  - {path: spec/valuesFrom/name, kind: HelmRelease}\n',
      'apps/cart-values.yaml': 'image:\n  tag: 1.1-rc # here\n',
      'apps/cart.yaml': release('  valuesFrom:\n  - kind: ConfigMap\n    name: cart-values\n'),
    },
    edit: { file: 'apps/cart-values.yaml', from: '1.1-rc # here', to: '"1.0" # here' },
  },
  {
    name: 'what spec.values lays over a ConfigMap',
    files: {
      'apps/cart.yaml': release('  valuesFrom: [{kind: ConfigMap, name: cart-values}]\n  values: {image: {tag: "1.1"}}\n'),
      'apps/values.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart-values, namespace: shop}\ndata:\n  values.yaml: |\n    image: {tag: "0.9"}\n',
    },
    edit: { file: 'apps/cart.yaml', from: 'tag: "1.1"', to: 'tag: "1.0"' },
  },
  {
    name: 'a single value that a ConfigMap has for a path',
    files: {
      'apps/cart.yaml': release('  valuesFrom: [{kind: ConfigMap, name: cart-values, valuesKey: tag, targetPath: image.tag}]\n'),
      'apps/values.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart-values, namespace: shop}\ndata:\n  tag: v1.1\n',
    },
    value: 'registry.test/cart:v1.0',
    edit: { file: 'apps/values.yaml', from: 'tag: v1.1', to: 'tag: v1.0' },
  },
  {
    name: 'a chart in the repository, overridden in the release as others may use it',
    inFolder: true,
    files: { ...chartFiles('charts/cart'), 'apps/cart.yaml': release('  values:\n    replicaCount: 2\n', FOLDER) },
    field: inContainer('app', 'readinessProbe', 'httpGet', 'path'),
    value: '/ready',
    edit: { file: 'apps/cart.yaml', from: 'replicaCount: 2\n', to: 'replicaCount: 2\n    probe:\n      path: /ready\n' },
  },
  {
    name: 'the values of a chart in the repository that lies in the path',
    path: '',
    inFolder: true,
    files: {
      ...chartFiles('charts/cart'),
      'kustomization.yaml': 'resources: [cart.yaml]\n',
      'cart.yaml': release('  values:\n    replicaCount: 2\n', FOLDER),
    },
    field: inContainer('app', 'readinessProbe', 'httpGet', 'path'),
    value: '/ready',
    edit: { file: 'charts/cart/values.yaml', from: '/healthz   # never', to: '/ready   # never' },
  },
  {
    name: 'CRLF, a byte-order mark and no newline at the end',
    files: { 'apps/cart.yaml': `\uFEFF${release(values).replaceAll('\n', '\r\n').trimEnd()}` },
    edit: { file: 'apps/cart.yaml', from: '"1.1"  # the', to: '"1.0"  # the' },
  },
  {
    name: 'a value with an anchor that only it uses',
    files: { 'apps/cart.yaml': release('  values:\n    image: &image\n      tag: &tag "1.1"\n') },
    edit: { file: 'apps/cart.yaml', from: '&tag "1.1"', to: '&tag "1.0"' },
  },
  {
    name: 'refuses an alias that is rendered in two places',
    chartValues: CHART_VALUES,
    files: {
      'apps/cart.yaml': release(
        '  values:\n    image: {repository: registry.test/cart, tag: &tag "7"}\n    sidecar: {image: "registry.test/proxy:{{ .Values.image.tag }}"}\n',
      ),
    },
    value: 'registry.test/cart:8',
    refused: /changes Deployment\/shop\/cart spec\.template\.spec\.containers\[sidecar\]\.image, too/,
  },
  {
    name: 'refuses a ConfigMap that another release reads, too',
    readByOthers: ['cart-values'],
    files: {
      'apps/cart.yaml': release('  valuesFrom: [{kind: ConfigMap, name: cart-values}]\n  values: {env: []}\n'),
      'apps/values.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart-values, namespace: shop}\ndata:\n  values.yaml: |\n    env: [{name: MODE, value: slow}]\n    config: {timeout: 1s}\n    sidecar: {image: registry.test/proxy:7}\n',
    },
    kind: 'ConfigMap',
    target: 'cart-settings',
    field: ['data', 'timeout'],
    value: '2s',
    edit: { file: 'apps/cart.yaml', from: 'values: {env: []}', to: 'values: {env: [], config: {timeout: 2s}}' },
  },
  {
    name: 'refuses values from a Secret',
    files: { 'apps/cart.yaml': release('  valuesFrom: [{kind: Secret, name: cart-values}]\n') },
    refused: /takes values from Secret cart-values, which is not read/,
  },
  {
    name: 'refuses a ConfigMap of values that is not in Git',
    files: { 'apps/cart.yaml': release('  valuesFrom: [{kind: ConfigMap, name: cart-values}]\n') },
    refused: /ConfigMap cart-values, which does not come from where the HelmRelease comes from/,
  },
  {
    name: 'refuses post-renderers',
    files: { 'apps/cart.yaml': release('  postRenderers: [{kustomize: {images: []}}]\n') },
    refused: /changes what the chart renders \(spec\.postRenderers\)/,
  },
  {
    name: 'refuses a release that has another chart in Git than in the cluster',
    files: { 'apps/cart.yaml': release(values, CHART.replace('0.1.x', '0.2.x')) },
    refused: /has another chart in Git there/,
  },
  {
    name: 'refuses a field that no value makes',
    files: { 'apps/cart.yaml': release(values) },
    field: inContainer('app', 'name'),
    value: 'main',
    refused: /was not found in any value that may be edited/,
  },
  {
    name: 'refuses values that the chart can’t be rendered with',
    files: { 'apps/cart.yaml': release('  values: {probe: 7}\n') },
    refused: /HelmRelease shop\/cart: helm: /,
  },
];

async function run(one: Case) {
  const { files, path = 'apps', inFolder = false, field = IMAGE, value = 'registry.test/cart:1.0', chartValues } = one;
  const from = inFolder
    ? { chart: { spec: { chart: './charts/cart', sourceRef: { kind: 'GitRepository', name: 'config' }, reconcileStrategy: 'Revision' } } }
    : { chart: { spec: { chart: 'cart', version: '0.1.x', sourceRef: { kind: 'HelmRepository', name: 'shop' } } } };
  const build: HelmReleaseBuild = {
    type: 'HelmRelease',
    outer: buildAt(path),
    name: 'cart',
    namespace: 'shop',
    chart: inFolder ? { kind: 'folder', path: 'charts/cart' } : { kind: 'artifact', artifact: server.publish(packagedChart(chartValues)) },
    chartFrom: chartFromOf(from),
    readByOthers: one.readByOthers ?? [],
  };
  return locateIn(renderer, { files, build, target: { kind: one.kind ?? 'Deployment', name: one.target ?? 'cart' }, field, value });
}

describe('a field of a HelmRelease', () => {
  test.each(cases.filter(({ edit }) => edit !== undefined))('edits $name', async (one) => {
    const { file, from, to } = one.edit ?? { file: '', from: '', to: '' };
    expect(one.files[file]).toContain(one.files[file]?.includes('\r\n') === true ? from.replaceAll('\n', '\r\n') : from);
    expect(await run(one)).toEqual({ kind: 'edited', file, text: one.files[file]?.replace(from, to), others: [] });
  });

  test.each(cases.filter(({ refused }) => refused !== undefined))('$name', async (one) => {
    expect(await run(one)).toEqual({ kind: 'refused', message: expect.stringMatching(one.refused ?? '') });
  });
});
