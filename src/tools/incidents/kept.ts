/**
 * Objects of one kind as the informers hold them, each shown only to who may see it: nothing is read for a caller before the API server was asked
 * whether they may.
 *
 * What a cache does not hold yet is looked for at the API server, so that what was just made is found. A name that is not there is answered with those
 * that may have been meant, of what the caller may list.
 */
import { closest } from '../../analysis/similarity.ts';
import type { ResourceAttributes } from '../../kube/access.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type KubeObject, keyString, type ResourceType } from '../../kube/object.ts';
import type { Store } from '../../kube/store.ts';
import { demand, isAllowed } from '../caller.ts';
import { ToolError, troubleOf } from '../errors.ts';
import type { Call } from '../tool.ts';

export interface Name {
  /** Absent: wherever there is one of that name that the caller may see. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface Kept<T extends KubeObject> {
  /** Throws a ToolError `Forbidden` or `NotFound`. */
  get(name: Name, call: Call): Promise<T>;
  /** What a reference of an object in the same namespace is to, if it is still that and the caller may see it. */
  referenced(namespace: string, ref: { readonly name: string; readonly uid: string } | undefined, call: Call): Promise<T | undefined>;
  /** The number of the last of a series that is known: those before it may be gone. 1 where there is none. It shows nothing of them. */
  lastOf(namespace: string, prefix: string): number;
  /** All that the caller may list. Throws `Forbidden` for who may list none. */
  list(call: Call): Promise<readonly T[]>;
}

export interface KeptOptions<T extends KubeObject> {
  readonly resource: ResourceType<T>;
  readonly store: Store<T>;
  readonly client: Pick<KubeClient, 'get'>;
  /** The operator's, where most objects are. */
  readonly home: string;
}

/** Asked about one by one; more of them than this have to be named. */
const MOST_NAMESPACES = 100;
const MOST_NEAR = 3;
const TIMEOUT_MS = 5_000;

export function createKept<T extends KubeObject>(options: KeptOptions<T>): Kept<T> {
  return {
    get: ({ namespace, name }, call) =>
      namespace === undefined ? anywhere(options, name, call) : inNamespace(options, namespace, name, call),
    referenced: async (namespace, ref, call) => {
      if (ref === undefined || !(await isAllowed(call, attributes(options, 'get', namespace, ref.name)))) return undefined;
      const found = options.store.get({ namespace, name: ref.name });
      return found?.metadata.uid === ref.uid ? found : undefined;
    },
    lastOf: (namespace, prefix) => {
      const names = inCache(options).flatMap(({ metadata }) => (metadata.namespace === namespace ? [metadata.name] : []));
      const ordinals = names.filter((name) => name.startsWith(prefix)).map((name) => Number(name.slice(prefix.length)));
      return Math.max(1, ...ordinals.filter(Number.isInteger));
    },
    list: (call) => list(options, call),
  };
}

export function attributes(
  { resource }: { readonly resource: ResourceType },
  verb: string,
  namespace: string | undefined,
  name?: string,
): ResourceAttributes {
  return { verb, group: resource.group, resource: resource.plural, namespace, name };
}

async function inNamespace<T extends KubeObject>(options: KeptOptions<T>, namespace: string, name: string, call: Call): Promise<T> {
  const { resource, store, client } = options;
  await demand(call, attributes(options, 'get', namespace, name));
  const found = store.get({ namespace, name });
  if (found !== undefined) return found;
  const tried = `get ${resource.kind} ${keyString({ namespace, name })}`;
  const live = await client.get(resource, { namespace, name }, { signal: call.signal, timeoutMs: TIMEOUT_MS }).catch((error: unknown) => {
    throw troubleOf(tried, error);
  });
  if (live !== undefined) return live;
  throw await notFound(options, { namespace, name }, call);
}

async function anywhere<T extends KubeObject>(options: KeptOptions<T>, name: string, call: Call): Promise<T> {
  const named = inCache(options).filter(({ metadata }) => metadata.name === name);
  const allowed = await Promise.all(named.map(({ metadata }) => isAllowed(call, attributes(options, 'get', metadata.namespace, name))));
  const visible = named.filter((_, index) => allowed[index]);
  const [first, second] = visible;
  if (first !== undefined && second === undefined) return first;
  if (first === undefined) return inNamespace(options, options.home, name, call);
  const where = visible.map(({ metadata }) => metadata.namespace).join(', ');
  throw new ToolError(
    'Invalid',
    `namespace: there are ${visible.length} of kind ${options.resource.kind} named ${name}; say which: ${where}`,
    {
      problems: [{ field: 'namespace', problem: `one of ${where}` }],
    },
  );
}

async function list<T extends KubeObject>(options: KeptOptions<T>, call: Call): Promise<readonly T[]> {
  const all = inCache(options);
  if (await isAllowed(call, attributes(options, 'list', undefined))) return all;
  const namespaces = [...new Set([options.home, ...all.map(({ metadata }) => metadata.namespace ?? '')])].slice(0, MOST_NAMESPACES);
  const allowed = await Promise.all(namespaces.map((namespace) => isAllowed(call, attributes(options, 'list', namespace))));
  const visible = new Set(namespaces.filter((_, index) => allowed[index]));
  if (visible.size === 0) await demand(call, attributes(options, 'list', options.home));
  return all.filter(({ metadata }) => visible.has(metadata.namespace ?? ''));
}

function inCache<T extends KubeObject>({ resource, store }: KeptOptions<T>): readonly T[] {
  if (store.synced) return store.list();
  throw new ToolError(
    'Unavailable',
    `Agent-SRE has not read every ${resource.kind} yet, as it has only just started; ask again in a few seconds.`,
  );
}

async function notFound<T extends KubeObject>(options: KeptOptions<T>, { namespace, name }: Name, call: Call): Promise<ToolError> {
  const { resource, store } = options;
  const mayList = await isAllowed(call, attributes(options, 'list', namespace));
  const names = store.list().flatMap(({ metadata }) => (metadata.namespace === namespace ? [metadata.name] : []));
  const near = mayList ? closest(name, names, MOST_NEAR) : [];
  const meant = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
  return new ToolError('NotFound', `There is no ${resource.kind} named ${name.slice(0, 253)} in namespace ${namespace}${meant}`);
}
