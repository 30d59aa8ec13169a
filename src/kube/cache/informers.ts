/** The caches of a process: one for each kind and selection, shared by everybody who asks for the same. */
import type { Clock } from '../../clock.ts';
import type { KubeClient, Selection } from '../client.ts';
import type { Logger } from '../logger.ts';
import type { ReflectorMetrics } from '../metrics.ts';
import { type KubeObject, type ResourceType, resourceName } from '../object.ts';
import type { Indices } from '../store.ts';
import { createInformer, type Informer } from './informer.ts';
import type { ReflectorTimings } from './reflector.ts';

export interface CacheOptions<T extends KubeObject> extends Selection {
  readonly indices?: Indices<T> | undefined;
}

export interface Informers {
  of<T extends KubeObject>(resource: ResourceType<T>, options?: CacheOptions<T>): Informer<T>;
  all(): readonly Informer<KubeObject>[];
}

export interface InformersOptions {
  readonly client: Pick<KubeClient, 'list' | 'watch'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metricsFor: (name: string) => ReflectorMetrics;
  readonly timings?: ReflectorTimings | undefined;
}

export function createInformers(options: InformersOptions): Informers {
  const informers = new Map<string, Informer<KubeObject>>();
  return {
    of: <T extends KubeObject>(resource: ResourceType<T>, { indices = {}, ...selection }: CacheOptions<T> = {}) => {
      const { namespace = '', labelSelector = '', fieldSelector = '' } = selection;
      const identity = [resourceName(resource), namespace, labelSelector, fieldSelector].join('\n');
      const known = informers.get(identity) as unknown as Informer<T> | undefined;
      const informer = known ?? createInformer({ ...options, resource, selection, metrics: options.metricsFor(resourceName(resource)) });
      informers.set(identity, informer);
      informer.declareIndices(indices);
      return informer;
    },
    all: () => [...informers.values()],
  };
}
