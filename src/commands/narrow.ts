/**
 * The report of a whole namespace, narrowed to what a person has to know of it: workloads in trouble, and those that findings name, in place
 * of all that was looked at. What is well is counted, and evidence that nothing cites is left out.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { InvestigationStatus } from '../crds/investigation.ts';
import { cite } from '../investigate/citations.ts';
import type { Conclusion } from '../investigate/conclude.ts';
import { isScaledToZero } from '../investigate/health.ts';
import { impactOf } from '../investigate/impact.ts';
import type { InvestigationResult } from '../investigate/result.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';

/** What is told first is what is left where space is short. */
export function troubledFirst(snapshot: Snapshot): Snapshot {
  return { ...snapshot, workloads: snapshot.workloads.toSorted((a, b) => Number(isWell(a)) - Number(isWell(b))) };
}

const isWell = (workload: Workload): boolean => workload.complete && workload.podsSeen && !isScaledToZero(workload);

/** Of other questions than that after a namespace, all that was looked at is told. */
export function narrowed(conclusion: Conclusion, snapshot: Snapshot, targets: readonly ObjectRef[]): InvestigationStatus {
  const place = targets.find(({ kind }) => kind === 'Namespace');
  const result = place === undefined ? conclusion.result : toTrouble(conclusion, snapshot, place);
  const cited = citedIn(result);
  const about = (query: string): string => query.replace(/^get /u, '').replace(`/${place?.name ?? ''}/`, '/');
  return {
    ...result,
    evidence: result.evidence
      .filter(({ id }) => cited.has(id))
      .map((item) => ({ ...item, summary: `${about(item.query)}: ${item.summary}` })),
  };
}

function toTrouble({ result, records }: Conclusion, snapshot: Snapshot, place: ObjectRef): InvestigationResult {
  const { report, findings, rootCause } = result;
  const named = new Set(findings.map(({ object }) => objectName(object)));
  const told = snapshot.workloads.filter((workload) => !isWell(workload) || named.has(objectName(workload.ref)));
  const untold = new Set(snapshot.workloads.filter((workload) => !told.includes(workload)).map(({ ref }) => objectName(ref)));
  return {
    ...result,
    report: {
      ...report,
      service: objectName(rootCause?.object ?? place).replace('//', '/'),
      impact: impactIn({ ...snapshot, workloads: told }, untold.size, result, records),
      keyMetrics: report.keyMetrics?.filter((line) => !untold.has(line.slice(0, line.indexOf(': ')))),
    },
    affected: result.affected.filter((ref) => !untold.has(objectName(ref))),
  };
}

/** @param snapshot with the workloads that are told @param well how many are not */
function impactIn(snapshot: Snapshot, well: number, { report }: InvestigationResult, records: Conclusion['records']): string {
  const ids = new Map([...records].map(([id, { key }]) => [key, id]));
  const since = report.since === undefined ? undefined : Date.parse(report.since);
  const isTold = snapshot.workloads.length > 0 || well === 0;
  const trouble = isTold ? impactOf(snapshot, since, (keys) => cite(keys.map((key) => ids.get(key)))) : '';
  return [trouble, wellInWords(well, isTold)].filter((text) => text !== '').join(' ');
}

function wellInWords(count: number, isTold: boolean): string {
  if (count === 0) return '';
  if (count === 1) return `The ${isTold ? 'other' : 'one'} workload is ready.`;
  return `${isTold ? `The other ${count}` : `All ${count}`} workloads are ready.`;
}

function citedIn({ findings, changes, rootCause, report }: InvestigationResult): ReadonlySet<string> {
  const texts = [report.impact, report.rootCause, ...(report.timeline ?? []), ...(report.keyMetrics ?? [])];
  return new Set([
    ...findings.flatMap(({ evidence }) => evidence),
    ...changes.flatMap(({ evidence = [] }) => evidence),
    ...(rootCause?.evidence ?? []),
    ...texts.flatMap((text) => text.match(/\be\d{1,3}\b/gu) ?? []),
  ]);
}
