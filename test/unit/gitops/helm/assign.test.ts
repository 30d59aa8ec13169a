/** Which values a field may be made of. */
import { describe, expect, test } from 'vitest';
import { assignmentsFor, type WantedField } from '../../../../src/gitops/helm/assign.ts';
import { leavesOf } from '../../../../src/gitops/helm/values.ts';
import { formatPath } from '../../../../src/gitops/yaml/document.ts';

const layers = (...texts: readonly string[]) => texts.map((text) => ({ text }));
const shown = (...texts: readonly string[]) =>
  leavesOf(layers(...texts)).map(({ path, text, layer }) => `${formatPath(path)}=${text} @${layer}`);

describe('leavesOf', () => {
  test.each([
    ['scalars at any depth', ['a: {b: {c: 1}}\nd: "x"'], ['a.b.c=1 @0', 'd=x @0']],
    ['items of lists', ['a: [1, {b: 2}]'], ['a[0]=1 @0', 'a[1].b=2 @0']],
    ['mappings that are merged', ['a: {b: 1, c: 2}', 'a: {c: 3}'], ['a.b=1 @0', 'a.c=3 @1']],
    ['lists that are replaced', ['a: [1, 2, 3]', 'a: [4]'], ['a[0]=4 @1']],
    ['a mapping in the place of a value', ['a: 1', 'a: {b: 2}'], ['a.b=2 @1']],
    ['a value in the place of a mapping', ['a: {b: 2}', 'a: 1'], ['a=1 @1']],
    ['empty mappings and nulls', ['a: {}\nb:\nc: ""'], ['a= @0', 'b= @0', 'c= @0']],
    ['aliases and merge keys', ['x: &x {b: 1}\ny: *x\nz: {<<: *x, c: 2}'], ['x.b=1 @0', 'y.b=1 @0', 'z.b=1 @0', 'z.c=2 @0']],
    ['no layer that can’t be read', ['a: 1', 'a: [', ''], ['a=1 @0']],
  ])('gives %s', (_name, texts, want) => {
    expect(shown(...texts)).toEqual(want);
  });

  test('gives up on what unfolds without end', () => {
    const bomb = [
      'a: &a [1,1,1,1,1,1,1,1,1,1]',
      ...'bcdefghij'.split('').map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghij'[index]}`).join(',')}]`),
    ];
    expect(leavesOf(layers(bomb.join('\n'))).length).toBeLessThanOrEqual(500_000);
  });
});

const field = (before: string | undefined, after: string, path: WantedField['path']): WantedField => ({
  name: 'cart',
  path,
  before,
  after,
});
const container = (...rest: readonly string[]) => ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'app' }, ...rest];
const entries = (values: string, wanted: WantedField) =>
  assignmentsFor(leavesOf(layers(values)), wanted).map((one) =>
    one.entries.map(({ path, value }) => `${formatPath(path)}=${value}`).join(' '),
  );

describe('assignmentsFor', () => {
  const image = field('reg.test/cart:1.1', 'reg.test/cart:1.0', container('image'));
  test.each<[string, string, WantedField, string]>([
    ['the whole field before a part of it', 'tag: "1.1"\nimage: reg.test/cart:1.1', image, 'image=reg.test/cart:1.0'],
    ['a tag', 'other: 1.1\nimage: {repository: reg.test/cart, tag: "1.1"}', image, 'image.tag=1.0'],
    ['a tag that is left empty', 'image: {repository: reg.test/cart, tag: ""}', image, 'image.tag=1.0'],
    ['a tag that is not there', 'image: {repository: reg.test/cart}', image, 'image.tag=1.0'],
    [
      'the image of this workload and not of another',
      'db: {image: {tag: "1.1"}}\ncart: {image: {tag: "1.1"}}',
      image,
      'cart.image.tag=1.0',
    ],
    [
      'name and tag together',
      'image: {registry: reg.test, repository: cart, tag: "1.1"}',
      field('reg.test/cart:1.1', 'reg.test/old:1.0', container('image')),
      'image.repository=old image.tag=1.0',
    ],
    ['a number with a unit', 'memoryMi: 64', field('64Mi', '128Mi', container('resources', 'limits', 'memory')), 'memoryMi=128'],
    [
      'limits before requests of the same size',
      'resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}',
      field('64Mi', '128Mi', container('resources', 'limits', 'memory')),
      'resources.limits.memory=128Mi',
    ],
    [
      'a place that is left empty',
      'resources: {}',
      field(undefined, '128Mi', container('resources', 'limits', 'memory')),
      'resources.limits.memory=128Mi',
    ],
    [
      'a place beside what is set',
      'cart: {resources: {requests: {cpu: 1}}}',
      field(undefined, '128Mi', container('resources', 'limits', 'memory')),
      'cart.resources.limits.memory=128Mi',
    ],
  ])('tries %s first', (_name, values, wanted, want) => {
    expect(entries(values, wanted)[0]).toBe(want);
  });

  test('tries nothing that would have to change what stays', () => {
    expect(entries('name: reg.test/cart\nport: 80', image)).toEqual(['tag=1.0']);
  });
});
