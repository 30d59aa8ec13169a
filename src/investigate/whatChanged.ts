/**
 * All that changed around the targets, newest first: commits to what is deployed, rollouts, edits by hand, syncs of GitOps engines, commits to
 * the application, what was noted on dashboards or reported; and what active checks of what leads to the targets say. For `gather.ts`, which has the snapshot and the commits by then.
 *
 * Edits cost no call. Engines, sources and checks are asked only where something is wrong, or where nobody knows yet what is.
 */
import type { Gap } from '../crds/investigation.ts';
import type { CallBudget } from '../sources/budget.ts';
import { type ObservedChange, rolloutsOf } from '../sources/changes.ts';
import type { DashboardsPort, NotesPort } from '../sources/dashboards.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { Cleaner } from '../sources/text.ts';
import { type Checking, checksAround } from './activeChecks.ts';
import { type ApplicationSources, sourceCommitsOf } from './applicationSource.ts';
import { type DashboardView, dashboardsOf } from './dashboards.ts';
import { deliveriesOf } from './deliveries.ts';
import { causeOf, rankCauses } from './diagnose.ts';
import { editsOf } from './edits.ts';
import { notesOf } from './notes.ts';
import type { SeenObjects } from './seenObjects.ts';

export interface ChangeSources {
  /** Tries what leads to the targets; absent: nothing is tried. */
  readonly checks?: Checking | undefined;
  /** Where the source of applications is read; absent: it is not. */
  readonly applications?: ApplicationSources | undefined;
  /** Where people look at what is wrong; absent or none: nobody is asked. */
  readonly dashboards?: readonly DashboardsPort[] | undefined;
  /** Where people and programs note what they do; absent or none: nobody is asked. */
  readonly notes?: readonly NotesPort[] | undefined;
}

export interface ChangeRun {
  readonly seen: SeenObjects;
  readonly budget: CallBudget;
  readonly cleaner: Cleaner;
  readonly signal: AbortSignal;
}

export interface WhatChanged {
  readonly around: Snapshot;
  readonly changes: readonly ObservedChange[];
  readonly dashboards: readonly DashboardView[];
  readonly gaps: readonly Gap[];
}

export async function whatChanged(
  { checks, applications, dashboards = [], notes = [] }: ChangeSources,
  run: ChangeRun,
  around: Snapshot,
  commits: readonly ObservedChange[],
): Promise<WhatChanged> {
  const rollouts = rolloutsOf(around);
  const known = [...commits, ...editsOf(run.seen, around, commits, run.cleaner), ...rollouts];
  const { ranked } = rankCauses({ snapshot: around, changes: known });
  const found = ranked.map(({ finding }) => finding);
  const [delivered, checked, sources, noted, shown] = await Promise.all([
    found.length === 0 ? NONE : deliveriesOf(run, around, rollouts),
    checks === undefined
      ? undefined
      : checksAround(checks, { ...run, kube: run.seen.kube }, around, { found, isOpen: causeOf(ranked) === undefined }),
    applications === undefined || found.length === 0 ? NONE : sourceCommitsOf(applications, run, around, { found, rollouts }),
    found.length === 0 ? NONE : notesOf(notes, run, around, found),
    found.length === 0 ? { dashboards: [], gaps: [] } : dashboardsOf(dashboards, run, around, found),
  ]);
  const changes = [...known, ...delivered.changes, ...sources.changes, ...noted.changes].toSorted((a, b) => b.at - a.at);
  const gaps = [...delivered.gaps, ...(checked?.gaps ?? []), ...sources.gaps, ...noted.gaps, ...shown.gaps];
  return { around: { ...around, checks: [...around.checks, ...(checked?.checks ?? [])] }, changes, dashboards: shown.dashboards, gaps };
}

const NONE = { changes: [], gaps: [] };
