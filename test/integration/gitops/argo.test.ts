/** Fields that an Argo CD Application applies: the place in Git that makes them, and nothing else; or the reason why not. */
import { describe, expect, test } from 'vitest';
import type { ArgoBuild, OtherReader } from '../../../src/gitops/argo/build.ts';
import type { ApplicationSource, ApplicationSpec } from '../../../src/gitops/argo/resources.ts';
import type { FieldPath } from '../../../src/gitops/yaml/document.ts';
import { buildAt } from '../../unit/gitops/support/build.ts';
import { chartFiles } from './support/charts.ts';
import { inContainer, locateIn, realRenderer } from './support/edits.ts';

const renderer = await realRenderer();
const REPOSITORY = 'https://git.test/config.git';
const IMAGE = inContainer('app', 'image');
const LIMIT = inContainer('app', 'resources', 'limits', 'memory');

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: app
          image: registry.test/cart:1.1 # the good one was 1.0
          resources: {limits: {memory: 64Mi}}
        - {name: sidecar, image: registry.test/proxy:7}
`;
const json = `${JSON.stringify(
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart' },
    spec: { template: { spec: { containers: [{ name: 'app', image: 'registry.test/cart:1.1' }] } } },
  },
  undefined,
  2,
)}\n`;
const overlay = (more = ''): Record<string, string> => ({
  'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
  'apps/base/cart.yaml': deployment,
  'apps/prod/kustomization.yaml': `resources:\n- ../base\n${more}`,
});

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly leftOut?: readonly string[];
  /** Of the Application: one, or several. */
  readonly source: Partial<ApplicationSource> | readonly Partial<ApplicationSource>[];
  readonly spec?: Partial<ApplicationSpec>;
  readonly sourceTypes?: readonly string[];
  /** Whether the Application stands in argo/cart.yaml of the same repository. */
  readonly applied?: boolean;
  readonly others?: readonly OtherReader[];
  readonly kind?: string;
  readonly target?: string;
  readonly field?: FieldPath;
  readonly value?: string | number;
  readonly edit?: { readonly file: string; readonly from: string; readonly to: string };
  readonly refused?: RegExp;
}

const application = (source: string): string => `# The cart.
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: cart, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: shop}
  source:
    repoURL: ${REPOSITORY}
    targetRevision: main
