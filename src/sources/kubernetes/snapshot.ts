/**
 * What was seen of the cluster at one moment, in the shape in which analyzers read it.
 *
 * Plain and immutable; every text in it has been redacted and cleaned. Times are milliseconds since the epoch. `evidence` is the
 * key of the evidence that a fact was read from; a finding cites those keys. What could not be seen is in `gaps`, and is absent
 * here: an absent fact is unknown, never healthy.
 */
import type { ObjectRef } from '../../crds/common.ts';
import type { Gap } from '../../crds/investigation.ts';
import type { FieldChange } from '../changes.ts';
import type {
  Autoscaler,
  Call,
  Certificate,
  Check,
  Daemon,
  DeletingObject,
  Delivery,
  DisruptionBudget,
  ErrorLines,
  NetworkPolicy,
  Quota,
  Route,
  Series,
  Service,
  Signals,
  StorageClass,
  Volume,
} from './around.ts';
import type { FieldOwner } from './managedFieldChanges.ts';

export type * from './around.ts';
export type { FieldOwner } from './managedFieldChanges.ts';

import type { Condition, Requirement, Selector } from './terms.ts';

export type * from './around.ts';
export type * from './terms.ts';

export interface Snapshot {
  readonly at: number;
  readonly window: { readonly start: number; readonly end: number };
  readonly workloads: readonly Workload[];
  /** Pods of those workloads, the unhealthy and the newest first, and targeted pods without an owner. */
  readonly pods: readonly Pod[];
  readonly events: readonly ObjectEvent[];
  readonly nodes: readonly Node[];
  readonly configMaps: readonly ConfigMapFacts[];
  /** Names of all ConfigMaps of a namespace, where that was asked. */
  readonly configMapNames: Readonly<Record<string, readonly string[]>>;
  readonly claims: readonly Claim[];
  /** Cluster-wide. */
  readonly volumes: readonly Volume[];
  readonly storageClasses: readonly StorageClass[];
  /** Objects of the targets' namespaces that traffic goes through. */
  readonly services: readonly Service[];
  readonly routes: readonly Route[];
  readonly policies: readonly NetworkPolicy[];
  /** Objects of those namespaces that bound or change what runs in them. */
  readonly quotas: readonly Quota[];
  readonly serviceAccounts: readonly string[];
  readonly autoscalers: readonly Autoscaler[];
  readonly budgets: readonly DisruptionBudget[];
  readonly deliveries: readonly Delivery[];
  readonly certificates: readonly Certificate[];
  /** Objects that are being deleted and still there. */
  readonly deleting: readonly DeletingObject[];
  /** Lines of workloads, healthy ones included, that tell of trouble. */
  readonly errorLines: readonly ErrorLines[];
  /** Who calls whom, as far as anybody has said or seen it. */
  readonly calls: readonly Call[];
  /** What was tried over the network, and how it went. */
  readonly checks: readonly Check[];
  /** What runs nodes and the control plane. */
  readonly daemons: readonly Daemon[];
  readonly series: readonly Series[];
  /** Of the workloads that telemetry was asked about. */
  readonly signals: readonly Signals[];
  /** Targets that do not exist, and left nobody behind to look at. */
  readonly missing: readonly ObjectRef[];
  /** Targets that could not be read. */
  readonly unseen: readonly ObjectRef[];
  readonly gaps: readonly Gap[];
}

export interface Workload {
  readonly ref: ObjectRef;
  readonly evidence: string;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly desired: number;
  readonly ready: number;
  /** Pods of the present revision. */
  readonly updated: number;
  readonly available: number;
  /** The present revision is what runs, in full, and all of it is ready. */
  readonly complete: boolean;
  readonly paused: boolean;
  readonly conditions: readonly Condition[];
  readonly containers: readonly ContainerSpec[];
  /** Labels that its pods get. */
  readonly podLabels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  /** ConfigMaps and Secrets that its pods name. */
  readonly references: readonly Reference[];
  /** Newest first; empty when the history could not be read. */
  readonly revisions: readonly Revision[];
  readonly historyEvidence: string;
  readonly podCounts: readonly PodCount[];
  /** False when its pods could not be listed. */
  readonly podsSeen: boolean;
  /** Of a CronJob. */
  readonly schedule?: Schedule | undefined;
  /** Who gave it the replica count that it has; undefined where that is not kept. */
  readonly replicaOwners?: readonly FieldOwner[] | undefined;
  /** Object of a GitOps engine that deploys it, by its own marks. */
  readonly deliveredBy?: string | undefined;
}

export interface Schedule {
  /** As cron writes it. */
  readonly text: string;
  readonly concurrency: string;
  /** Runs that are going on. */
  readonly active: number;
  /** When the last run was begun. */
  readonly lastAt?: number | undefined;
}

/** How many pods of one revision there are, over all pods and not only those in the snapshot. */
export interface PodCount {
  readonly revision: string;
  readonly current: boolean;
  readonly total: number;
  readonly ready: number;
  readonly oldestAt: number;
}

