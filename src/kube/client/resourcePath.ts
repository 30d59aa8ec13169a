/** URLs of the API server's resources. Every name is escaped: one with a slash must not reach another resource. */
import type { Key, ResourceType } from '../object.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The collection of a kind, in one namespace or (without) in all. */
export function collectionPath(resource: ResourceType, namespace: string | undefined): string {
  const { group, version, plural, namespaced } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespaced && namespace !== undefined && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${plural}`;
}

export function objectPath(resource: ResourceType, key: Key, subresource?: string): string {
  if (key.name === '') throw new Error(`${resource.kind}: an empty name would address the whole collection`);
  if (resource.namespaced && (key.namespace === undefined || key.namespace === '')) {
    throw new Error(`${resource.kind} ${key.name}: the kind is namespaced, and no namespace was given`);
  }
  const suffix = subresource === undefined ? '' : `/${subresource}`;
  return `${collectionPath(resource, key.namespace)}/${encodeURIComponent(key.name)}${suffix}`;
}

/** `path?a=1`, without the parameters that are undefined. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}
