import { expect, test } from 'vitest';
import { type Score, type ShadowField, scoreOf } from '../../../src/domain/suggestion.ts';

const field = (before: string | undefined, planned: string | undefined, now: string | undefined, anyChange = false): ShadowField => ({
  before,
  planned,
  anyChange,
  now,
});

test.each<{ name: string; fields: readonly ShadowField[]; want: Score | undefined }>([
  { name: 'the same value is the same', fields: [field('8081', '8080', '8080')], want: 'Same' },
  { name: 'the same quantity, written otherwise, is the same', fields: [field('1', '0.5', '500m')], want: 'Same' },
  { name: 'a field that would have been removed and was is the same', fields: [field('x', undefined, undefined)], want: 'Same' },
  { name: 'another value is different', fields: [field('8081', '8080', '9090')], want: 'Different' },
  { name: 'one field of two is different', fields: [field('1', '2', '2'), field('a', 'b', 'a')], want: 'Different' },
  { name: 'an object that is gone is different', fields: [field('1', '2', undefined)], want: 'Different' },
  { name: 'values as they were are nothing', fields: [field('1', '2', '1'), field('a', 'b', 'a')], want: 'Nothing' },
  { name: 'an unset field as it was is nothing', fields: [field(undefined, 'true', undefined)], want: 'Nothing' },
  { name: 'any later restart is the restart', fields: [field('yesterday', '(the time of the approval)', 'today', true)], want: 'Same' },
  { name: 'no restart is nothing', fields: [field('yesterday', '(the time of the approval)', 'yesterday', true)], want: 'Nothing' },
  { name: 'nothing to compare has no score', fields: [], want: undefined },
])('$name', ({ fields, want }) => {
  expect(scoreOf(fields)).toBe(want);
});
