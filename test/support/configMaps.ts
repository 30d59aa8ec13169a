/** ConfigMaps: the plainest kind that every API server has. */
import { defineResource, type KubeObject, type NewObject } from '../../src/kube/object.ts';

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const configMaps = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
});

export function configMap(namespace: string, name: string, data: Readonly<Record<string, string>> = {}): NewObject<ConfigMap> {
  return { metadata: { namespace, name }, data };
}
