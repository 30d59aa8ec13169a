/**
 * Names of objects that we make, as a function of what they are for: a process that died right after a create finds its
 * object again in place of making a second one.
 */
import { createHash } from 'node:crypto';

/** `inv-3f9c0a…`: from the uid of the parent, what the child is for, and which one of that sort it is. */
export function childName(prefix: 'inv' | 'rp' | 'apv', parentUid: string, purpose: string, ordinal: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([parentUid, purpose, ordinal]))
    .digest('hex');
  return `${prefix}-${hash.slice(0, 16)}`;
}

/** A plan that a person has chosen. Whatever rules propose has other names. */
export const planOfPerson = (incidentUid: string, ordinal: number): string => childName('rp', incidentUid, 'chosen', ordinal);
