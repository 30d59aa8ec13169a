/** Puts the parts of a process together: client, caches, controllers, election, events, health. `runLifecycle` says in which order they run. */
import type { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Informer } from './cache/informer.ts';
import { type CacheOptions, createInformers, type Informers } from './cache/informers.ts';
import type { ReflectorTimings } from './cache/reflector.ts';
import type { KubeClient } from './client.ts';
import type { ControllerDefinition, WatchedKind } from './controller.ts';
import type { ElectionOptions } from './electionOptions.ts';
import { createEventRecorder, type EventRecorder } from './events.ts';
import { type CheckResult, createHealth, type Health } from './health.ts';
import { createElection, type Election, type Leadership } from './lease.ts';
import { type NamedController, runLifecycle } from './lifecycle.ts';
import type { Logger } from './logger.ts';
import {
  controllerMetrics,
  droppedEventsMetric,
  leadershipMetric,
  queueMetrics,
  type ReflectorMetrics,
  reflectorMetrics,
} from './metrics.ts';
import { type KubeObject, type ResourceType, resourceName } from './object.ts';
import type { Runnable } from './runnables.ts';
import type { Store } from './store.ts';
import { createWorkQueue } from './work/queue.ts';
import { createRateLimiter } from './work/rateLimiter.ts';
import { concurrencyOf, createController, type RunningController } from './work/runController.ts';

export interface ManagerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Name of this program in events: a qualified name such as `agentsre.io/executor`. */
  readonly name: string;
  /** Without election this process always leads. */
  readonly election?: ElectionOptions | undefined;
  /** How long running reconciles may take to end after a stop. Default 20 s: within a pod's 30 s. */
  readonly drainMs?: number | undefined;
  readonly timings?: ReflectorTimings | undefined;
}

export interface Manager extends Leadership {
  readonly health: Health;
  readonly events: EventRecorder;
  /** A shared cache of a kind; asking twice with the same selection gives the same. To be asked before `run`. */
  cache<T extends KubeObject>(resource: ResourceType<T>, options?: CacheOptions<T>): Store<T>;
  addController<T extends KubeObject>(definition: ControllerDefinition<T>): void;
  addRunnable(runnable: Runnable): void;
  /** Runs until `signal` aborts, then stops in order; throws what made it end by itself. To be called once. */
  run(signal: AbortSignal): Promise<void>;
}

const DEFAULT_DRAIN_MS = 15_000;

export function createManager(options: ManagerOptions): Manager {
  const { client, clock, logger, registry, name } = options;
  const metricsFor = (cache: string): ReflectorMetrics => reflectorMetrics(registry, cache);
  const informers = createInformers({ client, clock, logger, metricsFor, timings: options.timings });
  const instance = options.election?.identity ?? name;
  const recorder = createEventRecorder({ client, clock, logger, controller: name, instance, onDropped: droppedEventsMetric(registry) });
  const election = electionFor(options);
  const health = createHealth(clock);
  const controllers: NamedController[] = [];
  const runnables: Runnable[] = [];
  let stopping = false;
  health.addReadyCheck('caches', () => cachesCheck(informers.all()));
  health.addReadyCheck('running', () => (stopping ? { ok: false, why: 'the process is stopping' } : { ok: true }));

  return {
    health,
    events: recorder,
    cache: (resource, selection) => informers.of(resource, selection).store,
    addController: (definition) => {
      if (controllers.some((known) => known.name === definition.name))
        throw new Error(`there are two controllers named ${definition.name}`);
      const running = assemble(options, informers, recorder, definition);
      controllers.push({ name: definition.name, needsLeader: definition.needsLeader ?? true, running });
    },
    addRunnable: (runnable) => {
      runnables.push(runnable);
    },
    isLeader: () => election?.isLeader() ?? true,
    mayStartEffect: (effectTimeoutMs) => election?.mayStartEffect(effectTimeoutMs) ?? true,
    run: (signal) =>
      runLifecycle(
        {
          clock,
          logger,
          controllers,
          runnables,
          election,
          drainMs: options.drainMs ?? DEFAULT_DRAIN_MS,
          informers: informers.all(),
          onStopping: () => {
            stopping = true;
          },
          closeEvents: () => recorder.close(),
          closeClient: () => client.close(),
        },
        signal,
      ),
  };
}

function electionFor({ client, clock, logger, registry, election }: ManagerOptions): Election | undefined {
  if (election === undefined) return undefined;
  return createElection({ ...election, client, clock, logger, onChange: leadershipMetric(registry, election.name) });
}

function assemble<T extends KubeObject>(
  { client, clock, logger, registry }: ManagerOptions,
  informers: Informers,
  recorder: EventRecorder,
  definition: ControllerDefinition<T>,
): RunningController {
  const { name, resource, namespace, labelSelector, fieldSelector, indices, watches = [] } = definition;
  const queueFigures = queueMetrics(registry, name);
  return createController({
    definition,
    informer: informers.of(resource, { namespace, labelSelector, fieldSelector, indices }),
    watched: watches.map((watch) => informers.of(watch.resource, selectionOf(watch))),
    client,
    clock,
    logger: logger.child({ controller: name }),
    metrics: controllerMetrics(registry, name, concurrencyOf(definition)),
    newQueue: () => createWorkQueue(clock, createRateLimiter(clock), queueFigures),
    report: (object, reason, note) => recorder.record(object, { type: 'Warning', reason, action: 'Reconcile', note }),
  });
}

function selectionOf({ namespace, labelSelector, fieldSelector, indices }: WatchedKind): CacheOptions<KubeObject> {
  return { namespace, labelSelector, fieldSelector, indices };
}

function cachesCheck(informers: readonly Informer<KubeObject>[]): CheckResult {
  const missing = informers.filter(({ store }) => !store.synced);
  if (missing.length === 0) return { ok: true };
  return {
    ok: false,
    why: missing
      .map(({ resource, failure }) => `${resourceName(resource)}: ${failure?.message ?? 'the first list is under way'}`)
      .join('; '),
  };
}
