/** What a kustomization draws in, and what is not followed. */
import { describe, expect, test } from 'vitest';
import { closureOf, generatedResources } from '../../../../src/gitops/kustomize/closure.ts';
import { parseKustomization, referencesOf, resolveIn } from '../../../../src/gitops/kustomize/kustomization.ts';
import { memoryTree } from '../support/memoryTree.ts';

function references(text: string, file = 'apps/prod/kustomization.yaml'): readonly string[] | string {
  const parsed = parseKustomization(file, text);
  if ('refused' in parsed) return parsed.refused;
  const found = referencesOf(file, parsed.content);
  return 'refused' in found ? found.refused : found.references.map(({ path, role }) => `${role} ${path}`);
}

describe('referencesOf', () => {
  test('follows every field that names a file or a folder', () => {
    const text = `
resources: [a.yaml, ./b.yaml, ../base]
components: [../components/tls]
crds: [crd.json]
configurations: [names.yaml]
patches:
- path: p.yaml
- patch: "- op: remove"
patchesStrategicMerge: [s.yaml, "a: |\\n  inline"]
replacements: [{path: r.yaml}, {source: {}, targets: []}]
openapi: {path: schema.json}
configMapGenerator:
- name: c
  files: [app.conf, key=other.conf]
  envs: [x.env]
secretGenerator:
- name: s
  env: y.env
`;
    expect(references(text)).toEqual([
      'resource apps/prod/a.yaml',
      'resource apps/prod/b.yaml',
      'resource apps/base',
      'component apps/components/tls',
      'other apps/prod/crd.json',
      'other apps/prod/names.yaml',
      'patch apps/prod/p.yaml',
      'patch apps/prod/s.yaml',
      'other apps/prod/r.yaml',
      'other apps/prod/schema.json',
      'data apps/prod/app.conf',
      'data apps/prod/other.conf',
      'data apps/prod/x.env',
      'data apps/prod/y.env',
    ]);
  });

  test.each([
    { name: 'a URL', text: 'resources: ["https://host.test/a.yaml"]', want: /outside of the repository/ },
    { name: 'a remote base', text: 'resources: ["github.com/org/repo//deploy?ref=v1"]', want: /outside of the repository/ },
    { name: 'a remote base over ssh', text: 'bases: ["git@host.test:org/repo"]', want: /outside of the repository/ },
    { name: 'a URL under a field in other letters', text: 'Resources: ["https://host.test/a.yaml"]', want: /outside of the repository/ },
    { name: 'a path that leaves the repository', text: 'resources: [../../../etc]', want: /outside of the repository/ },
    { name: 'an absolute path', text: 'configMapGenerator: [{name: c, files: [k=/etc/passwd]}]', want: /outside of the repository/ },
    { name: 'a generator plug-in', text: 'generators: [plugin.yaml]', want: /uses generators/ },
    { name: 'a chart', text: 'helmCharts: [{name: x}]', want: /uses helmCharts/ },
    { name: 'a key that is there twice', text: 'resources: []\nresources: []\n', want: /must be unique/ },
    { name: 'a list', text: '- a', want: /not a mapping/ },
  ])('refuses $name', ({ text, want }) => {
    expect(references(text)).toMatch(want);
  });
});

test.each([
  ['apps/prod', '../base', 'apps/base'],
  ['apps', '..', ''],
  ['', '.', ''],
  ['apps', '../..', undefined],
  ['apps', '/etc', undefined],
  ['apps', '..\\x', undefined],
])('from %j, %j is %j', (folder, name, want) => {
  expect(resolveIn(folder, name)).toBe(want);
});

test('a generated kustomization holds what kustomize-controller would put there', () => {
  const tree = memoryTree({
    'deploy/b.yaml': '',
    'deploy/a.yml': '',
    'deploy/notes.txt': '',
    'deploy/a/z.yaml': '',
    'deploy/sub/kustomization.yaml': '',
    'deploy/sub/inner/kustomization.yaml': '',
    'deploy/sub/x.yaml': '',
    'deploy/.github/ci.yaml': '',
    'deploy/.sops.yaml': '',
    'other/c.yaml': '',
  });
  expect(generatedResources(tree, 'deploy')).toEqual(['./a/z.yaml', './a.yml', './b.yaml', './sub']);
});

describe('closureOf', () => {
  test('takes just the files that take part, bases and their patches included', async () => {
    const tree = memoryTree({
      'apps/prod/kustomization.yaml': 'resources: [../base]\npatches: [{path: p.yaml}]\n',
      'apps/prod/p.yaml': '',
      'apps/prod/unused.yaml': '',
      'apps/base/kustomization.yml': 'resources: [cart.yaml]\nconfigMapGenerator: [{name: c, files: [app.conf]}]\n',
      'apps/base/cart.yaml': '',
      'apps/base/app.conf': '',
      'infra/big.yaml': '',
    });
    const closure = await closureOf(tree, 'apps/prod');
    if ('refused' in closure) throw new Error(closure.refused);
    expect([...closure.files.keys()].toSorted()).toEqual([
      'apps/base/app.conf',
      'apps/base/cart.yaml',
      'apps/base/kustomization.yml',
      'apps/prod/kustomization.yaml',
      'apps/prod/p.yaml',
    ]);
    expect(closure.layers.map(({ folder }) => folder)).toEqual(['apps/prod', 'apps/base']);
  });

  test.each<{ name: string; files: Record<string, string>; path: string; leftOut?: string[]; want: RegExp }>([
    { name: 'a folder that is not there', files: { 'a.yaml': '' }, path: 'apps', want: /no folder "apps"/ },
    {
      name: 'a base without a kustomization',
      files: { 'apps/kustomization.yaml': 'resources: [../base]\n', 'base/a.yaml': '' },
      path: 'apps',
      want: /base is drawn in/,
    },
    {
      name: 'a symbolic link',
      files: { 'apps/kustomization.yaml': 'resources: [link.yaml]\n' },
      path: 'apps',
      leftOut: ['apps/link.yaml'],
      want: /symbolic link/,
    },
    {
      name: 'a base of a base that leaves the repository',
      files: { 'apps/kustomization.yaml': 'resources: [../base]\n', 'base/kustomization.yaml': 'resources: [../../x]\n' },
      path: 'apps',
      want: /base\/kustomization\.yaml refers to/,
    },
  ])('refuses $name', async ({ files, path, leftOut = [], want }) => {
    expect(await closureOf(memoryTree(files, leftOut), path)).toEqual({ refused: expect.stringMatching(want) });
  });

  test('ends where bases draw in each other', async () => {
    const tree = memoryTree({ 'a/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../a]\n' });
    expect(await closureOf(tree, 'a')).toMatchObject({ layers: [{ folder: 'a' }, { folder: 'b' }] });
  });
});
