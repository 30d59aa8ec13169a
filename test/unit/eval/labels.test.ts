import { expect, test } from 'vitest';
import type { FindingReason } from '../../../src/crds/reasons.ts';
import { labelOf } from '../../eval/labels.ts';

interface Case {
  readonly reason: FindingReason;
  readonly object: string;
  readonly detail?: string;
  readonly want: string | undefined;
}

test.each<Case>([
  { reason: 'InsufficientCPU', object: 'Deployment/shop/cart#app', want: 'Scheduling_Fault app/cart cpu_capacity_mismatch' },
  { reason: 'KubeletUnavailable', object: 'Node//n1', want: 'Infrastructure_Fault node/n1 kubelet_unavailable' },
  { reason: 'ServicePortMismatch', object: 'Service/shop/cart', want: 'Service_Routing_Fault app/cart service_port_mapping_mismatch' },
  {
    reason: 'ProbePortMismatch',
    object: 'Deployment/shop/cart#app',
    detail: 'liveness',
    want: 'Runtime_Fault app/cart liveness_probe_incorrect_port',
  },
  {
    reason: 'ProbeSchemeMismatch',
    object: 'Deployment/shop/cart#app',
    detail: 'readiness 8080',
    want: 'Runtime_Fault app/cart readiness_probe_incorrect_protocol',
  },
  ...[
    ['pods', 'pod'],
    ['count/pods', 'pod'],
    ['requests.cpu', 'cpu'],
    ['limits.memory', 'memory'],
    ['services', 'service'],
    ['count/services', 'service'],
    ['requests.storage', 'storage'],
    ['persistentvolumeclaims', 'storage'],
    ['fast.storageclass.storage.k8s.io/requests.storage', 'storage'],
  ].map(
    ([detail = '', what = '']): Case => ({
      reason: 'QuotaExceeded',
      object: 'Deployment/shop/cart',
      detail,
      want: `Admission_Fault namespace/shop namespace_${what}_quota_exceeded`,
    }),
  ),
  {
    reason: 'QuotaExceeded',
    object: 'Namespace//shop',
    detail: 'pods',
    want: 'Admission_Fault namespace/shop namespace_pod_quota_exceeded',
  },
  { reason: 'QuotaExceeded', object: 'Deployment/shop/cart', detail: 'secrets', want: undefined },
  { reason: 'QuotaExceeded', object: 'Deployment/shop/cart', want: undefined },
  { reason: 'ServiceWithoutEndpoints', object: 'Service/shop/cart', want: undefined },
])('$reason of $object ($detail)', ({ reason, object, detail, want }) => {
  const label = labelOf({ reason, object, detail, category: '', confidence: 1, statement: '' });
  expect(label && `${label.taxonomy} ${label.object} ${label.rootCause}`).toBe(want);
});
