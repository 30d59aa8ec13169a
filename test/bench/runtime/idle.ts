/** What a subject costs while nothing happens: API calls, memory, sockets. All objects are done, and it holds a Lease where it can. */
import { startFaultProxy } from '../../faults/proxy/faultProxy.ts';
import { untilTrue } from '../../support/until.ts';
import type { Subject } from './build.ts';
import { createItem, inParallel } from './items.ts';
import { observe } from './observer.ts';
import { startSubject } from './process.ts';
import type { Bench } from './stage.ts';

export interface IdleFigures {
  readonly reads: number;
  readonly leaseCalls: number;
  readonly otherWrites: number;
  readonly residentMebibytes: number;
  readonly sockets: number;
}

const SETTLE_MS = 5000;

export async function measureIdle(bench: Bench, subject: Subject, objects: number, minutes: number): Promise<IdleFigures> {
  const namespace = await bench.namespace('idle');
  const proxy = await startFaultProxy(bench.target);
  const kubeconfig = bench.kubeconfigFor(namespace, { serverUrl: proxy.url, caData: proxy.caData });
  const names = Array.from({ length: objects }, (_, n) => `item-${n}`);
  await inParallel(names, 20, (name) => createItem(bench.client, namespace, name));
  const seen = await observe(bench.client, namespace);
  const running = startSubject(subject, { kubeconfig, namespace, concurrency: 10, ...(subject.elects ? { lease: 'bench' } : {}) });
  try {
    await untilTrue('all objects are done', () => names.every((name) => seen.doneAt(name) !== undefined), 240_000);
    await pause(SETTLE_MS);
    const before = proxy.requests.length;
    await pause(minutes * 60_000);
    const during = proxy.requests.slice(before);
    const onLease = during.filter(({ path }) => path.includes('/leases'));
    const others = during.filter(({ path }) => !path.includes('/leases'));
    return {
      reads: others.filter(({ method }) => method === 'GET').length,
      leaseCalls: onLease.length,
      otherWrites: others.filter(({ method }) => method !== 'GET').length,
      residentMebibytes: running.residentMebibytes(),
      sockets: proxy.network.open,
    };
  } finally {
    await running.stop();
    await seen.stop();
    await proxy.close();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
