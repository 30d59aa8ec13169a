import { expect, test } from 'vitest';
import { compareResourceVersions, isOlder } from '../../../../src/kube/cache/resourceVersion.ts';

test.each([
  { a: '9', b: '10', want: 'older' },
  { a: '10', b: '9', want: 'newer' },
  { a: '123', b: '123', want: 'same' },
  { a: '18446744073709551616', b: '18446744073709551617', want: 'older' },
  { a: 'abc', b: 'abc', want: 'same' },
  { a: 'abc', b: 'abd', want: 'unordered' },
  { a: '012', b: '13', want: 'unordered' },
  { a: '0', b: '13', want: 'unordered' },
])('$a against $b is $want', ({ a, b, want }) => {
  const order = compareResourceVersions(a, b);
  const said = order === undefined ? 'unordered' : (['older', 'same', 'newer'] as const)[Math.sign(order) + 1];
  expect(said).toBe(want);
  expect(isOlder(a, b)).toBe(want === 'older');
});
