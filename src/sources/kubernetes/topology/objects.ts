/** What a topology is read from: objects as the API server serves them, and what telemetry has seen of calls. */
import type { EntityKey, Link } from '../../../domain/grouping/topology.ts';
import { key } from '../../../domain/grouping/topology.ts';
import type { KubeObject } from '../../../kube/object.ts';
import type { ApiClaim, ApiConfigMap, ApiNode, ApiPod, ApiSelector, ApiWorkload } from '../api.ts';
import type { ApiAutoscaler, ApiCertificate, ApiDisruptionBudget, ApiQuota, ApiStorageClass, ApiVolumeObject } from '../boundsApi.ts';
import type { ApiHttpRoute, ApiIngress, ApiNetworkPolicy, ApiServiceObject } from '../networkApi.ts';

export interface ClusterObjects {
  readonly workloads: readonly ApiWorkload[];
  readonly pods: readonly ApiPod[];
  readonly nodes: readonly ApiNode[];
  readonly services: readonly ApiServiceObject[];
  readonly ingresses: readonly ApiIngress[];
  readonly routes: readonly ApiHttpRoute[];
  readonly policies: readonly ApiNetworkPolicy[];
  readonly configMaps: readonly ApiConfigMap[];
  readonly claims: readonly ApiClaim[];
  readonly volumes: readonly ApiVolumeObject[];
  readonly storageClasses: readonly ApiStorageClass[];
  readonly quotas: readonly ApiQuota[];
  readonly autoscalers: readonly ApiAutoscaler[];
  readonly budgets: readonly ApiDisruptionBudget[];
  readonly certificates: readonly ApiCertificate[];
  /** Between workloads or Services, as traces and meshes see them. */
  readonly observedCalls: readonly Pick<Link, 'from' | 'to'>[];
}

export const NO_OBJECTS: ClusterObjects = {
  workloads: [],
  pods: [],
  nodes: [],
  services: [],
  ingresses: [],
  routes: [],
  policies: [],
  configMaps: [],
  claims: [],
  volumes: [],
  storageClasses: [],
  quotas: [],
  autoscalers: [],
  budgets: [],
  certificates: [],
  observedCalls: [],
};

export const entityOf = ({ kind, metadata }: KubeObject): EntityKey => key(kind, metadata.namespace, metadata.name);

export function selectorFits({ matchLabels = {}, matchExpressions = [] }: ApiSelector): {
  labels: Readonly<Record<string, string>>;
  expressions: { key: string; operator: string; values: readonly string[] }[];
} {
  return {
    labels: matchLabels,
    expressions: matchExpressions.map(({ key: name, operator, values = [] }) => ({ key: name, operator, values })),
  };
}

/** An object that was made less than this before is no change of one that was there. */
const SETTLING_MS = 60_000;

/**
 * When somebody last changed what is wanted, as the API server keeps it for each writer; undefined for what is as it was made. What
 * controllers write as they work (status, scale) does not count.
 */
export function changedAt({ metadata }: KubeObject): number | undefined {
  const times = (metadata.managedFields ?? [])
    .filter(({ subresource, manager }) => subresource === undefined && manager !== 'kube-controller-manager')
    .flatMap(({ time }) => (time === undefined ? [] : [Date.parse(time)]))
    .filter(Number.isFinite);
  const last = Math.max(0, ...times);
  return last > Date.parse(metadata.creationTimestamp) + SETTLING_MS ? last : undefined;
}

const PLACES: Readonly<Record<string, keyof Omit<ClusterObjects, 'observedCalls'>>> = {
  Deployment: 'workloads',
  StatefulSet: 'workloads',
  DaemonSet: 'workloads',
  CronJob: 'workloads',
  Pod: 'pods',
  Node: 'nodes',
  Service: 'services',
  Ingress: 'ingresses',
  HTTPRoute: 'routes',
  NetworkPolicy: 'policies',
  ConfigMap: 'configMaps',
  PersistentVolumeClaim: 'claims',
  PersistentVolume: 'volumes',
  StorageClass: 'storageClasses',
  ResourceQuota: 'quotas',
  HorizontalPodAutoscaler: 'autoscalers',
  PodDisruptionBudget: 'budgets',
  Certificate: 'certificates',
};

/** Objects of any kinds, sorted; of other kinds nothing is known here. */
export function clusterObjectsFrom(objects: readonly KubeObject[], observedCalls: ClusterObjects['observedCalls'] = []): ClusterObjects {
  const sorted: Record<string, KubeObject[]> = {};
  for (const object of objects) {
    const place = PLACES[object.kind];
    if (place !== undefined) (sorted[place] ??= []).push(object);
  }
  return { ...NO_OBJECTS, ...sorted, observedCalls };
}
