/** Waits until a namespace looks as it should: one look at the cluster for all who wait, again and again while anybody does. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../src/kube/client.ts';
import { type Seen, type Sign, seeAll } from './seen.ts';

export interface Lookout {
  /** What is in the namespace now. */
  readonly look: (namespace: string) => Promise<Seen>;
  /** Waits until it is so, and says what is there instead where it does not come. */
  readonly until: (namespace: string, sign: Sign) => Promise<Seen>;
  stop(): void;
}

const LOOK_MS = 500;

export function keepLookout(kube: KubeClient, patienceSeconds: number): Lookout {
  const stopping = new AbortController();
  let next: Promise<(namespace: string) => Seen> | undefined;
  const look = async (namespace: string): Promise<Seen> => {
    next ??= sleep(LOOK_MS, undefined, { signal: stopping.signal }).then(() => {
      next = undefined;
      return seeAll(kube);
    });
    return (await next)(namespace);
  };
  return {
    look,
    async until(namespace, sign) {
      const giveUpAt = performance.now() + patienceSeconds * 1000;
      for (;;) {
        const seen = await look(namespace);
        if (sign(seen)) return seen;
        if (performance.now() > giveUpAt) throw new Error(`${namespace}: it does not show after ${patienceSeconds} s: ${inWords(seen)}`);
      }
    },
    stop: () => stopping.abort(),
  };
}

const inWords = ({ pods, events }: Seen): string =>
  JSON.stringify({
    pods: pods.map(({ metadata, status }) => [metadata.name, status?.phase, status?.containerStatuses?.map(({ state }) => state)]),
    events: events.slice(-8).map(({ reason, message }) => `${reason}: ${message}`),
  }).slice(0, 3000);
