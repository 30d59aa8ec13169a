/**
 * The benchmark's reconciler on `src/kube/`: copies `spec.value` to `status.observed`, and says on stdout which objects it learned to be gone.
 *
 * Configured by the environment alone, as the other subjects are.
 */
import { KubeConfig } from '@kubernetes/client-node';
import pino from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from '../../../../src/clock.ts';
import { defineController } from '../../../../src/kube/controller.ts';
import { createKubeClient } from '../../../../src/kube/createClient.ts';
import { createManager } from '../../../../src/kube/manager.ts';
import { applyStatus } from '../../../../src/kube/status.ts';
import { items } from '../items.ts';

const { BENCH_NAMESPACE: namespace = '', BENCH_CONCURRENCY = '', BENCH_LEASE = '' } = process.env;
const kubeConfig = new KubeConfig();
kubeConfig.loadFromDefault();
const logger = pino(pino.destination(2));
const registry = new Registry();
const client = createKubeClient({ kubeConfig, clock: systemClock, logger, registry });
const manager = createManager({
  client,
  clock: systemClock,
  logger,
  registry,
  name: 'bench',
  election: BENCH_LEASE === '' ? undefined : { namespace, name: BENCH_LEASE, identity: `bench-${process.pid}` },
});
manager.addController(
  defineController({
    name: 'items',
    resource: items,
    namespace,
    concurrency: Number(BENCH_CONCURRENCY),
    reconcile: async (key, { store, client: tracked }) => {
      const item = store.get(key);
      if (item === undefined) console.log(`deleted ${key.name}`);
      else await applyStatus(tracked, items, item, { observed: item.spec.value }, { fieldManager: 'bench' });
      return undefined;
    },
  }),
);
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort(new Error(signal)));
await manager.run(stop.signal);
