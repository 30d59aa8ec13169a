/**
 * What keeps an approved plan from beginning now, though it may later, and until when. Pure: locks, counts and time are passed in.
 *
 * Everything is computed from the locks of workloads (`controllers/remediationplan/locks.ts`): who holds them, and what was done under them lately. Two
 * plans that ask at the same moment each hold their locks already, and the one that took its first later waits, so that a limit of one lets one begin.
 */
import type { RemediationPolicy } from '../crds/kinds.ts';
import type { HoldReason } from '../crds/reasons.ts';
import { openWindow } from './freeze.ts';
import { identityOf, policyFaults, type Touched, WORKLOAD_KINDS } from './policy.ts';

export type LockTarget = Omit<Touched, 'labels'>;

/** What one plan did, or is about to do, to a workload. */
export interface Effect {
  /** Uid of the plan. */
  readonly plan: string;
  readonly actions: readonly string[];
  /** Names of the policies that had a say. */
  readonly policies: readonly string[];
  /** When it was begun; once it is over, when it last changed something. RFC 3339. */
  readonly at: string;
}

export interface Lock {
  readonly target: LockTarget;
  /** The plan that is at work on it; undefined: none is. */
  readonly holder?: { readonly name: string; readonly uid: string } | undefined;
  /** Grows with each write to any lock of the cluster: who took theirs first. */
  readonly takenAt: bigint;
  readonly effects: readonly Effect[];
}

export interface Hold {
  readonly reason: HoldReason;
  readonly message: string;
  /** Milliseconds since the epoch; undefined: until something happens that has no time. */
  readonly until?: number | undefined;
}

export const HOUR_MS = 3_600_000;
/** Within it the same action on the same workload is done by itself twice at most, and each effect makes the next wait longer. */
const REPEAT_WINDOW_MS = 6 * HOUR_MS;
export const REPEATS_MAX = 2;

/** What does not depend on other plans: looked at before anything is locked. */
export function holdByPolicy(policies: readonly RemediationPolicy[], now: number): Hold | undefined {
  for (const { metadata, spec } of policies) {
    const [fault] = policyFaults(spec);
    if (fault !== undefined)
      return { reason: 'PolicyInvalid', message: `RemediationPolicy ${metadata.name} is not valid, and nothing begins under it: ${fault}` };
  }
  for (const { metadata, spec } of policies) {
    const freeze = openWindow(spec.freezeWindows ?? [], now);
    if (freeze === undefined) continue;
    const end = freeze.until === undefined ? 'without an end' : `until ${iso(freeze.until)}`;
    return {
      reason: 'FreezeWindow',
      message: `freeze window ${freeze.window.name} of RemediationPolicy ${metadata.name} is open ${end}`,
      until: freeze.until,
    };
  }
  return undefined;
}

