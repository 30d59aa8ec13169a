/**
 * The last lines of every reconciler of ours: run the steps, derive what is derived, write the status once if it changed.
 *
 * The status is written also when a step threw, so that people see how far it came and why it is tried again; the error is then
 * thrown on, for the queue's backoff.
 */
import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Result } from '../kube/controller.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';
import { applyStatus } from '../kube/status.ts';
import { explain, type NamedStep, runSteps, type StatusDraft, type StepResult } from './steps.ts';
import { summarise, summariseFailure } from './summarise.ts';

interface SharedScope<Status> {
  readonly status: Status;
  readonly client: KubeClient;
  readonly signal: AbortSignal;
}

interface WithStatus extends KubeObject {
  readonly status?: unknown;
}

export interface ReconcileStatusOptions<T extends WithStatus, Scope> {
  readonly resource: ResourceType<T>;
  readonly object: T;
  readonly fieldManager: string;
  readonly clock: Clock;
  /** Derives the phase and the like from what the steps left. */
  readonly finish: (scope: Scope) => void;
}

export async function reconcileStatus<T extends WithStatus, Scope extends SharedScope<StatusDraft>>(
  scope: Scope,
  steps: readonly NamedStep<Scope>[],
  options: ReconcileStatusOptions<T, Scope>,
): Promise<Result> {
  const { object, clock } = options;
  const generation = object.metadata.generation;
  const outcome = await attempt(() => runSteps(steps, scope));
  if (outcome.ok) summarise(scope.status, outcome.value.result, generation, clock.now());
  else summariseFailure(scope.status, explain(outcome.error), generation, clock.now());

  if (generation !== undefined) scope.status.observedGeneration = generation;
  options.finish(scope);
  await writeStatus(scope, options);
  if (!outcome.ok) throw outcome.error;
  return requeue(outcome.value.result);
}

async function writeStatus<T extends WithStatus, Scope extends SharedScope<unknown>>(
  { client, status, signal }: Scope,
  { resource, object, fieldManager }: ReconcileStatusOptions<T, Scope>,
): Promise<void> {
  await applyStatus(client, resource, object, status as NonNullable<T['status']>, { fieldManager, signal });
}

function requeue(result: StepResult): Result {
  return result.kind === 'wait' && result.afterMs !== undefined ? { requeueAfterMs: result.afterMs } : undefined;
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

async function attempt<T>(run: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return { ok: false, error };
  }
}
