/** Alerts in the shapes that kube-prometheus, meshes, blackbox probes and teams' own rules give them. */
import type { Random } from './random.ts';
import type { Service, World } from './world.ts';

export interface RawAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  /** Which trouble brought it about. */
  readonly cause: string;
  /** 0: on the origin itself; else how far from it. */
  readonly distance: number;
}

export type Shape = Pick<RawAlert, 'labels' | 'annotations'>;

const scraped = { prometheus: 'monitoring/k8s' };
const ksm = { ...scraped, job: 'kube-state-metrics', instance: '10.0.3.7:8443', endpoint: 'https-main', service: 'kube-state-metrics' };
const make = (
  alertname: string,
  severity: string,
  labels: Readonly<Record<string, string>>,
  annotations?: Readonly<Record<string, string>>,
): Shape => ({
  labels: { alertname, severity, ...labels },
  ...(annotations === undefined ? {} : { annotations }),
});

const workloadLabel = ({ kind, name }: Service): Record<string, string> => ({ [kind.toLowerCase()]: name });

export const podAlert = (alertname: string, { namespace }: Service, pod: string, more: Readonly<Record<string, string>> = {}): Shape =>
  make(alertname, 'warning', { ...ksm, namespace, pod, ...more });
export const crashLooping = (service: Service, pod: string): Shape =>
  podAlert('KubePodCrashLooping', service, pod, { container: 'app', reason: 'CrashLoopBackOff', uid: 'a7b3' });
export const notReady = (service: Service, pod: string): Shape =>
  make('KubePodNotReady', 'warning', { ...scraped, job: 'kube-state-metrics', namespace: service.namespace, pod });
export const waiting = (service: Service, pod: string, reason: string): Shape =>
  podAlert('KubeContainerWaiting', service, pod, { container: 'app', reason });
export const replicasMismatch = (service: Service): Shape =>
  service.kind === 'StatefulSet'
    ? make('KubeStatefulSetReplicasMismatch', 'warning', { ...ksm, namespace: service.namespace, ...workloadLabel(service) })
    : service.kind === 'DaemonSet'
      ? make('KubeDaemonSetRolloutStuck', 'warning', { ...ksm, namespace: service.namespace, ...workloadLabel(service) })
      : make('KubeDeploymentReplicasMismatch', 'warning', { ...ksm, namespace: service.namespace, ...workloadLabel(service) });
export const rolloutStuck = (service: Service): Shape =>
  make('KubeDeploymentRolloutStuck', 'warning', { ...ksm, namespace: service.namespace, ...workloadLabel(service) });
export const hpaMaxed = (service: Service): Shape =>
  make('KubeHpaMaxedOut', 'warning', { ...ksm, namespace: service.namespace, horizontalpodautoscaler: service.name });
export const throttled = (service: Service, pod: string): Shape =>
  make('CPUThrottlingHigh', 'info', { ...scraped, namespace: service.namespace, pod, container: 'app' });
export const targetDown = (namespace: string, service: string): Shape =>
  make('TargetDown', 'warning', { ...scraped, job: service, namespace, service });
export const nodeAlert = (alertname: string, node: string, severity = 'warning', more: Readonly<Record<string, string>> = {}): Shape =>
  make(alertname, severity, { ...ksm, node, ...more });
export const nodeExporterAlert = (alertname: string, node: string, severity = 'warning'): Shape =>
  make(alertname, severity, {
    ...scraped,
    job: 'node-exporter',
    namespace: 'monitoring',
    instance: node,
    pod: 'node-exporter-x7k2p',
    container: 'kube-rbac-proxy',
    endpoint: 'https',
    service: 'node-exporter',
    device: '/dev/nvme0n1p1',
    mountpoint: '/',
    fstype: 'ext4',
  });
export const volumeFilling = (service: Service, pod: string): Shape =>
  make('KubePersistentVolumeFillingUp', 'critical', {
    ...scraped,
    job: 'kubelet',
    namespace: service.namespace,
    persistentvolumeclaim: `data-${pod}`,
    instance: '10.0.1.4:10250',
    metrics_path: '/metrics',
    service: 'kubelet',
    endpoint: 'https-metrics',
  });
export const component = (alertname: string, severity = 'critical', more: Readonly<Record<string, string>> = {}): Shape =>
  make(alertname, severity, { ...scraped, ...more });
export const probeFailed = (host: string): Shape =>
  make('ProbeFailed', 'critical', { ...scraped, job: 'blackbox', instance: `https://${host}/` });
export const probeCertificate = (host: string): Shape =>
  make('ProbeSSLCertificateExpired', 'critical', { ...scraped, job: 'blackbox', instance: `https://${host}/` });
export const secretCertificate = (namespace: string, secret: string): Shape =>
  make('X509CertificateExpired', 'critical', {
    ...scraped,
    job: 'x509-certificate-exporter',
    secret_namespace: namespace,
    secret_name: secret,
    subject_CN: 'example.com',
    namespace: 'monitoring',
    instance: '10.0.2.9:9793',
  });
export const quotaExceeded = (namespace: string): Shape =>
  make('KubeQuotaExceeded', 'warning', { ...ksm, namespace, resource: 'pods', resourcequota: 'compute' });
export const own = (alertname: string, service: Service, severity = 'critical', annotations?: Readonly<Record<string, string>>): Shape =>
  make(alertname, severity, { ...scraped, namespace: service.namespace, service: service.name, team: 'a' }, annotations);
const meshErrors = ({ namespace, name }: Service): Shape =>
  make('IstioHighErrorRate', 'critical', { ...scraped, destination_workload: name, destination_workload_namespace: namespace });
const byApp = (alertname: string, { namespace, name }: Service): Shape => make(alertname, 'warning', { ...scraped, namespace, app: name });

/** What users and callers of a service notice when what it needs fails. */
export function complaint(service: Service, world: World, random: Random): Shape {
  const kind = random.next();
  if (kind < 0.3) return own('HighErrorRate', service);
  if (kind < 0.5) return own('HighLatencyP99', service, 'warning');
  if (kind < 0.62) return meshErrors(service);
  if (kind < 0.72) return own('ErrorBudgetBurn', service);
  if (kind < 0.8) return byApp('RequestFailureRatioHigh', service);
  if (kind < 0.86 && service.spec.host !== undefined) return probeFailed(service.spec.host);
  if (kind < 0.9 && service.spec.autoscaled === true) return hpaMaxed(service);
  if (kind < 0.95) return notReady(service, random.pick(service.pods).name);
  return world.callersOf(service.id).length > 0 ? crashLooping(service, random.pick(service.pods).name) : own('HighErrorRate', service);
}