export interface Revision {
  /** Name of the ReplicaSet or ControllerRevision. */
  readonly name: string;
  readonly number: number;
  /** When it began to be rolled out, as well as that is known. */
  readonly beganAt: number;
  readonly current: boolean;
  readonly images: Readonly<Record<string, string>>;
  /** Fields of the pod template that differ from the revision before; undefined for the oldest. */
  readonly changed?: readonly FieldChange[] | undefined;
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly evidence: string;
  /** The workload at the top of its chain of owners, or the pod itself. */
  readonly owner: ObjectRef;
  /** Name of its ReplicaSet or ControllerRevision. */
  readonly revision?: string | undefined;
  /** Of the present revision of its workload. */
  readonly current: boolean;
  readonly createdAt: number;
  readonly deleting: boolean;
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  readonly node?: string | undefined;
  readonly restartPolicy: string;
  readonly ready: boolean;
  /** When Ready last became what it is. */
  readonly readySince?: number | undefined;
  /** Set while the scheduler finds no node: what it says. */
  readonly unscheduled?: { readonly message: string; readonly since?: number | undefined } | undefined;
  readonly containers: readonly Container[];
  readonly references: readonly Reference[];
  readonly claims: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly ip?: string | undefined;
  readonly serviceAccount: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly affinity: Affinity;
  readonly tolerations: readonly Toleration[];
  /** Name servers of its own, in place of the cluster's. */
  readonly nameservers: readonly string[];
  readonly hostNetwork: boolean;
  readonly pullSecrets: readonly string[];
}

export interface Affinity {
  /** Terms of required node affinity: a node has to fit one of them, in full. */
  readonly node: readonly (readonly Requirement[])[];
  /** Required, as selectors of pods by topology. */
  readonly near: readonly PodTerm[];
  readonly apart: readonly PodTerm[];
}

export interface PodTerm {
  readonly topologyKey: string;
  readonly selector: Selector;
}

export interface Toleration {
  readonly key?: string | undefined;
  readonly operator: string;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
}

/** `sidecar`: an init container that keeps running beside the others. */
export type ContainerRole = 'init' | 'sidecar' | 'app';

export interface ContainerSpec {
  readonly name: string;
  readonly role: ContainerRole;
  /** Its place among the containers of its list, as paths with an index name it. */
  readonly index: number;
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly ports: readonly { readonly name?: string | undefined; readonly port: number; readonly protocol: string }[];
  /** Literal values of its environment, cleaned; references are in `Pod.references`. */
  readonly env: Readonly<Record<string, string>>;
  readonly requests: Resources;
  readonly limits: Resources;
  readonly probes: readonly Probe[];
  /** Undefined where they are not known. */
  readonly mounts?: readonly Mount[] | undefined;
}

export interface Mount {
  readonly path: string;
  readonly volume: string;
  readonly readOnly: boolean;
  /** Claim that the volume is, if it is one. */
  readonly claim?: string | undefined;
}

export interface Resources {
  readonly cpuMillicores?: number | undefined;
  readonly memoryBytes?: number | undefined;
}

export interface Probe {
  readonly type: 'liveness' | 'readiness' | 'startup';
  readonly handler: 'http' | 'tcp' | 'grpc' | 'exec';
  /** As written: a number or the name of a port. */
  readonly port?: number | string | undefined;
  readonly path?: string | undefined;
  readonly scheme?: 'HTTP' | 'HTTPS' | undefined;
  readonly initialDelaySeconds: number;
  readonly timeoutSeconds: number;
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

export interface Terminated {
  readonly exitCode: number;
  readonly signal?: number | undefined;
  readonly reason: string;
  readonly message: string;
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
}

export interface ContainerState {
  readonly waiting?: { readonly reason: string; readonly message: string } | undefined;
  readonly running?: { readonly startedAt?: number | undefined } | undefined;
  readonly terminated?: Terminated | undefined;
}

export interface Container extends ContainerSpec {
  readonly ready: boolean;
  readonly restarts: number;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
  readonly logs: Logs;
  /** Highest working set that the metrics show for it lately. */
  readonly usage?: { readonly memoryBytes: number; readonly evidence: string } | undefined;
}

export interface Logs {
  /** Last lines of the present run. */
  readonly current?: LogTail | undefined;
  /** Last lines of the run before it. */
  readonly previous?: LogTail | undefined;
  /** First lines of the present run, where how it started matters. */
  readonly head?: LogTail | undefined;
}

export interface LogTail {
  readonly lines: readonly string[];
  readonly evidence: string;
}

/** Something that a pod needs besides its image. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key?: string | undefined;
  readonly optional: boolean;
  readonly via: 'env' | 'envFrom' | 'volume';
  /** Absent for a volume, which belongs to the pod. */
  readonly container?: string | undefined;
}

/** Events of one object that say the same, as one. */
export interface ObjectEvent {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Container that it is about, where it says so. */
  readonly container?: string | undefined;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly evidence: string;
}

export interface Node {
  readonly name: string;
  readonly evidence: string;
  readonly ready: boolean;
  readonly memoryPressure: boolean;
  readonly unschedulable: boolean;
  readonly conditions: readonly Condition[];
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly allocatable: Resources & { readonly pods?: number | undefined };
  /** What the pods on it request, where all of them are known. */
  readonly allocated?: Resources | undefined;
}

export interface ConfigMapFacts {
  readonly namespace: string;
  readonly name: string;
  readonly exists: boolean;
  readonly keys: readonly string[];
  /** Cleaned values, where they were read for what they route or address. */
  readonly data?: Readonly<Record<string, string>> | undefined;
  readonly evidence: string;
}

export interface Claim {
  readonly namespace: string;
  readonly name: string;
  readonly exists: boolean;
  readonly phase: string;
  /** Empty for "none": volumes without a class; absent where it is not said. */
  readonly storageClass?: string | undefined;
  readonly accessModes: readonly string[];
  readonly requestedBytes?: number | undefined;
  readonly selector?: Selector | undefined;
  /** Volume that it is bound to, or asks for by name. */
  readonly volume?: string | undefined;
  readonly evidence: string;
}
