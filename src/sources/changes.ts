/**
 * What changed: Git commits on the path that a workload is rendered from, through a port that the Git side implements, and
 * rollouts, from the workload's own history. Both in one shape, newest first; what they mean is for `src/investigate` to judge.
 */
import type { ObjectRef } from '../crds/common.ts';
import { objectName } from './kubernetes/names.ts';
import type { Snapshot, Workload } from './kubernetes/snapshot.ts';
import type { Cleaner } from './text.ts';

/** Milliseconds since the epoch. */
export interface ChangeWindow {
  readonly start: number;
  readonly end: number;
}

/** One field of one rendered object. `object` is `Kind/namespace/name`; list items in `path` go by name or by index. */
export interface FieldChange {
  readonly object: string;
  readonly path: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** A commit as the Git side tells it. Times are milliseconds since the epoch or RFC 3339. */
export interface GitChange {
  readonly commit: string;
  readonly repository: string;
  readonly author: string;
  readonly authoredAt: number | string;
  readonly committedAt?: number | string | undefined;
  readonly subject: string;
  readonly fields: readonly FieldChange[];
  /** Objects that came or went, as `Kind/namespace/name`. */
  readonly added?: readonly string[] | undefined;
  readonly removed?: readonly string[] | undefined;
  /** False when the fields are unknown: `note` says why. */
  readonly rendered?: boolean | undefined;
  readonly note?: string | undefined;
  readonly diff: string;
}

export interface ChangesPort {
  /** Commits in the window on the path that the workload's owner renders, newest first. Empty where nobody owns it. */
  changesFor(
    workload: ObjectRef,
    window: ChangeWindow,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly GitChange[]>;
}

/** A change of any kind, cleaned. */
export interface ObservedChange {
  readonly kind: 'GitCommit' | 'Rollout' | 'Edit' | 'Delivery' | 'SourceCommit' | 'Reported';
  /** The commit, or the workload and its revision: tells changes apart. */
  readonly key: string;
  /** When it took effect at the earliest. */
  readonly at: number;
  /** The workload that it was looked up for. */
  readonly workload: ObjectRef;
  /** Of what was reported, the sort of source that told it. */
  readonly source?: 'grafana' | 'webhook' | undefined;
  /** It names no workload: whether it concerned this one is not known. */
  readonly isGeneral?: boolean | undefined;
  readonly summary: string;
  /** Of an edit, what the client that made it calls itself; of what was reported, where. */
  readonly author?: string | undefined;
  /** When its author wrote it, which may be long before it took effect. */
  readonly authoredAt?: number | undefined;
  readonly repository?: string | undefined;
  readonly commit?: string | undefined;
  readonly revision?: number | undefined;
  /** Where in the application's source it changed a line that a stack trace names. */
  readonly place?: string | undefined;
  readonly fields: readonly FieldChange[];
  /** False when it is not known which fields it changed. */
  readonly fieldsKnown: boolean;
  /** The diff of a commit, or why its fields are not known; empty for a rollout. */
  readonly detail: string;
  readonly evidence: string;
}

export function observedCommit(change: GitChange, workload: ObjectRef, cleaner: Cleaner): ObservedChange {
  const authoredAt = timeOf(change.authoredAt);
  return {
    kind: 'GitCommit',
    key: change.commit,
    at: timeOf(change.committedAt) ?? authoredAt ?? 0,
    workload,
    summary: cleaner.line(change.subject, 200),
    author: cleaner.line(change.author, 200),
    authoredAt,
    repository: cleaner.line(change.repository, 1024),
    commit: change.commit,
    fields: fieldsOf(change).map((field) => cleanField(field, cleaner)),
    fieldsKnown: change.rendered !== false,
    detail: cleaner.lines(`${change.note ?? ''}\n${change.diff}`).join('\n'),
    evidence: commitEvidence(change.commit),
  };
}

/** An object that came or went is a change of the whole of it: its path is empty. */
function fieldsOf({ fields, added = [], removed = [] }: GitChange): readonly FieldChange[] {
  const came = added.map((object) => ({ object, path: '', after: 'added' }));
  const went = removed.map((object) => ({ object, path: '', before: 'removed' }));
  return [...fields, ...came, ...went];
}

const commitEvidence = (commit: string): string => `git/${commit}`;

/** Rollouts that began within the window. The oldest revision that is known is the first, not a change. */
export function rolloutsOf({ workloads, window }: Pick<Snapshot, 'workloads' | 'window'>): ObservedChange[] {
  return workloads.flatMap((workload) =>
    workload.revisions
      .filter(({ changed, beganAt }) => changed !== undefined && beganAt >= window.start && beganAt <= window.end)
      .map((revision) => ({
        kind: 'Rollout' as const,
        key: `${objectName(workload.ref)}@${revision.number}`,
        at: revision.beganAt,
        workload: workload.ref,
        summary: rolloutSummary(workload, revision.number, revision.changed ?? []),
        revision: revision.number,
        fields: revision.changed ?? [],
        fieldsKnown: true,
        detail: '',
        evidence: workload.historyEvidence,
      })),
  );
}

function rolloutSummary(workload: Workload, revision: number, fields: readonly FieldChange[]): string {
  const names = fields.slice(0, 3).map(({ path }) => path.replace(/^spec\.(?:jobTemplate\.spec\.)?template\./u, ''));
  const more = fields.length > 3 ? ` and ${fields.length - 3} more` : '';
  return `Revision ${revision} of ${objectName(workload.ref)} changed ${names.length === 0 ? 'nothing that shows' : names.join(', ')}${more}`;
}

function cleanField({ object, path, before, after }: FieldChange, cleaner: Cleaner): FieldChange {
  const name = settingName(path);
  const clean = (value: string | undefined): string | undefined => (value === undefined ? undefined : cleaner.setting(name, value));
  return { object: cleaner.line(object, 512), path: cleaner.line(path, 512), before: clean(before), after: clean(after) };
}

function timeOf(time: number | string | undefined): number | undefined {
  const at = typeof time === 'string' ? Date.parse(time) : time;
  return at === undefined || Number.isNaN(at) ? undefined : at;
}

/** What a field is called by the people who set it: the variable for a value in an environment, the last part of other paths. */
export function settingName(path: string): string {
  return /\.env\[([^\]]+)\]/u.exec(path)?.[1] ?? path.split('.').at(-1) ?? path;
}
