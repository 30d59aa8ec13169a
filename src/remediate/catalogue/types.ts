/** What every action of the catalogue is made of. Adding an action is adding a file here and a line in `catalogue.ts`, and the same in `src/crds/actions`. */
import type { ActionType } from '../../crds/actions/actions.ts';
import type { FindingReason } from '../../crds/reasons.ts';
import type { AbortCriterion, Action, Criterion, Risk } from '../../crds/remediationPlan.ts';
import type { Repository } from '../../gitops/git/repositories.ts';
import type { FileTree } from '../../gitops/git/tree.ts';
import type { Manifest } from '../../gitops/kustomize/manifest.ts';
import type { GitOwner } from '../../gitops/owner.ts';
import type { Renderer, Rendering } from '../../gitops/render.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Target, TargetKind } from '../actionTarget.ts';
import type { BlastRadius } from '../blastRadius.ts';
import type { DirectChange, Mark } from '../direct/change.ts';
import type { Refusal } from '../refusal.ts';
import type { Considered, Facts } from './facts.ts';

export type Rendered = Extract<Rendering, { kind: 'rendered' }>;

/** Everything that an action may know when it is written; all of it was read live. */
export interface WriteContext<T extends Target = Target> {
  readonly action: Action;
  readonly target: T;
  /** The target as Git renders it. */
  readonly manifest: Manifest;
  readonly owner: GitOwner;
  readonly repository: Repository;
  /** The commit that is built on. */
  readonly base: string;
  readonly tree: FileTree;
  readonly before: Rendered;
  readonly renderer: Renderer;
  readonly client: KubeClient;
  readonly signal?: AbortSignal | undefined;
}

export interface Written {
  readonly kind: 'written';
  readonly tree: FileTree;
  readonly rendering: Rendered;
  /** Files that were touched; taken from `tree`, where they are absent if they went. */
  readonly files: readonly string[];
  readonly risk: RiskFinding;
}

/** The level and what makes it so; reasons of a low risk say why it is low. */
export interface RiskFinding {
  readonly level: Risk;
  readonly reasons: readonly string[];
}

/** Everything that an action may know when it is done directly; all of it was read live. */
export interface DirectContext<T extends Target = Target> {
  readonly action: Action;
  readonly target: T;
  readonly client: KubeClient;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether plans may not touch a namespace. */
  readonly isProtected: (namespace: string) => boolean;
  /** The namespace that the plan may be about; undefined: any. */
  readonly within: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What would be done directly, from the live world. */
export interface Prepared {
  readonly kind: 'prepared';
  readonly change: DirectChange;
  /** The fields that it sets, as people know them from kubectl. */
  readonly fields: readonly { readonly path: string; readonly before?: string; readonly after?: string }[];
  readonly risk: RiskFinding;
  readonly blastRadius: BlastRadius;
  /** What stays until somebody ends it. */
  readonly leaves?: { readonly what: string; readonly end: string; readonly reviewAfterSeconds: number };
}

export interface DirectAction<T extends Target = Target> {
  prepare(context: DirectContext<T>): Promise<Prepared | Refusal>;
  /** Whether the object, as it is now, says that it has happened. Undefined: it is gone. */
  isDone(live: KubeObject | undefined, mark: Mark, action: Action): boolean;
  /** What takes it back; absent: nothing can. Undefined: the object does not say any more what was there before. */
  undo?(live: KubeObject): DirectChange | undefined;
}

/** `read` of `about` gives what the other functions take: they belong together, and the catalogue does not need to know which it is. */
export interface CatalogueEntry<T extends Target = Target> {
  readonly type: ActionType;
  readonly about: TargetKind<T>;
  readonly bounds: readonly string[];
  /** At least one of these has to have been found. */
  readonly cures: readonly FindingReason[];
  /** What takes it back. */
  readonly inverse: string;
  readonly soakSeconds: number;
  /** How it would cure what was found, or why it would not; asked only where it cures that reason. */
  consider(facts: Facts): Considered | Promise<Considered>;
  successCriteria(target: T): readonly Criterion[];
  abortCriteria(target: T): readonly AbortCriterion[];
  /** Writes it into Git; absent: it is no change of what Git says. */
  write?(context: WriteContext<T>): Promise<Written | Refusal>;
  /** How it is done through the API server; absent: it is only ever written into Git. */
  readonly direct?: DirectAction<T>;
}
