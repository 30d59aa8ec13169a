/** What an action is held against when a plan is proposed, and the answer: how it would be done, or why it is not the one. */
import type { ActionType } from '../../crds/actions/actions.ts';
import type { Change, Finding, RootCause } from '../../crds/investigation.ts';
import type { Action } from '../../crds/remediationPlan.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Target } from '../actionTarget.ts';
import type { Workload, WorkloadContainer } from '../workload.ts';

export interface Facts {
  readonly rootCause: RootCause;
  readonly finding: Finding | undefined;
  /** The likeliest first. */
  readonly changes: readonly Change[];
  /** What it is about, or what the object that it is about belongs to. */
  readonly workload: Workload | undefined;
  /** Reads, for what an action needs to know of the present. */
  readonly client: KubeClient;
  readonly signal?: AbortSignal | undefined;
}

export interface Candidate {
  readonly type: ActionType;
  readonly action: Action;
  readonly target: Target;
  /** Begins the summary, and with it the commit. */
  readonly title: string;
  readonly because: string;
}

/** Why an action is not the one. */
export interface RuledOut {
  readonly type: ActionType;
  readonly whyNot: string;
}

export type Considered = Candidate | RuledOut;

export const ruleOut = (type: ActionType, whyNot: string): RuledOut => ({ type, whyNot });

export interface Proposed {
  readonly target: Target;
  readonly parameters?: Omit<Action, 'type' | 'target'>;
  readonly title: string;
  readonly because: string;
}

/** The target is pinned by uid: a later object of the same name is another one. */
export function suggest(type: ActionType, { target, parameters, title, because }: Proposed): Candidate {
  return { type, action: { type, target: target.ref, ...parameters }, target, title, because };
}

/** The container that it is about: the one that was named, or the only one. */
export function containerOf({
  rootCause,
  finding,
  workload,
}: Pick<Facts, 'rootCause' | 'finding' | 'workload'>): WorkloadContainer | undefined {
  const name = rootCause.object.container ?? finding?.object.container;
  const [only, ...more] = workload?.containers ?? [];
  if (name === undefined) return more.length === 0 ? only : undefined;
  return workload?.containers.find((container) => container.name === name);
}

export const NO_WORKLOAD = 'it is about no workload that is there';
export const NO_CONTAINER = 'which container it is about is not known';

/** A changed field is of the workload itself, or of configuration in its namespace. */
export function isAbout(object: string, { kind, namespace, name }: Workload): boolean {
  return object === `${kind}/${namespace}/${name}` || object.startsWith(`ConfigMap/${namespace}/`);
}
