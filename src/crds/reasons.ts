/** The vocabulary of what can be wrong: stable names that analyzers give, rules match, and people search for. */

export const FINDING_REASONS = [
  // a container that does not stay up
  'ContainerExitsWithError',
  'ContainerKilledBySignal',
  'ContainerCommandNotFound',
  'ContainerPermissionDenied',
  'ContainerCompletesUnexpectedly',
  'ContainerConfigurationInvalid',
  'ContainerOutOfMemory',
  'NodeOutOfMemory',
  // an image that does not come
  'ImageNotFound',
  'ImageUnauthorized',
  'ImageNameInvalid',
  'ImageRegistryUnavailable',
  'ImageRateLimited',
  'ImagePullFailing',
  // probes
  'ProbePortMismatch',
  'ProbePathNotFound',
  'ProbeSchemeMismatch',
  'ProbeTimingTooTight',
  'ProbeFailing',
  // configuration
  'ConfigMapMissing',
  'SecretMissing',
  'ConfigMapKeyMissing',
  'SecretKeyMissing',
  // scheduling
  'InsufficientCPU',
  'InsufficientMemory',
  'NodeSelectorUnsatisfied',
  'TaintNotTolerated',
  'TooManyPods',
  'VolumeClaimUnbound',
  'QuotaExceeded',
  'Unschedulable',
  // rollouts
  'RolloutStuck',
] as const;
export type FindingReason = (typeof FINDING_REASONS)[number];
