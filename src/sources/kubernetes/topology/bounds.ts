/** What stores, scales, limits and certifies workloads. */
import { type EntityKey, key, keyOfRef, type Link, type Trouble } from '../../../domain/grouping/topology.ts';
import type { ApiClaim, ApiCondition, ApiWorkload } from '../api.ts';
import type { ApiAutoscaler, ApiCertificate, ApiDisruptionBudget, ApiQuota, ApiStorageClass } from '../boundsApi.ts';
import { selects } from '../selection.ts';
import { entityOf, selectorFits } from './objects.ts';
import type { Labelled } from './traffic.ts';

type Aliases = Readonly<Record<EntityKey, EntityKey>>;

export function storageLinks(
  claims: readonly ApiClaim[],
  classes: readonly ApiStorageClass[],
  workloads: readonly Labelled[],
): readonly Link[] {
  const ofClaims = claims.flatMap((claim): Link[] => {
    const { storageClassName, volumeName } = claim.spec ?? {};
    const from = entityOf(claim);
    return [
      ...(volumeName === undefined ? [] : [{ from, to: key('PersistentVolume', undefined, volumeName), kind: 'storedOn' } as const]),
      ...(storageClassName === undefined || storageClassName === ''
        ? []
        : [{ from, to: key('StorageClass', undefined, storageClassName), kind: 'provisionedBy' } as const]),
    ];
  });
  return [...ofClaims, ...classes.flatMap((one) => driverLinks(one, workloads))];
}

/** `ebs.csi.aws.com` is served by `ebs-csi-controller`, `rook-ceph.rbd.csi.ceph.com` by `csi-rbdplugin-provisioner`. */
function driverLinks(one: ApiStorageClass, workloads: readonly Labelled[]): readonly Link[] {
  const parts = (one.provisioner ?? '')
    .split(/[./]/u)
    .filter((part) => part.length > 2 && !['csi', 'com', 'org', 'kubernetes'].includes(part));
  const drivers = workloads
    .map(({ workload }) => workload)
    .filter((workload) => {
      const name = workload.split('/')[2] ?? '';
      return /csi|provisioner/u.test(name) && parts.some((part) => name.includes(part));
    });
  return [...new Set(drivers)].map((to): Link => ({ from: entityOf(one), to, kind: 'provisionedBy' }));
}

/** An autoscaler or a budget is the workload that it is for, to an alert. */
export function scalingAliases(
  autoscalers: readonly ApiAutoscaler[],
  budgets: readonly ApiDisruptionBudget[],
  workloads: readonly Labelled[],
): Aliases {
  const aliases: Record<EntityKey, EntityKey> = {};
  for (const autoscaler of autoscalers) {
    const target = autoscaler.spec?.scaleTargetRef;
    if (target !== undefined) aliases[entityOf(autoscaler)] = keyOfRef({ ...target, namespace: autoscaler.metadata.namespace });
  }
  for (const budget of budgets) {
    const selector = selectorFits(budget.spec?.selector ?? {});
    const found = workloads.find(({ namespace, labels }) => namespace === budget.metadata.namespace && selects(selector, labels));
    if (found !== undefined) aliases[entityOf(budget)] = found.workload;
  }
  return aliases;
}

/** Workloads of a namespace are bound by its quotas: those that are refused pods where any says so, else whichever may be. */
export function quotaLinks(quotas: readonly ApiQuota[], labelled: readonly Labelled[], workloads: readonly ApiWorkload[]): readonly Link[] {
  const refused = workloads.filter(({ status }) => (status?.conditions ?? []).some(refusesForQuota));
  return quotas.flatMap((quota) => {
    const { namespace } = quota.metadata;
    const own = refused
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ kind, metadata }) => keyOfRef({ kind, namespace, name: metadata.name }));
    const bound = own.length > 0 ? own : labelled.filter((each) => each.namespace === namespace).map(({ workload }) => workload);
    return bound.map((from): Link => ({ from, to: quotaKey(quota), kind: 'limitedBy' }));
  });
}

/** Quotas of a namespace as one: alerts name the namespace, and seldom which. */
const quotaKey = ({ metadata }: ApiQuota): EntityKey => key('ResourceQuota', metadata.namespace, '*');

export const quotaAliases = (quotas: readonly ApiQuota[]): Aliases =>
  Object.fromEntries(quotas.map((quota) => [entityOf(quota), quotaKey(quota)]));

/** A quota that is used up harms nobody until a pod is refused for it: the workload's own controller says so. */
export const quotaTroubles = (quotas: readonly ApiQuota[], workloads: readonly ApiWorkload[]): readonly Trouble[] =>
  quotas.flatMap((quota): Trouble[] => {
    const refusals = workloads
      .filter(({ metadata }) => metadata.namespace === quota.metadata.namespace)
      .flatMap(({ status }) => (status?.conditions ?? []).filter(refusesForQuota));
    const times = refusals.map(({ lastTransitionTime = '' }) => Date.parse(lastTransitionTime)).filter(Number.isFinite);
    if (refusals.length === 0) return [];
    return [{ entity: quotaKey(quota), mode: 'quota', since: times.length === 0 ? undefined : Math.min(...times), words: 'is used up' }];
  });

const refusesForQuota = ({ type, status, message = '' }: ApiCondition): boolean =>
  type === 'ReplicaFailure' && status === 'True' && message.includes('exceeded quota');

export function certificateLinks(certificates: readonly ApiCertificate[]): readonly Link[] {
  return certificates.flatMap((certificate): Link[] => {
    const { secretName } = certificate.spec ?? {};
    return secretName === undefined
      ? []
      : [{ from: key('Secret', certificate.metadata.namespace, secretName), to: entityOf(certificate), kind: 'certifiedBy' }];
  });
}

/** @param now milliseconds since the epoch */
export const certificateTroubles = (certificates: readonly ApiCertificate[], now: number): readonly Trouble[] =>
  certificates.flatMap((certificate): Trouble[] => {
    const end = Date.parse(certificate.status?.notAfter ?? '');
    return Number.isFinite(end) && end <= now
      ? [{ entity: entityOf(certificate), mode: 'certificate', since: end, words: 'has expired' }]
      : [];
  });
