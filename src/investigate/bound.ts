/**
 * Cuts a result to what the schema admits, and to a size that leaves room in the object: under 40 KiB as JSON.
 *
 * Bounds are those of `src/crds/investigation.ts`. When the whole is still too large, what is cited least goes first: evidence that
 * nobody cites, fields of changes, then the length of texts. Ids that are left always resolve.
 */
import type { Change, EvidenceItem, Report } from '../crds/investigation.ts';
import { cut } from '../sources/text.ts';
import type { InvestigationResult } from './result.ts';

export const LARGEST_STATUS = 40 * 1024;

export function bounded(result: InvestigationResult): InvestigationResult {
  let fitted = withinSchema(result);
  for (const reduce of REDUCTIONS) {
    if (sizeOf(fitted) <= LARGEST_STATUS) break;
    fitted = reduce(fitted);
  }
  return fitted;
}

const sizeOf = (result: InvestigationResult): number => Buffer.byteLength(JSON.stringify(result));

const REDUCTIONS: readonly ((result: InvestigationResult) => InvestigationResult)[] = [
  withoutUncited,
  (result) => ({ ...result, changes: result.changes.map((change) => ({ ...change, fields: change.fields?.slice(0, 8) })) }),
  (result) => ({
    ...result,
    hypotheses: result.hypotheses.slice(0, 3),
    affected: result.affected.slice(0, 10),
    gaps: result.gaps.slice(0, 10),
  }),
  (result) => ({
    ...result,
    report: shortReport(result.report),
    findings: result.findings.map((one) => ({ ...one, message: cut(one.message, 400) })),
  }),
  (result) => ({
    ...result,
    evidence: result.evidence.map((item) => ({ ...item, summary: cut(item.summary, 100), query: cut(item.query, 120) })),
    changes: result.changes.slice(0, 5).map((change) => ({ ...change, fields: change.fields?.slice(0, 3) })),
  }),
  (result) => ({ ...result, findings: result.findings.slice(0, 10), hypotheses: result.hypotheses.slice(0, 1) }),
];

function withoutUncited(result: InvestigationResult): InvestigationResult {
  const cited = new Set([
    ...result.findings.flatMap(({ evidence }) => evidence),
    ...result.changes.flatMap(({ evidence = [] }) => evidence),
    ...(result.rootCause?.evidence ?? []),
    ...result.hypotheses.flatMap(({ supports }) => supports),
  ]);
  return { ...result, evidence: result.evidence.filter(({ id }) => cited.has(id)) };
}

function withinSchema(result: InvestigationResult): InvestigationResult {
  const { rootCause } = result;
  return {
    ...result,
    evidence: result.evidence.slice(0, 60).map(boundedEvidence),
    findings: result.findings.slice(0, 40).map((one) => ({ ...one, message: cut(one.message, 1024), evidence: one.evidence.slice(0, 20) })),
    changes: result.changes.slice(0, 10).map(boundedChange),
    hypotheses: result.hypotheses
      .slice(0, 10)
      .map((one) => ({ ...one, statement: cut(one.statement, 1024), supports: one.supports.slice(0, 20) })),
    rootCause: rootCause && { ...rootCause, statement: cut(rootCause.statement, 1024), evidence: rootCause.evidence.slice(0, 20) },
    report: boundedReport(result.report, 1024, 20),
    gaps: result.gaps.slice(0, 20).map((gap) => ({ ...gap, source: cut(gap.source, 64), message: cut(gap.message, 512) })),
    affected: result.affected.slice(0, 50),
  };
}

const boundedEvidence = (item: EvidenceItem): EvidenceItem => ({ ...item, query: cut(item.query, 300), summary: cut(item.summary, 300) });

const boundedChange = (change: Change): Change => ({
  ...change,
  summary: cut(change.summary, 256),
  author: change.author && cut(change.author, 253),
  repository: change.repository && cut(change.repository, 1024),
  fields: change.fields?.slice(0, 30).map(({ object, path, before, after }) => ({
    object: cut(object, 512),
    path: cut(path, 512),
    before: before === undefined ? undefined : cut(before, 256),
    after: after === undefined ? undefined : cut(after, 256),
  })),
});

const shortReport = (report: Report): Report => boundedReport(report, 400, 8);

function boundedReport(report: Report, longest: number, most: number): Report {
  const section = (lines: readonly string[] | undefined): string[] | undefined => lines?.slice(0, most).map((line) => cut(line, longest));
  return {
    ...report,
    impact: cut(report.impact, 1024),
    callers: report.callers?.slice(0, 10).map((caller) => cut(caller, 317)),
    service: cut(report.service, 317),
    alert: report.alert && cut(report.alert, 200),
    rootCause: cut(report.rootCause, 1024),
    timeline: section(report.timeline),
    tried: section(report.tried),
    lookNext: section(report.lookNext),
    immediateActions: section(report.immediateActions),
    prevention: section(report.prevention),
    keyMetrics: section(report.keyMetrics),
    notSeen: section(report.notSeen),
  };
}
