/**
 * An API server in memory, for tests that need time to stand still: get, list, create, replace, delete and watch, with resource versions, optimistic locks,
 * finalizers and compaction.
 *
 * It passes the same contract test as the real client on a real API server (`kubeContract.ts`). It neither validates nor defaults, and knows no
 * server-side apply, and no selectors but those of equality between labels.
 */
import type { KubeClient, KubeList, Selection, WatchEvent, WatchOptions } from '../../src/kube/client.ts';
import { ApiError } from '../../src/kube/errors.ts';
import { apiVersionOf, type Key, type KubeObject, keyString, type ResourceType, resourceName } from '../../src/kube/object.ts';

export type MemoryVerbs = Pick<KubeClient, 'get' | 'list' | 'create' | 'replace' | 'delete' | 'watch'>;

export interface MemoryKube extends MemoryVerbs {
  /** The next `times` calls of these verbs throw. */
  fail(verbs: readonly (keyof MemoryVerbs)[], times: number, error: () => Error): void;
  /** How often each verb was called. */
  readonly calls: Readonly<Record<keyof MemoryVerbs, number>>;
  /** Ends every watch, in order or with an error. */
  endWatches(error?: Error): void;
  /** Versions before the present one can't be watched from any more. */
  compact(): void;
}

interface LoggedEvent {
  readonly version: number;
  readonly resource: string;
  readonly event: WatchEvent<KubeObject>;
}

interface State {
  readonly objects: Map<string, KubeObject>;
  readonly log: LoggedEvent[];
  version: number;
  compacted: number;
  uids: number;
  readonly watchers: Set<Watcher>;
}

interface Watcher {
  wake(): void;
  end(error: Error | undefined): void;
  isOver(): boolean;
  woken(): Promise<void>;
  throwIfFailed(): void;
}

export function createMemoryKube(): MemoryKube {
  const state: State = { objects: new Map(), log: [], version: 100, compacted: 0, uids: 0, watchers: new Set() };
  const calls = { get: 0, list: 0, create: 0, replace: 0, delete: 0, watch: 0 };
  const failures: { readonly verbs: readonly string[]; left: number; readonly error: () => Error }[] = [];
  const enter = (verb: keyof MemoryVerbs): void => {
    calls[verb] += 1;
    const failure = failures.find(({ verbs, left }) => left > 0 && verbs.includes(verb));
    if (failure === undefined) return;
    failure.left -= 1;
    throw failure.error();
  };
  return {
    ...verbsOn(state, enter),
    calls,
    fail: (verbs, times, error) => {
      failures.push({ verbs, left: times, error });
    },
    endWatches: (error) => {
      for (const watcher of state.watchers) watcher.end(error);
    },
    compact: () => {
      state.compacted = state.version;
    },
  };
}

