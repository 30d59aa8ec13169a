import { describe, expect, test } from 'vitest';
import type { ApplyOptions, KubeClient } from '../../../src/kube/client.ts';
import { appliedPart } from '../../../src/kube/managedFields.ts';
import { defineResource, type KubeObject, type ManagedFieldsEntry } from '../../../src/kube/object.ts';
import { sameJson } from '../../../src/kube/sameJson.ts';
import { applyStatus } from '../../../src/kube/status.ts';
import { withStatus } from './builders.ts';

interface Thing extends KubeObject {
  readonly status?: object;
}
const things = defineResource<Thing>({ group: 'x.example', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true });

const owning = (fieldsV1: unknown, over: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
  manager: 'us',
  operation: 'Apply',
  subresource: 'status',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...over,
});
const ready = { type: 'Ready', status: 'True', reason: 'Done' };
const synced = { type: 'Synced', status: 'False', reason: 'Waiting' };

describe('what a manager applied', () => {
  test.each([
    {
      name: 'a scalar',
      status: { phase: 'Open', theirs: 1 },
      fields: { 'f:status': { 'f:phase': {} } },
      want: { status: { phase: 'Open' } },
    },
    {
      name: 'a whole atomic list',
      status: { names: ['a', 'b'] },
      fields: { 'f:status': { 'f:names': {} } },
      want: { status: { names: ['a', 'b'] } },
    },
    {
      name: 'an element of a list by its key',
      status: { conditions: [synced, ready] },
      fields: {
        'f:status': { 'f:conditions': { '.': {}, 'k:{"type":"Ready"}': { '.': {}, 'f:type': {}, 'f:status': {}, 'f:reason': {} } } },
      },
      want: { status: { conditions: [ready] } },
    },
    {
      name: 'a value of a set',
      status: { tags: ['a', 'b'] },
      fields: { 'f:status': { 'f:tags': { 'v:"b"': {} } } },
      want: { status: { tags: ['b'] } },
    },
    { name: 'an empty map', status: { counts: {} }, fields: { 'f:status': { 'f:counts': {} } }, want: { status: { counts: {} } } },
    { name: 'a field that is gone', status: {}, fields: { 'f:status': { 'f:phase': {} } }, want: { status: {} } },
  ])('$name', ({ status, fields, want }) => {
    expect(appliedPart(withStatus('a', status, { managedFields: [owning(fields)] }), 'us', 'status')).toEqual(want);
  });

  test.each([
    { name: 'another manager', entry: owning({ 'f:status': { 'f:phase': {} } }, { manager: 'them' }) },
    { name: 'an update instead of an apply', entry: owning({ 'f:status': { 'f:phase': {} } }, { operation: 'Update' }) },
    { name: 'the main resource', entry: owning({ 'f:spec': { 'f:phase': {} } }, { subresource: undefined as never }) },
  ])('is nothing where it was $name', ({ entry }) => {
    expect(appliedPart(withStatus('a', { phase: 'Open' }, { managedFields: [entry] }), 'us', 'status')).toBeUndefined();
  });
});

test.each([
  { a: { x: 1, y: [1, 2] }, b: { y: [1, 2], x: 1 }, same: true },
  { a: { x: 1, y: undefined }, b: { x: 1 }, same: true },
  { a: [1, 2], b: [2, 1], same: false },
  { a: [1], b: [1, 2], same: false },
  { a: { x: null }, b: {}, same: false },
  { a: {}, b: [], same: false },
  { a: { x: { y: 1 } }, b: { x: { y: 2 } }, same: false },
])('$a and $b are the same: $same', ({ a, b, same }) => {
  expect(sameJson(a, b)).toBe(same);
});

describe('applyStatus', () => {
  const applies: { readonly intent: unknown; readonly options: ApplyOptions }[] = [];
  const client: Pick<KubeClient, 'apply' | 'get'> = {
    get: () => Promise.resolve(undefined),
    apply: (_, intent, options) => {
      applies.push({ intent, options });
      return Promise.resolve(intent as never);
    },
  };
  const stored = withStatus('a', { phase: 'Open', theirs: 1 }, { managedFields: [owning({ 'f:status': { 'f:phase': {} } })] });

  test('makes no request when the status says nothing new', async () => {
    applies.length = 0;
    expect(await applyStatus(client, things, stored, { phase: 'Open' }, { fieldManager: 'us' })).toBe(stored);
    expect(applies).toEqual([]);
  });

  test.each([
    { name: 'a value changed', status: { phase: 'Closed' } },
    { name: 'a field came', status: { phase: 'Open', reason: 'new' } },
    { name: 'an owned field went', status: {} },
  ])('writes the whole intent to this very object when $name', async ({ status }) => {
    applies.length = 0;
    await applyStatus(client, things, stored, status, { fieldManager: 'us' });
    expect(applies).toEqual([
      {
        intent: { metadata: { name: 'a', namespace: 'shop', resourceVersion: '1' }, status },
        options: { fieldManager: 'us', force: true, subresource: 'status' },
      },
    ]);
  });
});
