/**
 * Which change brought a finding about.
 *
 * A change is linked only if it came before the trouble was seen, touched a field that the finding is about (or one that may have
 * led to it), and took effect: a change of a pod template that no rollout followed is not what runs. A later change of the same
 * field takes its place. An innocent commit of the same minute that touched other things is not linked, however near.
 * Among those that are left: what touched the very field first, then what came last.
 */
import type { FieldChange, ObservedChange } from '../sources/changes.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import { type FieldPattern, matches } from './fields.ts';
import type { Finding } from './finding.ts';

export interface Link {
  readonly change: ObservedChange;
  /** Direct: it touched what the finding is about. Plausible: something that may have led to it. */
  readonly strength: 'direct' | 'plausible';
  /** The fields for which it is linked. */
  readonly fields: readonly FieldChange[];
}

/** Clocks differ, and a commit is dated before it is pushed, never after. */
const SLACK_MS = 2 * 60_000;

/** Likeliest first. A commit stands before the rollout that carried it. */
export function linksOf(finding: Finding, changes: readonly ObservedChange[], snapshot: Snapshot): Link[] {
  const before = changes.filter(({ at }) => at <= (finding.since ?? snapshot.at) + SLACK_MS && at >= snapshot.window.start - SLACK_MS);
  return before
    .filter((change) => tookEffect(change, snapshot))
    .flatMap((change) => link(finding, change, before))
    .toSorted((a, b) => weight(b) - weight(a) || b.change.at - a.change.at);
}

const weight = ({ strength, change }: Link): number => (strength === 'direct' ? 4 : 0) + SAYS[change.kind];

/** What says who and why stands before what says only that. */
const SAYS: Readonly<Record<ObservedChange['kind'], number>> = {
  SourceCommit: 3,
  GitCommit: 2,
  Edit: 2,
  Delivery: 1,
  Rollout: 0,
  Reported: 0,
};

function link({ touchedBy }: Finding, change: ObservedChange, changes: readonly ObservedChange[]): Link[] {
  const fields = change.fields.filter((field) => !isSuperseded(field, change, changes));
  const direct = touching(touchedBy.direct, fields);
  if (direct.length > 0)
    return [{ change, strength: change.kind === 'Edit' && !change.fieldsKnown ? 'plausible' : 'direct', fields: direct }];
  const plausible = touching(touchedBy.plausible, fields);
  return plausible.length > 0 ? [{ change, strength: 'plausible', fields: plausible }] : [];
}

const touching = (patterns: readonly FieldPattern[], fields: readonly FieldChange[]): FieldChange[] =>
  fields.filter((field) => patterns.some((pattern) => matches(pattern, field)));

/** Another change of the same kind, or somebody by hand, set the same field afterwards. */
function isSuperseded(field: FieldChange, change: ObservedChange, changes: readonly ObservedChange[]): boolean {
  return changes.some(
    (later) =>
      (later.kind === change.kind || (later.kind === 'Edit' && later.fieldsKnown && change.kind === 'GitCommit')) &&
      later.at > change.at &&
      later.fields.some(({ object, path }) => object === field.object && path === field.path),
  );
}

/** A commit that changed nothing but a pod template is in effect once a rollout followed it, where the history is known. */
function tookEffect(change: ObservedChange, { workloads }: Snapshot): boolean {
  if (change.kind !== 'GitCommit') return true;
  const workload = workloads.find(({ ref }) => objectName(ref) === objectName(change.workload));
  if (workload === undefined || workload.revisions.length === 0) return true;
  const ofTemplate = (field: FieldChange): boolean =>
    field.object === objectName(workload.ref) && /^spec\.(?:jobTemplate\.spec\.)?template\b/u.test(field.path);
  if (!change.fields.every(ofTemplate)) return true;
  return workload.revisions.some(({ beganAt }) => beganAt >= change.at - SLACK_MS);
}
