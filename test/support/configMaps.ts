/** ConfigMaps: the plainest kind that every API server has. */
import type { ConfigMap } from '../../src/crds/configMaps.ts';
import type { NewObject } from '../../src/kube/object.ts';

export { type ConfigMap, configMaps } from '../../src/crds/configMaps.ts';

export function configMap(namespace: string, name: string, data: Readonly<Record<string, string>> = {}): NewObject<ConfigMap> {
  return { metadata: { namespace, name }, data };
}
