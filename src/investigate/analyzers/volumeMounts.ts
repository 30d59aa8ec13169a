/**
 * Volumes that cannot be made, attached, mounted or reached, as controllers and the kubelet say of a pod that waits for them.
 *
 * Right while the pod has not started and the word is of this pod, or of a claim of it that is not bound. Disproved by the pod having
 * started: many a mount fails once and then succeeds. A ConfigMap or Secret that is missing is told by `missingConfig`, and a claim
 * that fits no volume by others.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import type { ObjectEvent, Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, evidenceFor, livingPods, onset, podName } from '../containers.ts';
import { objectFields, podFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quoteEnd } from '../quote.ts';
import { claimRef } from '../refs.ts';

export const volumeMounts: Analyzer = {
  name: 'volumeMounts',
  *find(snapshot) {
    for (const pod of livingPods(snapshot).filter(({ phase }) => phase === 'Pending')) {
      const told = pod.node === undefined ? unplaced(snapshot, pod) : unmounted(snapshot, pod);
      if (told !== undefined) yield finding(snapshot, pod, told);
    }
  },
};

interface Told {
  readonly reason: FindingReason;
  readonly says: string;
  readonly evidence: readonly string[];
}

/** Left to others, or over by the next try. */
const NOT_OURS =
  /\b(?:configmap|secret) "[^"]{1,253}" not found|references non-existent (?:config|secret) key|not registered|failed to sync (?:configmap|secret) cache/iu;
const DENIED = /permission denied|access denied|operation not permitted/iu;
const GENERIC = /unmounted volumes=|timed out waiting for the condition/iu;

function unmounted(snapshot: Snapshot, pod: Pod): Told | undefined {
  const events = eventsOf(snapshot, pod).filter(({ type, message }) => type === 'Warning' && !NOT_OURS.test(message));
  const attach = events.find(({ reason }) => reason === 'FailedAttachVolume');
  if (attach !== undefined) return told('VolumeAttachFailed', 'waits for a volume that cannot be attached', attach);
  const mounts = events.filter(({ reason }) => reason === 'FailedMount' || reason === 'FailedMapVolume');
  const mount = mounts.find(({ message }) => !GENERIC.test(message)) ?? (isExplained(snapshot, pod) ? undefined : mounts[0]);
  if (mount === undefined) return undefined;
  return DENIED.test(mount.message)
    ? told('VolumePermissionDenied', 'waits for a volume that its node may not mount', mount)
    : told('VolumeMountFailed', 'waits for a volume that cannot be mounted', mount);
}

/** "Timed out waiting" says nothing of its own where another event says why. */
const isExplained = (snapshot: Snapshot, pod: Pod): boolean =>
  eventsOf(snapshot, pod).some(({ reason, message }) => reason === 'FailedMount' && NOT_OURS.test(message));

function unplaced(snapshot: Snapshot, pod: Pod): Told | undefined {
  const words = pod.unscheduled?.message ?? '';
  if (/volume node affinity conflict/iu.test(words)) {
    return { reason: 'VolumeZoneConflict', says: `has a volume that its nodes cannot reach: ${quoteEnd(words)}`, evidence: [] };
  }
  const waiting = snapshot.claims.filter(({ namespace, name, phase, exists }) => isOf(pod, namespace, name) && exists && phase !== 'Bound');
  const failed = snapshot.events.find(
    ({ kind, reason, namespace, name, message }) =>
      kind === 'PersistentVolumeClaim' &&
      reason === 'ProvisioningFailed' &&
      waiting.some((claim) => claim.namespace === namespace && claim.name === name) &&
      !/storageclass\S{0,64} "[^"]{1,253}" not found/iu.test(message),
  );
  return failed && told('VolumeProvisioningFailed', `waits for claim ${failed.name}, for which no volume can be made`, failed);
}

const isOf = (pod: Pod, namespace: string, name: string): boolean => pod.namespace === namespace && pod.claims.includes(name);

const told = (reason: FindingReason, says: string, { message, evidence }: ObjectEvent): Told => ({
  reason,
  says: `${says}: ${quoteEnd(message)}`,
  evidence: [evidence],
});

function finding(snapshot: Snapshot, pod: Pod, { reason, says, evidence }: Told): Finding {
  return {
    analyzer: volumeMounts.name,
    reason,
    object: pod.owner,
    message: `Pod ${podName(pod)} ${says}.`,
    cures: ['RevertCommit'],
    evidence: [...new Set([...evidenceFor(snapshot, pod), ...evidence, ...claimsOf(snapshot, pod)])],
    pods: [pod.name],
    since: onset(snapshot, pod),
    touchedBy: {
      direct: [
        ...podFields(pod.owner, 'volumes'),
        ...objectFields(pod.owner, 'spec.volumeClaimTemplates'),
        ...pod.claims.flatMap((name) => objectFields(claimRef({ namespace: pod.namespace, name }), '')),
      ],
      plausible: podFields(pod.owner, 'nodeSelector', 'affinity', 'containers', 'securityContext'),
    },
  };
}

const claimsOf = ({ claims }: Snapshot, pod: Pod): string[] =>
  claims.filter(({ namespace, name }) => isOf(pod, namespace, name)).map(({ evidence }) => evidence);
