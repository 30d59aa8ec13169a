/**
 * The vocabulary of what can be wrong: stable names that analyzers give, rules match, and people search for; one line each on what it means.
 * `docs/reasons.md` is made from it. A reason that was published is never renamed.
 */

export const findingReasonGroups = {
  'A container that does not stay up': {
    ContainerExitsWithError: 'It ends by itself with an exit code other than 0, again and again; its last log lines say why.',
    ContainerKilledBySignal: 'It is ended by a signal that neither the kernel’s memory killer nor a failed probe sent.',
    ContainerCommandNotFound: 'Its command, or the interpreter that the command names, is not in the image.',
    ContainerPermissionDenied: 'Its command may not be executed, or it may not open what it needs at its start.',
    ContainerCompletesUnexpectedly: 'It ends with exit code 0 in a workload that is meant to keep running.',
    ContainerConfigurationInvalid: 'The kubelet refuses to create it: its specification cannot be run as it stands.',
    ContainerOutOfMemory: 'The kernel kills it because it reaches its own memory limit.',
    NodeOutOfMemory: 'The kernel kills it below its own limit, because the node is out of memory.',
  },
  'An image that does not come': {
    ImageNotFound: 'The registry has no such repository or tag.',
    ImageUnauthorized: 'The registry wants credentials, or refuses those that the pod brings.',
    ImageNameInvalid: 'The image’s name cannot be parsed.',
    ImageRegistryUnavailable: 'The registry cannot be reached, or answers with an error of its own.',
    ImageRateLimited: 'The registry refuses because too much was pulled.',
    ImagePullFailing: 'The pull fails for a reason that the kubelet does not tell apart.',
  },
  'A probe that fails': {
    ProbePortMismatch: 'The probe asks a port on which the container does not listen, while it listens on another.',
    ProbePathNotFound: 'The probe’s path is answered with 404.',
    ProbeSchemeMismatch: 'The probe speaks HTTP to an HTTPS port, or the other way round.',
    ProbeTimingTooTight: 'The container works, and needs longer to start or to answer than the probe gives it.',
    ProbeFailing: 'The probe fails for a reason that cannot be told from outside.',
  },
  'Configuration that is not there': {
    ConfigMapMissing: 'The pod refers to a ConfigMap that does not exist.',
    SecretMissing: 'The pod refers to a Secret that does not exist, as the kubelet says; Secrets are never read.',
    ConfigMapKeyMissing: 'The ConfigMap exists and lacks the key that the pod refers to.',
    SecretKeyMissing: 'The Secret lacks the key that the pod refers to, as the kubelet says; Secrets are never read.',
  },
  'A pod that finds no place': {
    InsufficientCPU: 'No node has as much CPU left as it requests.',
    InsufficientMemory: 'No node has as much memory left as it requests.',
    NodeSelectorUnsatisfied: 'No node has the labels that its selector or affinity asks for.',
    TaintNotTolerated: 'Every node that would do has a taint that it does not tolerate.',
    TooManyPods: 'Every node that would do holds as many pods as it may.',
    VolumeClaimUnbound: 'A volume claim that it uses is not bound.',
    QuotaExceeded: 'The namespace’s quota refuses it.',
    Unschedulable: 'The scheduler finds no node, for a reason that cannot be told apart.',
  },
  'A rollout that does not end': {
    RolloutStuck: 'The new version does not become available within the workload’s own deadline.',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

type Groups = typeof findingReasonGroups;
export type FindingReason = { readonly [G in keyof Groups]: keyof Groups[G] }[keyof Groups];

export const FINDING_REASONS = Object.values(findingReasonGroups).flatMap((group) =>
  Object.keys(group),
) as unknown as readonly FindingReason[];
