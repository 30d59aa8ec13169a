import { describe, expect, test } from 'vitest';
import { createTimeLimit, OutOfTime } from '../../../../src/investigate/specialists/withinTime.ts';

describe('a time limit', () => {
  const limit = createTimeLimit();

  test('gives what the work gives', () => {
    expect(limit.within(1_000, () => ['done'])).toEqual(['done']);
  });

  test('lets through what the work throws', () => {
    expect(() => limit.within(1_000, () => JSON.parse('{'))).toThrow(SyntaxError);
  });

  test('ends a loop without end, which cannot catch that', () => {
    const endless = (): never => {
      for (;;) {
        try {
          for (;;);
        } catch {
          // A rule that swallows errors.
        }
      }
    };
    expect(() => limit.within(20, endless)).toThrow(OutOfTime);
  });

  test('ends a regular expression that backtracks without end', () => {
    expect(() => limit.within(20, () => /^(a+)+$/u.test(`${'a'.repeat(60)}!`))).toThrow('not done within 20 ms');
  });

  test('serves again afterwards', () => {
    expect(limit.within(1_000, () => 1)).toBe(1);
  });
});
