/**
 * Watches a fix from the push on: whether anything speaks for taking it back at once.
 *
 * Until the engine has said that the fix is there, crashes and rollouts count only of a template that came after the push: what the fix is meant to
 * cure is no reason to take it back. A figure that can't be seen is no reason either; what has to be seen is for the success criteria.
 */
import type { Clock } from '../clock.ts';
import type { RemediationPlan } from '../crds/kinds.ts';
import type { AbortCriterion } from '../crds/remediationPlan.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { SourceError } from '../sources/gap.ts';
import { type Figures, judgeWorsening } from './figures.ts';
import { judgePods, type Look, lookingAt, pushedAt, targetFor } from './observe.ts';

export interface WatchDeps extends Figures {
  readonly client: KubeClient;
  readonly clock: Clock;
}

export interface Abort {
  readonly criterion: AbortCriterion;
  readonly message: string;
}

/** @param syncedAt milliseconds since the epoch; undefined: the engine has not said so yet */
export function watch(
  deps: WatchDeps,
  plan: RemediationPlan,
  syncedAt: number | undefined,
  options: CallOptions = {},
): Promise<Abort | undefined> {
  const times = { syncedAt, pushedAt: pushedAt(plan), now: deps.clock.now() };
  return firstAbort(deps, plan, lookingAt(deps.client, plan, times, options), options);
}

export async function firstAbort(deps: WatchDeps, plan: RemediationPlan, look: Look, options: CallOptions): Promise<Abort | undefined> {
  for (const criterion of plan.spec.abortCriteria ?? []) {
    const message = await judgeAbort(deps, plan, criterion, look, options);
    if (message !== undefined) return { criterion, message };
  }
  return undefined;
}

async function judgeAbort(
  { measurements, clock }: WatchDeps,
  plan: RemediationPlan,
  { type, target, threshold, signal }: AbortCriterion,
  look: Look,
  options: CallOptions,
): Promise<string | undefined> {
  if (type !== 'SignalWorsened') return judgePods(type, threshold, await look(target));
  if (signal === undefined) return undefined;
  try {
    const at = { pushedAt: pushedAt(plan), now: clock.now() };
    return await judgeWorsening(signal, { measurements, target: targetFor(plan, target), ...at, signal: options.signal });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof SourceError)) throw error;
    return undefined;
  }
}
