import { describe, expect, test } from 'vitest';
import { settledAt } from '../../../../src/domain/grouping/settle.ts';

const seconds = (...list: readonly number[]): number[] => list.map((each) => each * 1_000);

describe('an investigation begins', () => {
  test.each([
    { name: 'three seconds after a lone warning', severity: 'warning', created: [0], arrivals: [0], want: 3 },
    { name: 'two seconds after what wakes people', severity: 'critical', created: [0], arrivals: [0], want: 2 },
    {
      name: 'when a delivery is stored, at most five seconds after what wakes people',
      severity: 'critical',
      created: [0],
      arrivals: [0, 1, 2, 3, 4, 5, 6],
      want: 5,
    },
    { name: 'after half a minute of quiet in a storm', severity: 'warning', created: [0, 5], arrivals: [0, 1, 2, 3, 5, 25], want: 55 },
    {
      name: 'after two minutes of a storm that does not end',
      severity: 'warning',
      created: [0],
      arrivals: Array.from({ length: 40 }, (_, at) => at * 5),
      want: 120,
    },
    { name: 'whatever came long before', severity: 'warning', created: [600], arrivals: [0, 1, 2, 3, 4, 5, 600], want: 603 },
  ] as const)('$name', ({ severity, created, arrivals, want }) => {
    expect(settledAt({ severity, created: seconds(...created), arrivals: seconds(...arrivals) })).toBe(want * 1_000);
  });
});
