/** What is read of objects of Kubernetes and Flux here; they hold much more. */
import type { Condition, KubeObject } from '../../src/kube/object.ts';

interface ContainerState {
  readonly running?: { readonly startedAt: string };
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly terminated?: { readonly reason: string; readonly exitCode: number; readonly finishedAt: string };
}

export interface Pod extends KubeObject {
  readonly spec: { readonly containers: readonly { readonly name: string }[] };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state?: ContainerState;
      readonly lastState?: ContainerState;
    }[];
  };
}

interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources?: { readonly limits?: { readonly memory?: string } };
}

export interface Deployment extends KubeObject {
  readonly spec: { readonly replicas: number; readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
  };
}

export interface GitRepository extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[]; readonly artifact?: { readonly revision: string } };
}

export interface Kustomization extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
  };
}
