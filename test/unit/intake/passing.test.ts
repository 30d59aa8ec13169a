import { describe, expect, test } from 'vitest';
import { isPassing } from '../../../src/intake/passing.ts';
import { ApiError, ConnectionError } from '../../../src/kube/errors.ts';

const refused = (status: number): ApiError => new ApiError('', { status, reason: '' });

describe('isPassing', () => {
  test.each<{ name: string; error: unknown; want: boolean }>([
    { name: 'an API server that is overloaded', error: refused(429), want: true },
    { name: 'an API server that is not ready', error: refused(503), want: true },
    { name: 'an API server that failed', error: refused(500), want: true },
    { name: 'one that was wrapped', error: new Error('create', { cause: refused(503) }), want: true },
    { name: 'a connection that was refused', error: new ConnectionError('', 'refused'), want: true },
    { name: 'an answer that did not come', error: new ConnectionError('', 'timeout'), want: true },
    { name: 'a right that we do not have', error: refused(403), want: false },
    { name: 'an object that is invalid', error: refused(422), want: false },
    { name: 'a kind that is not served', error: refused(404), want: false },
    { name: 'a certificate that is not trusted', error: new ConnectionError('', 'certificate'), want: false },
    { name: 'credentials that cannot be read', error: new ConnectionError('', 'credentials'), want: false },
    { name: 'a mistake of ours', error: new TypeError('x'), want: false },
  ])('$name: $want', ({ error, want }) => {
    expect(isPassing(error)).toBe(want);
  });
});
