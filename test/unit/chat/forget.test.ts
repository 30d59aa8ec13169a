/** Which conversations are forgotten when there are too many, or when they are over. */
import { describe, expect, test } from 'vitest';
import { labelsOf, updatedAt } from '../../../src/chat/memory/configMap.ts';
import { superfluous } from '../../../src/chat/memory/forget.ts';
import type { ObjectMeta } from '../../../src/kube/object.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-01T12:00:00Z');
const said = (name: string, owner: string, hoursAgo: number): ObjectMeta => ({
  name,
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-03-01T00:00:00Z',
  labels: labelsOf(owner),
  annotations: updatedAt(NOW - hoursAgo * HOUR),
});
const forgotten = (all: readonly ObjectMeta[], most: number): readonly string[] => superfluous(all, NOW, most).map(({ name }) => name);

describe('what is forgotten', () => {
  test('is what is over, however few there are', () => {
    expect(forgotten([said('old', 'a', 24), said('new', 'a', 23)], 10)).toEqual(['old']);
  });

  test('is what has lost its time', () => {
    expect(forgotten([{ ...said('x', 'a', 1), annotations: {} }], 10)).toEqual(['x']);
  });

  test('is the oldest of whoever has most: a flood costs nobody else', () => {
    const flood = Array.from({ length: 5 }, (_, index) => said(`flood-${index}`, 'mallory', 1 + index / 10));
    expect(forgotten([said('mine', 'alice', 20), ...flood], 3)).toEqual(['flood-4', 'flood-3', 'flood-2']);
  });
});
