/**
 * Metrics under the names of client-go and controller-runtime, so that dashboards and alerts made for Go controllers work here.
 *
 * Each group can be asked for any number of times on one registry. Names that neither of the two has (quarantine, waits for the
 * cache, dropped events) begin with `kube_runtime_`.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface RestMetrics {
  /** Call at the start of a request; the returned function takes the HTTP status, or `<error>`. */
  start(method: string, host: string): (code: string) => void;
}

export function restMetrics(registry: Registry | undefined): RestMetrics {
  if (registry === undefined) return { start: () => () => undefined };
  const requests = counter(registry, 'rest_client_requests_total', 'HTTP requests by status code, method and host.', [
    'code',
    'method',
    'host',
  ]);
  const buckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
  const duration = histogram(
    registry,
    'rest_client_request_duration_seconds',
    'Time to the headers of the answer.',
    ['verb', 'host'],
    buckets,
  );
  return {
    start: (method, host) => {
      const stop = duration.startTimer({ verb: method, host });
      return (code) => {
        stop();
        requests.inc({ code, method, host });
      };
    },
  };
}

export interface QueueMetrics {
  added(depth: number): void;
  /** @param waitedSeconds since the key was added */
  taken(depth: number, waitedSeconds: number): void;
  done(workedSeconds: number): void;
  retried(): void;
  /** The seconds that each key in work has been in work, asked for at each scrape. */
  observe(working: () => readonly number[]): void;
}

export function queueMetrics(registry: Registry, name: string): QueueMetrics {
  const labels = { name, controller: name };
  const labelNames = ['name', 'controller'] as const;
  const seconds = [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];
  const depth = gauge(registry, 'workqueue_depth', 'Keys that wait.', labelNames);
  const adds = counter(registry, 'workqueue_adds_total', 'Keys added.', labelNames);
  const retries = counter(registry, 'workqueue_retries_total', 'Keys added again after a failure.', labelNames);
  const wait = histogram(registry, 'workqueue_queue_duration_seconds', 'How long a key waits.', labelNames, seconds);
  const work = histogram(registry, 'workqueue_work_duration_seconds', 'How long a key is in work.', labelNames, seconds);
  const unfinished = gauge(
    registry,
    'workqueue_unfinished_work_seconds',
    'Sum of the time that the keys in work have been so.',
    labelNames,
  );
  const longest = gauge(registry, 'workqueue_longest_running_processor_seconds', 'Time of the key that is longest in work.', labelNames);
  let working: () => readonly number[] = () => [];
  collectWith(unfinished, () => unfinished.set(labels, sum(working())));
  collectWith(longest, () => longest.set(labels, Math.max(0, ...working())));
  return {
    added: (now) => {
      adds.inc(labels);
      depth.set(labels, now);
    },
    taken: (now, waitedSeconds) => {
      depth.set(labels, now);
      wait.observe(labels, waitedSeconds);
    },
    done: (workedSeconds) => work.observe(labels, workedSeconds),
    retried: () => retries.inc(labels),
    observe: (now) => {
      working = now;
    },
  };
}

export type ReconcileResult = 'success' | 'error' | 'requeue_after';

export interface ControllerMetrics {
  started(): void;
  ended(result: ReconcileResult, seconds: number): void;
  terminal(): void;
  timedOut(): void;
  quarantined(keys: number): void;
  waitedForCache(): void;
}

export function controllerMetrics(registry: Registry, controller: string, concurrency: number): ControllerMetrics {
  const labels = { controller };
  const names = ['controller'] as const;
  const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
  const total = counter(registry, 'controller_runtime_reconcile_total', 'Reconciles by result.', ['controller', 'result']);
  const errors = counter(registry, 'controller_runtime_reconcile_errors_total', 'Reconciles that failed.', names);
  const terminal = counter(registry, 'controller_runtime_terminal_reconcile_errors_total', 'Failures that are not retried.', names);
  const timeouts = counter(registry, 'controller_runtime_reconcile_timeouts_total', 'Reconciles beyond their time limit.', names);
  const time = histogram(registry, 'controller_runtime_reconcile_time_seconds', 'Length of a reconcile.', names, buckets);
  const active = gauge(registry, 'controller_runtime_active_workers', 'Reconciles that run.', names);
  gauge(registry, 'controller_runtime_max_concurrent_reconciles', 'Reconciles that may run at once.', names).set(labels, concurrency);
  const parked = gauge(registry, 'kube_runtime_quarantined_keys', 'Keys that failed too often and are retried slowly.', names);
  const waits = counter(registry, 'kube_runtime_cache_waits_total', 'Reconciles put off until the cache held our own writes.', names);
  for (const result of ['success', 'error', 'requeue_after']) total.inc({ controller, result }, 0);
  parked.set(labels, 0);
  return {
    started: () => active.inc(labels),
    ended: (result, seconds) => {
      active.dec(labels);
      total.inc({ controller, result });
      if (result === 'error') errors.inc(labels);
      time.observe(labels, seconds);
    },
    terminal: () => terminal.inc(labels),
    timedOut: () => timeouts.inc(labels),
    quarantined: (keys) => parked.set(labels, keys),
    waitedForCache: () => waits.inc(labels),
  };
}

export interface ReflectorMetrics {
  listed(): void;
  /** @param short the watch ended within a second and brought nothing */
  watched(short: boolean): void;
}

export function reflectorMetrics(registry: Registry, name: string): ReflectorMetrics {
  const labels = { name };
  const lists = counter(registry, 'reflector_lists_total', 'Lists, the first and those after lost watches.', ['name']);
  const watches = counter(registry, 'reflector_watches_total', 'Watches started.', ['name']);
  const short = counter(registry, 'reflector_short_watches_total', 'Watches that ended at once.', ['name']);
  return {
    listed: () => lists.inc(labels),
    watched: (wasShort) => {
      watches.inc(labels);
      if (wasShort) short.inc(labels);
    },
  };
}

/** 1 while this process leads. */
export function leadershipMetric(registry: Registry, name: string): (leads: boolean) => void {
  const status = gauge(registry, 'leader_election_master_status', 'Whether this process is the leader of the named election.', ['name']);
  status.set({ name }, 0);
  return (leads) => status.set({ name }, leads ? 1 : 0);
}

export function droppedEventsMetric(registry: Registry): () => void {
  const dropped = counter(registry, 'kube_runtime_events_dropped_total', 'Events that were not written: too many, or refused.', []);
  return () => dropped.inc();
}

function counter<L extends string>(registry: Registry, name: string, help: string, labelNames: readonly L[]): Counter<L> {
  return (registry.getSingleMetric(name) as Counter<L> | undefined) ?? new Counter({ name, help, labelNames, registers: [registry] });
}

function gauge<L extends string>(registry: Registry, name: string, help: string, labelNames: readonly L[]): Gauge<L> {
  return (registry.getSingleMetric(name) as Gauge<L> | undefined) ?? new Gauge({ name, help, labelNames, registers: [registry] });
}

function histogram<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[],
  buckets: number[],
): Histogram<L> {
  return (
    (registry.getSingleMetric(name) as Histogram<L> | undefined) ??
    new Histogram({ name, help, labelNames, buckets, registers: [registry] })
  );
}

/** prom-client calls one `collect` a metric: add ours to those of the other queues. */
function collectWith(metric: Gauge, collect: () => void): void {
  const target = metric as unknown as { collect?: () => void };
  const before = target.collect;
  target.collect = () => {
    before?.call(metric);
    collect();
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
