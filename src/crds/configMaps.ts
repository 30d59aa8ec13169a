/** ConfigMaps: where the operator keeps what is no kind of its own, in its own namespace. */
import { defineResource, type KubeObject } from '../kube/object.ts';

export interface ConfigMap extends KubeObject {
  /** Its data can never be changed again. */
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

export const configMaps = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
});
