/** What takes secrets out of all that a command reads, and so out of all that it says and writes. */

import { stripInvisible } from '../redact/invisible.ts';
import { createRedactor } from '../redact/redactor.ts';
import type { RedactValue } from '../sources/collect/objects.ts';
import { type Cleaner, createCleaner } from '../sources/text.ts';

export interface Redaction {
  readonly cleaner: Cleaner;
  readonly redact: RedactValue;
}

export function createRedaction(): Redaction {
  const redactor = createRedactor();
  return { cleaner: createCleaner(redactor.text), redact: (value) => redactor.value(visible(value)) };
}

/** Characters that nobody sees hide secrets from a redactor. */
function visible(value: unknown): unknown {
  if (typeof value === 'string') return stripInvisible(value);
  if (Array.isArray(value)) return value.map(visible);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visible(item)]));
}
