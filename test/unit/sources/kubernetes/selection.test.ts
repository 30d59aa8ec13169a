import { describe, expect, test } from 'vitest';
import type { KubeObject, ResourceType } from '../../../../src/kube/object.ts';
import { configMaps, events, pods } from '../../../../src/sources/kubernetes/api.ts';
import { createListedReader } from '../../../../src/sources/kubernetes/listedReader.ts';
import type { Reader } from '../../../../src/sources/kubernetes/reader.ts';
import { isSelected, selects } from '../../../../src/sources/kubernetes/selection.ts';
import { readingWhole } from '../../../../src/sources/kubernetes/wholeNamespace.ts';

const object = (kind: string, name: string, more: object = {}, labels: Record<string, string> = {}): KubeObject =>
  ({ apiVersion: 'v1', kind, metadata: { namespace: 'shop', name, uid: name, labels }, ...more }) as unknown as KubeObject;
const cart = object('Pod', 'cart', { spec: { nodeName: 'n1' }, status: { phase: 'Running' } }, { app: 'cart', tier: 'a' });

describe('isSelected', () => {
  test.each([
    { selection: {}, want: true },
    { selection: { namespace: 'shop' }, want: true },
    { selection: { namespace: 'other' }, want: false },
    { selection: { labelSelector: 'app=cart' }, want: true },
    { selection: { labelSelector: 'app==cart,tier=a' }, want: true },
    { selection: { labelSelector: 'app=cart,tier=b' }, want: false },
    { selection: { labelSelector: 'app!=cart' }, want: false },
    { selection: { labelSelector: 'zone!=b' }, want: true },
    { selection: { labelSelector: 'tier in (a,b)' }, want: true },
    { selection: { labelSelector: 'tier in (a, b),app=cart' }, want: true },
    { selection: { labelSelector: 'tier in (b, c)' }, want: false },
    { selection: { labelSelector: 'tier notin (b)' }, want: true },
    { selection: { labelSelector: 'zone notin (b)' }, want: true },
    { selection: { labelSelector: 'app' }, want: true },
    { selection: { labelSelector: '!canary' }, want: true },
    { selection: { labelSelector: '!app' }, want: false },
    { selection: { fieldSelector: 'spec.nodeName=n1,status.phase=Running' }, want: true },
    { selection: { fieldSelector: 'spec.nodeName=n2' }, want: false },
    { selection: { fieldSelector: 'spec.hostname=' }, want: true },
  ])('$selection', ({ selection, want }) => {
    expect(isSelected(cart, selection)).toBe(want);
  });
});

test('an empty selector selects everything', () => {
  expect(selects({ labels: {}, expressions: [] }, { any: 'thing' })).toBe(true);
  expect(selects({ labels: {}, expressions: [{ key: 'app', operator: 'Exists', values: [] }] }, {})).toBe(false);
});

describe('createListedReader', () => {
  const reader = createListedReader([cart, object('ConfigMap', 'cart'), object('Event', 'e')], async () => 'log');

  test('gets what there is by kind, namespace and name', async () => {
    expect(await reader.get(pods, { namespace: 'shop', name: 'cart' })).toEqual({ kind: 'found', object: cart });
    expect(await reader.get(pods, { namespace: 'other', name: 'cart' })).toEqual({ kind: 'absent' });
    expect(await reader.get(configMaps, { namespace: 'shop', name: 'nothing' })).toEqual({ kind: 'absent' });
  });

  test('takes another version of the same group for the same kind, and another group for another', async () => {
    const kind = (apiVersion: string): KubeObject => ({ ...object('Widget', 'w'), apiVersion });
    const widgets: ResourceType = { ...pods, group: 'demo.example', version: 'v1', kind: 'Widget', plural: 'widgets' };
    const listed = async (apiVersion: string) =>
      (await createListedReader([kind(apiVersion)], async () => undefined).list(widgets, {}))?.length;
    expect([await listed('demo.example/v1beta1'), await listed('other.example/v1')]).toEqual([1, 0]);
  });

  test('lists kinds that are not there as none, without a gap', async () => {
    expect(await createListedReader([], async () => undefined).listServed(pods, { namespace: 'shop' })).toEqual([]);
    expect(reader.gaps).toEqual([]);
  });
});

describe('readingWhole', () => {
  function counting(answer: readonly KubeObject[] | undefined): { reader: Reader; asked: unknown[] } {
    const asked: unknown[] = [];
    const list = async (_: unknown, selection: object): Promise<never> => {
      asked.push(selection);
      return answer as never;
    };
    return { reader: { ...createListedReader([], async () => undefined), list }, asked };
  }

  test('lists a kind of a namespace once, and answers narrower questions from that', async () => {
    const { reader, asked } = counting([cart, object('Pod', 'other')]);
    const whole = readingWhole(reader);
    const [all, one] = await Promise.all([
      whole.list(pods, { namespace: 'shop' }),
      whole.list(pods, { namespace: 'shop', labelSelector: 'app=cart' }),
    ]);
    expect([all?.length, one?.length]).toEqual([2, 1]);
    expect(asked).toEqual([{ namespace: 'shop' }]);
  });

  test('asks a narrow question of the whole cluster as it is', async () => {
    const { reader, asked } = counting([]);
    await readingWhole(reader).list(events, { fieldSelector: 'involvedObject.kind=Node' });
    expect(asked).toEqual([{ fieldSelector: 'involvedObject.kind=Node' }]);
  });

  test('what could not be listed is not taken for none', async () => {
    expect(await readingWhole(counting(undefined).reader).list(pods, { namespace: 'shop', labelSelector: 'app=cart' })).toBeUndefined();
  });
});
