/**
 * One Lease for each workload that a plan ever touched: which plan is at work on it, and what plans did to it lately.
 *
 * Its name follows from the workload alone, so two plans that want the same meet at one object, and each write is a compare-and-swap: one of them wins.
 * The holder stands in the Lease before anything is changed, and with it what it is about to do, so a process that dies leaves a lock that says whose it
 * is. It is no lease of time: a plan holds it until it has ended and been settled. The lock of a plan that is gone is anybody's.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type RemediationPlan, remediationPlans } from '../../crds/kinds.ts';
import { type Effect, HOUR_MS, type Lock, type LockTarget } from '../../domain/brakes.ts';
import { hasEnded } from '../../domain/plan.ts';
import { identityOf } from '../../domain/policy.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isAlreadyExists, isConflict } from '../../kube/errors.ts';
import { microTime } from '../../kube/eventObject.ts';
import { type Lease, leases } from '../../kube/leaseRecord.ts';
import type { NewObject } from '../../kube/object.ts';

const COMPONENT = 'app.kubernetes.io/component';
const SELECTOR = `${COMPONENT}=workload-lock`;
const TARGET = 'agentsre.io/target';
const EFFECTS = 'agentsre.io/effects';
/** As long as the longest cooldown that a policy may ask for. */
const KEPT_MS = 24 * HOUR_MS;
const EFFECTS_MAX = 50;
/** Others may write to the same Lease at the same time; as often as this in a row they do not. */
const TRIES_MAX = 5;

