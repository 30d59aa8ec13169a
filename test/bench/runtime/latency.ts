/**
 * How long a change takes to become a status, when nothing has happened for longer than a watch lasts.
 *
 * Watches last minutes, so a proxy shortens those of all subjects alike; each change comes after a pause in which at least one watch has ended.
 */
import { systemClock } from '../../../src/clock.ts';
import { startFaultProxy } from '../../faults/proxy/faultProxy.ts';
import { untilTrue } from '../../support/until.ts';
import type { Subject } from './build.ts';
import { changeItem, createItem } from './items.ts';
import { observe } from './observer.ts';
import { startSubject } from './process.ts';
import type { Bench } from './stage.ts';

export interface LatencyFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

/** A change that takes longer counts as this. */
const GIVE_UP_MS = 10_000;

export async function measureLatency(bench: Bench, subject: Subject, changes: number, watchSeconds: number): Promise<LatencyFigures> {
  const namespace = await bench.namespace('latency');
  const proxy = await startFaultProxy({ ...bench.target, watchSeconds });
  const kubeconfig = bench.kubeconfigFor(namespace, { serverUrl: proxy.url, caData: proxy.caData });
  await createItem(bench.client, namespace, 'item');
  const seen = await observe(bench.client, namespace);
  const running = startSubject(subject, { kubeconfig, namespace, concurrency: 1 });
  const latencies: number[] = [];
  try {
    await untilTrue('the subject works', () => seen.doneAt('item') !== undefined, 60_000);
    for (let change = 2; change < changes + 2; change++) {
      await systemClock.sleep((watchSeconds + 0.2 + Math.random() * watchSeconds) * 1000);
      const began = systemClock.monotonic();
      await changeItem(bench.client, namespace, 'item', String(change));
      latencies.push(
        await doneAfter(began, () => (seen.present.get('item')?.spec.value === String(change) ? seen.doneAt('item') : undefined)),
      );
    }
  } finally {
    await running.stop();
    await seen.stop();
    await proxy.close();
  }
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) };
}

async function doneAfter(began: number, doneAt: () => number | undefined): Promise<number> {
  while (systemClock.monotonic() - began < GIVE_UP_MS) {
    const done = doneAt();
    if (done !== undefined && done >= began) return done - began;
    await systemClock.sleep(1);
  }
  return GIVE_UP_MS;
}
