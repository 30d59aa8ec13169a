import { describe, expect, test } from 'vitest';
import {
  type Condition,
  defineResource,
  keyString,
  ownerReferenceTo,
  parseKey,
  resourceName,
  setCondition,
} from '../../../src/kube/object.ts';
import { cached } from './builders.ts';

const NOW = Date.parse('2026-02-03T04:05:06.789Z');
const ready: Condition = {
  type: 'Ready',
  status: 'False',
  reason: 'Waiting',
  message: 'for a pod',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};

describe('setCondition', () => {
  test.each([
    {
      name: 'adds one of a new type at the end',
      before: [ready],
      wanted: { type: 'Synced', status: 'True', reason: 'Done', message: '' },
      times: ['2026-01-01T00:00:00Z', '2026-02-03T04:05:06Z'],
    },
    {
      name: 'keeps the transition time while the status stays',
      before: [ready],
      wanted: { type: 'Ready', status: 'False', reason: 'Other', message: 'new' },
      times: ['2026-01-01T00:00:00Z'],
    },
    {
      name: 'moves the transition time when the status changes',
      before: [ready],
      wanted: { type: 'Ready', status: 'True', reason: 'Done', message: '' },
      times: ['2026-02-03T04:05:06Z'],
    },
    {
      name: 'starts from nothing',
      before: undefined,
      wanted: { type: 'Ready', status: 'Unknown', reason: 'New', message: '' },
      times: ['2026-02-03T04:05:06Z'],
    },
  ] as const)('$name', ({ before, wanted, times }) => {
    const after = setCondition(before, wanted, NOW);
    expect(after.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual(times);
    expect(after.find(({ type }) => type === wanted.type)).toMatchObject(wanted);
  });
});

test.each([
  { key: { namespace: 'shop', name: 'cart' }, text: 'shop/cart' },
  { key: { name: 'node-1' }, text: 'node-1' },
])('a key is written $text, and read back', ({ key, text }) => {
  expect(keyString(key)).toBe(text);
  expect(parseKey(text)).toEqual(key);
});

test('an owner reference makes garbage collection take the child along', () => {
  const resource = defineResource<ReturnType<typeof cached>>({
    group: 'x.example',
    version: 'v1',
    kind: 'Thing',
    plural: 'things',
    namespaced: true,
  });
  expect(ownerReferenceTo(cached('a'), resource)).toEqual({
    apiVersion: 'x.example/v1',
    kind: 'Thing',
    name: 'a',
    uid: 'uid-a',
    controller: true,
    blockOwnerDeletion: true,
  });
  expect(resourceName(resource)).toBe('things.x.example');
});