export interface LockParts {
  readonly client: KubeClient;
  /** The operator's. */
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Taken = { readonly kind: 'taken' } | { readonly kind: 'held'; readonly by: string };

/** Takes the lock for `plan`, or finds that it holds it already. `effect` is what it is about to do. */
export async function takeLock(parts: LockParts, target: LockTarget, plan: RemediationPlan, effect: Effect): Promise<Taken> {
  const { client, namespace, signal, now } = parts;
  for (let tries = 1; ; tries += 1) {
    const found = await client.get(leases, { namespace, name: lockName(target) }, { signal });
    const holder = found === undefined ? undefined : holderOf(found);
    if (holder?.uid === plan.metadata.uid) return { kind: 'taken' };
    if (holder !== undefined && (await isAtWork(parts, holder))) return { kind: 'held', by: holder.name };
    const taken = leaseOf(parts, target, found, { holder: holderText(plan), effects: [...freshEffects(found, now), effect] });
    try {
      await (found === undefined
        ? client.create(leases, taken, { signal })
        : client.replace(leases, { ...found, ...taken } as Lease, { signal }));
      return { kind: 'taken' };
    } catch (error) {
      if (tries === TRIES_MAX || !(isConflict(error) || isAlreadyExists(error)))
        throw new Error(`lock ${identityOf(target)}`, { cause: error });
    }
  }
}

/** Lets go of all locks of `plan`. @param lastEffect when it last changed something; undefined: it changed nothing, and leaves no trace */
export async function releaseLocks(parts: LockParts, planUid: string, lastEffect: string | undefined): Promise<void> {
  for (const lease of await listLeases(parts)) {
    if (holderOf(lease)?.uid === planUid) await release(parts, lease, planUid, lastEffect);
  }
}

async function release(parts: LockParts, seen: Lease, planUid: string, lastEffect: string | undefined): Promise<void> {
  const { client, namespace, signal, now } = parts;
  const { name } = seen.metadata;
  for (let tries = 1; ; tries += 1) {
    const found = tries === 1 ? seen : await client.get(leases, { namespace, name }, { signal });
    const target = found === undefined ? undefined : targetOf(found);
    if (found === undefined || target === undefined || holderOf(found)?.uid !== planUid) return;
    const effects = freshEffects(found, now).flatMap((effect): Effect[] => {
      if (effect.plan !== planUid) return [effect];
      return lastEffect === undefined ? [] : [{ ...effect, at: lastEffect }];
    });
    try {
      if (effects.length === 0)
        await client.delete(
          leases,
          { namespace, name },
          { signal, uid: found.metadata.uid, resourceVersion: found.metadata.resourceVersion },
        );
      else await client.replace(leases, { ...found, ...leaseOf(parts, target, found, { effects }) } as Lease, { signal });
      return;
    } catch (error) {
      if (tries === TRIES_MAX || !isConflict(error)) throw new Error(`release lock ${name}`, { cause: error });
    }
  }
}

/** All locks as they are now, read from the API server itself. A plan that has ended holds none, whatever its Lease says. */
export async function listLocks(parts: LockParts): Promise<readonly Lock[]> {
  const found = await listLeases(parts);
  const locks = await Promise.all(
    found.map(async (lease): Promise<Lock | undefined> => {
      const target = targetOf(lease);
      if (target === undefined) return undefined;
      const holder = holderOf(lease);
      const isHeld = holder !== undefined && (await isAtWork(parts, holder));
      return {
        target,
        holder: isHeld ? holder : undefined,
        takenAt: BigInt(lease.metadata.resourceVersion),
        effects: freshEffects(lease, parts.now),
      };
    }),
  );
  return locks.filter((lock) => lock !== undefined);
}

async function listLeases({ client, namespace, signal }: LockParts): Promise<readonly Lease[]> {
  return (await client.list(leases, { namespace, labelSelector: SELECTOR, signal })).items;
}

/** How long the lock of a plan that has ended waits for its outcome to stand in the record. */
const SETTLING_MS = 5 * 60_000;

async function isAtWork({ client, signal, now }: LockParts, { namespace, name, uid }: Holder): Promise<boolean> {
  const plan = await client.get(remediationPlans, { namespace, name }, { signal });
  if (plan?.metadata.uid !== uid) return false;
  if (!hasEnded(plan)) return true;
  const { settledAt, completedAt = '' } = plan.status ?? {};
  return settledAt === undefined && Date.parse(completedAt) > now - SETTLING_MS;
}

function lockName(target: LockTarget): string {
  return `lock-${createHash('sha256').update(identityOf(target)).digest('hex').slice(0, 20)}`;
}

function leaseOf(
  { namespace, now }: LockParts,
  target: LockTarget,
  before: Lease | undefined,
  { holder, effects }: { readonly holder?: string; readonly effects: readonly Effect[] },
): NewObject<Lease> {
  const { leaseTransitions = 0 } = before?.spec ?? {};
  return {
    metadata: {
      ...before?.metadata,
      namespace,
      name: lockName(target),
      labels: { ...before?.metadata.labels, 'app.kubernetes.io/part-of': 'agent-sre', [COMPONENT]: 'workload-lock' },
      annotations: {
        ...before?.metadata.annotations,
        [TARGET]: identityOf(target),
        [EFFECTS]: JSON.stringify(effects.slice(-EFFECTS_MAX)),
      },
    },
    spec:
      holder === undefined
        ? { leaseTransitions }
        : { holderIdentity: holder, acquireTime: microTime(now), leaseTransitions: leaseTransitions + 1 },
  };
}

interface Holder {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const holderText = ({ metadata: { namespace = '', name, uid } }: RemediationPlan): string => `${namespace}/${name}/${uid}`;

function holderOf({ spec }: Lease): Holder | undefined {
  const [namespace = '', name = '', uid = ''] = (spec?.holderIdentity ?? '').split('/');
  return uid === '' ? undefined : { namespace, name, uid };
}

function targetOf({ metadata }: Lease): LockTarget | undefined {
  const [kind = '', namespace = '', name = ''] = (metadata.annotations?.[TARGET] ?? '').split('/');
  return name === '' ? undefined : { kind, namespace, name };
}

const storedEffects = z.array(
  z.object({ plan: z.string(), actions: z.array(z.string()), policies: z.array(z.string()), at: z.iso.datetime() }),
);

/** Those that can still matter. What somebody else has written there, and is none, is no effect of ours. */
function freshEffects(lease: Lease | undefined, now: number): readonly Effect[] {
  const read = storedEffects.safeParse(parsed(lease?.metadata.annotations?.[EFFECTS]));
  return read.success ? read.data.filter(({ at }) => Date.parse(at) > now - KEPT_MS) : [];
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '[]');
  } catch {
    return undefined;
  }
}
