/** A ledger whose account is where that of a process is, on an API server in memory. */
import { createModelAccount } from '../../src/compose/modelAccount.ts';
import { createLedger, type Ledger, type LedgerOptions } from '../../src/llm/budget.ts';
import { createMemoryKube } from './memoryKube.ts';

export const memoryLedger = (
  now = 0,
  { store = createModelAccount(createMemoryKube(), 'agent-sre'), ...limits }: Partial<LedgerOptions> = {},
): Ledger => createLedger({ store, now: () => now, ...limits });
