/**
 * Writes to the account, one after the other, by comparing and swapping; what was settled meanwhile goes with the write that comes next.
 *
 * A settlement stays here until it is known to be written. It may be written twice where an answer was lost, which changes nothing.
 */
import { type Account, type Cost, EMPTY_ACCOUNT, readAccount, settling, tidied, writeAccount } from './account.ts';

export interface KeptAccount {
  readonly text: string;
  readonly version: string;
}

/** Where the account outlives a process. Both calls throw when it cannot be reached. */
export interface AccountStore {
  /** Where that is, for people. */
  readonly name: string;
  /** Undefined when there is none yet. */
  read(signal?: AbortSignal): Promise<KeptAccount | undefined>;
  /** Only if it still is at `version` (undefined: not there). False when somebody else has written meanwhile. */
  write(text: string, version: string | undefined, signal?: AbortSignal): Promise<boolean>;
}

export interface Journal {
  /** Writes what `change` makes of the account as it is. @throws what `change` throws, or when the account cannot be read or written */
  update(change: (account: Account) => Account, signal: AbortSignal): Promise<void>;
  settle(reservation: string, actual: Cost): void;
  /** Writes what was settled, and shows the account; what cannot be written now stays for the next write. Never throws. */
  flush(see: (account: Account) => void): Promise<void>;
}

/** Who loses so often in a row to other processes is not one of a few. */
const MOST_TRIES = 8;

export function createJournal(store: AccountStore, now: () => number): Journal {
  const settled = new Map<string, Cost>();
  let tail: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const run = tail.then(work);
    tail = run.catch(() => undefined);
    return run;
  };
  const write = async (change: (account: Account) => Account, signal?: AbortSignal): Promise<void> => {
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const kept = await store.read(signal);
      const account = kept === undefined ? EMPTY_ACCOUNT : accountIn(kept, store.name);
      const included = [...settled];
      const wanted = change(included.reduce((before, [id, actual]) => settling(before, id, actual), account));
      if (wanted !== account && !(await store.write(writeAccount(tidied(wanted, now())), kept?.version, signal))) continue;
      for (const [id] of included) settled.delete(id);
      return;
    }
    throw new Error(`${store.name} was written by others ${MOST_TRIES} times in a row`);
  };
  return {
    update: (change, signal) => inTurn(() => write(change, signal)),
    settle: (reservation, actual) => {
      settled.set(reservation, actual);
    },
    flush: (see) =>
      inTurn(() =>
        write((account) => {
          see(account);
          return account;
        }),
      ).catch(() => undefined),
  };
}

function accountIn({ text }: KeptAccount, name: string): Account {
  try {
    return readAccount(text);
  } catch (cause) {
    throw new Error(`${name} holds no account that can be read; delete it to begin again at nothing`, { cause });
  }
}
