/**
 * A whole collection, page by page, as of one resource version.
 *
 * When the continue token expires on the way (410), the whole list is asked for at once instead, as client-go's pager does:
 * going on from an inconsistent token would mix two states.
 */

import type { KubeList, ListOptions } from '../client.ts';
import { ConnectionError, isGone } from '../errors.ts';
import { apiVersionOf, type KubeObject, type ResourceType, resourceName } from '../object.ts';
import { type Caller, jsonIn } from './call.ts';
import { collectionPath, withQuery } from './resourcePath.ts';

const DEFAULT_PAGE_SIZE = 500;
const LIST_TIMEOUT_MS = 60_000;

interface ListBody {
  readonly items?: unknown;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

export async function listAll<T extends KubeObject>(call: Caller, resource: ResourceType<T>, options: ListOptions): Promise<KubeList<T>> {
  const { namespace, labelSelector, fieldSelector, pageSize = DEFAULT_PAGE_SIZE, ...limits } = options;
  const what = `list ${resourceName(resource)}`;
  const page = async (limit: number | undefined, token: string | undefined): Promise<Page<T>> => {
    const path = withQuery(collectionPath(resource, namespace), { labelSelector, fieldSelector, limit, continue: token });
    const answer = await call({ what, method: 'GET', path }, { timeoutMs: LIST_TIMEOUT_MS, ...limits });
    return pageOf(what, resource, jsonIn(what, answer) as ListBody);
  };

  const items: T[] = [];
  let token: string | undefined;
  for (;;) {
    let next: Page<T>;
    try {
      next = await page(pageSize, token);
    } catch (error) {
      if (token === undefined || !isGone(error)) throw error;
      return await page(undefined, undefined);
    }
    items.push(...next.items);
    token = next.token;
    if (token === undefined) return { items, resourceVersion: next.resourceVersion };
  }
}

interface Page<T extends KubeObject> extends KubeList<T> {
  readonly token: string | undefined;
}

function pageOf<T extends KubeObject>(what: string, resource: ResourceType<T>, { items, metadata }: ListBody): Page<T> {
  const resourceVersion = metadata?.resourceVersion;
  if (!Array.isArray(items) || resourceVersion === undefined || resourceVersion === '') {
    throw new ConnectionError(`${what}: the answer is not a list with a resourceVersion`, 'malformed');
  }
  const token = metadata?.continue === '' ? undefined : metadata?.continue;
  // The API server leaves kind and version out of the items of built-in kinds.
  const typed = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  return { items: items.map((item: T) => ({ ...item, ...typed })), resourceVersion, token };
}
