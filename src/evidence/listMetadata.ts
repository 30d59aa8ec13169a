/**
 * The metadata of a collection, in small pages: what is listed here may be large, and only its labels, annotations and ages are
 * wanted. When a page can no longer be served, the list ends early and says so.
 */

import type { KubeClient } from '../kube/client.ts';
import { apiErrorIn } from '../kube/errors.ts';
import { apiVersionOf, type ObjectMeta, type ResourceType } from '../kube/object.ts';

export interface Listed {
  readonly items: readonly ObjectMeta[];
  readonly complete: boolean;
}

export interface MetadataSelection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly pageSize: number;
}

interface Page {
  readonly items?: readonly { readonly metadata: ObjectMeta }[];
  readonly metadata?: { readonly continue?: string };
}

const PAGE_TIMEOUT_MS = 60_000;
const GONE = 410;

export async function listMetadata(client: KubeClient, resource: ResourceType, selection: MetadataSelection): Promise<Listed> {
  const items: ObjectMeta[] = [];
  for (let token = ''; ; ) {
    let page: Page;
    try {
      page = (await client.raw('GET', pathOf(resource, selection, token), undefined, { timeoutMs: PAGE_TIMEOUT_MS })) as Page;
    } catch (error) {
      if (apiErrorIn(error)?.status === GONE) return { items, complete: false };
      throw new Error(`list ${resource.plural} for the collection of evidence`, { cause: error });
    }
    items.push(...(page.items ?? []).map(({ metadata }) => metadata));
    token = page.metadata?.continue ?? '';
    if (token === '') return { items, complete: true };
  }
}

function pathOf(resource: ResourceType, { namespace, labelSelector, pageSize }: MetadataSelection, token: string): string {
  const root = resource.group === '' ? '/api/' : '/apis/';
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const query = new URLSearchParams({
    limit: String(pageSize),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(token === '' ? {} : { continue: token }),
  });
  return `${root}${apiVersionOf(resource)}${scope}/${resource.plural}?${query.toString()}`;
}
