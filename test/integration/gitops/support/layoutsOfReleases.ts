/** HelmReleases of Flux. */

import type { Build } from '../../../../src/gitops/builds.ts';
import type { ChartArtifact } from '../../../../src/gitops/flux/artifact.ts';
import { chartFromOf } from '../../../../src/gitops/flux/helmRelease.ts';
import { buildAt } from '../../../unit/gitops/support/build.ts';
import { chartFiles } from './charts.ts';
import { chartValues, configMap, indented, type Layout, NO_MARK, OTHER, values } from './layouts.ts';

const release = (spec: string, chart = CHART): string => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cart, namespace: shop}
spec:
  interval: 5m
${chart}${spec}`;
const CHART = '  chart: {spec: {chart: cart, sourceRef: {kind: HelmRepository, name: shop}}}\n';
const IN_GIT = '  chart: {spec: {chart: ./charts/cart, reconcileStrategy: Revision, sourceRef: {kind: GitRepository, name: config}}}\n';
const valuesConfigMap = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart-values, namespace: shop}\ndata:\n  values.yaml: |\n${indented(values, 4)}`;

export function releaseLayouts(artifact: ChartArtifact): readonly Layout[] {
  const from = { chart: { spec: { chart: 'cart', sourceRef: { kind: 'HelmRepository', name: 'shop' } } } };
  const fromGit = {
    chart: { spec: { chart: './charts/cart', reconcileStrategy: 'Revision', sourceRef: { kind: 'GitRepository', name: 'config' } } },
  };
  const build = (path: string, inGit = false): Build => ({
    type: 'HelmRelease',
    outer: buildAt(path),
    name: 'cart',
    namespace: 'shop',
    chart: inGit ? { kind: 'folder', path: 'charts/cart' } : { kind: 'artifact', artifact },
    chartFrom: chartFromOf(inGit ? fromGit : from),
    readByOthers: [],
  });
  const inRelease = `  values:\n${indented(values, 4)}`;
  return [
    { name: 'HelmRelease values', build: build('apps'), files: { 'apps/cart.yaml': release(inRelease) } },
    {
      name: 'HelmRelease values in CRLF, beside other documents',
      build: build('apps'),
      files: {
        'apps/all.yaml': `${release(inRelease)}---\n${configMap(OTHER, NO_MARK).replace('cart-settings', 'other')}`.replaceAll(
          '\n',
          '\r\n',
        ),
      },
    },
    {
      name: 'HelmRelease values in a patch of an overlay',
      build: build('apps/prod'),
      files: {
        'apps/base/kustomization.yaml': 'resources: [cart.yaml]\n',
        'apps/base/cart.yaml': release('  values: {replicaCount: 7, image: {tag: "0.9"}}\n'),
        'apps/prod/kustomization.yaml': 'resources: [../base]\npatches: [{path: cart.yaml}]\n',
        'apps/prod/cart.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: cart, namespace: shop}\nspec:\n${inRelease}`,
      },
    },
    {
      name: 'HelmRelease values of the chart’s own defaults',
      build: build('apps'),
      adds: ['image', 'memory', 'replicas', 'probe', 'config'],
      refuses: { variable: /was not found in any value|makes objects|changes/ },
      files: { 'apps/cart.yaml': release('  values:\n    sidecar: {memoryMi: 16}\n') },
    },
    {
      name: 'HelmRelease values from a ConfigMap',
      build: build('apps'),
      files: { 'apps/cart.yaml': release('  valuesFrom: [{kind: ConfigMap, name: cart-values}]\n'), 'apps/values.yaml': valuesConfigMap },
    },
    {
      name: 'HelmRelease values from a generated ConfigMap',
      build: build('apps'),
      files: {
        'apps/kustomization.yaml':
          'namespace: shop\nresources: [cart.yaml]\nconfigMapGenerator: [{name: cart-values, files: [values.yaml=prod.yaml]}]\nconfigurations: [names.yaml]\n',
        'apps/names.yaml':
          'nameReference:\n- kind: ConfigMap\n  version: v1\n  fieldSpecs: [{path: spec/valuesFrom/name, kind: HelmRelease}]\n',
        'apps/prod.yaml': values,
        'apps/cart.yaml': release('  valuesFrom: [{kind: ConfigMap, name: cart-values}]\n'),
      },
    },
    {
      name: 'HelmRelease values over a ConfigMap of others',
      build: build('apps'),
      files: {
        'apps/cart.yaml': release(`  valuesFrom: [{kind: ConfigMap, name: cart-values}]\n${inRelease}`),
        'apps/values.yaml': valuesConfigMap.replaceAll(/ # @\w+/gu, '').replaceAll('1.1', '0.9'),
      },
    },
    {
      name: 'a chart in the repository, in the path',
      build: build('', true),
      files: {
        ...chartFiles('charts/cart', chartValues),
        'kustomization.yaml': 'resources: [cart.yaml]\n',
        'cart.yaml': release('  values: {}\n', IN_GIT),
      },
    },
    {
      name: 'a chart in the repository, outside of the path',
      build: build('apps', true),
      adds: ['image', 'memory', 'replicas', 'probe', 'config'],
      refuses: { variable: /it is outside of apps/ },
      files: {
        ...chartFiles('charts/cart', chartValues.replaceAll(/ # @\w+/gu, '')),
        'apps/cart.yaml': release('  values:\n    sidecar: {memoryMi: 16}\n', IN_GIT),
      },
    },
  ];
}
