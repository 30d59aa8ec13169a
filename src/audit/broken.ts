/** The entry that says of a chain that it is not whole: once for the same findings, whoever finds them. */
import { hashOf, type NewEntry } from './entry.ts';

const SHOWN = 5;

export const brokenKey = (problems: readonly string[]): string => `chain/broken/${hashOf(problems.join('\n'))}`;

export function brokenEntry(problems: readonly string[]): NewEntry {
  const shown = problems.slice(0, SHOWN).join('; ');
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : '';
  const message = `what was there before is not whole: ${shown}${more}`;
  return { key: brokenKey(problems), event: 'ChainBroken', outcome: 'Noted', who: 'agent-sre', message };
}
