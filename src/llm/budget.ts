/**
 * What may be spent on models: an investigation, any hour, any day; tokens and money.
 *
 * The most that a call can cost is written to the account before it is made, by comparing and swapping, and what it did cost with the write that
 * comes next. So no sum of calls passes a limit, however many run at once, in however many processes, and whenever one of them dies: what was
 * announced and never settled counts as spent. When the account cannot be read or written, no call is made.
 * A server that reports more than is possible is charged what was reserved.
 */
import { randomUUID } from 'node:crypto';
import {
  type Account,
  type Cost,
  DAY_MS,
  HOUR_MS,
  type NewReservation,
  NOTHING,
  plus,
  reserving,
  spentBy,
  spentWithin,
} from './account.ts';
import { ModelError } from './error.ts';
import { type AccountStore, createJournal, type Journal } from './journal.ts';

export type { Cost } from './account.ts';

/** Absent: without a limit. */
export interface CostLimits {
  readonly tokens?: number | undefined;
  readonly moneyMicros?: number | undefined;
}

/** As a status has it. */
export interface Usage extends Cost {
  readonly toolCalls: number;
}

export interface Reservation {
  /** Once; what is settled a second time counts for nothing. */
  settle(actual: Cost): void;
}

export interface Budget {
  /** @throws ModelError BudgetExceeded, or BudgetUnknown */
  reserve(most: Cost, signal: AbortSignal): Promise<Reservation>;
  addToolCall(): void;
  /** What this investigation has spent in all its runs, as far as that was read. */
  usage(): Usage;
  /** Writes what was settled last, and reads what all runs have spent; what cannot be written stays reserved. Never throws. */
  close(): Promise<void>;
}

export interface Ledger {
  /** @param investigation its uid */
  open(investigation: string, limits: CostLimits): Budget;
}

export interface LedgerOptions {
  readonly store: AccountStore;
  readonly now: () => number;
  readonly hour?: CostLimits | undefined;
  readonly day?: CostLimits | undefined;
}

export function createLedger({ store, now, hour = {}, day = {} }: LedgerOptions): Ledger {
  const journal = createJournal(store, now);
  return {
    open: (investigation, limits) => {
      const judge = (account: Account, most: Cost): void => {
        const at = now();
        refuseWhatPasses('investigation', limits, spentBy(account, investigation), most);
        refuseWhatPasses('hour', hour, spentWithin(account, HOUR_MS, at), most);
        refuseWhatPasses('day', day, spentWithin(account, DAY_MS, at), most);
      };
      const reservationOf = (most: Cost) => ({ id: randomUUID(), investigation, at: new Date(now()).toISOString(), ...most });
      return createBudget(journal, investigation, reservationOf, judge);
    },
  };
}

function createBudget(
  journal: Journal,
  investigation: string,
  reservationOf: (most: Cost) => NewReservation,
  judge: (account: Account, most: Cost) => void,
): Budget {
  let toolCalls = 0;
  let spent = NOTHING;
  return {
    reserve: async (most, signal) => {
      const reservation = reservationOf(most);
      const announce = (account: Account): Account => {
        spent = spentBy(account, investigation);
        judge(account, most);
        return reserving(account, reservation);
      };
      try {
        await journal.update(announce, signal);
      } catch (cause) {
        // It may have been written all the same: no call is made, so nothing is spent.
        if (!(cause instanceof ModelError)) journal.settle(reservation.id, NOTHING);
        throw cause instanceof ModelError
          ? cause
          : signal.aborted
            ? new ModelError('Aborted', 'the caller gave up', { cause })
            : unknown(cause);
      }
      spent = plus(spent, most);
      let isSettled = false;
      return {
        settle: ({ tokens, moneyMicros }) => {
          if (isSettled) return;
          isSettled = true;
          const actual = { tokens: within(tokens, most.tokens), moneyMicros: within(moneyMicros, most.moneyMicros) };
          journal.settle(reservation.id, actual);
          spent = plus(spent, { tokens: actual.tokens - most.tokens, moneyMicros: actual.moneyMicros - most.moneyMicros });
        },
      };
    },
    addToolCall: () => {
      toolCalls += 1;
    },
    usage: () => ({ ...spent, toolCalls }),
    close: () =>
      journal.flush((account) => {
        spent = spentBy(account, investigation);
      }),
  };
}

const unknown = (cause: unknown): ModelError =>
  new ModelError('BudgetUnknown', `what was spent before is not known: ${cause instanceof Error ? cause.message : 'it failed'}`, { cause });

/** What a server says is believed between nothing and what was reserved; the account holds whole numbers. */
const within = (value: number, most: number): number => (Number.isFinite(value) && value >= 0 ? Math.min(Math.ceil(value), most) : most);

function refuseWhatPasses(name: string, limits: CostLimits, spent: Cost, most: Cost): void {
  const passes = (limit: number | undefined, already: number, more: number): boolean => limit !== undefined && already + more > limit;
  const over = passes(limits.tokens, spent.tokens, most.tokens)
    ? 'tokens'
    : passes(limits.moneyMicros, spent.moneyMicros, most.moneyMicros)
      ? 'money'
      : undefined;
  if (over === undefined) return;
  throw new ModelError('BudgetExceeded', `the budget of this ${name} has not enough ${over} left for another question to a model`);
}
