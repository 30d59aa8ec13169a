/**
 * Parks keys that fail over and over, so that one poison object costs little and is seen.
 *
 * A failure that is the environment's (no connection, 5xx, 429) is no sign of poison and does not count. A parked key is tried again
 * slowly, or as soon as its object is another one: a new uid or generation.
 */
import type { Clock } from '../../clock.ts';
import { apiErrorIn, ConnectionError } from '../errors.ts';
import type { KubeObject } from '../object.ts';

export interface Quarantine {
  /** Counts a failure; true when it parks the key, or keeps it parked. */
  failed(key: string, error: unknown, object: KubeObject | undefined): boolean;
  /** Parks at once: the handler did not come back. */
  park(key: string, object: KubeObject | undefined): void;
  /** How long the key must still wait, given what its object is now; 0 when it may run. */
  remainingMs(key: string, object: KubeObject | undefined): number;
  release(key: string): void;
  readonly size: number;
}

/** Between two tries of a parked key. */
const RETRY_MS = 600_000;

export function createQuarantine(clock: Clock, after: number): Quarantine {
  const failures = new Map<string, number>();
  const parked = new Map<string, { readonly until: number; readonly shape: string }>();

  const park = (key: string, object: KubeObject | undefined): void => {
    parked.set(key, { until: clock.monotonic() + RETRY_MS, shape: shapeOf(object) });
  };
  return {
    park,
    failed: (key, error, object) => {
      if (isOutage(error)) return false;
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      if (count >= after) park(key, object);
      return count >= after;
    },
    remainingMs: (key, object) => {
      const held = parked.get(key);
      return held === undefined || held.shape !== shapeOf(object) ? 0 : Math.max(0, held.until - clock.monotonic());
    },
    release: (key) => {
      failures.delete(key);
      parked.delete(key);
    },
    get size() {
      return parked.size;
    },
  };
}

/** Kinds without a generation count every change as a new object. */
function shapeOf(object: KubeObject | undefined): string {
  if (object === undefined) return '';
  const { uid, generation, resourceVersion, deletionTimestamp } = object.metadata;
  return `${uid}/${generation ?? resourceVersion}/${deletionTimestamp ?? ''}`;
}

function isOutage(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ConnectionError) return true;
  }
  const status = apiErrorIn(error)?.status;
  return status !== undefined && (status >= 500 || status === 429);
}
