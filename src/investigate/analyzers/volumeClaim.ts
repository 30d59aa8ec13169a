/**
 * A volume claim that is not bound, by what keeps it from being bound.
 *
 * Right while the claim is Pending and a pod waits for it. Without a provisioner for its class it needs a volume that is there already: one
 * of its class, its access modes, its size, its labels, and not another claim's. The volume that fails on the fewest of these came closest,
 * and what it fails on is to blame. A class that is named and does not exist is said first. A claim that selects volumes, or names one, is
 * provisioned by nobody, whatever its class. Disproved by the claim being bound, and by a volume that would do; what a provisioner makes of
 * its claims is not seen here.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import { formatBytes } from '../../domain/quantity.ts';
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

function blameOf({ volumes, storageClasses, gaps }: Snapshot, claim: Claim): Blame | undefined {
  if (gaps.some(({ message }) => /\b(?:storageclasses|persistentvolumes)\b/u.test(message))) return undefined;
  const wanted = classOf(claim, storageClasses);
  const existing = storageClasses.find(({ name }) => name === wanted);
  const ofClass = volumes.filter(({ storageClass }) => storageClass === wanted);
  if (wanted !== '' && existing === undefined && ofClass.length === 0) {
    const others = [...new Set(volumes.filter(({ phase }) => phase === 'Available').map(({ storageClass }) => storageClass))];
    const hint = others.length === 0 ? '' : `; free volumes are of ${others.map((one) => (one === '' ? 'no class' : one)).join(', ')}`;
    return { reason: 'StorageClassMissing', says: `there is no storage class ${wanted}${hint}` };
  }
  if (isProvisioned(claim, existing)) return undefined;
  const judged = volumes.map((volume) => ({ volume, faults: faultsOf(claim, wanted, volume) }));
  const [nearest] = judged.toSorted(
    (a, b) => a.faults.length - b.faults.length || preference(claim, wanted, b.volume) - preference(claim, wanted, a.volume),
  );
  const [fault] = nearest?.faults ?? [];
  if (nearest === undefined || fault === undefined) return undefined;
  return { ...fault, evidence: [nearest.volume.evidence] };
}

/** A claim that selects a volume by labels or by name waits for that one even where its class could make others. */
const isProvisioned = ({ selector, volume }: Claim, of: StorageClass | undefined): boolean =>
  of !== undefined && of.provisioner !== '' && !of.provisioner.endsWith('no-provisioner') && selector === undefined && volume === undefined;

/** The cluster's default where none is named. */
const classOf = ({ storageClass }: Claim, classes: readonly StorageClass[]): string =>
  storageClass ?? classes.find(({ isDefault }) => isDefault)?.name ?? '';

/** The volume that the claim asks for by name, that is called after it, or that is of its class, is the one that was meant. */
function preference({ name, volume: asked }: Claim, wanted: string, { name: own, phase, storageClass }: Volume): number {
  const stem = name.replace(/-?(?:pvc|claim|data)$/u, '');
  const isNamesake = stem !== '' && own.includes(stem);
  return (asked === own ? 8 : 0) + (isNamesake ? 2 : 0) + (storageClass === wanted ? 2 : 0) + (phase === 'Available' ? 1 : 0);
}

/** In the order in which they are said, the one that a person can do least about last. */
const faultsOf = (claim: Claim, wanted: string, volume: Volume): Blame[] => [
  ...takenFault(claim, volume),
  ...classFault(wanted, volume),
  ...modeFault(claim, volume),
  ...sizeFault(claim, volume),
  ...labelFault(claim, volume),
];

function takenFault(claim: Claim, { name, claim: holder, phase }: Volume): Blame[] {
  const reason = 'VolumeTakenByAnotherClaim';
  if (holder !== undefined && (holder.namespace !== claim.namespace || holder.name !== claim.name)) {
    return [{ reason, says: `volume ${name} is ${phase} and taken by claim ${holder.namespace}/${holder.name}` }];
  }
  if (phase !== 'Released' && phase !== 'Failed') return [];
  return [{ reason, says: `volume ${name} is ${phase}: it is still kept for the claim that held it before` }];
}

function classFault(wanted: string, { name, storageClass }: Volume): Blame[] {
  if (storageClass === wanted) return [];
  const [has, asks] = [storageClass, wanted].map((one) => (one === '' ? 'no class' : `class ${one}`));
  return [{ reason: 'StorageClassMissing', says: `it asks for ${asks}, and volume ${name} is of ${has}` }];
}

function modeFault(claim: Claim, { name, accessModes }: Volume): Blame[] {
  const lacking = claim.accessModes.filter((mode) => !accessModes.includes(mode));
  if (lacking.length === 0) return [];
  return [
    { reason: 'VolumeAccessModeMismatch', says: `it asks for ${lacking.join(', ')}, and volume ${name} offers ${accessModes.join(', ')}` },
  ];
}

/** A size that is not said is held against nobody. */
function sizeFault({ requestedBytes = 0 }: Claim, { name, capacityBytes = Number.POSITIVE_INFINITY }: Volume): Blame[] {
  if (requestedBytes <= capacityBytes) return [];
  const says = `it asks for ${formatBytes(requestedBytes)}, and volume ${name} holds ${formatBytes(capacityBytes)}`;
  return [{ reason: 'VolumeCapacityTooSmall', says }];
}

function labelFault({ selector }: Claim, { name, labels }: Volume): Blame[] {
  if (selector === undefined || selects(selector, labels)) return [];
  const asks = Object.entries(selector.labels).map(([key, value]) => `${key}=${value}`);
  return [{ reason: 'VolumeSelectorUnsatisfied', says: `it selects ${asks.join(', ') || 'labels'}, which volume ${name} does not have` }];
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
  const free = volumes.filter(({ phase }) => phase === 'Available').map(({ capacityBytes = 0 }) => capacityBytes);
  const smallestFree = free.length === 0 ? 0 : Math.min(...free);
  return quotas
    .filter((quota) => quota.namespace === namespace)
    .flatMap((quota) => Object.keys(quota.hard).map((resource) => ({ quota, resource })))
    .find(({ quota, resource }) => {
      const left = (quota.hard[resource] ?? 0) - (quota.used[resource] ?? 0);
      if (resource.endsWith('persistentvolumeclaims')) return left < 1;
      return resource.endsWith('requests.storage') && left <= smallestFree;
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
