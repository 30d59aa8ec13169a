/** Rollouts that do not end, autoscalers at their bounds, Jobs that fail, and objects that do not go away. */
import type { KubeClient } from '../../../src/kube/client.ts';
import { pods, workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { namespaces } from '../../../src/sources/kubernetes/boundsApi.ts';
import {
  crashLooping,
  cronJobSuspended,
  errorRate,
  jobFailed,
  podNotReady,
  rolloutStuck,
  scaledToMaximum,
  statefulSetMismatch,
} from '../alerts.ts';
import { autoscaler, barePod, configMap, cronJob, deployment, http, job, once, running, SERVE, statefulSet } from '../objects.ts';
import { measure } from '../podMetrics.ts';
import { crashLoops, holds, holdsFor, isGoingFor, isReady, pullFails, says } from '../seen.ts';
import { deploymentCause, type Fault } from './fault.ts';

const ready = { readinessProbe: http() };
const web = deployment('web', running(SERVE, ready));
const change = (spec: object) => (kube: KubeClient, namespace: string) =>
  kube.patch(workloadResources.Deployment, { namespace, name: 'web' }, { spec }, { type: 'strategic' });
const newContainer = (container: object) => change({ template: { spec: { containers: [{ name: 'app', ...container }] } } });

/** What the controllers say of themselves has to stand for minutes, as the alerts' rules want as well. */
const MINUTES = 60;

export const workloads: readonly Fault[] = [
  {
    name: 'rollout-image',
    objects: [web],
    breaks: { when: isReady, act: newContainer({ image: 'agent-sre.test/busybox:absent' }) },
    shows: pullFails,
    alert: rolloutStuck,
    cause: deploymentCause('ImageNotFound'),
    says: 'It follows an edit of Deployment web',
  },
  {
    name: 'rollout-crash',
    objects: [web],
    breaks: { when: isReady, act: newContainer({ command: ['sh', '-c', 'echo "Error: no route to feature flags"; exit 1'] }) },
    shows: crashLoops,
    alert: rolloutStuck,
    cause: deploymentCause('ContainerExitsWithError'),
    says: 'It follows an edit of Deployment web',
  },
  {
    name: 'rollout-memory',
    objects: [deployment('web', running(SERVE, { ...ready, resources: { limits: { memory: '32Mi' } } }))],
    breaks: {
      when: isReady,
      act: newContainer({
        image: 'agent-sre.test/busybox:2',
        command: ['sh', '-c', 'echo "loading all recommendations"; exec tail /dev/zero'],
      }),
    },
    shows: crashLoops,
    alert: crashLooping,
    cause: deploymentCause('ContainerOutOfMemory'),
    says: 'an edit of Deployment web',
  },
  {
    name: 'rollout-deadline',
    objects: [
      deployment('web', running(SERVE, { readinessProbe: { exec: { command: ['false'] }, periodSeconds: 2 } }), {
        progressDeadlineSeconds: 5,
      }),
    ],
    shows: (seen) => says('Unhealthy')(seen) && holds('workloads', 'Progressing', 'False', /ProgressDeadlineExceeded/u)(seen),
    alert: rolloutStuck,
    cause: deploymentCause('ProbeFailing'),
    alsoTrue: ['RolloutStuck'],
  },
  {
    name: 'rollout-paused',
    objects: [web],
    breaks: { when: isReady, act: change({ paused: true, template: { metadata: { annotations: { revision: '2' } } } }) },
    shows: holds('workloads', 'Progressing', 'Unknown', /DeploymentPaused/u),
    alert: errorRate('web'),
    cause: deploymentCause('RolloutPaused'),
  },
  {
    name: 'stateful-set',
    objects: [statefulSet('web', running('echo "Error: cluster id does not match: have 7, want 9"; exit 1'), { replicas: 1 })],
    shows: crashLoops,
    alert: statefulSetMismatch,
    cause: { reason: 'ContainerExitsWithError', kind: 'StatefulSet', name: 'web' },
    says: 'cluster id',
  },
  {
    name: 'job-fails',
    objects: [
      job(
        'migrate',
        { ...once(`echo 'ERROR: column "total" of relation "orders" does not exist'; exit 2`), restartPolicy: 'Never' },
        { backoffLimit: 0 },
      ),
    ],
    shows: holds('workloads', 'Failed'),
    alert: jobFailed('migrate'),
    cause: { reason: 'DatabaseSchemaMismatch', kind: 'Job', name: 'migrate' },
    alsoTrue: ['JobFailed', 'ContainerExitsWithError'],
    says: 'total',
  },
  {
    name: 'job-deadline',
    objects: [job('migrate', { ...running('echo copying; sleep 600'), restartPolicy: 'Never' }, { activeDeadlineSeconds: 4 })],
    shows: holds('workloads', 'Failed', 'True', /DeadlineExceeded/u),
    alert: jobFailed('migrate'),
    cause: { reason: 'JobDeadlineExceeded', kind: 'Job', name: 'migrate' },
  },
  {
    name: 'cron-suspended',
    objects: [cronJob('report', once('echo sent'), { suspend: true })],
    shows: ({ workloads: all }) => all.length > 0,
    alert: cronJobSuspended('report'),
    cause: { reason: 'CronJobSuspended', kind: 'CronJob', name: 'report' },
  },
  {
    name: 'scaled-to-maximum',
    objects: [
      deployment('web', running(SERVE, { ...ready, resources: { requests: { cpu: '10m' } } }), { replicas: 2 }),
      autoscaler('web', { maxReplicas: 2 }),
    ],
    breaks: { when: isReady, act: (kube, namespace) => measure(kube, namespace, { cpu: '50m' }) },
    shows: holdsFor(4.2 * MINUTES, 'autoscalers', 'ScalingLimited', 'True'),
    alert: scaledToMaximum('web'),
    cause: { reason: 'AutoscalerAtMaximum', kind: 'HorizontalPodAutoscaler', name: 'web' },
  },
  {
    name: 'scaled-blindly',
    objects: [deployment('web', running(SERVE, { ...ready, resources: { requests: { cpu: '10m' } } })), autoscaler('web')],
    shows: holdsFor(4.2 * MINUTES, 'autoscalers', 'ScalingActive', 'False'),
    alert: scaledToMaximum('web'),
    cause: { reason: 'AutoscalerMetricsMissing', kind: 'HorizontalPodAutoscaler', name: 'web' },
  },
  {
    name: 'finalizer',
    objects: [barePod('worker', running(), ['backups.shop.example/snapshot'])],
    breaks: { when: ({ pods: all }) => all.length > 0, act: (kube, namespace) => kube.delete(pods, { namespace, name: 'worker' }) },
    shows: isGoingFor(5.2 * MINUTES),
    alert: podNotReady,
    cause: { reason: 'StuckTerminating', kind: 'Pod', name: 'worker' },
    says: 'backups.shop.example/snapshot',
  },
  {
    name: 'namespace-going',
    objects: [configMap('left', { a: '1' }, ['backups.shop.example/snapshot'])],
    breaks: { when: () => true, act: (kube, namespace) => kube.delete(namespaces, { name: namespace }) },
    shows: isGoingFor(5.2 * MINUTES),
    alert: ({ namespace }) => ({ alertname: 'NamespaceTerminating', namespace, severity: 'warning' }),
    cause: { reason: 'NamespaceStuckTerminating', kind: 'Namespace', name: 'namespace-going' },
  },
];
