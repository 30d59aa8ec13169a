/**
 * What may be spent on models: an investigation, an hour, a day; tokens and money.
 *
 * The most that a call can cost is reserved before it is made, in all three at once and without waiting, and settled with what it did cost. So no
 * sum of calls, however many run at once, passes a limit. A server that reports more than is possible is charged what was reserved.
 * All of it is plain data, so that whoever owns the status can keep it there.
 */
import { ModelError } from './error.ts';

export interface Cost {
  readonly tokens: number;
  /** Millionths of the configured currency. */
  readonly moneyMicros: number;
}

/** Absent: without a limit. */
export interface CostLimits {
  readonly tokens?: number | undefined;
  readonly moneyMicros?: number | undefined;
}

/** As a status has it. */
export interface Usage extends Cost {
  readonly toolCalls: number;
}

interface Window extends Cost {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

export interface LedgerState {
  readonly hour: Window;
  readonly day: Window;
}

export interface Reservation {
  /** Once; what is settled a second time counts for nothing. */
  settle(actual: Cost): void;
}

export interface Budget {
  /** @throws ModelError BudgetExceeded */
  reserve(most: Cost): Reservation;
  /** What the tightest limit leaves; Infinity where there is none. */
  left(): Cost;
  addToolCall(): void;
  usage(): Usage;
}

export interface Ledger {
  /** @param spent of an earlier run of the same investigation */
  open(limits: CostLimits, spent?: Usage): Budget;
  state(): LedgerState;
}

export interface LedgerOptions {
  readonly now: () => number;
  readonly hour?: CostLimits | undefined;
  readonly day?: CostLimits | undefined;
  /** As it was kept; an hour or a day that is over counts no more. */
  readonly state?: LedgerState | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function createLedger({ now, hour = {}, day = {}, state }: LedgerOptions): Ledger {
  const hourly = createRolling('hour', HOUR_MS, hour, now, state?.hour);
  const daily = createRolling('day', DAY_MS, day, now, state?.day);
  return {
    open: (limits, spent) =>
      createBudget([createAccount('investigation', limits, spent), hourly, daily].map(accountOf), spent?.toolCalls ?? 0),
    state: () => ({ hour: hourly.window(), day: daily.window() }),
  };
}

interface Account {
  readonly name: string;
  readonly limits: CostLimits;
  spent: Cost;
  reserved: Cost;
}

interface Rolling {
  readonly current: () => Account;
  readonly window: () => Window;
}

const NOTHING: Cost = { tokens: 0, moneyMicros: 0 };
const plus = (a: Cost, b: Cost): Cost => ({ tokens: a.tokens + b.tokens, moneyMicros: a.moneyMicros + b.moneyMicros });
const minus = (a: Cost, b: Cost): Cost => ({ tokens: a.tokens - b.tokens, moneyMicros: a.moneyMicros - b.moneyMicros });

const createAccount = (name: string, limits: CostLimits, { tokens, moneyMicros }: Cost = NOTHING): Account => ({
  name,
  limits,
  spent: { tokens, moneyMicros },
  reserved: NOTHING,
});

const accountOf = (account: Account | Rolling) => (): Account => ('current' in account ? account.current() : account);

/** An hour or a day from its first call on. A clock that was set back does not begin a new one. */
function createRolling(name: string, lengthMs: number, limits: CostLimits, now: () => number, kept: Window | undefined): Rolling {
  let startedAt = kept?.startedAt ?? now();
  let account = createAccount(name, limits, kept);
  const current = (): Account => {
    if (now() - startedAt >= lengthMs) {
      startedAt = now();
      account = createAccount(name, limits);
    }
    return account;
  };
  return { current, window: () => ({ ...current().spent, startedAt }) };
}

function createBudget(accounts: readonly (() => Account)[], callsBefore: number): Budget {
  let toolCalls = callsBefore;
  return {
    reserve(most) {
      const open = accounts.map((account) => account());
      for (const account of open) refuseWhatPasses(account, most);
      for (const account of open) account.reserved = plus(account.reserved, most);
      let settled = false;
      return {
        settle: (actual) => {
          if (settled) return;
          settled = true;
          for (const account of open) {
            account.reserved = minus(account.reserved, most);
            account.spent = plus(account.spent, {
              tokens: within(actual.tokens, most.tokens),
              moneyMicros: within(actual.moneyMicros, most.moneyMicros),
            });
          }
        },
      };
    },
    left: () => {
      const open = accounts.map((account) => leftOf(account()));
      return {
        tokens: Math.min(...open.map(({ tokens }) => tokens)),
        moneyMicros: Math.min(...open.map(({ moneyMicros }) => moneyMicros)),
      };
    },
    addToolCall: () => {
      toolCalls += 1;
    },
    usage: () => ({ ...(accounts[0]?.().spent ?? NOTHING), toolCalls }),
  };
}

/** What a server says is believed between nothing and what was reserved. */
const within = (value: number, most: number): number => (Number.isFinite(value) && value >= 0 ? Math.min(value, most) : most);

function leftOf({ limits, spent, reserved }: Account): Cost {
  const left = minus(
    { tokens: limits.tokens ?? Number.POSITIVE_INFINITY, moneyMicros: limits.moneyMicros ?? Number.POSITIVE_INFINITY },
    plus(spent, reserved),
  );
  return { tokens: Math.max(0, left.tokens), moneyMicros: Math.max(0, left.moneyMicros) };
}

function refuseWhatPasses(account: Account, most: Cost): void {
  const left = leftOf(account);
  const over = most.tokens > left.tokens ? 'tokens' : most.moneyMicros > left.moneyMicros ? 'money' : undefined;
  if (over === undefined) return;
  throw new ModelError('BudgetExceeded', `the budget of this ${account.name} has not enough ${over} left for another question to a model`);
}
