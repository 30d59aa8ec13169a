/**
 * What holds a plan up that may begin: freeze windows, another plan on the same workload, cooldowns and limits of the policies.
 *
 * Whoever passes holds the locks of all that the plan touches; whoever is held up holds none, so that plans never wait for each other. Limits are
 * judged with the locks in hand and read from the API server itself, so that of two that ask at once one sees the other.
 */
import { type Effect, type Hold, holdByOthers, holdByPolicy, type LockTarget } from '../../domain/brakes.ts';
import { identityOf, type Touched, WORKLOAD_KINDS } from '../../domain/policy.ts';
import { WORKLOADS } from '../../gitops/resources.ts';
import { objectsOf, subjectShown } from './decide.ts';
import { type LockParts, listLocks, releaseLocks, takeLock } from './locks.ts';
import { isoNow, type PlanScope, type World } from './scope.ts';

/** Nothing: it holds its locks, and may begin. */
export async function brake(scope: PlanScope, world: World): Promise<Hold | undefined> {
  const parts = lockParts(scope);
  const hold = holdByPolicy(world.policy.among, parts.now) ?? (await takeLocks(scope, world)) ?? (await holdByLimits(scope, world));
  if (hold !== undefined) await letGo(scope);
  return hold;
}

/** Gives its locks back, having changed nothing. */
export const letGo = (scope: PlanScope): Promise<void> => releaseLocks(lockParts(scope), scope.plan.metadata.uid, undefined);

export function lockParts({ client, signal, clock, remediate }: PlanScope): LockParts {
  return { client, signal, namespace: remediate.operatorNamespace, now: clock.now() };
}

/**
 * After a person has let a fix in, about which no brake was asked: takes the locks that are free, so that other plans see it at work, and what it did
 * counts when they are judged.
 */
export async function lockMerged(scope: PlanScope): Promise<void> {
  const { plan, status, logger } = scope;
  const subject = await subjectShown(scope);
  const policies = (status.policy?.among ?? []).map(({ name }) => name);
  for (const target of objectsOf(subject)) {
    const taken = await takeLock(lockParts(scope), target, plan, effectOn(scope, target, subject, policies));
    if (taken.kind === 'held')
      logger.warn({ target: identityOf(target), by: taken.by }, 'merged while another plan is at work on the same');
  }
}

function effectOn(scope: PlanScope, target: LockTarget, { actions }: World['subject'], policies: readonly string[]): Effect {
  const own = actions.filter((action) => identityOf(action.target) === identityOf(target));
  const types = (own.length === 0 ? actions : own).map(({ type }) => type);
  return { plan: scope.plan.metadata.uid, actions: [...new Set(types)], policies, at: isoNow(scope) };
}

async function takeLocks(scope: PlanScope, { subject, policy }: World): Promise<Hold | undefined> {
  const { plan } = scope;
  const policies = policy.among.map(({ metadata }) => metadata.name);
  for (const target of objectsOf(subject)) {
    const taken = await takeLock(lockParts(scope), target, plan, effectOn(scope, target, subject, policies));
    if (taken.kind === 'held') {
      return { reason: 'WorkloadLocked', message: `plan ${taken.by} is at work on ${identityOf(target)}; until it has ended` };
    }
  }
  return undefined;
}

async function holdByLimits(scope: PlanScope, { subject, policy }: World): Promise<Hold | undefined> {
  const { plan } = scope;
  const parts = lockParts(scope);
  const targets: readonly LockTarget[] = objectsOf(subject);
  const limits = policy.among.some(({ spec }) => spec.maxNamespacePercentPerHour !== undefined);
  return holdByOthers({
    planUid: plan.metadata.uid,
    targets,
    policies: policy.among,
    locks: await listLocks(parts),
    workloadsIn: limits ? await countWorkloads(scope, objectsOf(subject)) : new Map(),
    now: parts.now,
  });
}

async function countWorkloads({ client, signal }: PlanScope, objects: readonly Touched[]): Promise<ReadonlyMap<string, number>> {
  const namespaces = [...new Set(objects.filter(({ kind }) => WORKLOAD_KINDS.has(kind)).map(({ namespace }) => namespace))];
  const counts = await Promise.all(
    namespaces.map(async (namespace): Promise<[string, number]> => {
      const lists = await Promise.all(
        [...WORKLOADS.values()]
          .filter(({ kind }) => WORKLOAD_KINDS.has(kind))
          .map((resource) => client.list(resource, { namespace, signal })),
      );
      return [namespace, lists.reduce((sum, { items }) => sum + items.length, 0)];
    }),
  );
  return new Map(counts);
}
