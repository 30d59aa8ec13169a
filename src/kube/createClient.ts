/** The API server's verbs over the transport: which path, which body, which words for messages. */
import { isAbsentObject } from './client/answers.ts';
import { type Caller, callerOn, type Headers, jsonIn, objectIn } from './client/call.ts';
import { listAll } from './client/listAll.ts';
import { collectionPath, objectPath, type Query, withQuery } from './client/resourcePath.ts';
import { createTransport, type Transport } from './client/transport.ts';
import { watchOnce } from './client/watchOnce.ts';
import type { Impersonation, KubeClient, LogOptions, PatchOptions } from './client.ts';
import type { ClientOptions } from './clientOptions.ts';
import { restMetrics } from './metrics.ts';
import { apiVersionOf, type Key, type KubeObject, keyString, type ResourceType } from './object.ts';

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const satisfies Record<PatchOptions['type'], string>;

export function createKubeClient(options: ClientOptions): KubeClient {
  const transport = createTransport(options, restMetrics(options.registry));
  return clientOn(transport, options, {}, () => transport.close());
}

function clientOn(transport: Transport, options: ClientOptions, identity: Headers, close: () => Promise<void>): KubeClient {
  const call = callerOn(transport, options, identity);
  return {
    server: transport.place.server,
    ...reads(call),
    ...writes(call),
    ...removal(call),
    watch: (resource, selection = {}) => watchOnce(transport, options.clock, identity, resource, selection),
    raw: async (method, path, body, { contentType, accept, maxBytes, ...limits } = {}) => {
      const what = `${method} ${path}`;
      const answer = await call({ what, method, path, body, contentType, accept, maxBytes }, limits);
      return answer.contentType.startsWith('application/json') ? jsonIn(what, answer) : answer.body;
    },
    as: (who) => clientOn(transport, options, impersonationHeaders(who), async () => undefined),
    close,
  };
}

/** Where the caller sets no limit. */
const MOST_LOG_BYTES = 8 * 2 ** 20;
const LONGEST_LOG_LINE = 64 * 1024;

function reads(call: Caller): Pick<KubeClient, 'get' | 'list' | 'logs'> {
  return {
    get: async <T extends KubeObject>(resource: ResourceType<T>, key: Key, limits = {}): Promise<T | undefined> => {
      const what = `get ${named(resource, key)}`;
      const answer = await call({ what, method: 'GET', path: objectPath(resource, key) }, limits, (at) => isAbsentObject(at, key.name));
      return answer.status === 404 ? undefined : objectIn(resource, what, answer);
    },
    list: (resource, selection = {}) => listAll(call, resource, selection),
    logs: async (namespace, pod, { signal, timeoutMs, ...query }: LogOptions = {}) => {
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
      const what = `read the logs of Pod ${namespace}/${pod}`;
      // the node may send somewhat more than was asked for, and one that is broken or hostile all that it has
      const maxBytes = 2 * (query.limitBytes ?? MOST_LOG_BYTES) + LONGEST_LOG_LINE;
      return (await call({ what, method: 'GET', path: withQuery(path, query), maxBytes }, { signal, timeoutMs })).body;
    },
  };
}

function writes(call: Caller): Pick<KubeClient, 'create' | 'apply' | 'replace' | 'patch'> {
  return {
    create: async (resource, object, { fieldManager, dryRun, ...limits } = {}) => {
      const { name, generateName, namespace } = object.metadata;
      const what = `create ${named(resource, { name: name ?? `${generateName ?? ''}…`, ...(namespace === undefined ? {} : { namespace }) })}`;
      const path = withQuery(collectionPath(resource, requiredNamespace(resource, namespace)), writeQuery({ fieldManager, dryRun }));
      return objectIn(resource, what, await call({ what, method: 'POST', path, body: typed(resource, object) }, limits));
    },
    apply: async (resource, intent, { fieldManager, force, subresource, dryRun, ...limits }) => {
      const what = `apply ${named(resource, intent.metadata, subresource)} as ${fieldManager}`;
      const path = withQuery(objectPath(resource, intent.metadata, subresource), writeQuery({ fieldManager, dryRun, force }));
      const contentType = 'application/apply-patch+yaml';
      return objectIn(resource, what, await call({ what, method: 'PATCH', path, body: typed(resource, intent), contentType }, limits));
    },
    replace: async (resource, object, { fieldManager, subresource, dryRun, ...limits } = {}) => {
      const what = `replace ${named(resource, object.metadata, subresource)}`;
      const path = withQuery(objectPath(resource, object.metadata, subresource), writeQuery({ fieldManager, dryRun }));
      return objectIn(resource, what, await call({ what, method: 'PUT', path, body: typed(resource, object) }, limits));
    },
    patch: async (resource, key, body, { type, fieldManager, subresource, dryRun, ...limits }) => {
      const what = `patch ${named(resource, key, subresource)}`;
      const path = withQuery(objectPath(resource, key, subresource), writeQuery({ fieldManager, dryRun }));
      return objectIn(resource, what, await call({ what, method: 'PATCH', path, body, contentType: PATCH_TYPES[type] }, limits));
    },
  };
}

function removal(call: Caller): Pick<KubeClient, 'delete'> {
  return {
    delete: async (resource, key, { uid, resourceVersion, propagation, dryRun, ...limits } = {}) => {
      const preconditions = uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion };
      // In the body: the API server does not read the options of a query beside it, and would delete in earnest.
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: propagation,
        preconditions,
        dryRun: dryRun === true ? ['All'] : undefined,
      };
      const path = objectPath(resource, key);
      const what = `delete ${named(resource, key)}`;
      const answer = await call({ what, method: 'DELETE', path, body }, limits, (at) => isAbsentObject(at, key.name));
      return answer.status !== 404;
    },
  };
}

function writeQuery(options: {
  readonly fieldManager?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly force?: boolean | undefined;
}): Query {
  const { fieldManager, dryRun, force } = options;
  return { fieldManager, force, dryRun: dryRun === true ? 'All' : undefined };
}

function typed<O extends object>(resource: ResourceType, object: O): O & { apiVersion: string; kind: string } {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
}

/** Without it, a create would go to a path that the API server answers with a bare 405. */
function requiredNamespace({ namespaced, kind }: ResourceType, namespace: string | undefined): string | undefined {
  if (namespaced && (namespace === undefined || namespace === ''))
    throw new Error(`create ${kind}: the kind is namespaced, and no namespace was given`);
  return namespace;
}

function named(resource: ResourceType, key: Key, subresource?: string): string {
  return `${resource.kind}${subresource === undefined ? '' : `/${subresource}`} ${keyString(key)}`;
}

function impersonationHeaders({ user, groups = [] }: Impersonation): Headers {
  return { 'impersonate-user': user, ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }) };
}
