import { describe, expect, test } from 'vitest';
import { flapping, isOver, mayReopen, staysClosed } from '../../../src/domain/lifeCycle.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const minutesAgo = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();
const HOLD_OFF = 15 * 60_000;

const open = { spec: {} };
const closed = (minutes: number, spec: object = {}) => ({
  spec,
  status: {
    conditions: [{ type: 'Resolved', status: 'True', reason: 'Recovered', message: '', lastTransitionTime: minutesAgo(minutes) } as const],
    resolvedAt: minutesAgo(minutes),
  },
});
const byPerson = { closure: { reason: 'Expected', by: 'alice' } } as const;

describe('an Incident', () => {
  test.each<{ name: string; of: Parameters<typeof isOver>[0]; isOver: boolean; mayReopen: boolean }>([
    { name: 'that is open', of: open, isOver: false, mayReopen: false },
    { name: 'that has just recovered', of: closed(1), isOver: true, mayReopen: true },
    { name: 'that recovered long ago', of: closed(15), isOver: true, mayReopen: false },
    { name: 'that a person closed', of: closed(1, byPerson), isOver: true, mayReopen: false },
    { name: 'that was opened again since', of: closed(5, { reopenedAt: minutesAgo(1) }), isOver: false, mayReopen: false },
    { name: 'that recovered again since', of: closed(1, { reopenedAt: minutesAgo(5) }), isOver: true, mayReopen: true },
  ])('$name', ({ of, isOver: over, mayReopen: reopens }) => {
    expect([isOver(of), mayReopen(of, NOW, HOLD_OFF)]).toEqual([over, reopens]);
  });

  test('flaps when it begins four times within an hour', () => {
    expect(flapping([59, 40, 20, 1].map(minutesAgo), NOW)).toBe(4);
    expect(flapping([61, 40, 20, 1].map(minutesAgo), NOW)).toBeUndefined();
  });
});

describe('what a person closed', () => {
  const fixed = { closure: { reason: 'Fixed', by: 'alice' } } as const;
  test.each<{ name: string; of: Parameters<typeof isOver>[0]; began: number; want: boolean }>([
    { name: 'stays closed while the same firing goes on', of: closed(600, byPerson), began: 700, want: true },
    { name: 'does not cover what began after it', of: closed(600, byPerson), began: 599, want: false },
    { name: 'as fixed stays closed while the alert decays', of: closed(14, fixed), began: 20, want: true },
    { name: 'as fixed was not, if it fires for longer', of: closed(15, fixed), began: 20, want: false },
    { name: 'is more than what recovered by itself', of: closed(1), began: 20, want: false },
    { name: 'has to be over', of: { spec: byPerson }, began: 20, want: false },
  ])('$name', ({ of, began, want }) => {
    expect(staysClosed(of, NOW - began * 60_000, { now: NOW, holdOffMs: HOLD_OFF })).toBe(want);
  });
});
