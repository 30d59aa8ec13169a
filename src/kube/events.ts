/**
 * Tells people what happened to an object, as Events (events.k8s.io/v1) that `kubectl describe` shows.
 *
 * Repetitions of one event become its series, written at most once a minute. `record` never throws and never waits; an object that is spoken of too
 * often, or an API server that does not take events, costs events and nothing else: what is dropped is counted.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { KubeClient } from './client.ts';
import { isNotFound } from './errors.ts';
import { eventFor, events, microTime } from './eventObject.ts';
import type { Logger } from './logger.ts';
import { type Key, type KubeObject, keyOf } from './object.ts';
import { createTokenBucket, type TokenBucket } from './work/rateLimiter.ts';

/** What an event is about. */
export type Regarding = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  readonly metadata: Pick<KubeObject['metadata'], 'name' | 'namespace' | 'uid'>;
};

export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** Why, in UpperCamelCase: `ImagePullFailed`. */
  readonly reason: string;
  /** What was done or attempted, in UpperCamelCase: `Investigate`. */
  readonly action: string;
  /** For people; cut at 1 KiB. */
  readonly note: string;
  readonly related?: Regarding | undefined;
}

export interface EventRecorder {
  /** Never throws and never waits; under overload events are dropped and counted. */
  record(regarding: Regarding, event: EventNote): void;
}

export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, 'create' | 'patch'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who reports: a qualified name such as `agentsre.io/investigator`. */
  readonly controller: string;
  readonly instance: string;
  readonly onDropped: () => void;
}

/** client-go's event correlator: an object may be spoken of 25 times at once, then once in five minutes. */
const BURST = 25;
const PER_SECOND = 1 / 300;
/** A repetition within this time belongs to the series; client-go's number. */
const SERIES_MS = 360_000;
const SERIES_WRITE_MS = 60_000;
/** Series and objects that are remembered; beyond that the oldest are forgotten. */
const MOST_REMEMBERED = 2000;
const MOST_PENDING = 200;
const WRITE_TIMEOUT_MS = 10_000;

interface Series {
  readonly key: Key;
  count: number;
  lastSeen: number;
  lastWritten: number;
  /** Undoes the write that is due. */
  cancel: Cancel | undefined;
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder & { close(): Promise<void> } {
  const { client, clock, logger, onDropped } = options;
  const known = new Map<string, Series>();
  const budgets = new Map<string, TokenBucket>();
  const writes = createWriteChain(MOST_PENDING, (err) => {
    logger.debug({ err }, 'an event was not written');
    onDropped();
  });
  let nextName = 0;

  const writeSeries = async (identity: string, series: Series): Promise<void> => {
    series.lastWritten = clock.monotonic();
    const body = { series: { count: series.count, lastObservedTime: microTime(clock.now()) } };
    try {
      await client.patch(events, series.key, body, { type: 'merge', timeoutMs: WRITE_TIMEOUT_MS });
    } catch (error) {
      // Events live for an hour: the next sighting starts anew.
      known.delete(identity);
      if (!isNotFound(error)) throw error;
    }
  };
  const repeat = (identity: string, series: Series): void => {
    series.count += 1;
    series.lastSeen = clock.monotonic();
    series.cancel ??= clock.setTimeout(
      () => {
        series.cancel = undefined;
        writes.add(() => writeSeries(identity, series));
      },
      Math.max(0, series.lastWritten + SERIES_WRITE_MS - clock.monotonic()),
    );
  };
  const announce = (identity: string, regarding: Regarding, note: EventNote): void => {
    const event = eventFor(options, regarding, note, `${clock.now().toString(16)}${(nextName++ % 4096).toString(16).padStart(3, '0')}`);
    const now = clock.monotonic();
    remember(known, identity, { key: keyOf(event), count: 1, lastSeen: now, lastWritten: now, cancel: undefined });
    writes.add(async () => {
      await client.create(events, event, { timeoutMs: WRITE_TIMEOUT_MS });
    });
  };
  return {
    record: (regarding, note) => {
      const identity = JSON.stringify([regarding.metadata.uid, note.type, note.reason, note.action, note.note, note.related?.metadata.uid]);
      const series = known.get(identity);
      if (series !== undefined && clock.monotonic() - series.lastSeen <= SERIES_MS) repeat(identity, series);
      else if (budgetOf(budgets, clock, regarding).tryTake()) announce(identity, regarding, note);
      else onDropped();
    },
    close: async () => {
      for (const series of known.values()) series.cancel?.();
      await writes.finished();
    },
  };
}

/** Runs writes one after the other; refuses more when too many wait. */
function createWriteChain(
  most: number,
  onDropped: (error: unknown) => void,
): { add(write: () => Promise<void>): void; finished(): Promise<void> } {
  let last = Promise.resolve();
  let waiting = 0;
  const run = async (before: Promise<void>, write: () => Promise<void>): Promise<void> => {
    await before;
    try {
      await write();
    } catch (error) {
      onDropped(error);
    } finally {
      waiting -= 1;
    }
  };
  return {
    add: (write) => {
      if (waiting >= most) {
        onDropped(new Error(`${most} events wait to be written`));
        return;
      }
      waiting += 1;
      last = run(last, write);
    },
    finished: () => last,
  };
}

function budgetOf(budgets: Map<string, TokenBucket>, clock: Clock, { metadata }: Regarding): TokenBucket {
  const budget = budgets.get(metadata.uid) ?? createTokenBucket(clock, PER_SECOND, BURST);
  remember(budgets, metadata.uid, budget);
  return budget;
}

/** Puts the entry last, and forgets the first ones beyond the bound. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MOST_REMEMBERED) return;
    map.delete(oldest);
  }
}
