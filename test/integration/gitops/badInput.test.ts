/** Files and repositories that nobody would wish for: the right edit all the same, or a clear refusal; never a wrong one, and nothing of them is run. */
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { Build } from '../../../src/gitops/builds.ts';
import { createChartSource } from '../../../src/gitops/flux/artifact.ts';
import { chartFromOf } from '../../../src/gitops/flux/helmRelease.ts';
import { createRenderer } from '../../../src/gitops/render.ts';
import { getBinaries } from '../../cluster/components/binaries.ts';
import { buildAt } from '../../unit/gitops/support/build.ts';
import { memoryTree } from '../../unit/gitops/support/memoryTree.ts';
import { CHART_VALUES, chartFiles, packagedChart, startChartServer } from './support/charts.ts';
import { inContainer, locateIn, realRenderer } from './support/edits.ts';

const server = await startChartServer();
const renderer = await realRenderer([server.host]);
const artifact = server.publish(packagedChart());
afterAll(() => server.stop());

const IMAGE = inContainer('app', 'image');
const release = (values: string): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: cart, namespace: shop}\nspec:\n  chart: {spec: {chart: cart, sourceRef: {kind: HelmRepository, name: shop}}}\n${values}`;
const chartFrom = chartFromOf({ chart: { spec: { chart: 'cart', sourceRef: { kind: 'HelmRepository', name: 'shop' } } } });
const ofRelease: Build = {
  type: 'HelmRelease',
  outer: buildAt('apps'),
  name: 'cart',
  namespace: 'shop',
  chart: { kind: 'artifact', artifact },
  chartFrom,
  readByOthers: [],
};
const ofChart = (valueFiles: readonly string[] = []): Build => ({
  type: 'ArgoCD',
  name: 'cart',
  namespace: 'argocd',
  spec: {
    source: { repoURL: 'https://git.test/config', targetRevision: 'main', path: 'charts/cart', helm: { valueFiles } },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
  },
  sourceTypes: ['Helm'],
  repository: 'https://git.test/config',
  fixed: 'it is set by hand',
  others: [],
});
const withValues = (text: string): Record<string, string> => chartFiles('charts/cart', undefined, { 'values-prod.yaml': text });

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: app
          image: registry.test/cart:1.1 # here
`;
const lines = Array.from({ length: 500 }, (_, index) => `  key-${index}: value\n`).join('');
const many = Array.from(
  { length: 100 },
  (_, index) => `---\n# ${index}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: filler-${index}\ndata:\n${lines}`,
).join('');
const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`).join(', ')}]`),
].join('\n');
const LFS =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly leftOut?: readonly string[];
  readonly build: Build;
  readonly value?: string | number;
  readonly edit?: { readonly file: string; readonly from: string; readonly to: string };
  readonly refused?: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'edits a file of fifty thousand lines at its end',
    build: buildAt('apps'),
    files: { 'apps/all.yaml': `${many}---\n${deployment}` },
    edit: { file: 'apps/all.yaml', from: 'cart:1.1 # here', to: 'cart:1.0 # here' },
  },
  {
    name: 'edits values of fifty thousand lines',
    build: ofChart(['values-prod.yaml']),
    files: withValues(`filler:\n${'  - {a: 1, b: two}\n'.repeat(50_000)}image: {tag: "1.1"} # here\n`),
    edit: { file: 'charts/cart/values-prod.yaml', from: '"1.1"} # here', to: '"1.0"} # here' },
  },
  {
    name: 'edits values with a merge key, where they stand themselves',
    build: ofRelease,
    files: { 'apps/cart.yaml': release('  values:\n    image:\n      <<: &common {pullPolicy: Always}\n      tag: "1.1" # here\n') },
    edit: { file: 'apps/cart.yaml', from: '"1.1" # here', to: '"1.0" # here' },
  },
  {
    name: 'edits what is merged in, where nothing else is made of it',
    build: ofRelease,
    files: { 'apps/cart.yaml': release('  values:\n    common: &common {tag: "1.1"} # here\n    image:\n      <<: *common\n') },
    edit: { file: 'apps/cart.yaml', from: '"1.1"} # here', to: '"1.0"} # here' },
  },
  {
    name: 'edits values in CRLF with a byte-order mark and no newline at the end',
    build: ofChart(['values-prod.yaml']),
    files: withValues('\uFEFF# prod\r\nimage:\r\n  tag: "1.1"'),
    edit: { file: 'charts/cart/values-prod.yaml', from: '"1.1"', to: '"1.0"' },
  },
  {
    name: 'refuses tabs',
    build: buildAt('apps'),
    files: { 'apps/cart.yaml': deployment.replace('  template:', '\ttemplate:') },
    refused: /apps.*cart\.yaml.*line 6: found character that cannot start any token/,
  },
  {
    name: 'refuses values with tabs',
    build: ofChart(['values-prod.yaml']),
    files: withValues('image:\n\ttag: "1.1"\n'),
    refused: /helm: .*(?:tab|token)/,
  },
  {
    name: 'refuses a key twice in values',
    build: ofChart(['values-prod.yaml']),
    files: withValues('image: {tag: "1.1"}\nimage: {tag: "1.1"}\n'),
    refused: /must be unique|already (?:set|defined)/,
  },
  {
    name: 'refuses values of two documents',
    build: ofChart(['values-prod.yaml']),
    files: withValues('image: {tag: "1.1"}\n---\nimage: {tag: "1.2"}\n'),
    refused: /it is not one document|helm: /,
  },
  { name: 'refuses values that are no YAML', build: ofChart(['values-prod.yaml']), files: withValues('image: [\n'), refused: /helm: / },
  {
    name: 'refuses values that unfold without end',
    build: ofChart(['values-prod.yaml']),
    files: withValues(`${bomb}\n`),
    refused: /helm: .*(?:alias|exceed)|was not found/,
  },
  {
    name: 'refuses a HelmRelease that is not well-formed',
    build: ofRelease,
    files: { 'apps/cart.yaml': release('  values: [1, 2]\n') },
    refused: /is not well-formed in Git there: .*values/,
  },
  {
    name: 'refuses a manifest that is kept in Git LFS',
    build: buildAt('apps'),
    files: { 'apps/kustomization.yaml': 'resources: [cart.yaml]\n', 'apps/cart.yaml': LFS },
    refused: /apps\/cart\.yaml is kept in Git LFS, which is not fetched/,
  },
  {
    name: 'refuses a chart of which a part is kept in Git LFS',
    build: ofChart(),
    files: { ...chartFiles('charts/cart'), 'charts/cart/charts/redis-1.0.0.tgz': LFS },
    refused: /redis-1\.0\.0\.tgz is kept in Git LFS/,
  },
  {
    name: 'refuses a chart with a symbolic link in it',
    build: ofChart(),
    files: chartFiles('charts/cart'),
    leftOut: ['charts/cart/templates/secret.yaml'],
    refused: /charts\/cart\/templates\/secret\.yaml is a symbolic link or a submodule/,
  },
  {
    name: 'refuses a file of values that is a symbolic link',
    build: ofChart(['../../envs/prod.yaml']),
    files: chartFiles('charts/cart'),
    leftOut: ['envs/prod.yaml'],
    refused: /its file of values envs\/prod\.yaml is not in the repository, or is a link/,
  },
  {
    name: 'refuses a file of values outside of the repository',
    build: ofChart(['../../../etc/passwd']),
    files: chartFiles('charts/cart'),
    refused: /its file of values "\.\.\/\.\.\/\.\.\/etc\/passwd" is not in the repository/,
  },
  {
    name: 'refuses a file of values from elsewhere',
    build: ofChart(['https://evil.test/values.yaml']),
    files: chartFiles('charts/cart'),
    refused: /"https:\/\/evil\.test\/values\.yaml" is not in the repository/,
  },
];

