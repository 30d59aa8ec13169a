/**
 * Our reasons in the words of the benchmark (Cloud-OpsBench): one row a reason, the rows that need the finding's detail below.
 *
 * Only words are translated here: which object and which cause is decided before, without the benchmark in mind.
 */
import type { FindingReason } from '../../src/crds/reasons.ts';
import type { Cause } from '../../src/investigate/diagnose.ts';

export interface Label {
  readonly taxonomy: string;
  readonly object: string;
  readonly rootCause: string;
}

type Taxonomy =
  | 'Admission_Fault'
  | 'Infrastructure_Fault'
  | 'Performance_Fault'
  | 'Runtime_Fault'
  | 'Scheduling_Fault'
  | 'Service_Routing_Fault'
  | 'Startup_Fault';

const LABELS: Readonly<Partial<Record<FindingReason, readonly [Taxonomy, string]>>> = {
  ServiceAccountMissing: ['Admission_Fault', 'missing_service_account'],
  ContainerRuntimeUnavailable: ['Infrastructure_Fault', 'containerd_unavailable'],
  KubeProxyUnavailable: ['Infrastructure_Fault', 'kube_proxy_unavailable'],
  SchedulerUnavailable: ['Infrastructure_Fault', 'kube_scheduler_unavailable'],
  KubeletUnavailable: ['Infrastructure_Fault', 'kubelet_unavailable'],
  NodeNetworkDelay: ['Infrastructure_Fault', 'node_network_delay'],
  NodeNetworkLoss: ['Infrastructure_Fault', 'node_network_packet_loss'],
  CPUThrottled: ['Performance_Fault', 'pod_cpu_overload'],
  CPUSaturated: ['Performance_Fault', 'pod_cpu_overload'],
  NetworkDelay: ['Performance_Fault', 'pod_network_delay'],
  DatabaseConnectionsExhausted: ['Runtime_Fault', 'db_connection_exhaustion'],
  DatabaseReadOnly: ['Runtime_Fault', 'db_read_only'],
  DatabaseAuthenticationFailed: ['Runtime_Fault', 'mysql_invalid_credentials'],
  DatabaseUnreachable: ['Runtime_Fault', 'mysql_invalid_port'],
  WorkloadScaledToZero: ['Runtime_Fault', 'deployment_zero_replicas'],
  ContainerOutOfMemory: ['Runtime_Fault', 'oom_killed'],
  MemoryLeak: ['Runtime_Fault', 'oom_killed'],
  ContainerPortInUse: ['Runtime_Fault', 'service_sidecar_port_conflict'],
  InsufficientCPU: ['Scheduling_Fault', 'cpu_capacity_mismatch'],
  InsufficientMemory: ['Scheduling_Fault', 'memory_capacity_mismatch'],
  NodeAffinityUnsatisfied: ['Scheduling_Fault', 'node_affinity_mismatch'],
  NodeCordoned: ['Scheduling_Fault', 'node_cordon_mismatch'],
  NodeSelectorUnsatisfied: ['Scheduling_Fault', 'node_selector_mismatch'],
  PodAntiAffinityConflict: ['Scheduling_Fault', 'pod_anti_affinity_conflict'],
  TaintNotTolerated: ['Scheduling_Fault', 'taint_toleration_mismatch'],
  VolumeTakenByAnotherClaim: ['Scheduling_Fault', 'pv_binding_occupied'],
  VolumeAccessModeMismatch: ['Scheduling_Fault', 'pvc_access_mode_mismatch'],
  VolumeCapacityTooSmall: ['Scheduling_Fault', 'pvc_capacity_mismatch'],
  VolumeSelectorUnsatisfied: ['Scheduling_Fault', 'pvc_selector_mismatch'],
  StorageClassMissing: ['Scheduling_Fault', 'pvc_storage_class_mismatch'],
  RouteMisdirected: ['Service_Routing_Fault', 'gateway_misroute'],
  IngressBackendMissing: ['Service_Routing_Fault', 'gateway_misroute'],
  PodDNSMisconfigured: ['Service_Routing_Fault', 'service_dns_resolution_failure'],
  ClusterDNSUnavailable: ['Service_Routing_Fault', 'service_dns_resolution_failure'],
  DNSNameNotFound: ['Service_Routing_Fault', 'service_dns_resolution_failure'],
  ClientAddressWrong: ['Service_Routing_Fault', 'service_env_var_address_mismatch'],
  ServicePortMismatch: ['Service_Routing_Fault', 'service_port_mapping_mismatch'],
  ServiceProtocolMismatch: ['Service_Routing_Fault', 'service_protocol_mismatch'],
  ServiceSelectorMismatch: ['Service_Routing_Fault', 'service_selector_mismatch'],
  ImageRegistryNotResolved: ['Startup_Fault', 'image_registry_dns_failure'],
  ImageNotFound: ['Startup_Fault', 'incorrect_image_reference'],
  ImageNameInvalid: ['Startup_Fault', 'incorrect_image_reference'],
  ImageUnauthorized: ['Startup_Fault', 'missing_image_pull_secret'],
  ImagePullSecretMissing: ['Startup_Fault', 'missing_image_pull_secret'],
  SecretMissing: ['Startup_Fault', 'missing_secret_binding'],
  SecretKeyMissing: ['Startup_Fault', 'missing_secret_binding'],
  VolumePermissionDenied: ['Startup_Fault', 'volume_mount_permission_denied'],
};

/** By the first resource that a quota refuses for. */
const QUOTAS: readonly (readonly [RegExp, string])[] = [
  [/cpu$/u, 'namespace_cpu_quota_exceeded'],
  [/memory$/u, 'namespace_memory_quota_exceeded'],
  [/^(?:count\/)?pods$/u, 'namespace_pod_quota_exceeded'],
  [/services/u, 'namespace_service_quota_exceeded'],
  [/storage|persistentvolumeclaims/u, 'namespace_storage_quota_exceeded'],
];

/** A probe is told by which one it is: the detail begins with its type. */
const PROBES: Readonly<Partial<Record<FindingReason, string>>> = {
  ProbePortMismatch: 'incorrect_port',
  ProbeSchemeMismatch: 'incorrect_protocol',
  ProbeTimingTooTight: 'incorrect_timing',
};

export function labelOf(cause: Cause): Label | undefined {
  const [kind, namespace, name] = cause.object.replace(/#.*$/u, '').split('/');
  const { reason, detail = '' } = cause;
  const label = (taxonomy: Taxonomy, rootCause: string, object: string): Label => ({ taxonomy, object, rootCause });
  const app = `app/${name}`;
  const probe = PROBES[reason];
  if (reason === 'QuotaExceeded') {
    const rootCause = QUOTAS.find(([pattern]) => pattern.test(detail))?.[1];
    return rootCause === undefined ? undefined : label('Admission_Fault', rootCause, `namespace/${namespace === '' ? name : namespace}`);
  }
  if (probe !== undefined) return label('Runtime_Fault', `${detail.split(/\s/u)[0] ?? ''}_probe_${probe}`, app);
  const found = LABELS[reason];
  return found && label(found[0], found[1], kind === 'Node' ? `node/${name}` : app);
}
