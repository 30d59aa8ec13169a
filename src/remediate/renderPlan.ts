/**
 * Derives from the live world what a plan would change: the files in Git, the fields that are rendered from them, and the objects in the cluster.
 *
 * The plan is not believed. Targets are resolved, the owner is looked up, the branch is fetched, the edit is made and rendered before and after, the result
 * is tried against the API server without being stored. The same world gives the same answer, so that a digest over it can be compared later.
 */
import type { RemediationPlan } from '../crds/kinds.ts';
import type { Action, Risk } from '../crds/remediationPlan.ts';
import { scopeOf } from '../gitops/builds.ts';
import { unifiedDiff, writeTree } from '../gitops/git/commit.ts';
import type { Repository } from '../gitops/git/repositories.ts';
import type { FileTree } from '../gitops/git/tree.ts';
import type { Manifest } from '../gitops/kustomize/manifest.ts';
import type { GitOwner } from '../gitops/owner.ts';
import { allFields, compareRendered, type FieldChange } from '../gitops/render.ts';
import { inWords, isWorkload, type Target } from './actionTarget.ts';
import { type BlastRadius, blastRadius, worst } from './blastRadius.ts';
import { catalogue } from './catalogue/catalogue.ts';
import type { Rendered, RiskFinding } from './catalogue/types.ts';
import type { RemediateDeps } from './deps.ts';
import { type DryRunAnswer, dryRun } from './dryRun.ts';
import { type FileChange, fileChanges } from './files.ts';
import { guard } from './guard.ts';
import { ownerOf } from './ownerOf.ts';
import { type Refusal, refuse } from './refusal.ts';
import { resolveAction } from './resolveActions.ts';
import { type PlanTarget, resolveTargets } from './targets.ts';

export type { RemediateDeps } from './deps.ts';
export type { FileChange } from './files.ts';
export type { Refusal } from './refusal.ts';
export type { PlanTarget } from './targets.ts';

export interface RenderedPlan {
  readonly kind: 'rendered';
  readonly owner: GitOwner;
  /** Without credentials. */
  readonly repository: string;
  /** Branch. */
  readonly ref: string;
  /** The commit that was built on. */
  readonly base: string;
  /** Sorted by path. */
  readonly files: readonly FileChange[];
  /** Unified; unredacted. */
  readonly diff: string;
  readonly renderedDiff: readonly FieldChange[];
  readonly targets: readonly PlanTarget[];
  readonly preimages: readonly { readonly object: PlanTarget['object']; readonly path: string; readonly value?: string }[];
  readonly risk: { readonly level: Risk; readonly reasons: readonly string[] };
  readonly blastRadius: BlastRadius;
  readonly dryRun: readonly DryRunAnswer[];
}

export interface RenderLimits {
  readonly signal?: AbortSignal | undefined;
}

export async function renderPlan(deps: RemediateDeps, plan: RemediationPlan, limits: RenderLimits = {}): Promise<RenderedPlan | Refusal> {
  const guarded = guard(plan, deps);
  if (guarded !== undefined) return guarded;
  const resolved = await resolveActions(deps, plan, limits);
  if ('kind' in resolved) return resolved;
  const opened = await ownerOf(
    deps,
    resolved.map(({ target }) => target),
    limits,
  );
  if (opened.kind === 'refusal') return opened;
  const { owner, repository, base, tree, before } = opened;

  const made = await writeActions(deps, resolved, opened, limits);
  if (made.kind === 'refusal') return made;
  const difference = compareRendered(before.objects, made.rendering.objects);
  const renderedDiff = allFields(difference);
  if (renderedDiff.length === 0) return refuse('NothingChanges', 'the plan changes nothing that is rendered');
  const files = await fileChanges(repository, { before: tree, after: made.tree, paths: made.files, scope: scopeOf(owner.build) }, limits);
  if ('kind' in files) return files;

  const targets = await resolveTargets(deps.client, difference.changed, limits);
  if ('kind' in targets) return targets;
  const tried = await dryRun(
    deps,
    difference.changed.map(({ after }) => after),
    targets,
    { ...limits, fieldManager: owner.fieldManager },
  );
  if ('kind' in tried) return tried;
  const after = await writeTree(
    repository,
    base,
    files.map(({ path, mode, after: content }) => ({ path, mode, content })),
    limits,
  );
  return {
    kind: 'rendered',
    owner,
    repository: repository.url,
    ref: owner.ref,
    base,
    files,
    diff: await unifiedDiff(repository, base, after, limits),
    renderedDiff,
    targets,
    preimages: targets.flatMap(({ object, fields }) =>
      fields.map(({ path, value }) => ({ object, path, ...(value === undefined ? {} : { value }) })),
    ),
    risk: worst(made.risks, resolved.map(({ target }) => target).filter(isWorkload)),
    blastRadius: blastRadius(
      difference.changed.map(({ after: manifest }) => manifest),
      targets,
    ),
    dryRun: tried,
  };
}

