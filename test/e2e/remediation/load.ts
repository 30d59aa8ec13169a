/** Load that the pods of a namespace share, told by the metrics API in the place of metrics-server: the more pods, the less each of them has of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../../src/kube/client.ts';
import { pods } from '../../../src/sources/kubernetes/api.ts';
import { measure } from '../../live/podMetrics.ts';

export interface Load {
  stop(): Promise<void>;
}

const MEASURE_MS = 3_000;

export function shareLoad(kube: KubeClient, namespace: string, { millicores }: { readonly millicores: number }): Load {
  const stopping = new AbortController();
  const measuring = (async () => {
    while (!stopping.signal.aborted) {
      const { items } = await kube.list(pods, { namespace });
      await measure(kube, namespace, { cpu: `${Math.round(millicores / Math.max(1, items.length))}m` });
      await sleep(MEASURE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  measuring.catch(() => undefined); // told by stop
  return {
    async stop() {
      stopping.abort();
      await measuring;
    },
  };
}
