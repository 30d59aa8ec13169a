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
import { type BlastRadius, blastRadius, worst } from './blastRadius.ts';
import { catalogue } from './catalogue/catalogue.ts';
import type { Rendered, RiskFinding } from './catalogue/types.ts';
import type { RemediateDeps } from './deps.ts';
import { type DryRunAnswer, dryRun } from './dryRun.ts';
import { type FileChange, fileChanges } from './files.ts';
import { guard, namespaceOf } from './guard.ts';
import { ownerOf } from './ownerOf.ts';
import { type Refusal, refuse } from './refusal.ts';
import { type PlanTarget, resolveTargets } from './targets.ts';
import { readWorkload, type Workload } from './workload.ts';

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
    resolved.map(({ workload }) => workload),
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
    risk: worst(
      made.risks,
      resolved.map(({ workload }) => workload),
    ),
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
  readonly workload: Workload;
}

async function resolveActions(
  { client }: RemediateDeps,
  plan: RemediationPlan,
  limits: RenderLimits,
): Promise<readonly ResolvedAction[] | Refusal> {
  const resolved: ResolvedAction[] = [];
  for (const action of plan.spec.actions) {
    const namespace = namespaceOf(plan, action);
    const { kind, name, uid } = action.target;
    const where = `${kind} ${namespace ?? ''}/${name}`;
    const workload = await readWorkload(client, { kind, name, ...(namespace === undefined ? {} : { namespace }) }, limits);
    if (workload === undefined)
      return refuse('TargetNotFound', `${where} does not exist: check the name and the namespace of the action’s target`);
    if (uid !== undefined && uid !== workload.ref.uid) {
      return refuse(
        'TargetNotFound',
        `${where} is another one than the plan is about: it was deleted and made anew (uid ${workload.ref.uid}, not ${uid})`,
      );
    }
    resolved.push({ action, workload });
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
  for (const { action, workload } of actions) {
    const manifest = manifestOf(rendering, workload);
    if (manifest === undefined) {
      return refuse(
        'RenderFailed',
        `${workload.kind} ${workload.namespace}/${workload.name} is not among what ${opened.owner.path || '.'} renders`,
      );
    }
    const context = { ...opened, tree, before: rendering, action, workload, manifest, renderer: deps.renderer, signal: limits.signal };
    const written = await catalogue[action.type].write(context);
    if (written.kind === 'refusal') return written;
    ({ tree, rendering } = written);
    for (const file of written.files) files.add(file);
    risks.push(written.risk);
  }
  return { kind: 'made', tree, rendering, files: [...files], risks };
}

function manifestOf({ objects }: Rendered, { kind, namespace, name }: Workload): Manifest | undefined {
  return objects.find(
    (object) => object.kind === kind && object.metadata.name === name && (object.metadata.namespace ?? 'default') === namespace,
  );
}