/** What goes into the plan's digest of what was rendered: sorted, and plain JSON. */
export function digestMaterial({ repository, ref, targets, files }: RenderedPlan): object {
  return {
    repository,
    ref,
    targets: targets.map(({ object, fields }) => ({
      apiVersion: object.apiVersion ?? '',
      kind: object.kind,
      namespace: object.namespace ?? '',
      name: object.name,
      uid: object.uid ?? '',
      fields: fields.map(({ path, value }) => ({ path, value: value ?? null })),
    })),
    files: files.map(({ path, mode, baseBlob, newBlob }) => ({ path, mode, baseBlob, newBlob })),
  };
}

interface ResolvedAction {
  readonly action: Action;
  readonly target: Target;
}

async function resolveActions(
  { client }: RemediateDeps,
  plan: RemediationPlan,
  limits: RenderLimits,
): Promise<readonly ResolvedAction[] | Refusal> {
  const resolved: ResolvedAction[] = [];
  for (const action of plan.spec.actions) {
    const target = await resolveAction(client, plan, action, limits);
    if ('reason' in target) return target;
    resolved.push({ action, target });
  }
  return resolved;
}

interface Opened {
  readonly owner: GitOwner;
  readonly repository: Repository;
  readonly base: string;
  readonly tree: FileTree;
  readonly before: Rendered;
}

interface Made {
  readonly kind: 'made';
  readonly tree: FileTree;
  readonly rendering: Rendered;
  readonly files: readonly string[];
  readonly risks: readonly RiskFinding[];
}

/** The actions in their order, each upon what the one before it has left. */
async function writeActions(
  deps: RemediateDeps,
  actions: readonly ResolvedAction[],
  opened: Opened,
  limits: RenderLimits,
): Promise<Made | Refusal> {
  let { tree, before: rendering } = opened;
  const files = new Set<string>();
  const risks: RiskFinding[] = [];
  for (const { action, target } of actions) {
    const manifest = manifestOf(rendering, target);
    if (manifest === undefined) {
      return refuse('RenderFailed', `${inWords(target)} is not among what ${opened.owner.path || '.'} renders`);
    }
    const { client, renderer } = deps;
    const context = { ...opened, tree, before: rendering, action, target, manifest, client, renderer, signal: limits.signal };
    const written = await catalogue[action.type].write?.(context);
    if (written === undefined)
      return refuse('StrategyUnsupported', `${action.type} is nothing that Git says; propose it with strategy Direct`);
    if (written.kind === 'refusal') return written;
    ({ tree, rendering } = written);
    for (const file of written.files) files.add(file);
    risks.push(written.risk);
  }
  return { kind: 'made', tree, rendering, files: [...files], risks };
}

function manifestOf({ objects }: Rendered, { kind, namespace, name }: Target): Manifest | undefined {
  return objects.find(
    (object) => object.kind === kind && object.metadata.name === name && (object.metadata.namespace ?? 'default') === namespace,
  );
}
