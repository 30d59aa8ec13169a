/** Kinds that a plan may end up changing: those that RBAC and admission let the executor read and try (`crds/catalogue.ts`), and nothing else. */
import { daemonSets, deployments, statefulSets } from '../gitops/resources.ts';
import { defineResource, type KubeObject, type ResourceType } from '../kube/object.ts';

const kind = (group: string, version: string, name: string, plural: string): ResourceType =>
  defineResource<KubeObject>({ group, version, kind: name, plural, namespaced: true });

export const CHANGEABLE: readonly ResourceType[] = [
  deployments,
  statefulSets,
  daemonSets,
  kind('', 'v1', 'ConfigMap', 'configmaps'),
  kind('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  kind('', 'v1', 'Service', 'services'),
  kind('autoscaling', 'v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  kind('batch', 'v1', 'CronJob', 'cronjobs'),
  kind('batch', 'v1', 'Job', 'jobs'),
  kind('networking.k8s.io', 'v1', 'Ingress', 'ingresses'),
  kind('networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies'),
  kind('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
];

/** The resource of a rendered object; undefined when plans may not change its kind. */
export function changeable({ apiVersion, kind: name }: { readonly apiVersion: string; readonly kind: string }): ResourceType | undefined {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return CHANGEABLE.find((resource) => resource.kind === name && resource.group === group);
}
