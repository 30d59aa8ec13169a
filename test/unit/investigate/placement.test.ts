import { describe, expect, test } from 'vitest';
import { isAllowed, isKeptFree, selectionBlame } from '../../../src/investigate/placement.ts';
import type { Node, Requirement } from '../../../src/sources/kubernetes/snapshot.ts';
import { node } from './builders.ts';

const labelled = (labels: Readonly<Record<string, string>>): Node => node('n1', { labels });
const one = (key: string, operator: string, ...values: readonly string[]): readonly (readonly Requirement[])[] => [
  [{ key, operator, values }],
];
const placed = (affinity: readonly (readonly Requirement[])[], nodeSelector = {}) => ({
  nodeSelector,
  affinity: { node: affinity, near: [], apart: [] },
});

describe('isAllowed', () => {
  test.each([
    { name: 'In fits one of the values', affinity: one('disk', 'In', 'ssd', 'nvme'), labels: { disk: 'nvme' }, want: true },
    { name: 'In does not fit a node without the label', affinity: one('disk', 'In', 'ssd'), labels: {}, want: false },
    { name: 'NotIn fits a node without the label', affinity: one('disk', 'NotIn', 'hdd'), labels: {}, want: true },
    { name: 'NotIn does not fit one of the values', affinity: one('disk', 'NotIn', 'hdd'), labels: { disk: 'hdd' }, want: false },
    { name: 'Exists fits any value', affinity: one('gpu', 'Exists'), labels: { gpu: '' }, want: true },
    { name: 'Exists does not fit none', affinity: one('gpu', 'Exists'), labels: {}, want: false },
    { name: 'DoesNotExist fits none', affinity: one('gpu', 'DoesNotExist'), labels: {}, want: true },
    { name: 'Gt compares numbers and not texts', affinity: one('cores', 'Gt', '9'), labels: { cores: '16' }, want: true },
    { name: 'Gt does not fit the number itself', affinity: one('cores', 'Gt', '16'), labels: { cores: '16' }, want: false },
    { name: 'Gt does not fit a label that is no number', affinity: one('cores', 'Gt', '-1'), labels: { cores: '' }, want: false },
    { name: 'Lt fits a smaller number', affinity: one('cores', 'Lt', '16'), labels: { cores: '8' }, want: true },
    { name: 'an operator that nobody knows fits nothing', affinity: one('cores', 'Near', '8'), labels: { cores: '8' }, want: false },
    { name: 'one of several terms is enough', affinity: [...one('a', 'Exists'), ...one('b', 'Exists')], labels: { b: '' }, want: true },
    {
      name: 'a term has to fit in full',
      affinity: [[...one('a', 'Exists')[0]!, ...one('b', 'Exists')[0]!]],
      labels: { b: '' },
      want: false,
    },
  ])('$name', ({ affinity, labels, want }) => {
    expect(isAllowed(placed(affinity), labelled(labels as Record<string, string>))).toBe(want);
  });

  test('the selector has to fit as well', () => {
    expect(isAllowed(placed(one('a', 'Exists'), { zone: 'b' }), labelled({ a: '', zone: 'a' }))).toBe(false);
  });
});

test('the selector is to blame before the affinity, unless some node fits it', () => {
  const both = placed(one('disk', 'In', 'ssd'), { zone: 'b' });
  expect(selectionBlame([labelled({ zone: 'a' })], both)).toBe('NodeSelectorUnsatisfied');
  expect(selectionBlame([labelled({ zone: 'b' })], both)).toBe('NodeAffinityUnsatisfied');
});

describe('isKeptFree', () => {
  const role = { 'node-role.kubernetes.io/control-plane': '' };
  const taint = (effect: string) => [{ key: 'node-role.kubernetes.io/control-plane', value: '', effect }];
  test.each([
    { name: 'a control plane with its taint', node: node('cp', { labels: role, taints: taint('NoSchedule') }), want: true },
    { name: 'a control plane that lets nothing stay', node: node('cp', { labels: role, taints: taint('NoExecute') }), want: true },
    { name: 'a control plane that is cordoned', node: node('cp', { labels: role, unschedulable: true }), want: true },
    { name: 'not a control plane that takes workloads', node: node('cp', { labels: role }), want: false },
    {
      name: 'not a worker with a taint',
      node: node('n1', { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] }),
      want: false,
    },
  ])('$name', ({ node: seen, want }) => {
    expect(isKeptFree(seen)).toBe(want);
  });
});
