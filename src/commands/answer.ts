/** From what was looked at to an answer: for programs, and as the report that an Investigation would have. Pure. */
import type { InvestigationStatus } from '../crds/investigation.ts';
import type { Incident, Investigation } from '../crds/kinds.ts';
import { conclude } from '../investigate/conclude.ts';
import { type Diagnosis, diagnosisOf, rankCauses } from '../investigate/diagnose.ts';
import type { Looked } from './look.ts';
import { narrowed, troubledFirst } from './narrow.ts';
import { emptyGap } from './nothingRuns.ts';

export interface Answer extends Omit<Diagnosis, 'rootCause'> {
  readonly rootCause: Diagnosis['rootCause'] | null;
  readonly elapsedMs: number;
}

/** @param elapsedMs asked for when the answer is there */
export function answerOf({ gathered, targets }: Looked, elapsedMs: () => number): Answer {
  const { around, snapshot, changes } = gathered;
  const ranking = rankCauses({ snapshot: around, changes, named: targets, targets: snapshot });
  const { rootCause = null, candidates, findings, gaps } = diagnosisOf(ranking, [...snapshot.gaps, ...emptyGap(around)]);
  return { rootCause, candidates, findings, gaps, elapsedMs: Math.round(elapsedMs()) };
}

/** @param now milliseconds since the epoch */
export function statusOf(looked: Looked, elapsedMs: number, now: number): InvestigationStatus {
  const { targets, alert } = looked;
  const { gathered } = looked;
  const snapshot = troubledFirst(gathered.snapshot);
  const conclusion = conclude({
    investigation: investigationOf(looked, now - elapsedMs),
    incident: alert === undefined ? undefined : incidentOf(alert.named),
    gathered: { ...gathered, snapshot, around: gathered.around === gathered.snapshot ? snapshot : gathered.around },
    question: { targets, window: snapshot.window, gaps: [] },
    alert: alert?.verdict,
    now,
  });
  return narrowed(conclusion, snapshot, targets);
}

const META = { uid: '', resourceVersion: '' };

/** One that is never stored: nothing has to be installed for a diagnosis. */
function investigationOf({ targets }: Looked, askedAt: number): Investigation {
  const metadata = { ...META, name: 'diagnose', creationTimestamp: new Date(askedAt).toISOString() };
  return { apiVersion: '', kind: 'Investigation', metadata, spec: { targets: [...targets] } as Investigation['spec'] };
}

/** An alert that a person asks about fires, unless its source says otherwise. */
function incidentOf({ name, labels }: NonNullable<Looked['alert']>['named']): Incident {
  const spec = { title: name, alerts: [{ labels, status: 'firing' }] } as unknown as Incident['spec'];
  return { apiVersion: '', kind: 'Incident', metadata: { ...META, name: 'diagnose', creationTimestamp: '' }, spec };
}
