/** The parts of a snapshot that lie around workloads: storage, traffic, bounds, delivery, and what telemetry says. See `snapshot.ts`. */
import type { ObjectRef } from '../../crds/common.ts';
import type { CallReading } from '../signals/callReading.ts';
import type { Complaint } from '../signals/complaints.ts';
import type { SignalSeries } from '../signals/metricSignals.ts';
import type { Condition, Selector } from './terms.ts';

export interface Volume {
  readonly name: string;
  readonly phase: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly accessModes: readonly string[];
  readonly capacityBytes?: number | undefined;
  /** Claim that it is bound to, or kept for. */
  readonly claim?: { readonly namespace: string; readonly name: string } | undefined;
  readonly evidence: string;
}

export interface StorageClass {
  readonly name: string;
  readonly provisioner: string;
  readonly bindsLate: boolean;
  readonly isDefault: boolean;
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly evidence: string;
  readonly type: string;
  readonly headless: boolean;
  readonly clusterIP?: string | undefined;
  readonly externalName?: string | undefined;
  /** Empty for a Service whose endpoints somebody else keeps. */
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
  /** Undefined when they could not be seen. */
  readonly endpoints?: { readonly ready: number; readonly notReady: number } | undefined;
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  /** A number, or the name of a container port. */
  readonly targetPort: number | string;
}

/** One rule of an Ingress, of a Gateway route, or of a gateway's configuration: where a path leads. */
export interface Route {
  readonly owner: ObjectRef;
  /** Name of the rule, where it has one. */
  readonly name: string;
  readonly host: string;
  readonly path: string;
  readonly backend: { readonly namespace: string; readonly service: string; readonly port?: number | string | undefined };
  readonly tlsSecret?: string | undefined;
  /** Controllers of different classes do not see each other's routes. */
  readonly className?: string | undefined;
  /** It takes a share of what another of the same host and path gets, on purpose. */
  readonly canary?: boolean | undefined;
  /** What the controller says of it. */
  readonly conditions: readonly Condition[];
  readonly evidence: string;
}

export interface NetworkPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: Selector;
  /** False where only the policy's name is known. */
  readonly known: boolean;
  /** Absent: it says nothing of this direction. */
  readonly ingress?: readonly PolicyRule[] | undefined;
  readonly egress?: readonly PolicyRule[] | undefined;
  readonly createdAt?: number | undefined;
  readonly evidence: string;
}

/** No peers: everybody. No ports: all. */
export interface PolicyRule {
  readonly peers: readonly {
    readonly pods?: Selector | undefined;
    readonly namespaces?: Selector | undefined;
    readonly cidr?: string | undefined;
    readonly except: readonly string[];
  }[];
  readonly ports: readonly {
    readonly port?: number | string | undefined;
    readonly endPort?: number | undefined;
    readonly protocol: string;
  }[];
}

export interface Quota {
  readonly namespace: string;
  readonly name: string;
  readonly hard: Readonly<Record<string, number>>;
  readonly used: Readonly<Record<string, number>>;
  readonly evidence: string;
}

export interface Autoscaler {
  readonly ref: ObjectRef;
  readonly target: ObjectRef;
  readonly min: number;
  readonly max: number;
  readonly current: number;
  readonly desired: number;
  /** When it last gave its target another number of replicas. */
  readonly scaledAt?: number | undefined;
  readonly conditions: readonly Condition[];
  readonly evidence: string;
}

export interface DisruptionBudget {
  readonly namespace: string;
  readonly name: string;
  readonly selector: Selector;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly evidence: string;
}

/** What a GitOps engine says of one of its objects. */
export interface Delivery {
  readonly ref: ObjectRef;
  readonly suspended: boolean;
  readonly conditions: readonly Condition[];
  /** Argo CD's words; empty for Flux. */
  readonly syncStatus: string;
  readonly healthStatus: string;
  readonly revision: string;
  readonly evidence: string;
}

/** What cert-manager says of a Certificate. */
export interface Certificate {
  readonly ref: ObjectRef;
  readonly secret: string;
  readonly names: readonly string[];
  readonly notAfter?: number | undefined;
  readonly renewalAt?: number | undefined;
  readonly conditions: readonly Condition[];
  readonly evidence: string;
}

export interface DeletingObject {
  readonly ref: ObjectRef;
  readonly since: number;
  readonly finalizers: readonly string[];
  readonly conditions: readonly Condition[];
  readonly evidence: string;
}

export interface ErrorLines {
  /** Workload that wrote them, or the pod that nothing owns. */
  readonly owner: ObjectRef;
  readonly container?: string | undefined;
  /** Oldest first; `count` where a source has counted lines that are alike. */
  readonly lines: readonly { readonly text: string; readonly count: number }[];
  readonly evidence: string;
}

export interface Call {
  readonly caller: ObjectRef;
  readonly callee: ObjectRef;
  readonly source: 'environment' | 'declared' | 'trace' | 'metrics' | 'log';
}

export type CheckOutcome = 'open' | 'refused' | 'timedOut' | 'unresolved' | 'failed';

export interface Check {
  readonly kind: 'dns' | 'tcp' | 'tls' | 'http';
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** Node that it was tried from; absent: from here. */
  readonly fromNode?: string | undefined;
  readonly outcome: CheckOutcome;
  readonly detail: string;
  readonly evidence: string;
}

export interface Daemon {
  readonly node: string;
  /** As its unit is called: kubelet, containerd, kube-proxy, kube-scheduler… */
  readonly name: string;
  readonly running: boolean;
  readonly detail: string;
  readonly evidence: string;
}

/** What is measured of a workload or node. */
export const METRICS = [
  'cpuCores',
  'cpuThrottledShare',
  'memoryBytes',
  'requestsPerSecond',
  'successShare',
  'latencyP50Seconds',
  'latencyP95Seconds',
  'receivedPacketsPerSecond',
  'sentPacketsPerSecond',
  'retransmitsPerSecond',
  'volumeUsedShare',
] as const;
export type Metric = (typeof METRICS)[number];

export interface Series {
  readonly object: ObjectRef;
  readonly metric: Metric;
  /** Pod or container that it is of, where there are several. */
  readonly instance?: string | undefined;
  /** Oldest first; times in milliseconds since the epoch. Gaps are left out. */
  readonly points: readonly (readonly [at: number, value: number])[];
  readonly evidence: string;
}

/** What telemetry says of a workload, now and before, where it was asked. */
export interface Signals {
  readonly object: ObjectRef;
  /** Within which trouble was looked for. Milliseconds since the epoch. */
  readonly window: { readonly start: number; readonly end: number };
  readonly metrics: readonly SignalSeries[];
  /** Of its stored logs: news first. */
  readonly complaints: readonly Complaint[];
  /** The instance that has its logs. */
  readonly logSource?: string | undefined;
  readonly traces?: CallReading | undefined;
}
