/**
 * Names of what somebody reports or asks without an alert behind it: a function of what is said, so that the same said twice is one object, over processes
 * and crashes; or of a key that its sender has chosen, and then for good.
 */

import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical.ts';

/** Hex sha256. */
export function digestOfReport(
  kind: 'incident' | 'investigation',
  said: object,
  key: { readonly idempotencyKey: string; readonly username: string } | undefined,
): string {
  const text = canonicalJson(key === undefined ? { kind, said } : { kind, key });
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