function verbsOn(state: State, enter: (verb: keyof MemoryVerbs) => void): MemoryVerbs {
  return {
    get: async <T extends KubeObject>(resource: ResourceType<T>, key: Key) => {
      enter('get');
      return state.objects.get(idOf(resource, key)) as T | undefined;
    },
    list: async <T extends KubeObject>(resource: ResourceType<T>, { namespace, labelSelector }: Selection = {}): Promise<KubeList<T>> => {
      enter('list');
      const items = [...state.objects].filter(
        ([id, object]) => id.startsWith(`${resourceName(resource)} `) && isIn(namespace, object) && hasLabels(labelSelector, object),
      );
      return { items: items.map(([, object]) => object as T), resourceVersion: String(state.version) };
    },
    create: async (resource, object) => {
      enter('create');
      const name = object.metadata.name ?? `${object.metadata.generateName ?? ''}${state.uids}`;
      const id = idOf(resource, { ...object.metadata, name });
      if (state.objects.has(id)) throw refusal(409, 'AlreadyExists', `${id} already exists`);
      const metadata = {
        ...object.metadata,
        name,
        uid: `uid-${(state.uids += 1)}`,
        creationTimestamp: '2026-01-01T00:00:00Z',
        generation: 1,
      };
      return commit(state, resource, 'ADDED', { ...object, metadata } as unknown as KubeObject) as never;
    },
    replace: async (resource, object) => {
      enter('replace');
      const id = idOf(resource, object.metadata);
      const before = state.objects.get(id);
      if (before === undefined) throw refusal(404, 'NotFound', `${id} not found`);
      if (object.metadata.resourceVersion !== before.metadata.resourceVersion) throw refusal(409, 'Conflict', `${id} was changed`);
      const finished = object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
      return commit(state, resource, finished ? 'DELETED' : 'MODIFIED', object) as never;
    },
    delete: async (resource, key, options = {}) => {
      enter('delete');
      const before = state.objects.get(idOf(resource, key));
      if (before === undefined) return false;
      const { uid, resourceVersion, finalizers = [] } = before.metadata;
      if ((options.uid ?? uid) !== uid || (options.resourceVersion ?? resourceVersion) !== resourceVersion)
        throw refusal(409, 'Conflict', 'precondition failed');
      const marked = { ...before, metadata: { ...before.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
      commit(state, resource, finalizers.length > 0 ? 'MODIFIED' : 'DELETED', finalizers.length > 0 ? marked : before);
      return true;
    },
    watch: async function* <T extends KubeObject>(resource: ResourceType<T>, options: WatchOptions = {}) {
      enter('watch');
      yield* follow(state, resourceName(resource), options) as AsyncGenerator<WatchEvent<T>>;
    },
  };
}

async function* follow(state: State, resource: string, options: WatchOptions): AsyncGenerator<WatchEvent<KubeObject>> {
  const { resourceVersion, namespace, signal, onOpen } = options;
  let at = resourceVersion === undefined ? state.version : Number(resourceVersion);
  if (at < state.compacted) throw refusal(410, 'Expired', 'too old resource version');
  onOpen?.();
  const watcher = createWatcher();
  const onAbort = (): void => watcher.end(signal?.reason as Error);
  signal?.addEventListener('abort', onAbort, { once: true });
  state.watchers.add(watcher);
  try {
    while (!watcher.isOver()) {
      const fresh = state.log.filter((logged) => logged.resource === resource && logged.version > at);
      for (const { version, event } of fresh) {
        at = version;
        if (event.type !== 'BOOKMARK' && isIn(namespace, event.object)) yield event;
      }
      if (fresh.length === 0) await watcher.woken();
    }
    watcher.throwIfFailed();
  } finally {
    state.watchers.delete(watcher);
    signal?.removeEventListener('abort', onAbort);
  }
}

function createWatcher(): Watcher {
  let over = false;
  let failure: Error | undefined;
  let wake = (): void => undefined;
  return {
    wake: () => wake(),
    end: (error) => {
      over = true;
      failure = error;
      wake();
    },
    isOver: () => over,
    woken: () =>
      new Promise((resolve) => {
        wake = resolve;
        if (over) resolve();
      }),
    throwIfFailed: () => {
      if (failure !== undefined) throw failure;
    },
  };
}

function commit(state: State, resource: ResourceType, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): KubeObject {
  state.version += 1;
  const metadata = { ...object.metadata, resourceVersion: String(state.version) };
  const stored: KubeObject = structuredClone({ ...object, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata });
  const id = idOf(resource, stored.metadata);
  if (type === 'DELETED') state.objects.delete(id);
  else state.objects.set(id, stored);
  state.log.push({ version: state.version, resource: resourceName(resource), event: { type, object: stored } });
  for (const watcher of state.watchers) watcher.wake();
  return stored;
}

const idOf = (resource: ResourceType, key: Key): string => `${resourceName(resource)} ${keyString(key)}`;

const isIn = (namespace: string | undefined, { metadata }: KubeObject): boolean =>
  namespace === undefined || metadata.namespace === namespace;

/** Selectors of equality alone: `app=cart,tier=web`. */
const hasLabels = (selector: string | undefined, { metadata }: KubeObject): boolean =>
  (selector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => metadata.labels?.[term.split('=')[0] ?? ''] === term.split('=')[1]);

export function refusal(status: number, reason: string, message: string): ApiError {
  return new ApiError(message, { status, reason });
}
