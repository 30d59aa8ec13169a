/**
 * What a subject misses when things go wrong between it and the API server.
 *
 * Before and during each fault objects come, change and go. Lost is what it has not worked off, or not reported deleted, a good while after the fault is
 * over, though the process was started anew whenever it exited. A deletion of an object that it may never have seen does not count.
 */
import { type FaultProxy, startFaultProxy } from '../../faults/proxy/faultProxy.ts';
import * as faults from '../../faults/proxy/faults.ts';
import { untilTrue } from '../../support/until.ts';
import type { Subject } from './build.ts';
import { changeItem, createItem, inParallel, items } from './items.ts';
import { observe } from './observer.ts';
import { startSubject } from './process.ts';
import type { Bench } from './stage.ts';

export interface LossFigures {
  readonly lost: number;
  readonly of: number;
  readonly exits: number;
  /** From the end of the fault until nothing was missing; undefined if that never came. */
  readonly recoveredMs: number | undefined;
}

type End = () => void | Promise<void>;

export interface BenchFault {
  readonly name: string;
  /** Begins the fault, and gives what ends it. */
  readonly begin: (proxy: FaultProxy) => End | Promise<End>;
}

const injected = (name: string, make: () => Parameters<FaultProxy['inject']>[0]): BenchFault => ({
  name,
  begin: (proxy) => {
    const end = proxy.inject(make());
    proxy.network.cutAll();
    return end;
  },
});

export const benchFaults: readonly BenchFault[] = [
  {
    name: 'connection cut',
    begin: ({ network }) => {
      network.cutAll();
      return () => undefined;
    },
  },
  {
    name: 'connections refused',
    begin: async ({ network }) => {
      await network.refuse();
      network.cutAll();
      return () => network.accept();
    },
  },
  {
    name: 'connection dead, untold',
    begin: ({ network }) => {
      network.strand();
      return () => undefined;
    },
  },
  injected('500 to all', () => faults.internalError(faults.everything, 1000)),
  injected('410 as a status', () => faults.goneAsStatus(faults.watches, 2)),
  injected('410 in the stream', () => faults.goneInStream(2)),
  injected('429, Retry-After 1', () => faults.tooManyRequests(faults.watches, 2, 1)),
  injected('event cut in the middle', () => faults.truncatedLine(3, 3)),
  injected('bytes doubled', () => faults.doubledBytes(3)),
  injected('stream frozen', () => faults.frozenStream(3, 1)),
];

const DURING_MS = 3000;

export async function measureLosses(bench: Bench, subject: Subject, fault: BenchFault, patienceMs: number): Promise<LossFigures> {
  const namespace = await bench.namespace('losses');
  const proxy = await startFaultProxy(bench.target);
  const kubeconfig = bench.kubeconfigFor(namespace, { serverUrl: proxy.url, caData: proxy.caData });
  const names = (round: string): readonly string[] => Array.from({ length: 10 }, (_, n) => `${round}-${n}`);
  const create = (name: string): Promise<void> => createItem(bench.client, namespace, name);
  await inParallel(names('before'), 10, create);
  const seen = await observe(bench.client, namespace);
  const running = startSubject(subject, { kubeconfig, namespace, concurrency: 4 });
  try {
    await untilTrue('the subject works', () => names('before').every((name) => seen.doneAt(name) !== undefined), 60_000);
    const end = await fault.begin(proxy);
    const gone = names('before').slice(0, 5);
    await inParallel(names('during'), 10, create);
    await inParallel(names('before').slice(5), 5, (name) => changeItem(bench.client, namespace, name, '2'));
    await inParallel(gone, 5, (name) => bench.client.delete(items, { namespace, name }));
    await new Promise((resolve) => {
      setTimeout(resolve, DURING_MS);
    });
    await end();
    await inParallel(names('after'), 10, create);
    const ended = performance.now();
    const kept = [...names('before').slice(5), ...names('during'), ...names('after')];
    const missing = (): number =>
      kept.filter((name) => seen.doneAt(name) === undefined).length + gone.filter((name) => !running.deleted.has(name)).length;
    const recoveredMs = await untilTrue('nothing is missing', () => missing() === 0, patienceMs).then(
      () => performance.now() - ended,
      () => undefined,
    );
    return { lost: missing(), of: kept.length + gone.length, exits: running.exits, recoveredMs };
  } finally {
    await running.stop();
    await seen.stop();
    await proxy.close();
  }
}
