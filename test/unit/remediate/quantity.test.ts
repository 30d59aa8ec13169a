import { describe, expect, test } from 'vitest';
import { formatMillicores, parseQuantity } from '../../../src/domain/quantity.ts';
import { formatMebibytes, mebibytes, millicores } from '../../../src/remediate/quantity.ts';

describe('parseQuantity', () => {
  test.each([
    ['64Mi', 64 * 2 ** 20],
    ['1Gi', 2 ** 30],
    ['128974848', 128_974_848],
    ['129e6', 129_000_000],
    ['129M', 129_000_000],
    ['123k', 123_000],
    ['250m', 0.25],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['2', 2],
    ['1E', 1e18],
  ])('%s', (text, want) => {
    expect(parseQuantity(text)).toBeCloseTo(want, 6);
  });
  test.each(['', 'Mi', '1 Mi', '64mi', '1MiB', 'NaN', '1e', '--1', '0x10'])('%j is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});

test('memory is counted in MiB, CPU in thousandths of a core', () => {
  expect([mebibytes('1.5Gi'), mebibytes(undefined), millicores('1.5'), millicores('250m')]).toEqual([1536, undefined, 1500, 250]);
});

test('values are written as people write them', () => {
  expect([64, 1024, 1536, 4096].map(formatMebibytes)).toEqual(['64Mi', '1Gi', '1536Mi', '4Gi']);
  expect([250, 1000, 1500].map(formatMillicores)).toEqual(['250m', '1', '1500m']);
});
