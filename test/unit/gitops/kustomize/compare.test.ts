/** What two renderings differ in, in the words of people. */
import { describe, expect, test } from 'vitest';
import { allFields, compareRendered, type FieldChange, generatedBaseName } from '../../../../src/gitops/kustomize/compare.ts';
import { displayName, type Manifest } from '../../../../src/gitops/kustomize/manifest.ts';

const object = (kind: string, name: string, more: object = {}, namespace = 'shop'): Manifest => ({
  apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  metadata: { name, namespace },
  ...more,
});
const pod = (...containers: readonly object[]): object => ({ spec: { template: { spec: { containers } } } });

interface Case {
  readonly name: string;
  readonly before: readonly Manifest[];
  readonly after: readonly Manifest[];
  readonly fields?: readonly Omit<FieldChange, 'object'>[];
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
}

const AT = 'spec.template.spec.containers';

describe('compareRendered', () => {
  test.each<Case>([
    {
      name: 'finds nothing in the same objects in another order',
      before: [object('Service', 'a'), object('Service', 'b')],
      after: [object('Service', 'b'), object('Service', 'a')],
    },
    {
      name: 'names containers and variables by name',
      before: [object('Deployment', 'cart', pod({ name: 'app', image: 'a:1', env: [{ name: 'PORT', value: '1' }] }))],
      after: [object('Deployment', 'cart', pod({ name: 'app', image: 'a:2', env: [{ name: 'PORT', value: '2' }] }))],
      fields: [
        { path: `${AT}[app].image`, before: 'a:1', after: 'a:2' },
        { path: `${AT}[app].env[PORT].value`, before: '1', after: '2' },
      ],
    },
    {
      name: 'tells an insertion by the fields that came, not by all that moved',
      before: [object('Deployment', 'cart', pod({ name: 'app', image: 'a:1' }))],
      after: [object('Deployment', 'cart', pod({ name: 'first', image: 'b:1' }, { name: 'app', image: 'a:1' }))],
      fields: [
        { path: `${AT}[first].name`, after: 'first' },
        { path: `${AT}[first].image`, after: 'b:1' },
      ],
    },
    {
      name: 'tells a mapping that went by its fields',
      before: [object('Deployment', 'cart', pod({ name: 'app', resources: { limits: { memory: '64Mi' } } }))],
      after: [object('Deployment', 'cart', pod({ name: 'app' }))],
      fields: [{ path: `${AT}[app].resources.limits.memory`, before: '64Mi' }],
    },
    {
      name: 'compares lists without names by position',
      before: [object('Deployment', 'cart', pod({ name: 'app', args: ['a', 'b'] }))],
      after: [object('Deployment', 'cart', pod({ name: 'app', args: ['a', 'c', 'd'] }))],
      fields: [
        { path: `${AT}[app].args[1]`, before: 'b', after: 'c' },
        { path: `${AT}[app].args[2]`, after: 'd' },
      ],
    },
    {
      name: 'puts keys with dots into brackets',
      before: [object('ConfigMap', 'cart', { data: { 'app.conf': 'a' } })],
      after: [object('ConfigMap', 'cart', { data: { 'app.conf': 'b' } })],
      fields: [{ path: 'data["app.conf"]', before: 'a', after: 'b' }],
    },
    {
      name: 'never shows what a Secret holds',
      before: [object('Secret', 'cart', { data: { key: 'b2xk' } })],
      after: [object('Secret', 'cart', { data: { key: 'bmV3' }, stringData: { other: 'x' } })],
      fields: [
        { path: 'data.key', before: '(secret)', after: '(secret)' },
        { path: 'stringData.other', after: '(secret)' },
      ],
    },
    {
      name: 'takes a generated ConfigMap with another hash for the same object',
      before: [object('ConfigMap', 'cart-7f8g9h2k4m', { data: { a: '1' } })],
      after: [object('ConfigMap', 'cart-2b4c6d8f9g', { data: { a: '2' } })],
      fields: [
        { path: 'metadata.name', before: 'cart-7f8g9h2k4m', after: 'cart-2b4c6d8f9g' },
        { path: 'data.a', before: '1', after: '2' },
      ],
    },
    {
      name: 'takes no ConfigMap of another name for the same object',
      before: [object('ConfigMap', 'cart-7f8g9h2k4m')],
      after: [object('ConfigMap', 'other-2b4c6d8f9g')],
      added: ['ConfigMap/shop/other-2b4c6d8f9g'],
      removed: ['ConfigMap/shop/cart-7f8g9h2k4m'],
    },
    {
      name: 'tells what came and what went',
      before: [object('Service', 'old')],
      after: [object('Service', 'old', {}, 'elsewhere')],
      added: ['Service/elsewhere/old'],
      removed: ['Service/shop/old'],
    },
  ])('$name', ({ before, after, fields = [], added = [], removed = [] }) => {
    const difference = compareRendered(before, after);
    expect(allFields(difference).map(({ object: _object, ...field }) => field)).toEqual(fields);
    expect(difference.added.map(displayName)).toEqual(added);
    expect(difference.removed.map(displayName)).toEqual(removed);
  });
});

test('only ConfigMaps and Secrets have generated names', () => {
  expect(generatedBaseName(object('ConfigMap', 'cart-7f8g9h2k4m'))).toBe('cart');
  expect(generatedBaseName(object('ConfigMap', 'cart-7f8g9h2k4a'))).toBeUndefined();
  expect(generatedBaseName(object('Deployment', 'cart-7f8g9h2k4m'))).toBeUndefined();
});
