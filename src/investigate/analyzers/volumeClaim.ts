/**
 * A volume claim that is not bound, by what keeps it from being bound.
 *
 * Right while the claim is Pending and a pod waits for it. Without a provisioner for its class it needs a volume that is there already: one
 * of its class, its access modes, its size, its labels, and not another claim's. The volume that fails on the fewest of these came closest,
 * and what it fails on is to blame. A class that is named and does not exist is said first. Disproved by the claim being bound; claims of a
 * class that binds late wait for the pod, not the pod for them.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import { formatBytes } from '../../sources/kubernetes/quantity.ts';
import { selects } from '../../sources/kubernetes/selection.ts';
import type { Claim, Pod, Quota, Snapshot, StorageClass, Volume } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, evidenceFor, livingPods, podName } from '../containers.ts';
import { objectFields, podFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';

export const volumeClaim: Analyzer = {
  name: 'volumeClaim',
  *find(snapshot) {
    for (const pod of livingPods(snapshot)) {
      if (pod.node !== undefined || pod.phase !== 'Pending') continue;
      for (const name of pod.claims) yield* ofClaim(snapshot, pod, name);
    }
  },
};

function* ofClaim(snapshot: Snapshot, pod: Pod, name: string): Iterable<Finding> {
  const claim = snapshot.claims.find((one) => one.namespace === pod.namespace && one.name === name);
  if (claim === undefined || claim.phase === 'Bound') return;
  if (!claim.exists) {
    yield* missing(snapshot, pod, claim);
    return;
  }
  const blame = blameOf(snapshot, claim);
  if (blame !== undefined) yield finding(snapshot, pod, claim, blame);
}

interface Blame {
  readonly reason: FindingReason;
  /** Completes "Claim data is not bound: ". */
  readonly says: string;
  readonly evidence?: readonly string[] | undefined;
}

function blameOf({ volumes, storageClasses }: Snapshot, claim: Claim): Blame | undefined {
  const wanted = classOf(claim, storageClasses);
  const existing = storageClasses.find(({ name }) => name === wanted);
  if (existing?.bindsLate === true) return undefined;
  const ofClass = volumes.filter(({ storageClass }) => storageClass === wanted);
  if (wanted !== '' && existing === undefined && ofClass.length === 0) {
    const others = [...new Set(volumes.filter(({ phase }) => phase === 'Available').map(({ storageClass }) => storageClass))];
    const hint = others.length === 0 ? '' : `; free volumes are of ${others.map((one) => (one === '' ? 'no class' : one)).join(', ')}`;
    return { reason: 'StorageClassMissing', says: `there is no storage class ${wanted}${hint}` };
  }
  if (existing !== undefined && existing.provisioner !== '' && !existing.provisioner.endsWith('no-provisioner')) return undefined;
  const judged = volumes.map((volume) => ({ volume, faults: faultsOf(claim, wanted, volume) }));
  const [nearest] = judged.toSorted(
    (a, b) => a.faults.length - b.faults.length || preference(claim, b.volume) - preference(claim, a.volume),
  );
  const [fault] = nearest?.faults ?? [];
  if (nearest === undefined || fault === undefined) return undefined;
  return { ...fault, evidence: [nearest.volume.evidence] };
}

/** The cluster's default where none is named. */
const classOf = ({ storageClass }: Claim, classes: readonly StorageClass[]): string =>
  storageClass ?? classes.find(({ isDefault }) => isDefault)?.name ?? '';

/** The volume that the claim asks for by name, or that is called after it, is the one that was meant. */
const preference = ({ name, volume: asked }: Claim, { name: own, phase }: Volume): number =>
  (asked === own ? 4 : 0) + (own.includes(name.replace(/-?(?:pvc|claim|data)$/u, '')) ? 2 : 0) + (phase === 'Available' ? 1 : 0);

