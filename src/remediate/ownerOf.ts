/**
 * The one owner of all targets of a plan, in a state in which a commit would be deployed, with its branch fetched and rendered.
 *
 * Suspended and failing owners are told, not fought. An engine that is behind the branch is waited for: what is rendered at the tip has to be what runs.
 */
import { isIn, scopeOf } from '../gitops/builds.ts';
import { gitErrorIn } from '../gitops/errors.ts';
import { namedBranch } from '../gitops/git/defaultBranch.ts';
import { filesBetween } from '../gitops/git/history.ts';
import type { Repository } from '../gitops/git/repositories.ts';
import { type FileTree, openTree } from '../gitops/git/tree.ts';
import { findOwner, type GitOwner } from '../gitops/owner.ts';
import { commitOf } from '../gitops/sync.ts';
import { inWords, type Target } from './actionTarget.ts';
import type { Rendered } from './catalogue/types.ts';
import type { RemediateDeps } from './deps.ts';
import { APPLIED_AND_ILL, engineOf, resumeCommands } from './handoff.ts';
import { type Refusal, refuse } from './refusal.ts';

export interface OpenedOwner {
  readonly kind: 'opened';
  readonly owner: GitOwner;
  readonly repository: Repository;
  readonly base: string;
  readonly tree: FileTree;
  readonly before: Rendered;
}

interface Limits {
  readonly signal?: AbortSignal | undefined;
}

export async function ownerOf(deps: RemediateDeps, targets: readonly Target[], limits: Limits): Promise<OpenedOwner | Refusal> {
  let owner: GitOwner | undefined;
  for (const target of targets) {
    const found = await gitOwnerOf(deps, target, limits);
    if ('kind' in found) return found;
    if (owner !== undefined && owner.object.uid !== found.object.uid) return refuse('UnsupportedOwner', severalOwners(owner, found));
    owner = found;
  }
  if (owner === undefined) return refuse('NoOwner', 'the plan has no target');
  const state = stateOf(owner);
  if (state !== undefined) return state;
  return openOwner(deps, owner, limits);
}

function severalOwners(one: GitOwner, other: GitOwner): string {
  return one.repository === other.repository
    ? `the targets of the plan are applied by ${engineOf(one)} and ${engineOf(other)}; one plan changes what one owner renders: propose one for each`
    : `the targets of the plan come from ${one.repository} and ${other.repository}; one plan changes one repository: propose one for each`;
}

async function gitOwnerOf({ client }: RemediateDeps, target: Target, limits: Limits): Promise<GitOwner | Refusal> {
  const owner = await findOwner(client, target.ref, limits);
  const where = inWords(target);
  switch (owner.engine) {
    case 'Flux':
    case 'ArgoCD':
      return owner;
    case 'None':
      return refuse('NoOwner', `${where} is not applied by a GitOps engine: there is no repository to change; change it by hand`);
    case 'Unsupported':
      return refuse(owner.problem ?? 'UnsupportedOwner', `${where}: ${owner.reason}`);
    default:
      return owner satisfies never;
  }
}

function stateOf(owner: GitOwner): Refusal | undefined {
  const where = engineOf(owner);
  if (owner.suspended) {
    const resume = resumeCommands(owner).join('; ');
    return refuse('OwnerSuspended', `${where}, or its source, is suspended: a commit would not be deployed; resume it first (${resume})`);
  }
  if (owner.ready.ok || APPLIED_AND_ILL.has(owner.ready.reason)) return undefined;
  return refuse('OwnerFailing', `${where} is not ready, and a commit may not be deployed: ${owner.ready.reason}: ${owner.ready.message}`);
}

async function openOwner(deps: RemediateDeps, found: GitOwner, limits: Limits): Promise<OpenedOwner | Refusal> {
  try {
    const repository = await deps.repositories.open(found.repository);
    const owner = { ...found, ref: await namedBranch(repository, found.ref, limits) };
    const base = await repository.fetch(owner.ref, limits);
    const tree = await openTree(repository, base, limits);
    const before = await deps.renderer.render(tree, owner.build, limits);
    if (before.kind === 'refused') return refuse('RenderFailed', `${repository.url} at ${base.slice(0, 12)}: ${before.message}`);
    const behind = await behindRefusal(repository, owner, { base, paths: [...before.closure.files.keys()] }, limits);
    return behind ?? { kind: 'opened', owner, repository, base, tree, before };
  } catch (error) {
    // What will not be otherwise the next time is the plan's end; a host that is down or wants other credentials is waited for.
    const known = gitErrorIn(error);
    if (known?.kind === 'Refused' || known?.kind === 'TooLarge') return refuse('RepositoryUnusable', known.message);
    throw error;
  }
}

/** The engine may be behind by commits that do not concern what it renders here. */
async function behindRefusal(
  repository: Repository,
  owner: GitOwner,
  { base, paths }: { readonly base: string; readonly paths: readonly string[] },
  limits: Limits,
): Promise<Refusal | undefined> {
  const deployed = commitOf(owner.attempted ?? owner.revision);
  if (deployed === base) return undefined;
  const where = engineOf(owner.engine === 'Flux' ? (owner.through ?? owner) : owner);
  if (deployed !== undefined) {
    const { exitCode } = await repository.run({ args: ['cat-file', '-e', `${deployed}^{commit}`], signal: limits.signal });
    const folders = scopeOf(owner.build);
    const scope = folders.includes('') ? [] : [...folders, ...paths.filter((path) => !isIn(folders, path)).slice(0, 1000)];
    if (exitCode === 0 && (await filesBetween(repository, deployed, base, { ...limits, paths: scope })).length === 0) return undefined;
  }
  return refuse(
    'EngineBehind',
    `${where} has applied ${owner.attempted ?? owner.revision ?? 'nothing yet'}, and branch ${owner.ref} is at ${base.slice(0, 12)}: waiting until it has caught up`,
  );
}
