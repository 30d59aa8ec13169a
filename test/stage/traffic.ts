/** Customers: asks a pod for a page, again and again, and shrugs off what it answers. Goes on until it is stopped. */
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Traffic {
  stop(): Promise<void>;
}

const TIMEOUT_MS = 1_000;

/** @param address of the pod at present; nothing while there is none */
export function sendTraffic(address: () => string | undefined, perSecond: number): Traffic {
  const stopping = new AbortController();
  const customers = (async () => {
    while (!stopping.signal.aborted) {
      const host = address();
      if (host !== undefined) await visit(host, stopping.signal);
      await sleep(1000 / perSecond, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await customers;
    },
  };
}

function visit(host: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const request = get({ host, port: 8080, path: '/', agent: false, timeout: TIMEOUT_MS, signal }, (response) => {
      response.resume();
      response.on('error', () => resolve());
      response.on('end', () => resolve());
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve());
  });
}
