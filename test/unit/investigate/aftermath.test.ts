import { describe, expect, test } from 'vitest';
import { isSharedByNode, likeAnyOf } from '../../../src/investigate/aftermath.ts';

describe('a line is like one that was cited', () => {
  const cited = ['2026-01-01T11:59:03Z ERROR cannot open /data/orders-17.db: permission denied'];
  test.each([
    {
      name: 'with other times and numbers',
      line: '2026-01-01T12:40:00Z ERROR cannot open /data/orders-18.db: permission denied',
      want: true,
    },
    { name: 'not with other words', line: '2026-01-01T12:40:00Z ERROR cannot reach the database: timed out', want: false },
    { name: 'not because it tells of trouble', line: 'ERROR', want: false },
    { name: 'not an empty one', line: '', want: false },
  ])('$name', ({ line, want }) => {
    expect(likeAnyOf(cited)(line)).toBe(want);
  });
});

test('of what fails on the same node elsewhere, only what its pods share can be the fix’s doing', () => {
  expect((['NodeMemoryPressure', 'InsufficientCPU'] as const).filter(isSharedByNode)).toHaveLength(2);
  expect((['ContainerOutOfMemory', 'ImageNotFound', 'ProbePortMismatch'] as const).filter(isSharedByNode)).toEqual([]);
});
