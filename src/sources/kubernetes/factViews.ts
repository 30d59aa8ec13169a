/** Nodes, ConfigMaps and claims: the few facts of each that explain why a pod does not run. */

import { parseQuantity } from '../../domain/quantity.ts';
import type { Cleaner } from '../text.ts';
import type { ApiClaim, ApiConfigMap, ApiNode } from './api.ts';
import { conditionView, selectorView } from './commonViews.ts';
import { evidenceKeys } from './names.ts';
import { parseMillicores } from './quantity.ts';
import type { Claim, ConfigMapFacts, Node } from './snapshot.ts';

export function nodeView({ metadata, spec, status }: ApiNode, cleaner: Cleaner): Node {
  const is = (type: string): boolean =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  return {
    name: metadata.name,
    evidence: evidenceKeys.node(metadata.name),
    ready: is('Ready'),
    memoryPressure: is('MemoryPressure'),
    unschedulable: spec?.unschedulable ?? false,
    conditions: (status?.conditions ?? []).map((condition) => conditionView(condition, cleaner)),
    taints: (spec?.taints ?? []).map(({ key, value = '', effect }) => ({ key, value, effect })),
    labels: { 'kubernetes.io/hostname': metadata.name, ...metadata.labels },
    allocatable: {
      cpuMillicores: parseMillicores(status?.allocatable?.['cpu']),
      memoryBytes: parseQuantity(status?.allocatable?.['memory']),
      pods: parseQuantity(status?.allocatable?.['pods']),
    },
  };
}

/** As the API server has them: a snapshot that somebody wrote by hand may hold others, which are texts. */
const CONFIG_KEY = /^[\w.-]{1,253}$/u;

/** Its keys and nothing else: what a ConfigMap holds is not needed to see that a key is missing. */
export function configMapView(namespace: string, name: string, object: ApiConfigMap | undefined): ConfigMapFacts {
  const keys = [...Object.keys(object?.data ?? {}), ...Object.keys(object?.binaryData ?? {})].filter((key) => CONFIG_KEY.test(key));
  return { namespace, name, exists: object !== undefined, keys: keys.toSorted(), evidence: evidenceKeys.configMap(namespace, name) };
}

export function claimView(namespace: string, name: string, object: ApiClaim | undefined): Claim {
  return {
    namespace,
    name,
    exists: object !== undefined,
    phase: object?.status?.phase ?? 'Unknown',
    ...demandOf(object?.spec),
    evidence: evidenceKeys.claim(namespace, name),
  };
}

const demandOf = (spec: ApiClaim['spec']): Pick<Claim, 'storageClass' | 'accessModes' | 'requestedBytes' | 'selector' | 'volume'> => ({
  storageClass: spec?.storageClassName,
  accessModes: spec?.accessModes ?? [],
  requestedBytes: parseQuantity(spec?.resources?.requests?.['storage']),
  selector: spec?.selector && selectorView(spec.selector),
  volume: spec?.volumeName,
});
