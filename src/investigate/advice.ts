/** What to do about a reason now, and what would have prevented it: what an experienced SRE says in general, one line each. */
import type { FindingReason } from '../crds/reasons.ts';

export interface Advice {
  readonly category: 'Application' | 'Configuration' | 'Image' | 'Probe' | 'Resources' | 'Scheduling' | 'Rollout' | 'Node';
  readonly now: string;
  readonly prevention: string;
}

const SEEN_BEFORE_ROLLOUT =
  'Run the new revision somewhere before it is rolled out, and let the rollout stop at the first pod that fails (maxUnavailable 0).';
const REFERENCES_CHECKED =
  'Check in CI that every ConfigMap, Secret and key that a workload refers to is rendered with it or is known to exist.';
const IMAGES_CHECKED = 'Check in CI that the image of every manifest can be pulled, and pin it by digest.';
const REQUESTS_CHECKED = 'Compare requests with what the largest node can give before a change is merged.';
const PROBES_NAMED = 'Let probes name the container port instead of repeating its number, and run them in CI against the image.';

const application = (now: string): Advice => ({ category: 'Application', now, prevention: SEEN_BEFORE_ROLLOUT });
const missing = (now: string): Advice => ({ category: 'Configuration', now, prevention: REFERENCES_CHECKED });
const image = (now: string, prevention = IMAGES_CHECKED): Advice => ({ category: 'Image', now, prevention });
const probe = (now: string, prevention = PROBES_NAMED): Advice => ({ category: 'Probe', now, prevention });
const scheduling = (now: string, prevention = REQUESTS_CHECKED): Advice => ({ category: 'Scheduling', now, prevention });

const PULL_MIRROR = 'Keep a mirror of the images that production needs in a registry of your own.';
const LABELS_KEPT = 'Keep labels and taints of nodes under version control beside the workloads that select by them.';

export const ADVICE: Readonly<Record<FindingReason, Advice>> = {
  ContainerExitsWithError: application('Read the last log lines of the previous run, and compare with what changed.'),
  ContainerKilledBySignal: application('Find out who sent the signal: a crash of the program itself, a hook, or the node.'),
  ContainerCommandNotFound: application('Correct the command, or use the image that has it.'),
  ContainerPermissionDenied: application('Compare the user and the security context with what the image and its volumes need.'),
  ContainerCompletesUnexpectedly: application('Give the container a command that keeps running, or make the workload a Job.'),
  ContainerConfigurationInvalid: {
    category: 'Configuration',
    now: 'Correct the setting that the log names.',
    prevention: 'Validate configuration in CI with the program that reads it.',
  },
  ContainerOutOfMemory: {
    category: 'Resources',
    now: 'Give the container a limit above what it needs, or take back what made it need more.',
    prevention: 'Alert on the working set at 90 % of the limit, and size limits from what was measured.',
  },
  NodeOutOfMemory: {
    category: 'Node',
    now: 'Move pods off the node, and look for pods whose requests are below what they use.',
    prevention: 'Set memory requests to what is used, so that nodes are not filled beyond what they have.',
  },
  ImageNotFound: image('Correct the name or tag of the image, or push the image that is missing.'),
  ImageUnauthorized: image('Renew or add the pull secret of the pod or of its service account.'),
  ImageNameInvalid: image('Correct the name of the image.'),
  ImageRegistryUnavailable: image('Check that the nodes reach and trust the registry.', PULL_MIRROR),
  ImageRateLimited: image('Pull with an account, or through a mirror.', PULL_MIRROR),
  ImagePullFailing: image('Try the pull on the node by hand, and read what the registry answers.'),
  ProbePortMismatch: probe('Let the probe ask the port on which the program listens.'),
  ProbePathNotFound: probe('Let the probe ask a path that the program serves.'),
  ProbeSchemeMismatch: probe('Let the probe speak the protocol that the port speaks.'),
  ProbeTimingTooTight: probe(
    'Give the program more time: a startup probe, or a longer delay or time-out.',
    'Measure how long the program takes to start and to answer under load, and set the probes from that.',
  ),
  ProbeFailing: probe('Ask the endpoint from within the pod, and read the log of the program.', SEEN_BEFORE_ROLLOUT),
  ConfigMapMissing: missing('Create the ConfigMap, or correct its name.'),
  SecretMissing: missing('Create the Secret, or correct its name.'),
  ConfigMapKeyMissing: missing('Add the key to the ConfigMap, or correct the reference.'),
  SecretKeyMissing: missing('Add the key to the Secret, or correct the reference.'),
  InsufficientCPU: scheduling('Lower the requests of the pod, or add nodes.'),
  InsufficientMemory: scheduling('Lower the requests of the pod, or add nodes.'),
  NodeSelectorUnsatisfied: scheduling('Correct the selector, or label the nodes that are meant.', LABELS_KEPT),
  TaintNotTolerated: scheduling('Remove the taint, or tolerate it where that is meant.', LABELS_KEPT),
  TooManyPods: scheduling('Add nodes, or remove pods that are not needed.', 'Alert on the share of pods that nodes may still take.'),
  VolumeClaimUnbound: scheduling(
    'Look at the claim: its class, its size, its access mode, and what volumes there are.',
    'Create claims with the workload, with a class that exists in this cluster.',
  ),
  QuotaExceeded: scheduling('Lower what the pods ask for, or raise the quota.', 'Alert on quotas at 90 %.'),
  Unschedulable: scheduling('Compare what the pod asks for with what the nodes offer.'),
  RolloutStuck: { category: 'Rollout', now: 'Look at the pods of the new revision.', prevention: SEEN_BEFORE_ROLLOUT },
};
