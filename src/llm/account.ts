/**
 * The account of what was spent on models, as plain data that outlives a process: what calls did cost, by ten minutes; what is reserved for calls
 * that were announced and not settled; and the share of each investigation.
 *
 * A reservation counts as spent until it is settled, so what a process had announced when it died stays spent. A settlement names its reservation:
 * made twice, or after that was written off, it changes nothing. An hour is any hour, not that of a clock: counted are the slots that reach into it.
 * A clock that was set back forgives nothing, as what seems to lie ahead is taken for now.
 */
import { z } from 'zod';

export interface Cost {
  readonly tokens: number;
  /** Millionths of the configured currency. */
  readonly moneyMicros: number;
}

const amount = z.int().nonnegative();
const cost = { tokens: amount, moneyMicros: amount };
const time = z.iso.datetime();
const announced = z.strictObject({ id: z.string(), investigation: z.string(), at: time, ...cost });
const accountSchema = z.strictObject({
  /** Settled, by when its reservation was made. */
  spent: z.array(z.strictObject({ from: time, ...cost })),
  reserved: z.array(announced),
  /** Settled, by the uid of an Investigation, with when it last spent. */
  investigations: z.record(z.string(), z.strictObject({ at: time, ...cost })),
});

export type Account = z.infer<typeof accountSchema>;
export type NewReservation = z.infer<typeof announced>;

export const EMPTY_ACCOUNT: Account = { spent: [], reserved: [], investigations: {} };
export const NOTHING: Cost = { tokens: 0, moneyMicros: 0 };

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const SLOT_MS = 600_000;
/** No call lasts as long (`timeoutSeconds` is 600 at most): who announced it is dead, or gave it up. */
const WRITTEN_OFF_MS = 1_200_000;
/** Of investigations that are over nobody asks again; a few at once are not. */
const MOST_INVESTIGATIONS = 100;

/** Of the text of `writeAccount`. @throws when it is anything else: what was spent is then not known, which is not nothing */
export const readAccount = (text: string): Account => accountSchema.parse(JSON.parse(text));

export const writeAccount = (account: Account): string => JSON.stringify(account);

export const plus = (a: Cost, b: Cost): Cost => ({ tokens: a.tokens + b.tokens, moneyMicros: a.moneyMicros + b.moneyMicros });

const sum = (costs: readonly Cost[]): Cost => costs.reduce(plus, NOTHING);

/** What counts at `now` as spent in the last `lengthMs`. */
export function spentWithin({ spent, reserved }: Account, lengthMs: number, now: number): Cost {
  const reaches = (from: string): boolean => Date.parse(from) + SLOT_MS > now - lengthMs;
  return sum([...spent.filter(({ from }) => reaches(from)), ...reserved.filter(({ at }) => reaches(at))]);
}

export function spentBy({ investigations, reserved }: Account, investigation: string): Cost {
  return sum([investigations[investigation] ?? NOTHING, ...reserved.filter((one) => one.investigation === investigation)]);
}

export const reserving = (account: Account, reservation: NewReservation): Account => ({
  ...account,
  reserved: [...account.reserved, reservation],
});

/** Puts what a call did cost in the place of what was reserved for it. A reservation that is not there was settled before. */
export function settling(account: Account, id: string, actual: Cost): Account {
  const found = account.reserved.find((one) => one.id === id);
  if (found === undefined) return account;
  const { investigation, at } = found;
  const before = account.investigations[investigation];
  const latest = before === undefined || before.at < at ? at : before.at;
  return {
    spent: actual.tokens === 0 && actual.moneyMicros === 0 ? account.spent : [...account.spent, { from: at, ...actual }],
    reserved: account.reserved.filter((one) => one !== found),
    investigations: { ...account.investigations, [investigation]: { at: latest, ...plus(before ?? NOTHING, actual) } },
  };
}

/** Without what is over, with what nobody will settle any more as spent, and in one piece a slot. */
export function tidied(account: Account, now: number): Account {
  const atMost = (at: string): string => new Date(Math.min(Date.parse(at), now)).toISOString();
  const reserved = account.reserved.map((one) => ({ ...one, at: atMost(one.at) }));
  const isWrittenOff = ({ at }: { readonly at: string }): boolean => Date.parse(at) < now - WRITTEN_OFF_MS;
  const settled = reserved
    .filter(isWrittenOff)
    .reduce((kept, { id, tokens, moneyMicros }) => settling(kept, id, { tokens, moneyMicros }), { ...account, reserved });
  const slots = new Map<string, Cost>();
  for (const { from, tokens, moneyMicros } of settled.spent) {
    const start = new Date(Math.floor(Math.min(Date.parse(from), now) / SLOT_MS) * SLOT_MS);
    if (start.getTime() + SLOT_MS <= now - DAY_MS) continue;
    slots.set(start.toISOString(), plus(slots.get(start.toISOString()) ?? NOTHING, { tokens, moneyMicros }));
  }
  const investigations = Object.entries(settled.investigations)
    .map(([uid, one]) => [uid, { ...one, at: atMost(one.at) }] as const)
    .filter(([, { at }]) => Date.parse(at) > now - DAY_MS)
    .toSorted(([, a], [, b]) => b.at.localeCompare(a.at))
    .slice(0, MOST_INVESTIGATIONS);
  return {
    spent: [...slots].map(([from, one]) => ({ from, ...one })).toSorted((a, b) => a.from.localeCompare(b.from)),
    reserved: settled.reserved,
    investigations: Object.fromEntries(investigations),
  };
}
