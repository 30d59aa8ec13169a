/**
 * The last lines of every reconciler of ours: run the steps, derive what is derived, write the status once if it changed.
 *
 * The status is written also when a step threw, so that people see how far it came and why it is tried again; the error is then
 * thrown on, for the queue's backoff. A new phase is told once: as a line in the log, and as an event of the object.
 */
import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Result } from '../kube/controller.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Logger } from '../kube/logger.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';
import { applyStatus } from '../kube/status.ts';
import { explain } from '../telemetry/explain.ts';
import { type NamedStep, runSteps, type StatusDraft, type StepResult } from './steps.ts';
import { summarise, summariseFailure } from './summarise.ts';

/** What the controllers of all our kinds are given. */
export interface ReconcilerDeps {
  readonly clock: Clock;
  readonly events: EventRecorder;
  /** For what comes from outside and goes into a status: error texts, diffs. */
  readonly redact: (text: string) => string;
}

interface SharedScope<Status> extends ReconcilerDeps {
  readonly status: Status;
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

interface WithStatus extends KubeObject {
  readonly status?: { readonly phase?: string | undefined } | undefined;
}

/** Where the object stands, for people. */
export interface Standing {
  readonly phase: string;
  /** Why, or what it waits for. */
  readonly note: string;
  /** Whether people should be warned of it. */
  readonly isBad: boolean;
}

export interface ReconcileStatusOptions<T extends WithStatus, Scope> {
  readonly resource: ResourceType<T>;
  readonly object: T;
  readonly fieldManager: string;
  /** Derives the phase, in the draft too, from what the steps left. */
  readonly finish: (scope: Scope) => Standing;
}

export async function reconcileStatus<T extends WithStatus, Scope extends SharedScope<StatusDraft>>(
  scope: Scope,
  steps: readonly NamedStep<Scope>[],
  options: ReconcileStatusOptions<T, Scope>,
): Promise<Result> {
  const { object } = options;
  const { clock, redact } = scope;
  const generation = object.metadata.generation;
  const outcome = await attempt(() => runSteps(steps, scope));
  if (outcome.ok) summarise(scope.status, outcome.value.result, generation, clock.now());
  else summariseFailure(scope.status, redact(explain(outcome.error)), generation, clock.now());

  if (generation !== undefined) scope.status.observedGeneration = generation;
  const standing = options.finish(scope);
  await writeStatus(scope, options);
  if (standing.phase !== object.status?.phase) tell(scope, object, standing);
  if (!outcome.ok) throw outcome.error;
  return requeue(outcome.value.result);
}

function tell({ logger, events }: SharedScope<unknown>, object: WithStatus, { phase, note, isBad }: Standing): void {
  logger.info({ phase, was: object.status?.phase, note }, `${object.kind} is ${phase}`);
  events.record(object, { type: isBad ? 'Warning' : 'Normal', reason: phase, action: 'Reconcile', note });
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
