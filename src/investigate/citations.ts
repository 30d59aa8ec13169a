/**
 * Numbers what was found: evidence e1, e2…, findings f1…, changes c1…, so that every claim can cite.
 *
 * What is cited first gets the lowest number; evidence that nobody cites comes last, and is the first to be left out.
 */
import type { ObservedChange } from '../sources/changes.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { EvidenceRecord } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { Ranked } from './rank.ts';

export interface Numbered {
  readonly evidence: readonly (EvidenceRecord & { readonly id: string })[];
  readonly evidenceIds: (keys: readonly string[]) => string[];
  readonly findingId: (finding: Finding) => string;
  /** In the order in which they are reported: the likeliest first. */
  readonly changes: readonly ObservedChange[];
  readonly changeId: (change: ObservedChange) => string | undefined;
}

const MOST_EVIDENCE = 20;
const MOST_CHANGES = 10;
const MOST_CITED = 20;

export function number(
  records: ReadonlyMap<string, EvidenceRecord>,
  { workloads }: Pick<Snapshot, 'workloads'>,
  ranked: readonly Ranked[],
  observed: readonly ObservedChange[],
): Numbered {
  const changes = likeliestFirst(ranked, observed);
  const cited = ranked.flatMap(({ finding, links }) => [...finding.evidence, ...links.slice(0, 2).map(({ change }) => change.evidence)]);
  const keys = [
    ...new Set([
      ...cited,
      ...workloads.map(({ evidence }) => evidence),
      ...changes.map(({ evidence }) => evidence),
      ...worthTelling(records),
    ]),
  ];
  const kept = keys.flatMap((key) => records.get(key) ?? []).slice(0, MOST_EVIDENCE);
  const ids = new Map(kept.map(({ key }, index) => [key, `e${index + 1}`]));
  const findings = new Map(ranked.map(({ finding }, index) => [finding, `f${index + 1}`]));
  const changeIds = new Map(changes.map(({ key }, index) => [key, `c${index + 1}`]));
  return {
    evidence: kept.map((record, index) => ({ ...record, id: `e${index + 1}` })),
    evidenceIds: (wanted) => [...new Set(wanted.flatMap((key) => ids.get(key) ?? []))].slice(0, MOST_CITED),
    findingId: (finding) => findings.get(finding) ?? '',
    changes,
    changeId: ({ key }) => changeIds.get(key),
  };
}

const worthTelling = (records: ReadonlyMap<string, EvidenceRecord>): string[] =>
  [...records.values()].filter(({ onlyIfCited }) => onlyIfCited !== true).map(({ key }) => key);

function likeliestFirst(ranked: readonly Ranked[], observed: readonly ObservedChange[]): ObservedChange[] {
  const linked = ranked.filter(({ explainedBy }) => explainedBy === undefined).flatMap(({ links }) => links.map(({ change }) => change));
  return [...new Map([...linked, ...observed].map((change) => [change.key, change])).values()].slice(0, MOST_CHANGES);
}

/** ` [e1, c1]`, or nothing. */
export const cite = (ids: readonly (string | undefined)[]): string => {
  const known = ids.filter((id) => id !== undefined && id !== '');
  return known.length === 0 ? '' : ` [${known.join(', ')}]`;
};
