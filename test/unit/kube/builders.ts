/** Objects as an API server would return them, with only what a test is about spelled out. */
import type { KubeObject, ObjectMeta } from '../../../src/kube/object.ts';
import type { ConfigMap } from '../../support/configMaps.ts';

export function cached(name: string, meta: Partial<ObjectMeta> = {}, data: Readonly<Record<string, string>> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metaOf(name), ...meta }, data };
}

function metaOf(name: string): ObjectMeta {
  return { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 };
}

export function withStatus<S>(name: string, status: S, meta: Partial<ObjectMeta> = {}): KubeObject & { readonly status?: S } {
  return { apiVersion: 'x.example/v1', kind: 'Thing', metadata: { ...metaOf(name), ...meta }, status };
}
