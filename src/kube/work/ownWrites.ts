/**
 * Reads one's own writes: remembers what each key's reconcile wrote, and says whether the caches hold it.
 *
 * Without it a reconcile could run on the state before its last write, and do the same thing twice. Versions are compared as
 * the API allows; where they can't be ordered, the cache must hold exactly what was written, or something else than before for as long as
 * `UNORDERED_WAIT_MS`. Writes to kinds that no cache of the controller holds, and dry runs, are not waited for.
 */
import type { Clock } from '../../clock.ts';
import type { Informer } from '../cache/informer.ts';
import { compareResourceVersions } from '../cache/resourceVersion.ts';
import type { KubeClient } from '../client.ts';
import { type Key, type KubeObject, keyOf, type ResourceType, resourceName } from '../object.ts';

export interface OwnWrites {
  /** A client whose writes are remembered under `key`. */
  tracking(client: KubeClient, key: string): KubeClient;
  /** Whether the caches hold all that was written under `key`. */
  caughtUp(key: string): boolean;
}

interface Write {
  readonly informer: Informer<KubeObject>;
  readonly key: Key;
  readonly uid: string;
  /** Undefined for a deletion. */
  readonly version: string | undefined;
  readonly at: number;
}

/** How long to wait where versions can't be ordered: another's later write hides ours. */
const UNORDERED_WAIT_MS = 10_000;

export function createOwnWrites(informers: readonly Informer<KubeObject>[], clock: Clock): OwnWrites {
  const writes = new Map<string, readonly Write[]>();

  const remember = (under: string, resource: ResourceType, key: Key, written: Written): void => {
    const concerned = informers.filter((informer) => covers(informer, resource, key));
    const fresh = concerned.map((informer) => ({ informer, key, ...written, at: clock.monotonic() }));
    if (fresh.length > 0) writes.set(under, [...(writes.get(under) ?? []).filter((write) => !isHeld(write, clock)), ...fresh]);
  };
  const cachedUid: UidOf = (resource, key) => {
    const holder = informers.find((informer) => covers(informer, resource, key) && informer.store.get(key) !== undefined);
    return holder?.store.get(key)?.metadata.uid;
  };
  return {
    tracking: (client, under) => trackingClient(client, (resource, key, written) => remember(under, resource, key, written), cachedUid),
    caughtUp: (under) => {
      const open = (writes.get(under) ?? []).filter((write) => !isHeld(write, clock));
      if (open.length === 0) writes.delete(under);
      else writes.set(under, open);
      return open.length === 0;
    },
  };
}

interface Written {
  readonly uid: string;
  readonly version: string | undefined;
}

type Remember = (resource: ResourceType, key: Key, written: Written) => void;
type UidOf = (resource: ResourceType, key: Key) => string | undefined;

function trackingClient(client: KubeClient, remember: Remember, cachedUid: UidOf): KubeClient {
  const noted = <T extends KubeObject>(resource: ResourceType<T>, object: T, dryRun: boolean | undefined): T => {
    const { uid, resourceVersion } = object.metadata;
    if (dryRun !== true) remember(resource, keyOf(object), { uid, version: resourceVersion });
    return object;
  };
  return {
    ...client,
    create: async (resource, object, options) => noted(resource, await client.create(resource, object, options), options?.dryRun),
    apply: async (resource, intent, options) => noted(resource, await client.apply(resource, intent, options), options.dryRun),
    replace: async (resource, object, options) => noted(resource, await client.replace(resource, object, options), options?.dryRun),
    patch: async (resource, key, body, options) => noted(resource, await client.patch(resource, key, body, options), options.dryRun),
    delete: async (resource, key, options) => {
      const uid = options?.uid ?? cachedUid(resource, key);
      const existed = await client.delete(resource, key, options);
      if (existed && uid !== undefined && options?.dryRun !== true) remember(resource, key, { uid, version: undefined });
      return existed;
    },
    as: (who) => trackingClient(client.as(who), remember, cachedUid),
  };
}

function covers({ resource, selection }: Informer<KubeObject>, written: ResourceType, { namespace }: Key): boolean {
  if (resourceName(resource) !== resourceName(written)) return false;
  return selection.namespace === undefined || selection.namespace === namespace;
}

function isHeld({ informer, key, uid, version, at }: Write, clock: Clock): boolean {
  const cached = informer.store.get(key)?.metadata;
  if (version === undefined) {
    // With a finalizer the object stays for a while, marked.
    return cached === undefined || cached.deletionTimestamp !== undefined || cached.uid !== uid;
  }
  if (cached?.resourceVersion === version) return true;
  const order = informer.version === undefined ? undefined : compareResourceVersions(informer.version, version);
  return order === undefined ? clock.monotonic() - at > UNORDERED_WAIT_MS : order >= 0;
}
