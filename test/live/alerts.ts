/**
 * Alerts as the rules of kube-prometheus raise them: the labels of the metric, and those that the scrape of kube-state-metrics adds, which name
 * the exporter's own pod.
 */
import type { Labels } from './faults/fault.ts';
import type { Seen } from './seen.ts';

const OF_THE_EXPORTER: Labels = {
  container: 'kube-state-metrics',
  endpoint: 'http',
  instance: '10.244.0.9:8080',
  job: 'kube-state-metrics',
  pod: 'kube-prometheus-stack-kube-state-metrics-6c4f7d5c9b-x2zkl',
  prometheus: 'monitoring/kube-prometheus-stack-prometheus',
  service: 'kube-prometheus-stack-kube-state-metrics',
  severity: 'warning',
};
/** Metrics of pods have their own `pod` and `container`, which win as the scrape honours labels. */
const ofPod = ({ namespace, pods }: Seen): Labels => {
  const { metadata } = pods.find(({ status }) => !isReady(status)) ?? pods[0] ?? {};
  return { ...OF_THE_EXPORTER, namespace, pod: metadata?.name ?? '', uid: metadata?.uid ?? '' };
};
const isReady = (status: Seen['pods'][number]['status']): boolean =>
  status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') === true;

type Alert = (seen: Seen) => Labels;

export const crashLooping: Alert = (seen) => ({
  ...ofPod(seen),
  alertname: 'KubePodCrashLooping',
  container: 'app',
  reason: 'CrashLoopBackOff',
});
export const containerWaiting: Alert = (seen) => ({ ...ofPod(seen), alertname: 'KubeContainerWaiting', container: 'app' });
export const podNotReady: Alert = (seen) => {
  const { container: _, ...labels } = ofPod(seen);
  return { ...labels, alertname: 'KubePodNotReady' };
};

/** About an object of a namespace that is known by a label of its own. */
const about =
  (alertname: string, label: string) =>
  (name: string): Alert =>
  ({ namespace }) => ({ ...OF_THE_EXPORTER, alertname, namespace, [label]: name });

export const replicasMismatch = about('KubeDeploymentReplicasMismatch', 'deployment')('web');
export const rolloutStuck = about('KubeDeploymentRolloutStuck', 'deployment')('web');
export const statefulSetMismatch = about('KubeStatefulSetReplicasMismatch', 'statefulset')('web');
export const jobFailed = about('KubeJobFailed', 'job_name');
export const cronJobSuspended = about('KubeCronJobSuspended', 'cronjob');
export const scaledToMaximum = about('KubeHpaMaxedOut', 'horizontalpodautoscaler');
export const claimPending = about('KubePersistentVolumeClaimPending', 'persistentvolumeclaim');
export const ingressErrors = about('IngressServerErrors', 'ingress');

/** Of the Prometheus operator: a Service that is scraped, and whose targets do not answer. */
export const targetDown =
  (service: string): Alert =>
  ({ namespace }) => ({ alertname: 'TargetDown', namespace, service, job: service, severity: 'warning' });
/** A rule of the team's own, on the errors that a service answers with. */
export const errorRate =
  (deployment: string): Alert =>
  ({ namespace }) => ({ alertname: 'HighErrorRate', namespace, deployment, severity: 'critical' });