${source}`;

const cases: readonly Case[] = [
  {
    name: 'a manifest of a plain folder',
    source: { path: 'apps' },
    files: { 'apps/cart.yaml': deployment, 'apps/sub/other.yaml': 'not: read\n' },
    edit: { file: 'apps/cart.yaml', from: 'cart:1.1 #', to: 'cart:1.0 #' },
  },
  {
    name: 'a manifest in JSON',
    source: { path: 'apps' },
    files: { 'apps/cart.json': json },
    edit: { file: 'apps/cart.json', from: 'cart:1.1"', to: 'cart:1.0"' },
  },
  {
    name: 'a manifest of a folder below',
    source: { path: 'apps', directory: { recurse: true } },
    files: { 'apps/sub/cart.yaml': `---\n${deployment}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n` },
    field: LIMIT,
    value: '128Mi',
    edit: { file: 'apps/sub/cart.yaml', from: 'memory: 64Mi', to: 'memory: 128Mi' },
  },
  {
    name: 'an entry of images of a kustomization',
    source: { path: 'apps/prod' },
    files: overlay('images:\n- name: registry.test/cart\n  newTag: "1.2"\n'),
    value: 'registry.test/cart:1.0',
    edit: { file: 'apps/prod/kustomization.yaml', from: 'newTag: "1.2"', to: 'newTag: "1.0"' },
  },
  {
    name: 'replicas of a kustomization',
    source: { path: 'apps/prod' },
    files: overlay('replicas:\n- name: cart\n  count: 4 # busy\n'),
    field: ['spec', 'replicas'],
    value: 6,
    edit: { file: 'apps/prod/kustomization.yaml', from: 'count: 4 #', to: 'count: 6 #' },
  },
  {
    name: 'an image that the Application sets, where that is in the same repository',
    source: { path: 'apps/prod', kustomize: { images: ['registry.test/cart:1.3'] } },
    applied: true,
    files: {
      ...overlay(),
      'argo/cart.yaml': application('    path: apps/prod\n    kustomize:\n      images:\n        - registry.test/cart:1.3 # by hand\n'),
    },
    edit: { file: 'argo/cart.yaml', from: 'cart:1.3 #', to: 'cart:1.0 #' },
  },
  {
    name: 'a file of values over the chart’s own',
    source: { path: 'charts/cart', helm: { valueFiles: ['values.yaml', 'values-prod.yaml'] } },
    files: chartFiles('charts/cart', undefined, { 'values-prod.yaml': 'image:\n  tag: "1.1" # prod\n' }),
    edit: { file: 'charts/cart/values-prod.yaml', from: '"1.1" # prod', to: '"1.0" # prod' },
  },
  {
    name: 'a file of values elsewhere in the repository',
    source: { path: 'charts/cart', helm: { valueFiles: ['/envs/prod.yaml'] } },
    files: { ...chartFiles('charts/cart'), 'envs/prod.yaml': 'resources: {limits: {memory: 64Mi}}\n' },
    field: LIMIT,
    value: '128Mi',
    edit: { file: 'envs/prod.yaml', from: 'memory: 64Mi', to: 'memory: 128Mi' },
  },
  {
    name: 'a file of values of another source',
    source: [{ path: 'charts/cart', helm: { valueFiles: ['$values/envs/prod.yaml'] } }, { ref: 'values' }],
    files: { ...chartFiles('charts/cart'), 'envs/prod.yaml': 'replicaCount: 3\n' },
    field: ['spec', 'replicas'],
    value: 5,
    edit: { file: 'envs/prod.yaml', from: 'replicaCount: 3', to: 'replicaCount: 5' },
  },
  {
    name: 'the chart’s own values, which no other Application is made from',
    source: { path: 'charts/cart' },
    files: chartFiles('charts/cart'),
    field: inContainer('app', 'readinessProbe', 'httpGet', 'path'),
    value: '/ready',
    edit: { file: 'charts/cart/values.yaml', from: '/healthz   #', to: '/ready   #' },
  },
  {
    name: 'a file of its own rather than values that another Application is made from, too',
    source: { path: 'charts/cart', helm: { valueFiles: ['values-prod.yaml'] } },
    others: [{ name: 'cart-staging', path: 'charts/cart', isChart: true, valueFiles: ['charts/cart/values-staging.yaml'] }],
    files: chartFiles('charts/cart', undefined, { 'values-prod.yaml': 'image:\n  tag: "1.1"\n' }),
    field: inContainer('app', 'readinessProbe', 'httpGet', 'path'),
    value: '/ready',
    edit: { file: 'charts/cart/values-prod.yaml', from: 'tag: "1.1"\n', to: 'tag: "1.1"\nprobe:\n  path: /ready\n' },
  },
  {
    name: 'valuesObject of the Application',
    source: { path: 'charts/cart', helm: { valuesObject: { image: { tag: '1.1' } } } },
    applied: true,
    files: {
      ...chartFiles('charts/cart'),
      'argo/cart.yaml': application('    path: charts/cart\n    helm:\n      valuesObject:\n        image: {tag: "1.1"} # here\n'),
    },
    edit: { file: 'argo/cart.yaml', from: 'tag: "1.1"}', to: 'tag: "1.0"}' },
  },
  {
    name: 'values of the Application, a block of text',
    source: { path: 'charts/cart', helm: { values: 'image:\n  tag: "1.1" # here\n' } },
    applied: true,
    files: {
      ...chartFiles('charts/cart'),
      'argo/cart.yaml': application('    path: charts/cart\n    helm:\n      values: |\n        image:\n          tag: "1.1" # here\n'),
    },
    edit: { file: 'argo/cart.yaml', from: '"1.1" # here', to: '"1.0" # here' },
  },
  {
    name: 'a value that is added to a block of text',
    source: { path: 'charts/cart', helm: { values: 'image:\n  tag: "1.1"\n' } },
    applied: true,
    others: [{ name: 'another', path: 'charts/cart', isChart: true, valueFiles: [] }],
    files: {
      ...chartFiles('charts/cart'),
      'argo/cart.yaml': application('    path: charts/cart\n    helm:\n      values: |\n        image:\n          tag: "1.1"\n'),
    },
    field: ['spec', 'replicas'],
    value: 5,
    edit: { file: 'argo/cart.yaml', from: 'tag: "1.1"\n', to: 'tag: "1.1"\n        replicaCount: 5\n' },
  },
  {
    name: 'a parameter of the Application',
    source: { path: 'charts/cart', helm: { parameters: [{ name: 'image.tag', value: '1.1', forceString: true }] } },
    applied: true,
    files: {
      ...chartFiles('charts/cart'),
      'argo/cart.yaml': application(
        '    path: charts/cart\n    helm:\n      parameters:\n        - name: image.tag\n          value: "1.1" # here\n          forceString: true\n',
      ),
    },
    edit: { file: 'argo/cart.yaml', from: '"1.1" # here', to: '"1.0" # here' },
  },
  {
    name: 'one of several sources',
    source: [{ path: 'apps' }, { path: 'charts/cart', helm: { releaseName: 'basket' } }],
    files: { ...chartFiles('charts/cart'), 'apps/cart.yaml': deployment },
    target: 'basket',
    field: ['spec', 'replicas'],
    value: 5,
    edit: { file: 'charts/cart/values.yaml', from: 'replicaCount: 2', to: 'replicaCount: 5' },
  },
  {
    name: 'refuses what the Application sets, where nobody applies it from Git',
    source: { path: 'charts/cart', helm: { valuesObject: { image: { tag: '1.1' } } } },
    files: chartFiles('charts/cart'),
    refused: /Application cart is set by hand/,
  },
  {
    name: 'refuses a manifest that another Application is made from, too',
    source: { path: 'apps' },
    others: [{ name: 'cart-staging', path: 'apps', isChart: false, valueFiles: [] }],
    files: { 'apps/cart.yaml': deployment },
    refused: /Application cart-staging is made from it, too/,
  },
  {
    name: 'refuses jsonnet',
    source: { path: 'apps' },
    files: { 'apps/cart.yaml': deployment, 'apps/main.jsonnet': '{}' },
    refused: /apps\/main\.jsonnet is jsonnet, which is not run/,
  },
  {
    name: 'refuses jsonnet by its settings',
    source: { path: 'apps', directory: { jsonnet: { tlas: [], extVars: [{ name: 'a', value: 'b' }] } } },
    files: { 'apps/cart.yaml': deployment },
    refused: /written in jsonnet/,
  },
  {
    name: 'refuses patterns',
    source: { path: 'apps', directory: { include: '*.yaml' } },
    files: { 'apps/cart.yaml': deployment },
    refused: /decided by patterns/,
  },
  {
    name: 'refuses a plug-in',
    source: { path: 'apps', plugin: { name: 'cdk8s' } },
    files: { 'apps/cart.yaml': deployment },
    refused: /plug-in of Argo CD renders apps, and plug-ins are not run/,
  },
  {
    name: 'refuses a plug-in that the repo-server found by itself',
    source: { path: 'apps' },
    sourceTypes: ['Plugin'],
    files: { 'apps/cart.yaml': deployment },
    refused: /plug-ins are not run/,
  },
  {
    name: 'refuses a file of overrides beside the manifests',
    source: { path: 'apps' },
    files: { 'apps/cart.yaml': deployment, 'apps/.argocd-source-cart.yaml': 'kustomize: {images: [x]}\n' },
    refused: /\.argocd-source-cart\.yaml overrides its source/,
  },
  {
    name: 'refuses a field that Argo CD leaves alone',
    source: { path: 'apps' },
    spec: { ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }] },
    files: { 'apps/cart.yaml': deployment },
    field: ['spec', 'replicas'],
    value: 5,
    refused: /spec\.replicas of Deployment\/shop\/cart is left alone by Argo CD/,
  },
  {
    name: 'refuses a chart whose dependencies would have to be fetched',
    source: { path: 'charts/cart' },
    files: {
      ...chartFiles('charts/cart'),
      'charts/cart/Chart.yaml':
        'apiVersion: v2\nname: cart\nversion: 0.1.0\ndependencies: [{name: redis, version: 1.0.0, repository: "https://charts.test"}]\n',
    },
    refused: /Application argocd\/cart: helm: .*redis/,
  },
  {
    name: 'refuses a link among the manifests',
    source: { path: 'apps' },
    files: { 'apps/cart.yaml': deployment },
    leftOut: ['apps/link.yaml'],
    refused: /apps\/link\.yaml is a symbolic link or a submodule/,
  },
  {
    name: 'refuses a file of values with a variable in its name',
    source: { path: 'charts/cart', helm: { valueFiles: ['values-$ARGOCD_APP_NAME.yaml'] } },
    files: chartFiles('charts/cart'),
    refused: /its file of values "values-\$ARGOCD_APP_NAME\.yaml" is not in the repository/,
  },
];

function run({ files, leftOut, source, spec = {}, ...one }: Case) {
  const { applied = false, sourceTypes = [], others = [], kind = 'Deployment', target = 'cart', field = IMAGE } = one;
  const full = (part: Partial<ApplicationSource>): ApplicationSource => ({ repoURL: REPOSITORY, targetRevision: 'main', ...part });
  const isOne = (value: Case['source']): value is Partial<ApplicationSource> => !Array.isArray(value);
  const build: ArgoBuild = {
    type: 'ArgoCD',
    name: 'cart',
    namespace: 'argocd',
    spec: {
      ...(isOne(source) ? { source: full(source) } : { sources: source.map(full) }),
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      ...spec,
    },
    sourceTypes,
    repository: REPOSITORY,
    ...(applied ? { outer: buildAt('argo') } : { fixed: 'what Application cart is set by hand' }),
    others,
  };
  return locateIn(renderer, {
    files,
    ...(leftOut === undefined ? {} : { leftOut }),
    build,
    target: { kind, name: target },
    field,
    value: one.value ?? 'registry.test/cart:1.0',
  });
}

describe('a field of an Application', () => {
  test.each(cases.filter(({ edit }) => edit !== undefined))('edits $name', async (one) => {
    const { file, from, to } = one.edit ?? { file: '', from: '', to: '' };
    expect(one.files[file]).toContain(from);
    expect(await run(one)).toEqual({ kind: 'edited', file, text: one.files[file]?.replace(from, to), others: [] });
  });

  test.each(cases.filter(({ refused }) => refused !== undefined))('$name', async (one) => {
    expect(await run(one)).toEqual({ kind: 'refused', message: expect.stringMatching(one.refused ?? '') });
  });
});
