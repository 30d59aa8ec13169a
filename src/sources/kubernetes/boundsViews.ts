/** Quotas, autoscalers, disruption budgets, volumes, deliveries and certificates as analyzers read them. */
import { parseQuantity } from '../../domain/quantity.ts';
import type { ResourceType } from '../../kube/object.ts';
import type { Cleaner } from '../text.ts';
import {
  type ApiAutoscaler,
  type ApiCertificate,
  type ApiDelivery,
  type ApiDisruptionBudget,
  type ApiQuota,
  type ApiStorageClass,
  type ApiVolumeObject,
  autoscalers,
  certificates,
} from './boundsApi.ts';
import { conditionView, refOf, selectorView } from './commonViews.ts';
import { apiTime, evidenceKeys } from './names.ts';
import type { Autoscaler, Certificate, Delivery, DisruptionBudget, Quota, StorageClass, Volume } from './snapshot.ts';

export function quotaView({ metadata, spec, status }: ApiQuota): Quota {
  const { namespace = '', name } = metadata;
  return {
    namespace,
    name,
    hard: numbers(status?.hard ?? spec?.hard),
    used: numbers(status?.used),
    evidence: evidenceKeys.object('ResourceQuota', namespace, name),
  };
}

const numbers = (quantities: Readonly<Record<string, string>> = {}): Record<string, number> =>
  Object.fromEntries(
    Object.entries(quantities).flatMap(([name, text]) => {
      const value = parseQuantity(text);
      return value === undefined ? [] : [[name, value]];
    }),
  );

export function autoscalerView(object: ApiAutoscaler, cleaner: Cleaner): Autoscaler {
  const { spec, status: { currentReplicas: current = 0, desiredReplicas: desired = 0, conditions = [] } = {} } = object;
  const ref = refOf(autoscalers, object);
  const { kind = '', name = '', apiVersion } = spec?.scaleTargetRef ?? {};
  return {
    ref,
    target: { apiVersion, kind, name, namespace: ref.namespace },
    min: spec?.minReplicas ?? 1,
    max: spec?.maxReplicas ?? 1,
    current,
    desired,
    scaledAt: apiTime(object.status?.lastScaleTime),
    conditions: conditions.map((condition) => conditionView(condition, cleaner)),
    evidence: evidenceKeys.object(ref.kind, ref.namespace ?? '', ref.name),
  };
}

export function budgetView({ metadata, spec, status }: ApiDisruptionBudget): DisruptionBudget {
  const { namespace = '', name } = metadata;
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0, expectedPods = 0 } = status ?? {};
  return {
    namespace,
    name,
    selector: selectorView(spec?.selector),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    evidence: evidenceKeys.object('PodDisruptionBudget', namespace, name),
  };
}

export function volumeView({ metadata, spec, status }: ApiVolumeObject): Volume {
  const { claimRef } = spec ?? {};
  return {
    name: metadata.name,
    phase: status?.phase ?? 'Unknown',
    labels: metadata.labels ?? {},
    storageClass: spec?.storageClassName ?? '',
    accessModes: spec?.accessModes ?? [],
    capacityBytes: parseQuantity(spec?.capacity?.['storage']),
    claim: claimRef?.name === undefined ? undefined : { namespace: claimRef.namespace ?? '', name: claimRef.name },
    evidence: evidenceKeys.object('PersistentVolume', '', metadata.name),
  };
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

export const storageClassView = ({ metadata, provisioner = '', volumeBindingMode }: ApiStorageClass): StorageClass => ({
  name: metadata.name,
  provisioner,
  bindsLate: volumeBindingMode === 'WaitForFirstConsumer',
  isDefault: metadata.annotations?.[DEFAULT_CLASS] === 'true',
});

export function deliveryView(resource: ResourceType<ApiDelivery>, object: ApiDelivery, cleaner: Cleaner): Delivery {
  const { conditions = [], sync, health, artifact, lastAppliedRevision } = object.status ?? {};
  const ref = refOf(resource, object);
  return {
    ref,
    suspended: object.spec?.suspend === true,
    conditions: conditions.map((condition) => conditionView(condition, cleaner)),
    syncStatus: sync?.status ?? '',
    healthStatus: health?.status ?? '',
    revision: lastAppliedRevision ?? sync?.revision ?? artifact?.revision ?? '',
    evidence: evidenceKeys.object(ref.kind, ref.namespace ?? '', ref.name),
  };
}

export function certificateView(object: ApiCertificate, cleaner: Cleaner): Certificate {
  const { spec, status } = object;
  const ref = refOf(certificates, object);
  return {
    ref,
    secret: spec?.secretName ?? '',
    names: spec?.dnsNames ?? [],
    notAfter: apiTime(status?.notAfter),
    renewalAt: apiTime(status?.renewalTime),
    conditions: (status?.conditions ?? []).map((condition) => conditionView(condition, cleaner)),
    evidence: evidenceKeys.object(ref.kind, ref.namespace ?? '', ref.name),
  };
}
