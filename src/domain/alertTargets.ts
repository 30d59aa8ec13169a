/**
 * Which objects an alert is for, as its labels say by the conventions of kube-state-metrics, cAdvisor, the node exporter and the
 * Prometheus operator.
 *
 * Pure reading: nothing is looked up, so a target may not exist any more. Labels are written by strangers: what could not be the
 * name of a Kubernetes object is no target.
 */

import { isIP } from 'node:net';
import type { ObjectRef } from '../crds/common.ts';
import { ownerOf } from './generatedNames.ts';
import { LABEL_NAME } from './kubernetesNames.ts';
import { type Labels, meantLabels } from './scrapeLabels.ts';

interface TargetLabel {
  readonly labels: readonly string[];
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const target = (kind: string, apiVersion: string, ...labels: readonly string[]): TargetLabel => ({
  labels,
  apiVersion,
  kind,
  namespaced: true,
});
const clusterWide = (kind: string, ...labels: readonly string[]): TargetLabel => ({ labels, apiVersion: 'v1', kind, namespaced: false });

/** What owns pods; of two that are named, the first owns the second. */
const WORKLOADS: readonly TargetLabel[] = [
  target('Deployment', 'apps/v1', 'deployment'),
  target('StatefulSet', 'apps/v1', 'statefulset'),
  target('DaemonSet', 'apps/v1', 'daemonset'),
  target('CronJob', 'batch/v1', 'cronjob'),
  target('Job', 'batch/v1', 'job_name'),
  target('ReplicaSet', 'apps/v1', 'replicaset'),
];
const POD = target('Pod', 'v1', 'pod', 'pod_name', 'kubernetes_pod_name');
const OTHERS: readonly TargetLabel[] = [
  target('HorizontalPodAutoscaler', 'autoscaling/v2', 'horizontalpodautoscaler', 'hpa'),
  target('PersistentVolumeClaim', 'v1', 'persistentvolumeclaim'),
  target('PodDisruptionBudget', 'policy/v1', 'poddisruptionbudget'),
  target('ResourceQuota', 'v1', 'resourcequota'),
  target('Ingress', 'networking.k8s.io/v1', 'ingress'),
  clusterWide('PersistentVolume', 'persistentvolume'),
];
const NODE = clusterWide('Node', 'node', 'nodename', 'kubernetes_node');
const SERVICE = target('Service', 'v1', 'service');
const NAMESPACE = clusterWide('Namespace', 'namespace', 'kubernetes_namespace');

/** Names of labels that name pods, workloads and nodes: identity keeps what they lead to in their place. */
export const POD_LABELS: ReadonlySet<string> = new Set(POD.labels);
export const WORKLOAD_LABELS: ReadonlySet<string> = new Set([...WORKLOADS.flatMap(({ labels }) => labels), 'workload', 'workload_type']);
export const NODE_LABELS: ReadonlySet<string> = new Set(NODE.labels);

/** `workload_type` of kube-prometheus' recording rules: the kind in lower case. */
const BY_TYPE: ReadonlyMap<string, TargetLabel> = new Map(WORKLOADS.map((label) => [label.kind.toLowerCase(), label]));

/** RFC 1123 subdomain and label, as the API server wants names. */
const OBJECT_NAME = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/u;

/**
 * Objects that the alert names, the one to look at first in front. Where a pod or a workload is named, its node and service are
 * left out: they say where it runs and who measured it.
 */
export function targetsOf(delivered: Labels): readonly ObjectRef[] {
  const labels = meantLabels(delivered);
  const namespace = namespaceOf(labels);
  const workload = workloadOf(labels, namespace) ?? deploymentOfPod(labels, namespace);
  const specific = [workload, refOf(labels, POD, namespace), ...OTHERS.map((label) => refOf(labels, label, namespace))].filter(isThere);
  if (specific.length > 0) return specific.map((ref) => withContainer(ref, labels));
  const general = [
    refOf(labels, NODE, namespace),
    nodeByInstance(labels),
    refOf(labels, SERVICE, namespace),
    refOf(labels, NAMESPACE, namespace),
  ];
  return general.filter(isThere).slice(0, 1);
}

/**
 * The name of what owns the pods that the alert is for: said by a label, else shown by the name of the pod, job or replica set.
 * Legal or not, as it tells one trouble from another. Takes `meantLabels`.
 */
export function workloadNameOf(labels: Labels): string | undefined {
  const said = valueOf(labels, { labels: ['workload', 'deployment', 'statefulset', 'daemonset', 'cronjob'] });
  if (said !== undefined) return said;
  const generated = ([['job_name'], ['replicaset'], POD.labels] as const).map((names) => valueOf(labels, { labels: names })).find(isThere);
  return generated === undefined ? undefined : ownerOf(generated).name;
}

function namespaceOf(labels: Labels): string | undefined {
  const found = valueOf(labels, NAMESPACE);
  return found !== undefined && LABEL_NAME.test(found) ? found : undefined;
}

function workloadOf(labels: Labels, namespace: string | undefined): ObjectRef | undefined {
  const typed = BY_TYPE.get((labels['workload_type'] ?? '').toLowerCase());
  const byType = typed === undefined ? undefined : refOf(labels, { ...typed, labels: ['workload'] }, namespace);
  return byType ?? WORKLOADS.map((label) => refOf(labels, label, namespace)).find(isThere);
}

function deploymentOfPod(labels: Labels, namespace: string | undefined): ObjectRef | undefined {
  const pod = refOf(labels, POD, namespace);
  const owner = pod === undefined ? undefined : ownerOf(pod.name);
  return owner?.kind === 'Deployment' ? { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: owner.name } : undefined;
}

/** kube-prometheus sets the node exporter's `instance` to the node's name. */
function nodeByInstance(labels: Labels): ObjectRef | undefined {
  if (!(labels['job'] ?? '').endsWith('node-exporter')) return undefined;
  const host = (labels['instance'] ?? '').replace(/:[0-9]+$/u, '');
  return isIP(host) === 0 && OBJECT_NAME.test(host) ? { apiVersion: 'v1', kind: 'Node', name: host } : undefined;
}

function refOf(
  labels: Labels,
  { labels: names, apiVersion, kind, namespaced }: TargetLabel,
  namespace: string | undefined,
): ObjectRef | undefined {
  const name = valueOf(labels, { labels: names });
  if (name === undefined || !OBJECT_NAME.test(name)) return undefined;
  if (!namespaced) return { apiVersion, kind, name };
  return namespace === undefined ? undefined : { apiVersion, kind, namespace, name };
}

function withContainer(ref: ObjectRef, labels: Labels): ObjectRef {
  const container = labels['container'] ?? '';
  const hasContainers = ref.kind === 'Pod' || BY_TYPE.has(ref.kind.toLowerCase());
  return hasContainers && LABEL_NAME.test(container) ? { ...ref, container } : ref;
}

function valueOf(labels: Labels, { labels: names }: Pick<TargetLabel, 'labels'>): string | undefined {
  return names.map((name) => (Object.hasOwn(labels, name) ? labels[name] : undefined)).find((value) => value !== undefined && value !== '');
}

const isThere = <T>(value: T | undefined): value is T => value !== undefined;
