/** Which fields of a workload can bring about what was found: a change elsewhere is no cause, whenever it was. */
import type { FindingReason } from '../crds/reasons.ts';

const IMAGE = /\.image$/u;
const PROGRAM = /\.(?:image|command|args|workingDir|securityContext)\b|\.env(?:From)?\b/u;
const PROBE = /Probe\b|\.ports\b/u;
const CONFIGURATION = /configMap|secret|\.env(?:From)?\b|\.volumes?\b|\.volumeMounts\b|^data\b/iu;
const MEMORY = /\.resources\.(?:limits|requests)\.memory\b|resources$/u;
const SCHEDULING =
  /nodeSelector|affinity|toleration|topologySpread|\.resources\b|\.nodeName\b|priorityClassName|^spec\.replicas$|volumeClaimTemplates/iu;

const ANY_OF =
  (...patterns: readonly RegExp[]) =>
  (path: string): boolean =>
    patterns.some((pattern) => pattern.test(path));

const anything = (path: string): boolean => !/^metadata\b/u.test(path);
const crashes = ANY_OF(PROGRAM, CONFIGURATION, PROBE, MEMORY);
const images = ANY_OF(IMAGE, /imagePullSecrets|imagePullPolicy/u);
const probes = ANY_OF(PROBE, PROGRAM, CONFIGURATION);
const schedules = ANY_OF(SCHEDULING);

/** A reason that is not here has no cure that takes a change back. */
const BY_REASON: Readonly<Partial<Record<FindingReason, (path: string) => boolean>>> = {
  ContainerExitsWithError: crashes,
  ContainerKilledBySignal: crashes,
  ContainerCommandNotFound: ANY_OF(PROGRAM, CONFIGURATION),
  ContainerPermissionDenied: ANY_OF(PROGRAM, CONFIGURATION),
  ContainerCompletesUnexpectedly: crashes,
  ContainerConfigurationInvalid: ANY_OF(PROGRAM, CONFIGURATION),
  ContainerOutOfMemory: ANY_OF(MEMORY, PROGRAM, CONFIGURATION),
  ContainerArgumentsInvalid: ANY_OF(PROGRAM, CONFIGURATION),
  ContainerPortInUse: ANY_OF(PROGRAM, PROBE, CONFIGURATION),
  MemoryLeak: ANY_OF(MEMORY, PROGRAM, CONFIGURATION),
  NodeOutOfMemory: ANY_OF(MEMORY, SCHEDULING),
  ImageNotFound: images,
  ImageUnauthorized: images,
  ImagePullSecretMissing: images,
  ImageNameInvalid: images,
  ImageRegistryNotResolved: images,
  ImageArchitectureMismatch: images,
  ImageRegistryUnavailable: images,
  ImageRateLimited: images,
  ImagePullFailing: images,
  ProbePortMismatch: probes,
  ProbePathNotFound: probes,
  ProbeSchemeMismatch: probes,
  ProbeTimingTooTight: probes,
  ProbeFailing: probes,
  ConfigMapMissing: ANY_OF(CONFIGURATION),
  SecretMissing: ANY_OF(CONFIGURATION),
  ConfigMapKeyMissing: ANY_OF(CONFIGURATION),
  SecretKeyMissing: ANY_OF(CONFIGURATION),
  InsufficientCPU: schedules,
  InsufficientMemory: schedules,
  NodeSelectorUnsatisfied: schedules,
  NodeAffinityUnsatisfied: schedules,
  PodAffinityUnsatisfied: schedules,
  PodAntiAffinityConflict: schedules,
  TopologySpreadUnsatisfied: schedules,
  HostPortConflict: schedules,
  TaintNotTolerated: schedules,
  TooManyPods: schedules,
  VolumeClaimUnbound: schedules,
  QuotaExceeded: schedules,
  Unschedulable: schedules,
  RolloutStuck: anything,
};

/** Whether a change of the field at `path` (as `compareRendered` writes it) may have brought `reason` about. */
export function isRelevant(reason: FindingReason, path: string): boolean {
  return BY_REASON[reason]?.(path) ?? false;
}
