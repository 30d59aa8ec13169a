import { describe, expect, test } from 'vitest';
import { memoryLeak } from '../../../../src/investigate/analyzers/memoryLeak.ts';
import type { Container, Series } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, cart, container, ended, MI, pod, running, snapshot } from '../builders.ts';
import { told } from '../objectBuilders.ts';

const series = (valueAt: (minute: number) => number, more: Partial<Series> = {}): Series => ({
  object: cart,
  metric: 'memoryBytes',
  points: Array.from({ length: 240 }, (_, minute) => [ago(240 - minute), valueAt(minute) * MI] as const),
  evidence: 'series/Deployment/shop/cart/memoryBytes',
  ...more,
});
/** Collections show on it. */
const growing = (minute: number): number => 100 + minute / 2 + (minute % 7);
const limits = { memoryBytes: 230 * MI };
const killed: Partial<Container> = {
  lastState: ended(137, { reason: 'OOMKilled', startedAt: ago(300), finishedAt: ago(1) }),
  limits: { memoryBytes: 512 * MI },
};

interface Case {
  readonly name: string;
  readonly series: Series;
  readonly container: Partial<Container>;
  readonly want: readonly string[];
}

describe('memoryLeak', () => {
  test.each<Case>([
    { name: 'memory that grew until it was killed', series: series(growing), container: killed, want: ['MemoryLeak Deployment/cart'] },
    {
      name: 'memory that grows and is near its limit',
      series: series(growing),
      container: { limits, state: running(600) },
      want: ['MemoryLeak Deployment/cart'],
    },
    {
      name: 'memory that grows and harms nobody yet',
      series: series(growing),
      container: { limits: { memoryBytes: 4096 * MI } },
      want: [],
    },
    { name: 'memory that grows without a limit', series: series(growing), container: {}, want: [] },
    { name: 'memory that is high and stays', series: series((minute) => 210 + (minute % 7)), container: { limits }, want: [] },
    { name: 'memory of another container', series: series(growing, { instance: 'proxy' }), container: killed, want: [] },
    { name: 'another quantity', series: series(growing, { metric: 'cpuCores' }), container: killed, want: [] },
  ])('$name', ({ series: one, container: more, want }) => {
    expect(told(memoryLeak.find(snapshot({ pods: [pod({}, container({ ready: true, ...more }))], series: [one] })))).toEqual(want);
  });
});
