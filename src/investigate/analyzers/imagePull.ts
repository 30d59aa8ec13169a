/**
 * An image that does not come, by the reason that the runtime gives.
 *
 * Right while a container waits for its image. The runtime's words decide, from the waiting state or, as that is shortened while
 * the kubelet backs off, from the pod's events. "Does not exist or may require authorization" is a registry that does not want
 * to say which: credentials that are set, or an image of that repository that came before, speak for the latter.
 * Disproved by a container that has started since: then it waits for nothing.
 */

import type { FindingReason } from '../../crds/reasons.ts';
import { ownMember } from '../../domain/ownMember.ts';
import type { Container, ObjectEvent, Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, evidenceFor, livingContainers, onset, podName } from '../containers.ts';
import { containerFields, podFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quoteEnd, quoteUnlessToken } from '../quote.ts';

const WAITING = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'RegistryUnavailable',
  'ImageInspectError',
]);

export const imagePull: Analyzer = {
  name: 'imagePull',
  *find(snapshot) {
    for (const { pod, container } of livingContainers(snapshot)) {
      const waiting = container.state.waiting;
      if (waiting !== undefined && WAITING.has(waiting.reason)) yield finding(snapshot, pod, container);
    }
  },
};

function finding(snapshot: Snapshot, pod: Pod, container: Container): Finding {
  const words = wordsOf(snapshot, pod, container);
  const reason = reasonOf(snapshot, pod, container, words);
  return {
    analyzer: imagePull.name,
    reason,
    object: { ...pod.owner, container: container.name },
    message: `Image ${quoteUnlessToken(container.image)} of container ${container.name} of ${podName(pod)} ${SAYS[reason] ?? 'cannot be pulled'}${reason === 'ImagePullSecretMissing' ? missingSecrets(snapshot, pod) : ''}: ${quoteEnd(words)}.`,
    cures: ['RevertCommit', 'SetImage'],
    evidence: evidenceFor(snapshot, pod),
    pods: [pod.name],
    since: onset(snapshot, pod, container),
    touchedBy: {
      direct: containerFields(pod.owner, container, 'image', 'imagePullPolicy'),
      plausible: podFields(pod.owner, 'imagePullSecrets', 'serviceAccountName'),
    },
  };
}

const SAYS: Partial<Record<FindingReason, string>> = {
  ImageNotFound: 'does not exist',
  ImageUnauthorized: 'may not be pulled with the credentials that there are',
  ImageNameInvalid: 'has no valid name',
  ImagePullSecretMissing: 'may not be pulled, and a pull secret that the pod names does not exist',
  ImageRegistryNotResolved: 'cannot be pulled, as the name of its registry is not known',
  ImageArchitectureMismatch: 'is not built for the architecture of the node',
  ImageRegistryUnavailable: 'cannot be pulled, as its registry does not answer',
  ImageRateLimited: 'cannot be pulled, as its registry limits how often',
};

/** The most telling text: what the runtime answered, not that the kubelet backs off. */
function wordsOf(snapshot: Snapshot, pod: Pod, container: Container): string {
  const waiting = container.state.waiting?.message ?? '';
  const failed = eventsOf(snapshot, pod, container).filter((event) => isAboutImage(event) && event.message.includes(container.image));
  const texts = [waiting, ...failed.map(({ message }) => message)].filter((text) => text !== '');
  return texts.find((text) => !/^Back-off pulling image "[^"]*"$/u.test(text)) ?? container.state.waiting?.reason ?? '';
}

const isAboutImage = ({ reason, message }: ObjectEvent): boolean =>
  ['Failed', 'ErrImageNeverPull', 'InspectFailed'].includes(reason) && /\bimage\b/iu.test(message);

