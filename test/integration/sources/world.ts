/**
 * A shop in a real API server: workloads as their controllers leave them, pods as a kubelet reports them. Nothing runs; what would be
 * the controllers' and the kubelet's work is written through the API, status included.
 */
import type { KubeClient } from '../../../src/kube/client.ts';
import { apiVersionOf, defineResource, type KubeObject, ownerReferenceTo, type ResourceType } from '../../../src/kube/object.ts';
import {
  type ApiContainerStatus,
  type ApiPodSpec,
  type ApiWorkload,
  configMaps,
  controllerRevisions,
  events,
  pods,
  replicaSets,
  workloadResources,
} from '../../../src/sources/kubernetes/api.ts';

const serviceAccounts = defineResource({ group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true });

/** Pods need the account that a controller would have made. */
export async function prepare(client: KubeClient, namespace: string): Promise<void> {
  await client.create(serviceAccounts, { metadata: { namespace, name: 'default' } });
}

const labels = (app: string) => ({ app });

export const podSpec = (
  image: string,
  more: Partial<ApiPodSpec['containers'] extends readonly (infer C)[] | undefined ? C : never> = {},
): ApiPodSpec => ({
  containers: [{ name: 'app', image, ...more }],
});

export interface Made {
  readonly client: KubeClient;
  readonly namespace: string;
}

export function makeWorkload(
  { client, namespace }: Made,
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  name: string,
  spec: ApiPodSpec,
): Promise<ApiWorkload> {
  const template = { metadata: { labels: labels(name) }, spec };
  return client.create<ApiWorkload>(workloadResources[kind], {
    metadata: { namespace, name },
    spec: { selector: { matchLabels: labels(name) }, template, ...(kind === 'DaemonSet' ? {} : { replicas: 1 }) },
  });
}

/** A ReplicaSet as the Deployment's controller makes it for a revision. */
export function makeReplicaSet(
  { client, namespace }: Made,
  owner: ApiWorkload,
  name: string,
  revision: number,
  spec: ApiPodSpec,
): Promise<ApiWorkload> {
  const all = { ...labels(owner.metadata.name), 'pod-template-hash': name };
  return client.create<ApiWorkload>(replicaSets, {
    metadata: {
      namespace,
      name,
      labels: all,
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [ownerReferenceTo(owner, workloadResources.Deployment)],
    },
    spec: { replicas: 1, selector: { matchLabels: all }, template: { metadata: { labels: all }, spec } },
  });
}

export function makeControllerRevision({ client, namespace }: Made, owner: ApiWorkload, name: string, revision: number, spec: ApiPodSpec) {
  return client.create(controllerRevisions, {
    metadata: {
      namespace,
      name,
      labels: labels(owner.metadata.name),
      ownerReferences: [ownerReferenceTo(owner, workloadResources.StatefulSet)],
    },
    revision,
    data: { spec: { template: { spec } } },
  });
}

export interface PodState {
  readonly phase?: string;
  readonly ready?: boolean;
  readonly status?: Omit<ApiContainerStatus, 'name'>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly conditions?: readonly object[];
}

/** A pod of `owner`, with the status that a kubelet would report. */
export async function makePod<T extends KubeObject>(
  { client, namespace }: Made,
  [owner, resource]: readonly [T, ResourceType<T>],
  name: string,
  spec: ApiPodSpec,
  { phase = 'Running', ready = false, status = {}, labels: more = {}, conditions = [] }: PodState = {},
): Promise<void> {
  const app = name.split('-')[0] ?? name;
  await client.create(pods, {
    metadata: { namespace, name, labels: { ...labels(app), ...more }, ownerReferences: [ownerReferenceTo(owner, resource)] },
    spec,
  });
  const container = { name: 'app', image: 'x', imageID: '', ready, restartCount: 0, ...status };
  const readiness = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: new Date().toISOString() };
  await client.patch(
    pods,
    { namespace, name },
    { status: { phase, conditions: [readiness, ...conditions], containerStatuses: [container] } },
    {
      type: 'merge',
      subresource: 'status',
    },
  );
}

export async function setStatus({ client }: Made, resource: ResourceType<ApiWorkload>, object: ApiWorkload, status: object): Promise<void> {
  const { namespace, name } = object.metadata;
  await client.patch(resource, { namespace, name }, { status }, { type: 'merge', subresource: 'status' });
}

export async function makeEvent(
  { client, namespace }: Made,
  kind: string,
  name: string,
  reason: string,
  { message, count = 1 }: { readonly message: string; readonly count?: number },
): Promise<void> {
  const at = new Date().toISOString().replace(/\.\d+Z$/u, 'Z');
  await client.create(events, {
    metadata: { namespace, generateName: `${name}.` },
    involvedObject: { kind, namespace, name, ...(kind === 'Pod' ? { fieldPath: 'spec.containers{app}' } : {}) },
    type: 'Warning',
    reason,
    message,
    count,
    firstTimestamp: at,
    lastTimestamp: at,
  });
}

export function makeConfigMap({ client, namespace }: Made, name: string, data: Record<string, string>) {
  return client.create(configMaps, { metadata: { namespace, name }, data });
}

export const refTo = (resource: ResourceType, namespace: string, name: string) => ({
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
  namespace,
  name,
});
