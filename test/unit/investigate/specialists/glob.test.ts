import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesGlob } from '../../../../src/investigate/specialists/glob.ts';

describe('matchesGlob', () => {
  test.each<[pattern: string, text: string, want: boolean]>([
    ['KubePodNotReady', 'KubePodNotReady', true],
    ['KubePod', 'KubePodNotReady', false],
    ['KubePod*', 'KubePodNotReady', true],
    ['*NotReady', 'KubePodNotReady', true],
    ['*Pod*', 'KubePodNotReady', true],
    ['Kube*Not*Ready', 'KubePodNotReady', true],
    ['Kube*Ready*Not', 'KubePodNotReady', false],
    ['ab*ba', 'aba', false],
    ['*', '', true],
    ['', 'x', false],
    ['a.c', 'abc', false],
  ])('%s over %s is %s', (pattern, text, want) => {
    expect(matchesGlob(pattern, text)).toBe(want);
  });

  test('agrees with the regular expression that it stands for', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(letters, text, (pattern, value) => {
        expect(matchesGlob(pattern, value)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'u').test(value));
      }),
    );
  });
});
