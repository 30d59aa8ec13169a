/**
 * What changed in Git for a workload in a window of time: who, when, and which fields of which rendered objects.
 *
 * The newest commits are rendered before and after, so that a change is told in the cluster's terms; the rest, and what does not build, comes with its
 * files and its diff alone, and says so. A workload without a GitOps owner has no changes; one whose owner can't be followed is an error with the reason.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Logger } from '../kube/logger.ts';
import { closureFor } from './builds.ts';
import { unifiedDiff } from './git/commit.ts';
import { namedBranch } from './git/defaultBranch.ts';
import { commitsBetween, filesBetween, type HistoryCommit } from './git/history.ts';
import type { CallLimits, Repositories, Repository } from './git/repositories.ts';
import { openTree } from './git/tree.ts';
import { displayName } from './kustomize/manifest.ts';
import { findOwner, type GitOwner } from './owner.ts';
import { allFields, compareRendered, type FieldChange, type Renderer } from './render.ts';

export interface GitChangesOptions {
  readonly client: KubeClient;
  readonly repositories: Repositories;
  readonly renderer: Renderer;
  readonly logger: Logger;
  /** Commits looked at, the newest first. */
  readonly maxCommits?: number | undefined;
  /** Of these, how many are rendered. */
  readonly maxRendered?: number | undefined;
}

export interface Window {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
}

export interface GitChange {
  readonly commit: string;
  readonly parent?: string;
  readonly merge: boolean;
  readonly author: string;
  readonly email: string;
  /** RFC 3339. */
  readonly authoredAt: string;
  readonly committedAt: string;
  readonly subject: string;
  readonly repository: string;
  readonly ref: string;
  readonly files: readonly string[];
  readonly fields: readonly FieldChange[];
  /** Objects that came or went, as `Kind/namespace/name`. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** False: which fields changed is not known, and `note` says why. */
  readonly rendered: boolean;
  readonly note?: string;
  /** Unified diff, cut where it is very long. Unredacted. */
  readonly diff: string;
}

export interface GitChanges {
  /** Newest first. */
  readonly changesFor: (workload: ObjectRef, window: Window, limits?: CallLimits) => Promise<readonly GitChange[]>;
}

/** The workload is somebody's, and we can't follow them. The message is the reason. */
class UnsupportedOwner extends Error {
  override readonly name = 'UnsupportedOwner';
}

const MAX_COMMITS = 20;
const MAX_RENDERED = 5;
const LONGEST_DIFF = 64 * 1024;

export function createGitChanges(options: GitChangesOptions): GitChanges {
  return {
    changesFor: async (workload, window, limits = {}) => {
      const owner = await findOwner(options.client, workload, limits);
      if (owner.engine === 'None') return [];
      if (owner.engine === 'Unsupported') throw new UnsupportedOwner(owner.reason);
      const repository = await options.repositories.open(owner.repository);
      const branch = await namedBranch(repository, owner.ref, limits);
      const tip = await repository.fetch(branch, limits);
      const paths = await pathsOf(repository, owner, tip, limits);
      const max = options.maxCommits ?? MAX_COMMITS;
      const commits = await commitsBetween(repository, { branch, paths, ...window, max }, limits);
      const describe = describer(options, { repository, owner: { ...owner, ref: branch }, paths, limits });
      const changes: GitChange[] = [];
      for (const [index, commit] of commits.entries()) {
        changes.push(await describe(commit, index < (options.maxRendered ?? MAX_RENDERED)));
      }
      return changes;
    },
  };
}

/** The owner's path, and what lies outside of it and takes part in its build. */
async function pathsOf(repository: Repository, owner: GitOwner, tip: string, limits: CallLimits): Promise<readonly string[]> {
  if (owner.path === '') return [];
  const tree = await openTree(repository, tip, limits);
  const closure = await closureFor(tree, owner.build);
  if ('refused' in closure) return [owner.path];
  const outside = [...closure.files.keys()].filter((file) => !file.startsWith(`${owner.path}/`));
  return [owner.path, ...outside].slice(0, 1000);
}

interface Scope {
  readonly repository: Repository;
  readonly owner: GitOwner;
  readonly paths: readonly string[];
  readonly limits: CallLimits;
}

/** Consecutive commits share a rendering: what one leaves behind is what the next begins with. */
function describer({ renderer, logger }: GitChangesOptions, { repository, owner, paths, limits }: Scope) {
  const renderings = new Map<string, ReturnType<Renderer['render']>>();
  const render = (commit: string): ReturnType<Renderer['render']> => {
    const started =
      renderings.get(commit) ?? openTree(repository, commit, limits).then((tree) => renderer.render(tree, owner.build, limits));
    renderings.set(commit, started);
    return started;
  };
  return async (commit: HistoryCommit, isRendered: boolean): Promise<GitChange> => {
    const { sha, parent, ...about } = commit;
    const base = { ...about, commit: sha, ...(parent === undefined ? {} : { parent }), repository: repository.url, ref: owner.ref };
    if (parent === undefined) {
      return { ...base, files: [], diff: '', ...notRendered('it is the first commit of the repository') };
    }
    const files = (await filesBetween(repository, parent, sha, { ...limits, paths })).map(({ path }) => path);
    const diff = (await unifiedDiff(repository, parent, sha, { ...limits, paths })).slice(0, LONGEST_DIFF);
    if (!isRendered) return { ...base, files, diff, ...notRendered('there are newer ones, which were rendered') };
    const [before, after] = [await render(parent), await render(sha)];
    if (before.kind === 'refused' || after.kind === 'refused') {
      const note =
        before.kind === 'refused' ? `before it: ${before.message}` : after.kind === 'refused' ? `after it: ${after.message}` : '';
      logger.debug({ commit: sha, note }, 'commit could not be rendered');
      return { ...base, files, diff, ...notRendered(note) };
    }
    const difference = compareRendered(before.objects, after.objects);
    const [added, removed] = [difference.added.map(displayName), difference.removed.map(displayName)];
    return { ...base, files, diff, fields: allFields(difference), added, removed, rendered: true };
  };
}

function notRendered(note: string): Pick<GitChange, 'fields' | 'added' | 'removed' | 'rendered' | 'note'> {
  return { fields: [], added: [], removed: [], rendered: false, note };
}