function reasonOf(snapshot: Snapshot, pod: Pod, container: Container, words: string): FindingReason {
  const waiting = container.state.waiting?.reason;
  if (waiting === 'InvalidImageName') return 'ImageNameInvalid';
  if (waiting === 'ErrImageNeverPull') return 'ImageNotFound';
  const clear = CLEAR.find(([pattern]) => pattern.test(words))?.[1];
  if (clear !== undefined) return clear;
  if (REFUSED.test(words)) return refusal(snapshot, pod, container, words);
  if (NO_REGISTRY.test(words) || waiting === 'RegistryUnavailable') return 'ImageRegistryUnavailable';
  if (/not found|manifest unknown|no such manifest|name unknown|\b404\b/iu.test(words)) return 'ImageNotFound';
  return lacksPullSecret(snapshot, pod) ? 'ImagePullSecretMissing' : 'ImagePullFailing';
}

/** Words that mean one thing, whatever else is known. */
const CLEAR: readonly (readonly [pattern: RegExp, reason: FindingReason])[] = [
  [/invalid reference format|couldn't parse image|must be lowercase/iu, 'ImageNameInvalid'],
  [/\blookup \S{1,253}(?: on \S{1,80})?: |no such host/iu, 'ImageRegistryNotResolved'],
  [/no match for platform|no matching manifest for|exec format error/iu, 'ImageArchitectureMismatch'],
  [/toomanyrequests|too many requests|rate limit|\b429\b/iu, 'ImageRateLimited'],
];

const HIDES = /does not exist or may require/iu;

function refusal(snapshot: Snapshot, pod: Pod, container: Container, words: string): FindingReason {
  if (lacksPullSecret(snapshot, pod)) return 'ImagePullSecretMissing';
  return HIDES.test(words) || isOnDockerHub(container.image) ? deniedOrAbsent(snapshot, pod, container) : 'ImageUnauthorized';
}

const REFUSED = /does not exist or may require|unauthorized|authentication required|no basic auth|forbidden|denied|\b40[13]\b/iu;

/** As the kubelet says: nobody here reads Secrets. A registry that answers clearly that there is no such tag has let the pod in. */
const lacksPullSecret = (snapshot: Snapshot, pod: Pod): boolean =>
  eventsOf(snapshot, pod).some(
    ({ reason, message }) => reason === 'FailedToRetrieveImagePullSecret' || /unable to retrieve some image pull secrets/iu.test(message),
  );

/** Those that the pod names and the kubelet did not find. */
function missingSecrets(snapshot: Snapshot, pod: Pod): string {
  const said = eventsOf(snapshot, pod).map(
    ({ message }) => /unable to retrieve some image pull secrets \(([^()]{1,500})\)/iu.exec(message)?.[1],
  );
  const names = new Set(said.flatMap((list) => list?.split(/[,\s]+/u) ?? []));
  const missing = pod.pullSecrets.filter((name) => names.has(name));
  return missing.length === 0 ? '' : `, ${missing.join(', ')}`;
}

const NO_REGISTRY =
  /connection refused|connection reset|i\/o timeout|handshake timeout|deadline exceeded|network is unreachable|no route to host|x509|certificate|http: server gave HTTP response|\b50[0234]\b|dial tcp|\bEOF\b/iu;

function deniedOrAbsent(snapshot: Snapshot, pod: Pod, { name, image }: Container): FindingReason {
  const workload = snapshot.workloads.find(({ ref }) => ref.uid === pod.owner.uid);
  const cameBefore =
    workload?.revisions.some(({ current, images }) => !current && repositoryOf(ownMember(images, name) ?? '') === repositoryOf(image)) ??
    false;
  return pod.pullSecrets.length > 0 || cameBefore ? 'ImageUnauthorized' : 'ImageNotFound';
}

/** Docker Hub and its mirrors answer "denied" for a repository that does not exist. */
function isOnDockerHub(image: string): boolean {
  const [host = '', path] = image.split('/', 2);
  return path === undefined || host === 'docker.io' || !/[.:]|^localhost$/u.test(host);
}

/** Without tag and digest. */
const repositoryOf = (image: string): string => (image.split('@')[0] ?? '').replace(/:[^:/]*$/u, '');
