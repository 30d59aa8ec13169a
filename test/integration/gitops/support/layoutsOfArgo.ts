/** Applications of Argo CD. */
import type { ApplicationSource } from '../../../../src/gitops/argo/resources.ts';
import type { Build } from '../../../../src/gitops/builds.ts';
import { buildAt } from '../../../unit/gitops/support/build.ts';
import { chartFiles } from './charts.ts';
import { chartValues, configMap, deployment, GOOD, indented, type Layout, mark, overlay, plain, strategic, values } from './layouts.ts';

const REPOSITORY = 'https://git.test/config';
const application = (source: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: cart, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: shop}
  source:
    repoURL: ${REPOSITORY}
    targetRevision: main
${source}`;

export function argoLayouts(): readonly Layout[] {
  const build = (source: Partial<ApplicationSource> | readonly Partial<ApplicationSource>[], applied = false): Build => {
    const full = (part: Partial<ApplicationSource>): ApplicationSource => ({ repoURL: REPOSITORY, targetRevision: 'main', ...part });
    const parts = Array.isArray(source)
      ? (source as readonly Partial<ApplicationSource>[]).map(full)
      : [full(source as Partial<ApplicationSource>)];
    const [first] = parts;
    return {
      type: 'ArgoCD',
      name: 'cart',
      namespace: 'argocd',
      spec: {
        ...(parts.length === 1 && first !== undefined ? { source: first } : { sources: parts }),
        destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      },
      sourceTypes: [],
      repository: REPOSITORY,
      ...(applied ? { outer: buildAt('argo') } : { fixed: 'it is set by hand' }),
      others: [],
    };
  };
  const parameters = `    path: charts/cart
    helm:
      parameters:
        - {name: image.tag, value: "1.1"} # @image
        - name: replicaCount
          value: "2" # @replicas
        - {name: probe.path, value: /healthz} # @probe
        - {name: config.timeout, value: 30s} # @config
        - {name: resources.limits.memory, value: 64Mi} # @memory
`;
  return [
    { name: 'Argo CD, a folder of manifests', build: build({ path: 'apps' }), files: { 'apps/cart.yaml': plain } },
    {
      name: 'Argo CD, a tree of folders',
      build: build({ path: 'apps', directory: { recurse: true } }),
      files: { 'apps/a/cart.yaml': deployment(GOOD, mark), 'apps/b/c/settings.yaml': configMap(GOOD, mark) },
    },
    {
      name: 'Argo CD, a kustomization with a patch',
      build: build({ path: 'apps/prod' }),
      files: overlay('resources: [../base]\npatches: [{path: patch.yaml}]\n', { 'apps/prod/patch.yaml': strategic }),
    },
    {
      name: 'Argo CD, a kustomization with images of the Application',
      build: build({ path: 'apps', kustomize: { images: ['registry.test/cart:1.1'] } }, true),
      files: {
        'apps/kustomization.yaml': 'resources: [cart.yaml]\n',
        'apps/cart.yaml': plain.replace('cart:1.1 # @image', 'cart:1.2'),
        'argo/cart.yaml': application('    path: apps\n    kustomize:\n      images:\n      - registry.test/cart:1.1 # @image\n'),
      },
    },
    { name: 'Argo CD, a chart', build: build({ path: 'charts/cart' }), files: chartFiles('charts/cart', chartValues) },
    {
      name: 'Argo CD, a chart with a file of values',
      build: build({ path: 'charts/cart', helm: { valueFiles: ['values-prod.yaml'] } }),
      files: chartFiles('charts/cart', undefined, { 'values-prod.yaml': values }),
    },
    {
      name: 'Argo CD, a chart with values of another source',
      build: build([{ path: 'charts/cart', helm: { valueFiles: ['$envs/envs/prod.yaml'] } }, { ref: 'envs' }]),
      files: { ...chartFiles('charts/cart'), 'envs/prod.yaml': values },
    },
    {
      name: 'Argo CD, a chart with values in the Application',
      build: build({ path: 'charts/cart' }, true),
      files: {
        ...chartFiles('charts/cart'),
        'argo/cart.yaml': application(`    path: charts/cart\n    helm:\n      values: |\n${indented(values, 8)}`),
      },
    },
    {
      name: 'Argo CD, a chart with a valuesObject in the Application',
      build: build({ path: 'charts/cart' }, true),
      files: {
        ...chartFiles('charts/cart'),
        'argo/cart.yaml': application(`    path: charts/cart\n    helm:\n      valuesObject:\n${indented(values, 8)}`),
      },
    },
    {
      name: 'Argo CD, a valuesObject in an Application that another one applies',
      build: { ...build({ path: 'charts/cart' }), outer: { ...build({ path: 'argo' }), name: 'root' } } as Build,
      files: {
        ...chartFiles('charts/cart'),
        'argo/cart.yaml': application(`    path: charts/cart\n    helm:\n      valuesObject:\n${indented(values, 8)}`),
      },
    },
    {
      name: 'Argo CD, a chart with parameters',
      build: build({ path: 'charts/cart' }, true),
      refuses: {},
      files: {
        ...chartFiles('charts/cart', chartValues.replaceAll(/ # @(?!variable)\w+/gu, '')),
        'argo/cart.yaml': application(parameters),
      },
    },
    {
      name: 'Argo CD, parameters that are set by hand',
      build: build({ path: 'charts/cart', helm: { parameters: [{ name: 'image.tag', value: '1.1' }] } }),
      refuses: { image: /it is set by hand/ },
      files: chartFiles('charts/cart', chartValues.replace(' # @image', '')),
    },
  ];
}
