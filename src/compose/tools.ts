/** Every tool of the product, from the parts of a process. */
import { createTools, type Tools } from '../tools/registry.ts';
import type { Parts } from './parts.ts';

export function addTools(_parts: Parts): Tools {
  return createTools([]);
}
