/** A pod as analyzers read it. Whose it is, and which revision it belongs to, is known to whoever found it. */
import type { ObjectRef } from '../../crds/common.ts';
import type { Cleaner } from '../text.ts';
import type { ApiAffinity, ApiCondition, ApiContainer, ApiPod, ApiPodSpec, ApiVolume } from './api.ts';
import { selectorView } from './commonViews.ts';
import { containerSpecs, containerView } from './containerView.ts';
import { apiTime, evidenceKeys } from './names.ts';
import { statusesOf } from './podHealth.ts';
import type { Affinity, Container, Logs, Pod, PodTerm, Reference } from './snapshot.ts';

export interface PodPlace {
  readonly owner: ObjectRef;
  readonly revision?: string | undefined;
  readonly current: boolean;
}

export const podRef = (pod: ApiPod): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: pod.metadata.namespace ?? '',
  name: pod.metadata.name,
  uid: pod.metadata.uid,
});

export function podView(pod: ApiPod, place: PodPlace, logsOf: (container: string) => Logs, cleaner: Cleaner): Pod {
  const { metadata, spec } = pod;
  const namespace = metadata.namespace ?? '';
  return {
    namespace,
    name: metadata.name,
    uid: metadata.uid,
    evidence: evidenceKeys.pod(namespace, metadata.name),
    ...place,
    createdAt: apiTime(metadata.creationTimestamp) ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    ...lifeOf(pod, cleaner),
    containers: containersOf(pod, logsOf, cleaner),
    restartPolicy: spec?.restartPolicy ?? 'Always',
    references: references(spec),
    claims: (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []),
    labels: metadata.labels ?? {},
    ip: pod.status?.podIP,
    serviceAccount: spec?.serviceAccountName ?? 'default',
    ...placementOf(spec),
    ...networkOf(spec),
    pullSecrets: (spec?.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []),
  };
}

function containersOf(pod: ApiPod, logsOf: (container: string) => Logs, cleaner: Cleaner): Container[] {
  const statuses = new Map(statusesOf(pod).map((status) => [status.name, status]));
  return containerSpecs(pod.spec, cleaner).map((spec) => containerView(spec, statuses.get(spec.name), logsOf(spec.name), cleaner));
}

const placementOf = (spec: ApiPodSpec | undefined): Pick<Pod, 'node' | 'nodeSelector' | 'affinity' | 'tolerations'> => ({
  node: spec?.nodeName,
  nodeSelector: spec?.nodeSelector ?? {},
  affinity: affinityView(spec?.affinity),
  tolerations: (spec?.tolerations ?? []).map(({ key, operator = 'Equal', value, effect }) => ({ key, operator, value, effect })),
});

const networkOf = (spec: ApiPodSpec | undefined): Pick<Pod, 'nameservers' | 'hostNetwork'> => ({
  nameservers: spec?.dnsConfig?.nameservers ?? [],
  hostNetwork: spec?.hostNetwork === true,
});

function affinityView(affinity: ApiAffinity | undefined): Affinity {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity ?? {};
  const terms = (pods: ApiAffinity['podAffinity']): PodTerm[] =>
    (pods?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(({ topologyKey = '', labelSelector }) => ({
      topologyKey,
      selector: selectorView(labelSelector),
    }));
  return {
    node: (nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []).map(
      (term) => selectorView(term).expressions,
    ),
    near: terms(podAffinity),
    apart: terms(podAntiAffinity),
  };
}

type Life = Pick<Pod, 'phase' | 'reason' | 'message' | 'ready' | 'readySince' | 'unscheduled'>;

function lifeOf({ status }: ApiPod, cleaner: Cleaner): Life {
  const condition = (wanted: string): ApiCondition | undefined => status?.conditions?.find(({ type }) => type === wanted);
  const [ready, scheduled] = [condition('Ready'), condition('PodScheduled')];
  return {
    phase: status?.phase ?? 'Unknown',
    reason: status?.reason ?? '',
    message: cleaner.line(status?.message ?? '', 1024),
    ready: ready?.status === 'True',
    readySince: apiTime(ready?.lastTransitionTime),
    unscheduled:
      scheduled?.status === 'False'
        ? { message: cleaner.line(scheduled.message ?? '', 2048), since: apiTime(scheduled.lastTransitionTime) }
        : undefined,
  };
}

/** ConfigMaps and Secrets that the pod's containers and volumes name. */
export function references(spec: ApiPodSpec | undefined): Reference[] {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return [...containers.flatMap(fromContainer), ...(spec?.volumes ?? []).flatMap(fromVolume)];
}

function fromContainer({ name: container, env = [], envFrom = [] }: ApiContainer): Reference[] {
  const keys = env.flatMap(({ valueFrom }) => [
    ...reference('ConfigMap', valueFrom?.configMapKeyRef, { via: 'env', container }),
    ...reference('Secret', valueFrom?.secretKeyRef, { via: 'env', container }),
  ]);
  const whole = envFrom.flatMap(({ configMapRef, secretRef }) => [
    ...reference('ConfigMap', configMapRef, { via: 'envFrom', container }),
    ...reference('Secret', secretRef, { via: 'envFrom', container }),
  ]);
  return [...keys, ...whole];
}

function fromVolume({ configMap, secret, projected }: ApiVolume): Reference[] {
  const sources = [{ configMap, secret: secret && { ...secret, name: secret.secretName } }, ...(projected?.sources ?? [])];
  return sources.flatMap((source) => [...itemsOf('ConfigMap', source.configMap), ...itemsOf('Secret', source.secret)]);
}

interface Source {
  readonly name?: string | undefined;
  readonly optional?: boolean | undefined;
  readonly items?: readonly { readonly key: string }[] | undefined;
}

function itemsOf(kind: Reference['kind'], source: Source | undefined): Reference[] {
  const keys = source?.items?.map(({ key }) => key) ?? [undefined];
  return keys.flatMap((key) => reference(kind, source && { name: source.name, optional: source.optional, key }, { via: 'volume' }));
}

function reference(
  kind: Reference['kind'],
  source: { readonly name?: string | undefined; readonly key?: string | undefined; readonly optional?: boolean | undefined } | undefined,
  where: Pick<Reference, 'via' | 'container'>,
): Reference[] {
  if (source?.name === undefined || source.name === '') return [];
  return [{ kind, name: source.name, key: source.key, optional: source.optional ?? false, ...where }];
}
