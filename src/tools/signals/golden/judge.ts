/**
 * Whether a service is well by its golden signals: stated rules, the same for every service (docs/golden-signals.md). Pure.
 *
 * Saturation and errors are judged by what they are, latency and traffic by what was usual in the same hour of earlier days: which latency is bad
 * nobody knows but by that. Nothing that was not seen counts as well: without requests that were seen to succeed there is no `healthy`.
 */

import type { GoldenLevel } from '../../../sources/signals/goldenSignals.ts';
import type { GoldenName } from '../../../sources/signals/goldenTable.ts';
import { milliseconds, percent, perMinute } from './words.ts';

export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

export interface Replicas {
  readonly desired: number;
  readonly ready: number;
}

export interface Seen {
  readonly levels: Readonly<Partial<Record<GoldenName, GoldenLevel>>>;
  readonly replicas: Replicas;
  /** Over which requests were counted, in seconds. */
  readonly windowSeconds: number;
}

export interface Judgement {
  readonly status: HealthStatus;
  /** Why, the worst first; each as in `errors are 5% (usually 0.1% at this hour)`. Of `healthy` none. */
  readonly reasons: readonly string[];
}

interface Reason {
  readonly status: 'degraded' | 'unhealthy';
  readonly text: string;
}

/** From which share on, of what may be used. */
const SHARES: readonly {
  readonly signal: GoldenName;
  readonly degraded: number;
  readonly unhealthy?: number;
  readonly text: (share: string, of: string) => string;
}[] = [
  { signal: 'cpuOfLimit', degraded: 0.9, text: (share, of) => `CPU is at ${share} of its limit${of}` },
  { signal: 'cpuThrottling', degraded: 0.25, text: (share, of) => `CPU is throttled in ${share} of its periods${of}` },
  { signal: 'memoryOfLimit', degraded: 0.9, unhealthy: 0.98, text: (share, of) => `memory is at ${share} of its limit${of}` },
  { signal: 'poolUsage', degraded: 0.8, unhealthy: 0.99, text: (share) => `${share} of its pool is taken` },
  { signal: 'volumeUsage', degraded: 0.85, unhealthy: 0.95, text: (share, of) => `its volume is ${share} full${of}` },
];
const ERRORS = { degraded: 0.01, unhealthy: 0.05, fewest: 3 };
/** Times what was usual, and by how much more in seconds. */
const LATENCY = { degraded: { times: 2, more: 0.1 }, unhealthy: { times: 4, more: 0.5 } };
/** Of the least that was usual; it is no news of a service that hardly anybody calls. */
const TRAFFIC = { share: 0.3, least: 0.1, days: 3 };
const RESTARTS = 2;

export function judge(seen: Seen): Judgement {
  const { levels, replicas } = seen;
  const reasons = [
    ...replicaReasons(replicas),
    ...errorReasons(seen),
    ...latencyReasons(levels.latencyP95),
    ...trafficReasons(levels.requestRate),
    ...shareReasons(levels),
    ...restartReasons(levels.restarts),
  ];
  const worst = (['unhealthy', 'degraded'] as const).find((status) => reasons.some((reason) => reason.status === status));
  if (worst !== undefined) {
    const ordered = reasons.toSorted((a, b) => Number(b.status === 'unhealthy') - Number(a.status === 'unhealthy'));
    return { status: worst, reasons: ordered.map(({ text }) => text) };
  }
  const unseen = whyUnknown(seen);
  return unseen === undefined ? { status: 'healthy', reasons: [] } : { status: 'unknown', reasons: [unseen] };
}

function whyUnknown({ levels, replicas }: Seen): string | undefined {
  if (replicas.desired === 0) return 'it is scaled to zero';
  if (levels.requestRate === undefined) return 'nobody measures its requests';
  if (levels.requestRate.value === 0) return 'it had no requests';
  return levels.errorShare === undefined ? 'its requests are counted without saying which failed' : undefined;
}

function replicaReasons({ desired, ready }: Replicas): Reason[] {
  if (ready >= desired) return [];
  return [{ status: ready === 0 ? 'unhealthy' : 'degraded', text: `${ready} of ${desired} replicas are ready` }];
}

const usually = (level: GoldenLevel, words: (value: number) => string): string =>
  level.usual === undefined ? '' : ` (usually ${words(level.usual.median)} at this hour)`;

function errorReasons({ levels: { errorShare, requestRate }, windowSeconds }: Seen): Reason[] {
  if (errorShare === undefined || errorShare.value < ERRORS.degraded) return [];
  // of three requests one that failed is a third
  const failed = requestRate === undefined ? Number.POSITIVE_INFINITY : errorShare.value * requestRate.value * windowSeconds;
  const isBad = errorShare.value >= ERRORS.unhealthy && failed >= ERRORS.fewest;
  return [{ status: isBad ? 'unhealthy' : 'degraded', text: `errors are ${percent(errorShare.value)}${usually(errorShare, percent)}` }];
}

function latencyReasons(level: GoldenLevel | undefined): Reason[] {
  if (level?.usual === undefined) return [];
  const { value, usual } = level;
  const isWorse = ({ times, more }: { times: number; more: number }): boolean =>
    value > usual.highest && value >= times * usual.median && value - usual.median >= more;
  if (!isWorse(LATENCY.degraded)) return [];
  const status = isWorse(LATENCY.unhealthy) ? 'unhealthy' : 'degraded';
  return [{ status, text: `latency is ${milliseconds(value)} (p95)${usually(level, milliseconds)}` }];
}

function trafficReasons(level: GoldenLevel | undefined): Reason[] {
  if (level?.usual === undefined) return [];
  const { value, usual } = level;
  if (usual.days < TRAFFIC.days || usual.lowest < TRAFFIC.least || value >= TRAFFIC.share * usual.lowest) return [];
  return [{ status: value === 0 ? 'unhealthy' : 'degraded', text: `traffic is ${perMinute(value)}${usually(level, perMinute)}` }];
}

function shareReasons(levels: Seen['levels']): Reason[] {
  return SHARES.flatMap(({ signal, degraded, unhealthy = Number.POSITIVE_INFINITY, text }): Reason[] => {
    const level = levels[signal];
    if (level === undefined || level.value < degraded) return [];
    const of = level.of === '' ? '' : ` (${level.of})`;
    return [{ status: level.value >= unhealthy ? 'unhealthy' : 'degraded', text: text(percent(level.value), of) }];
  });
}

function restartReasons(level: GoldenLevel | undefined): Reason[] {
  const times = Math.round(level?.value ?? 0);
  return times < RESTARTS ? [] : [{ status: 'degraded', text: `its containers restarted ${times} times within the hour` }];
}
