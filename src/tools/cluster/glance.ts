/** Looks that an answer can do without: what the caller may not see, or what does not answer, is left out and named, never passed over in silence. */
import type { KubeClient, Selection } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import type { Key, KubeObject, ResourceType } from '../../kube/object.ts';
import { ToolError } from '../errors.ts';
import type { Call } from '../tool.ts';
import { CALL_TIMEOUT_MS, type ClusterDeps } from './deps.ts';
import { demandKind, inWords, look } from './reading.ts';

export interface Glance {
  /** Empty where it was not seen, or the kind is not served. */
  readonly list: <T extends KubeObject>(resource: ResourceType<T>, selection: Selection) => Promise<readonly T[]>;
  readonly get: <T extends KubeObject>(resource: ResourceType<T>, key: Key) => Promise<T | undefined>;
  /** What was not seen, in a line; undefined where all was. */
  readonly unseen: () => string | undefined;
}

export interface GlanceDeps extends Pick<ClusterDeps, 'cleaner'> {
  readonly client: Pick<KubeClient, 'get' | 'list'>;
}

export function createGlance({ client, cleaner }: GlanceDeps, call: Call): Glance {
  const refused = new Set<string>();
  const silent = new Set<string>();
  const options = { signal: call.signal, timeoutMs: CALL_TIMEOUT_MS };

  async function attempt<T>(resource: ResourceType, place: Partial<Key>, instead: T, ask: () => Promise<T>): Promise<T> {
    try {
      await demandKind(call, resource, place);
      return await look(inWords(place.name === undefined ? 'list' : 'get', resource, place), resource, cleaner, ask);
    } catch (error) {
      call.signal.throwIfAborted();
      if (isNotFound(error)) return instead;
      (error instanceof ToolError && error.reason === 'Forbidden' ? refused : silent).add(resource.plural);
      return instead;
    }
  }

  return {
    list: (resource, selection) =>
      attempt(resource, selection.namespace === undefined ? {} : { namespace: selection.namespace }, [], async () => {
        const { items } = await client.list(resource, { ...selection, ...options });
        return items;
      }),
    get: (resource, key) => attempt(resource, key, undefined, () => client.get(resource, key, options)),
    unseen: () => {
      const parts = [
        ...(refused.size === 0 ? [] : [`${[...refused].join(', ')} (not allowed)`]),
        ...(silent.size === 0 ? [] : [`${[...silent].join(', ')} (no answer)`]),
      ];
      return parts.length === 0 ? undefined : `Not looked at: ${parts.join('; ')}.`;
    },
  };
}
