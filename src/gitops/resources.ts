/** Kinds of others that ownership and remediation read, with just the fields that they look at. */
import type { ObjectRef } from '../crds/common.ts';
import { apiVersionOf, type Condition, defineResource, type KubeObject, type ResourceType } from '../kube/object.ts';

/** To this very object, and none of its name that comes after it. */
export function refTo<T extends KubeObject>(
  { metadata: { namespace, name, uid } }: T,
  resource: ResourceType<T>,
): ObjectRef & { readonly uid: string } {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...(namespace === undefined ? {} : { namespace }), name, uid };
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  /** TCP where it is not said. */
  readonly protocol?: string;
}

/** A probe's handler that names a port; `exec` names none. */
export interface PortHandler {
  readonly port: number | string;
  readonly path?: string;
  readonly scheme?: string;
}

export interface Probe {
  readonly httpGet?: PortHandler;
  readonly tcpSocket?: PortHandler;
  readonly grpc?: PortHandler;
  readonly exec?: object;
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}

export interface KeyReference {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
}

export interface ConfigMapSource {
  readonly name?: string;
  readonly optional?: boolean;
  readonly items?: readonly { readonly key: string }[];
}

export interface PodVolume {
  readonly name: string;
  readonly configMap?: ConfigMapSource;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: { readonly sources?: readonly { readonly configMap?: ConfigMapSource }[] };
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly ports?: readonly ContainerPort[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly configMapKeyRef?: KeyReference };
  }[];
  readonly envFrom?: readonly { readonly configMapRef?: KeyReference }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly resources?: {
    readonly limits?: Readonly<Record<string, string | number>>;
    readonly requests?: Readonly<Record<string, string | number>>;
  };
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly PodVolume[];
  };
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
  readonly spec?: { readonly nodeName?: string; readonly containers?: readonly Container[]; readonly volumes?: readonly PodVolume[] };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly protocol?: string;
}

export interface Service extends KubeObject {
  readonly spec?: {
    readonly type?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly ServicePort[];
  };
}

export interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
}

export interface Autoscaler extends KubeObject {
  readonly spec?: {
    readonly scaleTargetRef?: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
  };
  readonly status?: { readonly currentReplicas?: number; readonly desiredReplicas?: number };
}

export interface VolumeClaim extends KubeObject {
  readonly spec?: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  };
  readonly status?: { readonly phase?: string; readonly capacity?: Readonly<Record<string, string>> };
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

export const services = defineResource<Service>({ group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true });
export const endpointSlices = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
});
export const autoscalers = defineResource<Autoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
});

export const volumeClaims = defineResource<VolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
});

/** No action changes one: a Job's template can't be changed, and a CronJob keeps no history to go back to. Who applies them is told. */
const batch = { group: 'batch', version: 'v1', namespaced: true } as const;
export const jobs = defineResource<KubeObject>({ ...batch, kind: 'Job', plural: 'jobs' });
export const cronJobs = defineResource<KubeObject>({ ...batch, kind: 'CronJob', plural: 'cronjobs' });

/** Kinds with a pod template that actions may be about. */
export const WORKLOADS: ReadonlyMap<string, ResourceType<WorkloadObject>> = new Map(
  [deployments, statefulSets, daemonSets].map((resource) => [resource.kind, resource]),
);
