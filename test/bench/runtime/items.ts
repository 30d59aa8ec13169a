/** The kind that the benchmark's reconcilers work on, and what the driver does with its objects. */
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineResource, type KubeObject } from '../../../src/kube/object.ts';

export interface Item extends KubeObject {
  readonly spec: { readonly value: string };
  readonly status?: { readonly observed?: string };
}

export const items = defineResource<Item>({ group: 'bench.example', version: 'v1', kind: 'Item', plural: 'items', namespaced: true });

/** An object of some size, as real ones are. */
const PADDING = 'x'.repeat(1024);

const schema = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { value: { type: 'string' }, padding: { type: 'string' } } },
    status: { type: 'object', properties: { observed: { type: 'string' } } },
  },
};

export const itemDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'items.bench.example' },
  spec: {
    group: items.group,
    scope: 'Namespaced',
    names: { kind: items.kind, listKind: 'ItemList', plural: items.plural, singular: 'item' },
    versions: [{ name: items.version, served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: schema } }],
  },
};

export async function createItem(client: KubeClient, namespace: string, name: string): Promise<void> {
  await client.create(items, { metadata: { namespace, name }, spec: { value: '1', padding: PADDING } as Item['spec'] });
}

export async function changeItem(client: KubeClient, namespace: string, name: string, value: string): Promise<void> {
  await client.patch(items, { namespace, name }, { spec: { value } }, { type: 'merge' });
}

export const isDone = ({ spec, status }: Item): boolean => status?.observed === spec.value;

/** Runs `work` for each element, so many at once. */
export async function inParallel<T>(elements: readonly T[], atOnce: number, work: (element: T) => Promise<unknown>): Promise<void> {
  const left = [...elements];
  const one = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
