/** Customers: asks a pod for a page, again and again, and shrugs off what it answers. Goes on until it is stopped. */
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Traffic {
  /** Requests that were answered, and those that were not. */
  readonly count: { answered: number; failed: number };
  stop(): Promise<void>;
}

const TIMEOUT_MS = 1_000;

/** @param address of the pod at present; nothing while there is none */
export function sendTraffic(address: () => string | undefined, perSecond: number): Traffic {
  const stopping = new AbortController();
  const count = { answered: 0, failed: 0 };
  const customers = (async () => {
    while (!stopping.signal.aborted) {
      const host = address();
      const answered = host !== undefined && (await visit(host, stopping.signal));
      count[answered ? 'answered' : 'failed'] += 1;
      await sleep(1000 / perSecond, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    count,
    async stop() {
      stopping.abort();
      await customers;
    },
  };
}

function visit(host: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host, port: 8080, path: '/', agent: false, timeout: TIMEOUT_MS, signal }, (response) => {
      response.resume();
      response.on('error', () => resolve(false));
      response.on('end', () => resolve(true));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
