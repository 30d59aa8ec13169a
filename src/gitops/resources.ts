/** Kinds of others that ownership and remediation read, with just the fields that they look at. */
import { type Condition, defineResource, type KubeObject, type ResourceType } from '../kube/object.ts';

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly resources?: {
    readonly limits?: Readonly<Record<string, string | number>>;
    readonly requests?: Readonly<Record<string, string | number>>;
  };
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly containers?: readonly Container[]; readonly initContainers?: readonly Container[] };
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** Deployments, StatefulSets, DaemonSets and ReplicaSets: each fills in what it has. */
export interface WorkloadObject extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: LabelSelector;
    readonly template?: PodTemplate;
    readonly paused?: boolean;
    readonly progressDeadlineSeconds?: number;
    readonly podManagementPolicy?: string;
    readonly updateStrategy?: { readonly type?: string };
    readonly strategy?: { readonly type?: string };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly updatedReplicas?: number;
    readonly updateRevision?: string;
    readonly currentRevision?: string;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly numberAvailable?: number;
    readonly updatedNumberScheduled?: number;
    readonly conditions?: readonly (Condition & { readonly lastUpdateTime?: string })[];
  };
}

export interface ControllerRevision extends KubeObject {
  readonly revision: number;
  readonly data?: { readonly spec?: { readonly template?: PodTemplate } };
}

export interface ContainerState {
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: { readonly reason?: string; readonly exitCode?: number; readonly startedAt?: string; readonly finishedAt?: string };
  readonly waiting?: { readonly reason?: string };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

const apps = { group: 'apps', version: 'v1', namespaced: true } as const;
export const deployments = defineResource<WorkloadObject>({ ...apps, kind: 'Deployment', plural: 'deployments' });
export const statefulSets = defineResource<WorkloadObject>({ ...apps, kind: 'StatefulSet', plural: 'statefulsets' });
export const daemonSets = defineResource<WorkloadObject>({ ...apps, kind: 'DaemonSet', plural: 'daemonsets' });
export const replicaSets = defineResource<WorkloadObject>({ ...apps, kind: 'ReplicaSet', plural: 'replicasets' });
export const controllerRevisions = defineResource<ControllerRevision>({
  ...apps,
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
});
export const pods = defineResource<Pod>({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true });

/** Kinds with a pod template that actions may be about. */
export const WORKLOADS: ReadonlyMap<string, ResourceType<WorkloadObject>> = new Map(
  [deployments, statefulSets, daemonSets].map((resource) => [resource.kind, resource]),
);
