/** Pods that are refused when they are made, and programs that are refused what they ask for. */
import { crashLooping, replicasMismatch } from '../alerts.ts';
import { brokenWebhook, deployment, limitRange, quota, running, SERVE } from '../objects.ts';
import { crashLoops, says } from '../seen.ts';
import { deploymentCause, type Fault } from './fault.ts';

const refused = { shows: says('FailedCreate'), alert: replicasMismatch };

export const refusals: readonly Fault[] = [
  {
    ...refused,
    name: 'quota',
    objects: [quota({ 'requests.memory': '64Mi' }), deployment('web', running(SERVE, { resources: { requests: { memory: '128Mi' } } }))],
    cause: deploymentCause('QuotaExceeded'),
    says: 'memory',
  },
  {
    ...refused,
    name: 'limit-range',
    objects: [
      limitRange({ memory: '32Mi' }, { memory: '64Mi' }),
      deployment('web', running(SERVE, { resources: { limits: { memory: '128Mi' } } })),
    ],
    cause: deploymentCause('LimitRangeViolated'),
    says: '64Mi',
  },
  {
    ...refused,
    name: 'pod-security',
    labels: { 'pod-security.kubernetes.io/enforce': 'baseline' },
    objects: [deployment('web', running(SERVE, { securityContext: { privileged: true } }))],
    cause: deploymentCause('AdmissionDenied'),
    says: 'PodSecurity',
  },
  {
    ...refused,
    name: 'webhook-down',
    objects: [brokenWebhook('webhook-down'), deployment('web')],
    cause: deploymentCause('AdmissionWebhookUnavailable'),
    says: 'pods.policy.example',
  },
  {
    name: 'rbac',
    objects: [
      deployment(
        'web',
        running(
          'echo \'E1129 failed to list *v1.ConfigMap: configmaps is forbidden: User "system:serviceaccount:rbac:default" cannot list resource "configmaps" in API group "" in the namespace "rbac"\'; exit 1',
        ),
      ),
    ],
    shows: crashLoops,
    alert: crashLooping,
    cause: deploymentCause('PermissionDenied'),
    says: 'configmaps',
  },
];
