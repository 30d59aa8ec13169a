/**
 * How long a new group waits for company before its investigation begins.
 *
 * Alone it hardly waits; what wakes people waits no longer than one delivery takes to be stored; in a storm it waits until half a minute has
 * been quiet, and two minutes at most. Everything follows from when Incidents were made, so that a restart changes nothing.
 */
import type { Severity } from '../../crds/incident.ts';

interface Window {
  /** Without another Incident for so long, it is over. */
  readonly quietMs: number;
  /** After the group's first Incident, whatever comes. */
  readonly mostMs: number;
}

/** Times of creation are whole seconds: less than two cannot be told from one. */
const CRITICAL: Window = { quietMs: 2_000, mostMs: 5_000 };
const CALM: Window = { quietMs: 3_000, mostMs: 6_000 };
const STORM: Window = { quietMs: 30_000, mostMs: 120_000 };

const STORM_SIZE = 5;
const STORM_SPAN_MS = 30_000;

export interface Settling {
  /** The worst of the group. */
  readonly severity: Severity;
  /** When its Incidents were made; never empty. Milliseconds since the epoch, as all times here. */
  readonly created: readonly number[];
  /** When the open Incidents of the cluster were made, its own among them. */
  readonly arrivals: readonly number[];
}

/** When its investigation may begin. */
export function settledAt({ severity, created, arrivals }: Settling): number {
  const first = Math.min(...created);
  const { quietMs, mostMs } = windowFor(severity, first, arrivals);
  const within = arrivals.filter((at) => at >= first && at <= first + mostMs).toSorted((a, b) => a - b);
  let last = first;
  for (const at of within) {
    if (at - last > quietMs) break;
    last = at;
  }
  return Math.min(last + quietMs, first + mostMs);
}

function windowFor(severity: Severity, first: number, arrivals: readonly number[]): Window {
  if (severity === 'critical') return CRITICAL;
  const near = arrivals.filter((at) => Math.abs(at - first) <= STORM_SPAN_MS);
  return near.length >= STORM_SIZE ? STORM : CALM;
}