export interface BrakeQuestion {
  readonly planUid: string;
  /** All that it touches; it holds their locks. */
  readonly targets: readonly LockTarget[];
  readonly policies: readonly RemediationPolicy[];
  /** All locks that there are. */
  readonly locks: readonly Lock[];
  /** How many workloads a namespace has. */
  readonly workloadsIn: ReadonlyMap<string, number>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What other plans did lately, or are at. */
export function holdByOthers(question: BrakeQuestion): Hold | undefined {
  return cooldown(question) ?? tooManyAtOnce(question) ?? tooMuchOfANamespace(question);
}

/** The pause after an effect; it doubles with each further one in six hours, so that what flaps is fixed ever more rarely. */
function cooldown({ planUid, targets, policies, locks, now }: BrakeQuestion): Hold | undefined {
  const [longest] = policies.toSorted((a, b) => (b.spec.cooldownSeconds ?? 0) - (a.spec.cooldownSeconds ?? 0));
  const seconds = longest?.spec.cooldownSeconds ?? 0;
  if (longest === undefined || seconds === 0) return undefined;
  const holds = targets.flatMap((target): Hold[] => {
    const effects = effectsOn(locks, target).filter(({ plan }) => plan !== planUid);
    const last = Math.max(...effects.map(({ at }) => Date.parse(at)));
    const recent = effects.filter(({ at }) => Date.parse(at) > now - REPEAT_WINDOW_MS).length;
    const pause = Math.min(seconds * 1000 * 2 ** Math.max(0, recent - 1), Math.max(REPEAT_WINDOW_MS, seconds * 1000));
    const until = last + pause;
    if (!(until > now)) return [];
    const again = recent > 1 ? `, for the ${recent} effects of the last 6 hours` : '';
    return [
      {
        reason: 'Cooldown',
        message: `${identityOf(target)} was changed at ${iso(last)}; RemediationPolicy ${longest.metadata.name} asks for a pause of ${pause / 1000} s${again}, until ${iso(until)}`,
        until,
      },
    ];
  });
  return holds.toSorted((a, b) => (b.until ?? 0) - (a.until ?? 0))[0];
}

function tooManyAtOnce({ planUid, policies, locks }: BrakeQuestion): Hold | undefined {
  const mine = firstLockOf(locks, planUid);
  for (const { metadata, spec } of policies) {
    if (spec.maxConcurrent === undefined) continue;
    const ahead = locks.filter(
      ({ holder, effects }) =>
        holder !== undefined && isAhead(locks, holder.uid, planUid, mine) && isUnder(effects, holder.uid, metadata.name),
    );
    const names = [...new Set(ahead.map(({ holder }) => holder?.name ?? ''))];
    if (names.length < spec.maxConcurrent) continue;
    return {
      reason: 'ConcurrencyLimit',
      message: `RemediationPolicy ${metadata.name} lets ${spec.maxConcurrent} plan${spec.maxConcurrent === 1 ? '' : 's'} be at work at once; until ${names.slice(0, 3).join(', ')} ended`,
    };
  }
  return undefined;
}

function tooMuchOfANamespace(question: BrakeQuestion): Hold | undefined {
  for (const { metadata, spec } of question.policies) {
    const percent = spec.maxNamespacePercentPerHour;
    if (percent === undefined) continue;
    for (const namespace of new Set(workloads(question.targets).map((target) => target.namespace))) {
      const hold = tooMuchOf(namespace, percent, question);
      if (hold !== undefined)
        return {
          ...hold,
          message: `RemediationPolicy ${metadata.name} lets ${percent} % of the workloads of namespace ${namespace} be touched in an hour; ${hold.message}`,
        };
    }
  }
  return undefined;
}

function tooMuchOf(namespace: string, percent: number, { planUid, targets, locks, workloadsIn, now }: BrakeQuestion): Hold | undefined {
  const all = workloadsIn.get(namespace) ?? 0;
  // A share of a small namespace is one workload at least, or nothing in it could ever be remedied.
  const most = Math.max(1, Math.floor((all * percent) / 100));
  const mine = new Set(
    workloads(targets)
      .filter((target) => target.namespace === namespace)
      .map(identityOf),
  );
  if (mine.size > most) return { reason: 'NamespaceLimit', message: `that is ${most} of ${all}, and this plan alone touches ${mine.size}` };
  const first = firstLockOf(locks, planUid);
  const others = locks
    .filter(({ target }) => target.namespace === namespace && WORKLOAD_KINDS.has(target.kind) && !mine.has(identityOf(target)))
    .flatMap(({ effects, holder }) => {
      const counted = effects.filter(
        ({ plan, at }) =>
          plan !== planUid && Date.parse(at) > now - HOUR_MS && (plan !== holder?.uid || isAhead(locks, plan, planUid, first)),
      );
      return counted.length === 0 ? [] : [Math.max(...counted.map(({ at }) => Date.parse(at)))];
    })
    .toSorted((a, b) => a - b);
  const over = others.length + mine.size - most;
  if (over <= 0) return undefined;
  const until = (others[over - 1] ?? now) + HOUR_MS;
  return { reason: 'NamespaceLimit', message: `that is ${most} of ${all}, and ${others.length} were; until ${iso(until)}`, until };
}

/** How often each action was done to a workload by other plans within the window: the most of any. */
export function repeatsOf(locks: readonly Lock[], target: LockTarget, action: string, planUid: string, now: number): number {
  return effectsOn(locks, target).filter(
    ({ plan, actions, at }) => plan !== planUid && actions.includes(action) && Date.parse(at) > now - REPEAT_WINDOW_MS,
  ).length;
}

const effectsOn = (locks: readonly Lock[], target: LockTarget): readonly Effect[] =>
  locks.find((lock) => identityOf(lock.target) === identityOf(target))?.effects ?? [];

const workloads = (targets: readonly LockTarget[]): readonly LockTarget[] => targets.filter(({ kind }) => WORKLOAD_KINDS.has(kind));

const isUnder = (effects: readonly Effect[], plan: string, policy: string): boolean =>
  effects.some((effect) => effect.plan === plan && effect.policies.includes(policy));

function isAhead(locks: readonly Lock[], other: string, planUid: string, mine: bigint | undefined): boolean {
  const theirs = firstLockOf(locks, other);
  return other !== planUid && theirs !== undefined && (mine === undefined || theirs < mine);
}

/** When a plan took the first of the locks that it holds. */
function firstLockOf(locks: readonly Lock[], planUid: string): bigint | undefined {
  return locks
    .filter(({ holder }) => holder?.uid === planUid)
    .map(({ takenAt }) => takenAt)
    .toSorted((a, b) => (a < b ? -1 : 1))[0];
}

const iso = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}Z$/u, 'Z');
