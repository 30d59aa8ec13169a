import { describe, expect, test } from 'vitest';
import { explain } from '../../../src/telemetry/explain.ts';

describe('explain', () => {
  test.each<{ name: string; error: unknown; want: string }>([
    { name: 'an error', error: new Error('a'), want: 'a' },
    {
      name: 'an error with its cause',
      error: new Error('push', { cause: new Error('refused', { cause: 'by a hook' }) }),
      want: 'push: refused: by a hook',
    },
    {
      name: 'a cause that is only repeated',
      error: new Error('cannot read x: ENOENT', { cause: new Error('ENOENT') }),
      want: 'cannot read x: ENOENT',
    },
    { name: 'what is no error', error: 'stop', want: 'stop' },
  ])('tells $name', ({ error, want }) => {
    expect(explain(error)).toBe(want);
  });

  test('ends where causes go round', () => {
    const error = new Error('a');
    error.cause = error;
    expect(explain(error)).toBe('a');
  });
});
