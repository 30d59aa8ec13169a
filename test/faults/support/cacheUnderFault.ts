/**
 * A cache behind a fault proxy, changes made past the proxy, and the comparison of what the cache's listeners heard with what is.
 *
 * "No event lost" means here: the cache ends with exactly the objects that exist, each at its latest version; every object that exists was announced at
 * that version; and every object that was announced and is gone was reported deleted.
 */
import { Registry } from 'prom-client';
import { systemClock } from '../../../src/clock.ts';
import { createInformer, type Informer } from '../../../src/kube/cache/informer.ts';
import type { ReflectorTimings } from '../../../src/kube/cache/reflector.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { reflectorMetrics } from '../../../src/kube/metrics.ts';
import type { SharedCluster } from '../../cluster/vitest.ts';
import { type ConfigMap, configMap, configMaps } from '../../support/configMaps.ts';
import { clientFor } from '../../support/kubeClient.ts';
import { silentLogger } from '../../support/logger.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { untilTrue } from '../../support/until.ts';
import { type FaultProxy, startFaultProxy } from '../proxy/faultProxy.ts';

/** As the defaults, but a hundred times as fast: a test must not wait for minutes. */
const FAST: ReflectorTimings = {
  watchSeconds: 3,
  silenceMs: 1500,
  backoffMs: { base: 20, cap: 300 },
  distrustMs: 1000,
};

export interface CacheUnderFault {
  readonly proxy: FaultProxy;
  readonly informer: Informer<ConfigMap>;
  /** Past the proxy. */
  readonly direct: KubeClient;
  readonly namespace: string;
  /** Names of objects whose deletion was announced. */
  readonly deleted: ReadonlySet<string>;
  create(name: string): Promise<void>;
  change(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Waits until the cache is what the API server holds, and gives what listeners missed: nothing, if all is well. */
  settled(): Promise<{ readonly missed: readonly string[] }>;
  close(): Promise<void>;
}

export interface CacheOptions {
  readonly timings?: ReflectorTimings;
  readonly http1Only?: boolean;
}

export async function startCacheUnderFault(
  cluster: SharedCluster,
  { timings = FAST, http1Only = false }: CacheOptions = {},
): Promise<CacheUnderFault> {
  const proxy = await startFaultProxy({ serverUrl: cluster.serverUrl, caData: cluster.caData, http1Only });
  const direct = clientFor({ ...cluster, token: cluster.tokens.admin });
  const proxied = clientFor({ serverUrl: proxy.url, caData: proxy.caData, token: cluster.tokens.admin });
  const namespace = await makeNamespace(direct, 'faults');
  const metrics = reflectorMetrics(new Registry(), 'configmaps');
  const informer = createInformer({
    client: proxied,
    resource: configMaps,
    selection: { namespace },
    clock: systemClock,
    logger: silentLogger,
    metrics,
    timings,
  });

  const announced = new Map<string, ConfigMap>();
  const deleted = new Set<string>();
  informer.onChange(({ type, object }) => {
    const { name } = object.metadata;
    if (type === 'deleted') {
      announced.delete(name);
      deleted.add(name);
    } else announced.set(name, object);
  });
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  await informer.whenSynced(AbortSignal.timeout(20_000));
  const live = async (): Promise<ReadonlyMap<string, ConfigMap>> => {
    const { items } = await direct.list(configMaps, { namespace });
    return new Map(items.map((item) => [item.metadata.name, item]));
  };
  return {
    proxy,
    informer,
    direct,
    namespace,
    deleted,
    create: async (name) => {
      await direct.create(configMaps, configMap(namespace, name));
    },
    change: async (name) => {
      await direct.patch(configMaps, { namespace, name }, { data: { at: String(performance.now()) } }, { type: 'merge' });
    },
    remove: async (name) => {
      await direct.delete(configMaps, { namespace, name });
    },
    settled: async () => {
      const present = await live();
      await untilTrue('the cache equals what the API server holds', () => isSame(informer, present));
      return { missed: differences(present, announced) };
    },
    close: async () => {
      stop.abort(new Error('the test is over'));
      await running;
      await proxied.close();
      await direct.close();
      await proxy.close();
    },
  };
}

function isSame({ store }: Informer<ConfigMap>, present: ReadonlyMap<string, ConfigMap>): boolean {
  return (
    store.size === present.size && differences(present, new Map(store.list().map((object) => [object.metadata.name, object]))).length === 0
  );
}

function differences(present: ReadonlyMap<string, ConfigMap>, heard: ReadonlyMap<string, ConfigMap>): string[] {
  const versionOf = (object: ConfigMap | undefined): string => `${object?.metadata.uid}@${object?.metadata.resourceVersion}`;
  const names = new Set([...present.keys(), ...heard.keys()]);
  return [...names].filter((name) => versionOf(present.get(name)) !== versionOf(heard.get(name)));
}
