/**
 * Follows one kind for as long as its signal allows: lists it once, watches from there, and comes back from every failure.
 *
 * Guarantees that the sink sees every object's latest state, in the order of its versions, and hears of each deletion either as an event or by a
 * later list that lacks the object. A stream that ends in order is continued at once from the last version seen; 410 (as a
 * status or in the stream) means a new list; any other failure is tried again after a decorrelated pause of 0.5 to 30 s, or as long as the server asks.
 * Events that were seen already, and lists older than what was seen, are not passed on.
 */
import type { Clock } from '../../clock.ts';
import type { KubeClient, KubeList, Selection, WatchEvent } from '../client.ts';
import { apiErrorIn, isGone } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ReflectorMetrics } from '../metrics.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import { decorrelatedBackoff } from './backoff.ts';
import { compareResourceVersions, isOlder } from './resourceVersion.ts';

/** Where the objects go. Nothing here may throw. */
export interface ReflectorSink<T extends KubeObject> {
  /** The whole state as of `resourceVersion`. */
  replace(objects: readonly T[], resourceVersion: string): void;
  event(event: { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }): void;
  /** Everything up to this version has been passed on. */
  progressed(resourceVersion: string): void;
}

export interface ReflectorTimings {
  /** The API server ends each watch after a random time between this and twice this. */
  readonly watchSeconds: number;
  /** A watch without a byte for this long is given up. */
  readonly silenceMs: number;
  readonly backoffMs: { readonly base: number; readonly cap: number };
  /** How long lists older than what was seen are refused, before data that went back in time (a restored etcd) is believed. */
  readonly distrustMs: number;
}

/** client-go's watch length; the API server bookmarks about once a minute. */
export const DEFAULT_TIMINGS: ReflectorTimings = {
  watchSeconds: 300,
  silenceMs: 90_000,
  backoffMs: { base: 500, cap: 30_000 },
  distrustMs: 60_000,
};

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: Pick<KubeClient, 'list' | 'watch'>;
  readonly resource: ResourceType<T>;
  readonly selection: Selection;
  readonly sink: ReflectorSink<T>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ReflectorMetrics;
  readonly timings?: ReflectorTimings | undefined;
  /** Uniform in [0, 1). */
  readonly random?: (() => number) | undefined;
  /** Called with each failure, and with undefined once things work again. */
  readonly onHealth?: ((failure: Error | undefined) => void) | undefined;
}

/** A watch that ends sooner than this with nothing seen is a failure, however politely it ended. */
const SHORT_WATCH_MS = 1000;

/** Resolves when the signal aborts; never rejects. */
export async function runReflector<T extends KubeObject>(options: ReflectorOptions<T>, signal: AbortSignal): Promise<void> {
  const { clock, logger, onHealth } = options;
  const progress = createProgress(options);
  const recovery = createRecovery(options);

  while (!signal.aborted) {
    try {
      if (recovery.mustList()) {
        await progress.list(signal);
        recovery.listed();
      }
      await progress.watch(signal, () => recovery.wentWell());
    } catch (error) {
      if (signal.aborted) return;
      const { failure, pauseMs, isRoutine } = recovery.after(error);
      if (!isRoutine) onHealth?.(failure);
      logger.warn({ err: failure, pauseMs: Math.round(pauseMs), relist: recovery.mustList() }, 'watch interrupted');
      if (pauseMs > 0) await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }
}

interface Progress {
  list(signal: AbortSignal): Promise<void>;
  /** Returns when the API server ended the watch in order. */
  watch(signal: AbortSignal, onSuccess: () => void): Promise<void>;
}

/** Moves the sink forward, by lists and by watches, and never backward. */
function createProgress<T extends KubeObject>(options: ReflectorOptions<T>): Progress {
  const { client, resource, selection, sink, clock, metrics, random = Math.random, onHealth } = options;
  const { watchSeconds, silenceMs, distrustMs } = options.timings ?? DEFAULT_TIMINGS;
  const judge = createListJudge(clock, distrustMs);
  /** The version up to which the sink has everything. */
  let seen: string | undefined;

  const take = (event: WatchEvent<T>): void => {
    const version = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
    const order = seen === undefined ? undefined : compareResourceVersions(version, seen);
    if (order !== undefined && order <= 0) return;
    if (event.type !== 'BOOKMARK') sink.event(event);
    seen = version;
    sink.progressed(version);
  };
  return {
    list: async (signal) => {
      const found = await client.list(resource, { ...selection, signal });
      metrics.listed();
      judge(found, seen);
      sink.replace(found.items, found.resourceVersion);
      seen = found.resourceVersion;
      sink.progressed(seen);
    },
    watch: async (signal, onSuccess) => {
      const started = clock.monotonic();
      const timeoutSeconds = Math.ceil(watchSeconds * (1 + random()));
      const onOpen = (): void => onHealth?.(undefined);
      const before = seen;
      const isShort = (): boolean => seen === before && clock.monotonic() - started < SHORT_WATCH_MS;
      try {
        for await (const event of client.watch(resource, {
          ...selection,
          signal,
          resourceVersion: seen,
          timeoutSeconds,
          silenceMs,
          onOpen,
        })) {
          take(event);
          onSuccess();
        }
      } finally {
        metrics.watched(isShort());
      }
      if (isShort()) throw new Error('the watch ended at once, with nothing in it');
      onSuccess();
    },
  };
}

interface Recovery {
  mustList(): boolean;
  listed(): void;
  wentWell(): void;
  /** What to do about a failure; `isRoutine` for one that is part of normal operation. */
  after(error: unknown): { readonly failure: Error; readonly pauseMs: number; readonly isRoutine: boolean };
}

function createRecovery<T extends KubeObject>({ timings = DEFAULT_TIMINGS, random = Math.random }: ReflectorOptions<T>): Recovery {
  const backoff = decorrelatedBackoff(timings.backoffMs.base, timings.backoffMs.cap, random);
  let mustList = true;
  /** A first 410 is routine; one that follows at once means that something is wrong. */
  let relistedInVain = false;
  return {
    mustList: () => mustList,
    listed: () => {
      mustList = false;
    },
    wentWell: () => {
      relistedInVain = false;
      backoff.reset();
    },
    after: (error) => {
      const failure = error instanceof Error ? error : new Error(String(error));
      const gone = isGone(failure);
      const isRoutine = gone && !relistedInVain;
      mustList ||= gone;
      relistedInVain = gone;
      const asked = (apiErrorIn(failure)?.retryAfterSeconds ?? 0) * 1000;
      return { failure, isRoutine, pauseMs: isRoutine ? 0 : Math.max(backoff.next(), asked) };
    },
  };
}

/** Throws for a list that is older than what was seen already, until such lists have come for long enough to be believed. */
function createListJudge(clock: Clock, distrustMs: number): (list: KubeList<KubeObject>, seen: string | undefined) => void {
  let since: number | undefined;
  return ({ resourceVersion }, seen) => {
    if (seen === undefined || !isOlder(resourceVersion, seen)) {
      since = undefined;
      return;
    }
    since ??= clock.monotonic();
    if (clock.monotonic() - since >= distrustMs) return;
    throw new Error(`a list as of version ${resourceVersion} is older than version ${seen}, which was seen already`);
  };
}
