/** What every action of the catalogue is made of. Adding an action is adding a file here and a line in `catalogue.ts`. */
import type { FindingReason } from '../../crds/reasons.ts';
import type { AbortCriterion, Action, ActionType, Criterion, Risk } from '../../crds/remediationPlan.ts';
import type { Repository } from '../../gitops/git/repositories.ts';
import type { FileTree } from '../../gitops/git/tree.ts';
import type { Manifest } from '../../gitops/kustomize/manifest.ts';
import type { GitOwner } from '../../gitops/owner.ts';
import type { Renderer, Rendering } from '../../gitops/render.ts';
import type { Refusal } from '../refusal.ts';
import type { Workload } from '../workload.ts';

export type Rendered = Extract<Rendering, { kind: 'rendered' }>;

/** Everything that an action may know when it is written; all of it was read live. */
export interface WriteContext {
  readonly action: Action;
  readonly workload: Workload;
  /** The workload as Git renders it. */
  readonly manifest: Manifest;
  readonly owner: GitOwner;
  readonly repository: Repository;
  /** The commit that is built on. */
  readonly base: string;
  readonly tree: FileTree;
  readonly before: Rendered;
  readonly renderer: Renderer;
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

export interface CatalogueEntry {
  readonly type: ActionType;
  /** One sentence for people. */
  readonly summary: string;
  readonly bounds: readonly string[];
  /** At least one of these has to have been found. */
  readonly cures: readonly FindingReason[];
  /** What takes it back. */
  readonly inverse: string;
  readonly soakSeconds: number;
  readonly successCriteria: (workload: Workload) => readonly Criterion[];
  readonly abortCriteria: (workload: Workload) => readonly AbortCriterion[];
  readonly write: (context: WriteContext) => Promise<Written | Refusal>;
}