/** In the order in which they are said, the one that a person can do least about last. */
function faultsOf(claim: Claim, wanted: string, volume: Volume): Blame[] {
  const { name, claim: holder, storageClass, accessModes, capacityBytes = 0, labels, phase } = volume;
  const faults: Blame[] = [];
  const isOurs = holder?.namespace === claim.namespace && holder.name === claim.name;
  if (holder !== undefined && !isOurs) {
    faults.push({
      reason: 'VolumeTakenByAnotherClaim',
      says: `volume ${name} is ${phase} and taken by claim ${holder.namespace}/${holder.name}`,
    });
  }
  if (storageClass !== wanted) {
    const [has, asks] = [storageClass, wanted].map((one) => (one === '' ? 'no class' : `class ${one}`));
    faults.push({ reason: 'StorageClassMissing', says: `it asks for ${asks}, and volume ${name} is of ${has}` });
  }
  const lacking = claim.accessModes.filter((mode) => !accessModes.includes(mode));
  if (lacking.length > 0) {
    faults.push({
      reason: 'VolumeAccessModeMismatch',
      says: `it asks for ${lacking.join(', ')}, and volume ${name} offers ${accessModes.join(', ')}`,
    });
  }
  if ((claim.requestedBytes ?? 0) > capacityBytes) {
    const [asks, holds] = [formatBytes(claim.requestedBytes ?? 0), formatBytes(capacityBytes)];
    faults.push({ reason: 'VolumeCapacityTooSmall', says: `it asks for ${asks}, and volume ${name} holds ${holds}` });
  }
  if (claim.selector !== undefined && !selects(claim.selector, labels)) {
    const asks = Object.entries(claim.selector.labels).map(([key, value]) => `${key}=${value}`);
    faults.push({
      reason: 'VolumeSelectorUnsatisfied',
      says: `it selects ${asks.join(', ') || 'labels'}, which volume ${name} does not have`,
    });
  }
  return faults;
}

/** A claim that a pod names and nobody has made; a quota on storage that leaves too little is why it could not be made. */
function* missing(snapshot: Snapshot, pod: Pod, claim: Claim): Iterable<Finding> {
  const limit = storageQuota(snapshot, pod.namespace);
  yield finding(snapshot, pod, claim, { reason: 'VolumeClaimMissing', says: 'it does not exist' });
  if (limit === undefined) return;
  const { quota, resource } = limit;
  const left = (quota.hard[resource] ?? 0) - (quota.used[resource] ?? 0);
  const says = `it does not exist, and quota ${quota.name} leaves ${resource.endsWith('storage') ? formatBytes(left) : left} of ${resource} for it`;
  yield { ...finding(snapshot, pod, claim, { reason: 'QuotaExceeded', says, evidence: [quota.evidence] }), detail: resource };
}

function storageQuota({ quotas, volumes }: Snapshot, namespace: string): { quota: Quota; resource: string } | undefined {
  const smallestFree = Math.min(...volumes.filter(({ phase }) => phase === 'Available').map(({ capacityBytes = 0 }) => capacityBytes));
  return quotas
    .filter((quota) => quota.namespace === namespace)
    .flatMap((quota) => Object.keys(quota.hard).map((resource) => ({ quota, resource })))
    .find(({ quota, resource }) => {
      const left = (quota.hard[resource] ?? 0) - (quota.used[resource] ?? 0);
      if (resource.endsWith('persistentvolumeclaims')) return left < 1;
      return resource.endsWith('requests.storage') && (left <= 0 || left <= smallestFree);
    });
}

function finding(snapshot: Snapshot, pod: Pod, claim: Claim, { reason, says, evidence = [] }: Blame): Finding {
  return {
    analyzer: volumeClaim.name,
    reason,
    object: pod.owner,
    message: `Pod ${podName(pod)} waits for claim ${claim.name}: ${says}.`,
    cures: ['RevertCommit'],
    evidence: [claim.evidence, ...evidence, ...evidenceFor(snapshot, pod)],
    pods: [pod.name],
    since: Math.min(pod.createdAt, ...eventsOf(snapshot, pod).map(({ firstAt }) => firstAt)),
    touchedBy: {
      direct: [
        ...objectFields({ kind: 'PersistentVolumeClaim', namespace: claim.namespace, name: claim.name }, ''),
        ...objectFields(pod.owner, 'spec.volumeClaimTemplates'),
      ],
      plausible: podFields(pod.owner, 'volumes'),
    },
  };
}
