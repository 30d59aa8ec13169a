/** How fast a subject works through many objects, each of which needs one status write, and what it takes meanwhile. */
import { clientFor } from '../../support/kubeClient.ts';
import type { Subject } from './build.ts';
import { createItem, inParallel } from './items.ts';
import { observe } from './observer.ts';
import { startSubject } from './process.ts';
import type { Bench } from './stage.ts';

export interface LoadFigures {
  readonly reconcilesPerSecond: number;
  /** From the start of the process to the first status. */
  readonly startMs: number;
  readonly cpuSeconds: number;
  readonly peakMebibytes: number;
  readonly residentMebibytes: number;
  readonly mostSockets: number;
}

const GIVE_UP_MS = 180_000;

export async function measureLoad(bench: Bench, subject: Subject, objects: number, concurrency: number): Promise<LoadFigures> {
  const namespace = await bench.namespace('load');
  const names = Array.from({ length: objects }, (_, n) => `item-${n}`);
  await inParallel(names, 20, (name) => createItem(bench.client, namespace, name));
  // A watcher of its own: what the driver does must not stand in the way of what it measures.
  const client = clientFor(bench.target);
  const seen = await observe(client, namespace);
  const began = performance.now();
  const running = startSubject(subject, { kubeconfig: bench.kubeconfig, namespace, concurrency });
  let mostSockets = 0;
  try {
    const deadline = began + GIVE_UP_MS;
    while (names.some((name) => seen.doneAt(name) === undefined) && performance.now() < deadline) {
      mostSockets = Math.max(mostSockets, running.sockets(bench.port));
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
    const times = names.flatMap((name) => seen.doneAt(name) ?? []).toSorted((a, b) => a - b);
    const [first = began, last = began] = [times.at(0), times.at(-1)];
    return {
      reconcilesPerSecond: (times.length / Math.max(1, last - first)) * 1000,
      startMs: first - began,
      cpuSeconds: running.cpuSeconds(),
      peakMebibytes: running.peakMebibytes(),
      residentMebibytes: running.residentMebibytes(),
      mostSockets,
    };
  } finally {
    await running.stop();
    await seen.stop();
    await client.close();
  }
}