describe('bad input', () => {
  test.each(cases)('$name', async ({ files, leftOut, build, value = 'registry.test/cart:1.0', edit, refused }) => {
    const target = { kind: 'Deployment', name: 'cart' };
    const seen = await locateIn(renderer, { files, ...(leftOut === undefined ? {} : { leftOut }), build, target, field: IMAGE, value });
    if (edit === undefined) expect(seen).toEqual({ kind: 'refused', message: expect.stringMatching(refused ?? '') });
    else expect(seen).toEqual({ kind: 'edited', file: edit.file, text: files[edit.file]?.replace(edit.from, edit.to), others: [] });
  });
});

describe('a chart is a program, and', () => {
  const render = (template: string, more: Readonly<Record<string, string>> = {}, using = renderer) =>
    using.render(memoryTree({ ...chartFiles('charts/cart', CHART_VALUES, { 'templates/extra.yaml': template }), ...more }), ofChart());

  test('sees neither the cluster, nor the network, nor what is around it', async () => {
    const rendered = await render(
      `apiVersion: v1
kind: ConfigMap
metadata: {name: seen}
data:
  secrets: {{ lookup "v1" "Secret" "kube-system" "" | toJson | quote }}
  address: {{ getHostByName "localhost" | quote }}
  file: {{ .Files.Get "../../secret.yaml" | quote }}
  absolute: {{ .Files.Get "/etc/passwd" | quote }}
`,
      { 'secret.yaml': 'password: hunter2\n' },
    );
    if (rendered.kind === 'refused') throw new Error(rendered.message);
    expect(rendered.objects.find(({ metadata }) => metadata.name === 'seen')?.['data']).toEqual({
      secrets: '{}',
      address: '',
      file: '',
      absolute: '',
    });
  });

  test('has no access to the environment', async () => {
    expect(await render('a: {{ env "HOME" }}\n')).toEqual({
      kind: 'refused',
      message: expect.stringMatching(/function "env" not defined/),
    });
  });

  test('is ended when it does not end by itself', async () => {
    const { helm } = await getBinaries(['helm'], () => undefined);
    const charts = createChartSource({ hosts: [] });
    const impatient = createRenderer({ kubectl: 'kubectl', helm: helm.binary, charts, clock: systemClock, timeoutMs: 1_500 });
    const endless = '{{- range $i := until 100000 }}{{- range $j := until 100000 }}{{- end }}{{- end }}\n';
    expect(await render(endless, {}, impatient)).toEqual({ kind: 'refused', message: expect.stringMatching(/no end within 1\.5 s/) });
  });
});
