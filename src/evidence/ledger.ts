/**
 * What each investigation has stored so far, read from the cluster once and kept while its pieces arrive; and the order of its
 * writes, so that pieces that arrive together don't spend the same budget.
 *
 * One investigator works at a time. Should two overlap while leadership changes, both may spend: the limit is then exceeded by
 * what the second one adds until it reads again, and every object stays small.
 */
import type { Entry, InvestigationRef } from './configMap.ts';

export interface Ledger {
  readonly entries: Map<string, Entry>;
}

export interface Ledgers {
  /** Runs after all that was begun before for the same investigation. What it throws makes the next one read anew. */
  readonly exclusively: <T>(of: InvestigationRef, work: (ledger: Ledger) => Promise<T>) => Promise<T>;
}

/** Investigations in flight are few; those that were not heard of for long are read again. */
const REMEMBERED = 64;

export function createLedgers(read: (of: InvestigationRef) => Promise<readonly Entry[]>): Ledgers {
  const ledgers = new Map<string, Ledger>();
  const tails = new Map<string, Promise<void>>();

  const ledgerOf = async (of: InvestigationRef): Promise<Ledger> => {
    const known = ledgers.get(of.uid);
    if (known !== undefined) return known;
    const ledger = { entries: new Map((await read(of)).map((entry) => [entry.original, entry])) };
    const oldest = ledgers.keys().next().value;
    if (ledgers.size >= REMEMBERED && oldest !== undefined) ledgers.delete(oldest);
    ledgers.set(of.uid, ledger);
    return ledger;
  };

  const forget = async (uid: string, tail: Promise<void>): Promise<void> => {
    await tail;
    if (tails.get(uid) === tail) tails.delete(uid);
  };

  return {
    exclusively: (of, work) => {
      const before = tails.get(of.uid) ?? Promise.resolve();
      const run = before.then(async () => {
        try {
          return await work(await ledgerOf(of));
        } catch (error) {
          ledgers.delete(of.uid);
          throw error;
        }
      });
      const tail = settled(run);
      tails.set(of.uid, tail);
      void forget(of.uid, tail);
      return run;
    },
  };
}

async function settled(run: Promise<unknown>): Promise<void> {
  await run.catch(() => undefined);
}

export function spentBytes({ entries }: Ledger): number {
  return [...entries.values()].reduce((sum, { storedBytes }) => sum + storedBytes, 0);
}
