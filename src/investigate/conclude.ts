/** From what was gathered to a result with numbered evidence, findings, changes, hypotheses, a cause if one can be named, and the report. Pure. */
import type { ObjectRef } from '../crds/common.ts';
import type { Aftermath, EvidenceItem, Gap, InvestigationStatus, RootCause } from '../crds/investigation.ts';
import type { Incident, Investigation } from '../crds/kinds.ts';
import type { AlertVerdict } from '../sources/alerts.ts';
import type { ObservedChange } from '../sources/changes.ts';
import { mergeGaps } from '../sources/gap.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import { tidy } from '../sources/text.ts';
import { ADVICE } from './advice.ts';
import type { AnalyserError } from './analyse.ts';
import { bounded } from './bound.ts';
import { type Numbered, number } from './citations.ts';
import type { Counsel } from './consult.ts';
import type { Link } from './correlate.ts';
import { curesOf } from './cures.ts';
import { dashboardRecords } from './dashboards.ts';
import { causeOf, rankCauses } from './diagnose.ts';
import { type EvidenceRecord, recordsOf } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { Gathered } from './gather.ts';
import { isHealthy, type Recovery, recoveryOf } from './health.ts';
import type { Ranked } from './rank.ts';
import { reportOf } from './report.ts';
import type { InvestigationResult } from './result.ts';
import type { Question } from './scopeOf.ts';
import { statementOf } from './statement.ts';
import { isoTime } from './times.ts';

