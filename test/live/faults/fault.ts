/**
 * A fault as it is applied to a real cluster: objects in a namespace of its own, how one sees that it is there, the alert that a common rule
 * would raise for it, and what a diagnosis has to name.
 */
import type { FindingReason } from '../../../src/crds/reasons.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Applied } from '../objects.ts';
import type { Seen } from '../seen.ts';

export interface Cause {
  readonly reason: FindingReason;
  readonly kind: string;
  readonly name: string;
}

export type Labels = Readonly<Record<string, string>>;

export interface Fault {
  /** Its namespace as well. */
  readonly name: string;
  readonly objects: readonly Applied[];
  /** Labels of the namespace. */
  readonly labels?: Labels;
  /** What brings it about once the objects are well or at least there; without it the objects alone do. */
  readonly breaks?: Breaking;
  /** Whether it shows. */
  readonly shows: (seen: Seen) => boolean;
  /** Labels of the alert, without those that every alert of kube-state-metrics has. */
  readonly alert: (seen: Seen) => Labels;
  readonly cause: Cause;
  /** Findings that are true as well, however likely. */
  readonly alsoTrue?: readonly FindingReason[];
  /** Part of what is said of the cause. */
  readonly says?: string;
}

export interface Breaking {
  /** What has to be so before. */
  readonly when: (seen: Seen) => boolean;
  readonly act: (kube: KubeClient, namespace: string) => Promise<unknown>;
}

export const deploymentCause = (reason: FindingReason, name = 'web'): Cause => ({ reason, kind: 'Deployment', name });
