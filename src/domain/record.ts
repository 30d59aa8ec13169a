/**
 * What became of the plans for one workload: the record on which `Auto` is earned, and what `kubectl sre record` shows. Pure.
 *
 * One entry a plan, told apart by its uid, so that writing it twice is writing it once. It is bounded: of what was done, and of what was
 * only suggested, the newest are kept.
 */
import { z } from 'zod';
import type { RemediationPlan } from '../crds/kinds.ts';
import type { LockTarget } from './brakes.ts';
import { hasEnded } from './plan.ts';
import { identityOf } from './policy.ts';

export const OUTCOMES = ['Verified', 'Failed', 'Rejected', 'SuggestedSame', 'SuggestedDifferent', 'SuggestedNothing'] as const;
export type Outcome = (typeof OUTCOMES)[number];

const entry = z.object({
  /** Uid of the plan. */
  plan: z.string(),
  /** `namespace/name` of the plan, which may be gone. */
  name: z.string(),
  action: z.string(),
  outcome: z.enum(OUTCOMES),
  at: z.iso.datetime(),
});
export type Entry = z.infer<typeof entry>;

const stored = z.object({
  target: z.object({ kind: z.string(), namespace: z.string(), name: z.string() }),
  entries: z.array(entry),
});

export interface WorkloadRecord {
  readonly target: LockTarget;
  /** Oldest first. */
  readonly entries: readonly Entry[];
}

const KEPT_MAX = 60;

/** Undefined: the text is no record. */
export function readRecord(text: string): WorkloadRecord | undefined {
  try {
    return stored.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The record with these entries; the same object where it holds them all already. */
export function withEntries(record: WorkloadRecord, added: readonly Entry[]): WorkloadRecord {
  const fresh = added.filter((one) => !record.entries.some(({ plan, action }) => plan === one.plan && action === one.action));
  if (fresh.length === 0) return record;
  const all = [...record.entries, ...fresh].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const done = all.filter(({ outcome }) => isDone(outcome)).slice(-KEPT_MAX);
  const suggested = all.filter(({ outcome }) => !isDone(outcome)).slice(-KEPT_MAX);
  const kept = new Set([...done, ...suggested]);
  return { ...record, entries: all.filter((one) => kept.has(one)) };
}

/** What a plan adds to the record of each workload that its actions are for; nothing where it says nothing of whether the action helps. */
export function entriesOf({ metadata, status }: RemediationPlan): readonly WorkloadRecord[] {
  const outcome = status === undefined || !hasEnded({ status }) ? undefined : outcomeOf(status);
  if (status === undefined || outcome === undefined) return [];
  const { namespace = '', name, uid, creationTimestamp } = metadata;
  const about = { plan: uid, name: `${namespace}/${name}`, outcome, at: status.completedAt ?? creationTimestamp };
  return (status.subjects ?? []).map(({ action, ...target }) => ({ target, entries: [{ ...about, action }] }));
}

function outcomeOf({ phase, suggestion, commit, applied }: NonNullable<RemediationPlan['status']>): Outcome | undefined {
  if (phase === 'Succeeded') return 'Verified';
  if (phase === 'Rejected') return 'Rejected';
  if (phase === 'Inconclusive') return undefined;
  if (suggestion?.score !== undefined) return `Suggested${suggestion.score}`;
  return commit === undefined && applied === undefined ? undefined : 'Failed';
}

/** One record a workload, with the entries of all that are about it. Sorted by namespace, kind and name. */
export function mergeRecords(records: readonly WorkloadRecord[]): readonly WorkloadRecord[] {
  const merged = new Map<string, WorkloadRecord>();
  for (const { target, entries } of records) {
    const key = identityOf(target);
    merged.set(key, withEntries(merged.get(key) ?? { target, entries: [] }, entries));
  }
  const orderOf = ({ target: { namespace, kind, name } }: WorkloadRecord): string => `${namespace}/${kind}/${name}`;
  return [...merged.values()].toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

const isDone = (outcome: Outcome): boolean => outcome === 'Verified' || outcome === 'Failed';

export interface Standing {
  /** Verified successes within the period, and since the last failure. */
  readonly successes: number;
  /** RFC 3339; within the period. */
  readonly lastFailure: string | undefined;
}

/** What counts for `Auto`: verified successes alone, and none from before the last failed verification. @param now milliseconds since the epoch */
export function standingOf(
  record: WorkloadRecord,
  action: string,
  { withinDays, now }: { readonly withinDays: number; readonly now: number },
): Standing {
  const since = now - withinDays * 24 * 3_600_000;
  const recent = record.entries.filter((one) => one.action === action && Date.parse(one.at) > since);
  const lastFailure = recent.findLast(({ outcome }) => outcome === 'Failed')?.at;
  const after = lastFailure === undefined ? since : Date.parse(lastFailure);
  return { successes: recent.filter(({ outcome, at }) => outcome === 'Verified' && Date.parse(at) > after).length, lastFailure };
}

export type Tally = Readonly<Record<Outcome, number>>;

/** How often each outcome stands in the record, by action. */
export function tallies({ entries }: WorkloadRecord): ReadonlyMap<string, Tally> {
  const none = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const found = new Map<string, Record<Outcome, number>>();
  for (const { action, outcome } of entries) {
    const tally = found.get(action) ?? { ...none };
    tally[outcome] += 1;
    found.set(action, tally);
  }
  return found;
}
