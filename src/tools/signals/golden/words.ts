/** The golden signals in words: the four texts that callers know, and what is missing with how to have it measured. */
import { formatBytes } from '../../../domain/quantity.ts';
import type { GoldenLevel } from '../../../sources/signals/goldenSignals.ts';
import type { GoldenName } from '../../../sources/signals/goldenTable.ts';

type Levels = Readonly<Partial<Record<GoldenName, GoldenLevel>>>;

/** Three digits at most, without zeros behind the point. */
function short(value: number): string {
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(Math.abs(value) >= 10 ? 3 : 2)));
}

/** @param value in seconds */
export const milliseconds = (value: number): string => (value >= 10 ? `${short(value)}s` : `${short(value * 1000)}ms`);
/** @param value of one */
export const percent = (value: number): string => `${short(100 * value)}%`;
/** @param value a second */
export const perMinute = (value: number): string => `${short(60 * value)} req/min`;

const NOT_MEASURED = 'not measured';

export interface FourTexts {
  readonly latency: string;
  readonly traffic: string;
  readonly errors: string;
  readonly saturation: string;
}

export function fourTexts(levels: Levels): FourTexts {
  const { latencyP95, requestRate, errorShare } = levels;
  const isIdle = requestRate?.value === 0;
  return {
    latency: latencyP95 === undefined ? (isIdle ? 'no requests' : NOT_MEASURED) : `${milliseconds(latencyP95.value)} (p95)`,
    traffic: requestRate === undefined ? NOT_MEASURED : perMinute(requestRate.value),
    errors: errorShare === undefined ? (isIdle ? 'no requests' : NOT_MEASURED) : percent(errorShare.value),
    saturation: saturationText(levels),
  };
}

function saturationText({
  cpuOfLimit,
  cpuOfRequest,
  cpuUsage,
  memoryOfLimit,
  memoryUsage,
  poolUsage,
  volumeUsage,
  cpuThrottling,
}: Levels): string {
  const share = (name: string, level: GoldenLevel | undefined): string[] =>
    level === undefined ? [] : [`${name}: ${percent(level.value)}`];
  const isThrottled = (cpuThrottling?.value ?? 0) >= 0.01;
  return [
    `CPU: ${cpuText(cpuOfLimit, cpuOfRequest, cpuUsage)}`,
    `Memory: ${memoryOfLimit !== undefined ? percent(memoryOfLimit.value) : memoryUsage !== undefined ? `${formatBytes(Math.round(memoryUsage.value))} (no limit)` : NOT_MEASURED}`,
    ...share('Throttled', isThrottled ? cpuThrottling : undefined),
    ...share('Pool', poolUsage),
    ...share('Disk', volumeUsage),
  ].join(', ');
}

function cpuText(ofLimit: GoldenLevel | undefined, ofRequest: GoldenLevel | undefined, usage: GoldenLevel | undefined): string {
  if (ofLimit !== undefined) return percent(ofLimit.value);
  if (ofRequest !== undefined) return `${percent(ofRequest.value)} of its request (no limit)`;
  return usage === undefined ? NOT_MEASURED : `${short(usage.value)} cores (no limit)`;
}

export interface Missing {
  readonly signal: string;
  readonly reason: string;
}

/** @param hasVolumes the workload has claims that could be full */
export function missingOf(levels: Levels, hasVolumes: boolean): Missing[] {
  const isIdle = levels.requestRate?.value === 0;
  const wanted: readonly (readonly [isThere: boolean, signal: string, reason: string])[] = [
    [levels.latencyP95 !== undefined || isIdle, 'latency', 'no histogram of durations, such as http_server_request_duration_seconds'],
    [levels.requestRate !== undefined, 'traffic', 'no counter of requests by a mesh, an ingress or the application'],
    [levels.errorShare !== undefined || isIdle, 'errors', 'no requests with a label that says how they ended'],
    [levels.cpuUsage !== undefined, 'CPU', 'no container_cpu_usage_seconds_total of its containers (cAdvisor)'],
    [
      levels.cpuUsage === undefined || levels.cpuOfLimit !== undefined,
      'CPU of its limit',
      'its containers have none, or kube-state-metrics does not tell it',
    ],
    [levels.memoryUsage !== undefined, 'memory', 'no container_memory_working_set_bytes of its containers (cAdvisor)'],
    [
      levels.memoryUsage === undefined || levels.memoryOfLimit !== undefined,
      'memory of its limit',
      'its containers have none, or kube-state-metrics does not tell it',
    ],
    [levels.volumeUsage !== undefined || !hasVolumes, 'disk', 'no kubelet_volume_stats_* of its claims'],
    [
      levels.requestRate === undefined || levels.requestRate.usual !== undefined,
      'earlier days',
      'nothing of the same hour to compare with, so latency and traffic are not judged',
    ],
  ];
  return wanted.flatMap(([isThere, signal, reason]) => (isThere ? [] : [{ signal, reason }]));
}

/** As in `; usually 120ms at this hour of the last 7 days`. */
export const usuallyText = (level: GoldenLevel | undefined, words: (value: number) => string): string =>
  level?.usual === undefined
    ? ''
    : `; usually ${words(level.usual.median)} at this hour (${level.usual.days} ${level.usual.days === 1 ? 'day' : 'days'})`;
