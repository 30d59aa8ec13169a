/**
 * The parts of Kubernetes' own kinds that a diagnosis reads, as the API server serves them, and the kinds' addresses.
 *
 * Everything that the API may leave out is optional here. Secrets are absent on purpose: this operator cannot read them.
 */
import { defineResource, type KubeObject } from '../../kube/object.ts';

export interface ApiSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}
export interface ApiKeySelector {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
}
export interface ApiEnv {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly configMapKeyRef?: ApiKeySelector; readonly secretKeyRef?: ApiKeySelector };
}
export interface ApiProbe {
  readonly httpGet?: { readonly path?: string; readonly port?: number | string; readonly scheme?: string };
  readonly tcpSocket?: { readonly port?: number | string };
  readonly grpc?: { readonly port?: number };
  readonly exec?: { readonly command?: readonly string[] };
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}
type Quantities = Readonly<Record<string, string>>;
export interface ApiContainer {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly restartPolicy?: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
  readonly env?: readonly ApiEnv[];
  readonly envFrom?: readonly { readonly configMapRef?: ApiKeySelector; readonly secretRef?: ApiKeySelector }[];
  readonly resources?: { readonly requests?: Quantities; readonly limits?: Quantities };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly livenessProbe?: ApiProbe;
  readonly readinessProbe?: ApiProbe;
  readonly startupProbe?: ApiProbe;
}
interface ApiItems {
  readonly items?: readonly { readonly key: string }[];
  readonly optional?: boolean;
}
export interface ApiVolume {
  readonly name: string;
  readonly configMap?: ApiItems & { readonly name?: string };
  readonly secret?: ApiItems & { readonly secretName?: string };
  readonly projected?: {
    readonly sources?: readonly {
      readonly configMap?: ApiItems & { readonly name?: string };
      readonly secret?: ApiItems & { readonly name?: string };
    }[];
  };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}
interface ApiPodTerm {
  readonly topologyKey?: string;
  readonly labelSelector?: ApiSelector;
}
interface ApiPodAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly ApiPodTerm[];
}
export interface ApiAffinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms?: readonly Pick<ApiSelector, 'matchExpressions'>[];
    };
  };
  readonly podAffinity?: ApiPodAffinity;
  readonly podAntiAffinity?: ApiPodAffinity;
}
export interface ApiPodSpec {
  readonly containers?: readonly ApiContainer[];
  readonly initContainers?: readonly ApiContainer[];
  readonly volumes?: readonly ApiVolume[];
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: ApiAffinity;
  readonly topologySpreadConstraints?: readonly unknown[];
  readonly tolerations?: readonly {
    readonly key?: string;
    readonly operator?: string;
    readonly value?: string;
    readonly effect?: string;
  }[];
  readonly serviceAccountName?: string;
  readonly hostNetwork?: boolean;
  readonly dnsPolicy?: string;
  readonly dnsConfig?: { readonly nameservers?: readonly string[] };
  readonly restartPolicy?: string;
}
export interface ApiPodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: ApiPodSpec;
}
export interface ApiContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode?: number;
    readonly signal?: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}
export interface ApiContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly image?: string;
  readonly state?: ApiContainerState;
  readonly lastState?: ApiContainerState;
}
export interface ApiCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly lastUpdateTime?: string;
}
export interface ApiPod extends KubeObject {
  readonly spec?: ApiPodSpec;
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly startTime?: string;
    readonly podIP?: string;
    readonly conditions?: readonly ApiCondition[];
    readonly containerStatuses?: readonly ApiContainerStatus[];
    readonly initContainerStatuses?: readonly ApiContainerStatus[];
  };
}

/** Deployment, StatefulSet, DaemonSet, ReplicaSet and Job are near enough to be read as one; CronJob has its template one level down. */
export interface ApiWorkload extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly suspend?: boolean;
    readonly completions?: number;
    readonly backoffLimit?: number;
    readonly selector?: ApiSelector;
    readonly template?: ApiPodTemplate;
    readonly volumeClaimTemplates?: readonly { readonly metadata?: { readonly name?: string } }[];
    readonly jobTemplate?: { readonly spec?: { readonly template?: ApiPodTemplate } };
    readonly schedule?: string;
    readonly concurrencyPolicy?: string;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly updateRevision?: string;
    readonly desiredNumberScheduled?: number;
    readonly currentNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly active?: unknown;
    readonly lastScheduleTime?: string;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly conditions?: readonly ApiCondition[];
  };
}
export interface ApiControllerRevision extends KubeObject {
  readonly revision?: number;
  readonly data?: { readonly spec?: { readonly template?: ApiPodTemplate } };
}
export interface ApiEvent extends KubeObject {
  readonly involvedObject?: { readonly kind?: string; readonly namespace?: string; readonly name?: string; readonly fieldPath?: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
}
export interface ApiNode extends KubeObject {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status?: { readonly allocatable?: Quantities; readonly conditions?: readonly ApiCondition[] };
}
export interface ApiConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}
export interface ApiClaim extends KubeObject {
  readonly spec?: {
    readonly storageClassName?: string;
    readonly accessModes?: readonly string[];
    readonly selector?: ApiSelector;
    readonly volumeName?: string;
    readonly resources?: { readonly requests?: Quantities };
  };
  readonly status?: { readonly phase?: string };
}

const core = { group: '', version: 'v1' } as const;
const apps = { group: 'apps', version: 'v1', namespaced: true } as const;
const batch = { group: 'batch', version: 'v1', namespaced: true } as const;

export const pods = defineResource<ApiPod>({ ...core, kind: 'Pod', plural: 'pods', namespaced: true });
export const events = defineResource<ApiEvent>({ ...core, kind: 'Event', plural: 'events', namespaced: true });
export const nodes = defineResource<ApiNode>({ ...core, kind: 'Node', plural: 'nodes', namespaced: false });
export const configMaps = defineResource<ApiConfigMap>({ ...core, kind: 'ConfigMap', plural: 'configmaps', namespaced: true });
export const claims = defineResource<ApiClaim>({
  ...core,
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
});
export const replicaSets = defineResource<ApiWorkload>({ ...apps, kind: 'ReplicaSet', plural: 'replicasets' });
export const jobs = defineResource<ApiWorkload>({ ...batch, kind: 'Job', plural: 'jobs' });
export const controllerRevisions = defineResource<ApiControllerRevision>({
  ...apps,
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
});

/** Kinds that make pods, by their name; what stands in Git is one of these. */
export const workloadResources = {
  Deployment: defineResource<ApiWorkload>({ ...apps, kind: 'Deployment', plural: 'deployments' }),
  StatefulSet: defineResource<ApiWorkload>({ ...apps, kind: 'StatefulSet', plural: 'statefulsets' }),
  DaemonSet: defineResource<ApiWorkload>({ ...apps, kind: 'DaemonSet', plural: 'daemonsets' }),
  ReplicaSet: replicaSets,
  Job: jobs,
  CronJob: defineResource<ApiWorkload>({ ...batch, kind: 'CronJob', plural: 'cronjobs' }),
} as const;
export type WorkloadKind = keyof typeof workloadResources;

export const isWorkloadKind = (kind: string): kind is WorkloadKind => Object.hasOwn(workloadResources, kind);