export interface ConcludeRequest {
  readonly investigation: Investigation;
  readonly incident?: Incident | undefined;
  readonly gathered: Gathered;
  readonly question: Question;
  readonly alert?: AlertVerdict | undefined;
  /** What the specialists make of it. */
  readonly counsel?: Counsel | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Conclusion {
  readonly result: InvestigationResult;
  /** Content of the evidence, by its id. */
  readonly records: ReadonlyMap<string, EvidenceRecord>;
  readonly errors: readonly AnalyserError[];
}

export function conclude(request: ConcludeRequest): Conclusion {
  const analysis = analysed(request);
  const { gathered, counsel, question, alert } = request;
  const { snapshot, around, ranked, errors } = analysis;
  const numbered = number(withRecords(recordsOf(around, gathered.changes), gathered, counsel), snapshot, ranked, gathered.changes);
  const gaps = mergeGaps([
    ...question.gaps,
    ...snapshot.gaps,
    ...(alert?.gaps ?? []),
    ...(counsel?.gaps ?? []),
    ...errors.map(analyzerGap),
  ]);
  const { cause, verdict, verifies } = analysis;
  const echoes = (gathered.aftermath?.stillLogged ?? []).map(echoFinding);
  const result: InvestigationResult = {
    outcome: echoes.length > 0 ? 'Unresolved' : verdict.outcome,
    evidence: numbered.evidence.map((record) => itemOf(record, gathered.snapshot.at)),
    findings: [...ranked.map(({ finding, links }) => findingOf(finding, links, numbered, snapshot)), ...echoes],
    aftermath: gathered.aftermath,
    changes: numbered.changes.map((change) => changeOf(change, numbered)),
    hypotheses: verifies ? [] : ranked.map((one, index) => hypothesisOf(one, index, numbered)),
    rootCause: cause && rootCauseOf(cause, numbered),
    report: reportFor(request, analysis, numbered, gaps),
    gaps,
    affected: affectedBy(snapshot),
    usage: { tokens: 0, moneyMicros: 0, toolCalls: gathered.calls },
  };
  return { result: bounded(result), records: new Map(numbered.evidence.map((record) => [record.id, record])), errors };
}

interface Analysed {
  /** The targets. */
  readonly snapshot: Snapshot;
  /** What was analysed: the targets and, where that was needed, what they call. */
  readonly around: Snapshot;
  readonly verifies: boolean;
  readonly ranked: readonly Ranked[];
  readonly errors: readonly AnalyserError[];
  readonly cause: Ranked | undefined;
  readonly verdict: Verdict;
}

function analysed(request: ConcludeRequest): Analysed {
  const { investigation, gathered, question, counsel } = request;
  const verifies = investigation.spec.purpose === 'Verification';
  const snapshot = verifies ? presentOnly(gathered.snapshot) : gathered.snapshot;
  const around = verifies ? snapshot : gathered.around;
  const { ranked, errors } = rankCauses({
    snapshot: around,
    changes: gathered.changes,
    named: question.targets,
    targets: snapshot,
    extraPoints: counsel?.pointsFor,
  });
  const cause = verifies ? undefined : causeOf(ranked);
  return { snapshot, around, verifies, ranked, errors, cause, verdict: verdictOf(request, snapshot, ranked, cause, errors.length) };
}

function reportFor(
  { investigation, incident, gathered, alert, counsel, question, now }: ConcludeRequest,
  { snapshot, ranked, cause, verdict }: Analysed,
  numbered: Numbered,
  gaps: readonly Gap[],
): InvestigationResult['report'] {
  return reportOf({
    snapshot,
    ranked,
    cause,
    advice: counsel?.results ?? [],
    cures: cause === undefined ? [] : curesOf(cause.finding, cause.links, snapshot),
    recovery: verdict.recovery,
    healthy: verdict.outcome === 'NothingWrong',
    numbered,
    dashboards: gathered.dashboards,
    gaps,
    alertedAt: timeOf(incident?.spec.startsAt),
    alert: alertOf(incident),
    alertNow: alert?.reason,
    service: serviceOf(snapshot, question),
    responseMillis: Math.max(0, now - (timeOf(investigation.metadata.creationTimestamp) ?? now)),
  });
}

const withRecords = (
  records: ReadonlyMap<string, EvidenceRecord>,
  { dashboards = [] }: Gathered,
  counsel: Counsel | undefined,
): ReadonlyMap<string, EvidenceRecord> => {
  const more = [...(counsel?.records ?? []), ...dashboardRecords(dashboards)];
  return new Map([...records, ...more.map((record) => [record.key, record] as const)]);
};

/** A fix is judged by the pods that run it: those of the revision before are on their way out. */
function presentOnly(snapshot: Snapshot): Snapshot {
  return { ...snapshot, pods: snapshot.pods.filter(({ current }) => current) };
}

interface Verdict {
  readonly outcome: NonNullable<InvestigationStatus['outcome']>;
  readonly recovery?: Recovery | undefined;
}

/**
 * Nothing is wrong only if all was seen and is healthy, no rule has found anything, and either the trouble left traces of having ended (an
 * alert outlives its cause for a while) or the alert does not fire. An alert that fires over a healthy workload is unresolved.
 */
function verdictOf(
  { incident, alert, investigation }: ConcludeRequest,
  snapshot: Snapshot,
  ranked: readonly Ranked[],
  cause: Ranked | undefined,
  broken: number,
): Verdict {
  if (cause !== undefined) return { outcome: 'RootCauseFound' };
  if (ranked.length > 0 || broken > 0 || !isHealthy(snapshot)) return { outcome: 'Unresolved' };
  const recovery = recoveryOf(snapshot);
  const delivered = incident?.spec.alerts?.some(({ status }) => status === 'firing') ?? false;
  const fires = alert === undefined ? delivered : alert.state !== 'inactive';
  const isQuiet = investigation.spec.purpose === 'Verification' || !fires || recovery !== undefined;
  return { outcome: isQuiet ? 'NothingWrong' : 'Unresolved', recovery };
}

const analyzerGap = ({ analyzer }: AnalyserError): Gap => ({
  source: analyzer,
  reason: 'Malformed',
  message: `analyzer ${analyzer} failed on what was gathered, so what it looks for was not looked for; the operator's log has the error`,
});

const itemOf = ({ id, source, query, summary }: EvidenceRecord & { readonly id: string }, at: number): EvidenceItem => ({
  id,
  source,
  query,
  at: isoTime(at),
  summary,
});

type ReportedFinding = InvestigationResult['findings'][number];

function findingOf(finding: Finding, links: readonly Link[], numbered: Numbered, snapshot: Snapshot): ReportedFinding {
  const { analyzer, reason, object, message, evidence, detail } = finding;
  const id = numbered.findingId(finding);
  const about = detail === undefined ? {} : { detail: detail.slice(0, 317) };
  return {
    id,
    analyzer,
    reason,
    object,
    message,
    ...about,
    cures: curesOf(finding, links, snapshot),
    evidence: numbered.evidenceIds(evidence),
  };
}

function changeOf(change: ObservedChange, { changeId, evidenceIds }: Numbered): InvestigationResult['changes'][number] {
  const { kind, at, workload, isGeneral, summary, author, repository, commit, fields, evidence } = change;
  return {
    id: changeId(change) ?? '',
    kind,
    at: isoTime(at),
    ...(isGeneral === true ? {} : { object: workload }),
    summary,
    author,
    repository,
    commit,
    fields: fields.map((field) => ({ ...field })),
    evidence: evidenceIds([evidence]),
  };
}

/** The line itself is in the evidence of the diagnosis. */
const echoFinding = ({ object, lines }: NonNullable<Aftermath['stillLogged']>[number], index: number): ReportedFinding => ({
  id: `e${index + 1}`,
  analyzer: 'aftermath',
  reason: 'ErrorStillLogged',
  object,
  message: `${objectName(object)} has logged the error that the diagnosis rests on ${lines === 1 ? 'once' : `${lines} times`} since the fix.`,
  evidence: [],
});

function supportsOf({ finding, links }: Ranked, { findingId, changeId, evidenceIds }: Numbered): string[] {
  const changes = links.slice(0, 3).flatMap(({ change }) => changeId(change) ?? []);
  return [findingId(finding), ...changes, ...evidenceIds(finding.evidence)];
}

function hypothesisOf(one: Ranked, index: number, numbered: Numbered): InvestigationResult['hypotheses'][number] {
  const { finding, confidence, explainedBy } = one;
  return {
    id: `h${index + 1}`,
    statement: statementOf(one),
    category: ADVICE[finding.reason].category,
    confidence,
    supports: supportsOf(one, numbered),
    contradicts: explainedBy === undefined ? [] : [numbered.findingId(explainedBy)],
  };
}

function rootCauseOf(cause: Ranked, numbered: Numbered): RootCause {
  const { finding, links, confidence } = cause;
  const [link] = links;
  return {
    reason: finding.reason,
    object: finding.object,
    statement: statementOf(cause),
    confidence,
    finding: numbered.findingId(finding),
    change: link && numbered.changeId(link.change),
    evidence: numbered.evidenceIds([...finding.evidence, ...(link === undefined ? [] : [link.change.evidence])]),
  };
}

const serviceOf = ({ workloads, pods, missing, unseen }: Snapshot, { targets }: Question): string => {
  const [first] = [...workloads.map(({ ref }) => ref), ...pods.map(({ owner }) => owner), ...missing, ...unseen, ...targets];
  return first === undefined ? 'unknown' : objectName(first);
};

/** Workloads first, then their pods that are not ready. */
function affectedBy({ workloads, pods }: Snapshot): ObjectRef[] {
  const unready = pods.filter(({ ready, phase, deleting }) => !ready && !deleting && phase !== 'Succeeded');
  return [
    ...workloads.map(({ ref }) => ref),
    ...unready.map(({ namespace, name, uid }) => ({ apiVersion: 'v1', kind: 'Pod', namespace, name, uid })),
  ];
}

/** People may write Incidents too. */
function alertOf(incident: Incident | undefined): string | undefined {
  const name = incident?.spec.alerts?.[0]?.labels.alertname ?? incident?.spec.title;
  return name === undefined ? undefined : tidy(name, 200);
}

function timeOf(time: string | undefined): number | undefined {
  const at = Date.parse(time ?? '');
  return Number.isNaN(at) ? undefined : at;
}
