/** The analysis alone, as a program reads it: from a snapshot to ranked causes, with what was found and what could not be seen. Pure. */
import type { ObjectRef } from '../crds/common.ts';
import type { Gap } from '../crds/investigation.ts';
import type { FindingReason } from '../crds/reasons.ts';
import type { ObservedChange } from '../sources/changes.ts';
import { mergeGaps } from '../sources/gap.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import { ADVICE } from './advice.ts';
import { type AnalyserError, analyse } from './analyse.ts';
import { withConfiguredCalls } from './calls.ts';
import { type Link, linksOf } from './correlate.ts';
import type { Finding } from './finding.ts';
import { NAMED_FROM, type Ranked, rank } from './rank.ts';
import { statementOf } from './statement.ts';

export interface Cause {
  /** `Kind/namespace/name`, with `#container` where one is meant. */
  readonly object: string;
  readonly reason: FindingReason;
  /** Tells causes of one reason apart, as the resource of a quota does. */
  readonly detail?: string | undefined;
  readonly category: string;
  /** From 0 to 1. */
  readonly confidence: number;
  readonly statement: string;
}

export interface Diagnosis {
  /** Absent: nothing is wrong, or it is not known what. */
  readonly rootCause?: Cause | undefined;
  /** The likeliest first; at most five. */
  readonly candidates: readonly Cause[];
  readonly findings: readonly (Cause & { readonly analyzer: string; readonly evidence: readonly string[] })[];
  readonly gaps: readonly Gap[];
}

const MOST_CANDIDATES = 5;

export interface Ranking {
  readonly ranked: readonly Ranked[];
  readonly errors: readonly AnalyserError[];
}

export interface RankCausesRequest {
  readonly snapshot: Snapshot;
  /** Newest first. */
  readonly changes?: readonly ObservedChange[] | undefined;
  /** What the question is about. */
  readonly named?: readonly ObjectRef[] | undefined;
  /** What was seen of the targets alone. */
  readonly targets?: Snapshot | undefined;
  readonly extraPoints?: ((finding: Finding) => number) | undefined;
}

export function rankCauses({ snapshot, changes = [], named = [], targets, extraPoints }: RankCausesRequest): Ranking {
  const { findings, errors } = analyse(withConfiguredCalls(snapshot));
  const links = new Map(findings.map((finding) => [finding, linksOf(finding, changes, snapshot)]));
  const linked = (finding: Finding): readonly Link[] => links.get(finding) ?? [];
  return { ranked: rank({ snapshot, findings, linksOf: linked, named, targets, extraPoints }), errors };
}

export function diagnose(snapshot: Snapshot, changes: readonly ObservedChange[] = [], named: readonly ObjectRef[] = []): Diagnosis {
  const { ranked } = rankCauses({ snapshot, changes, named });
  const rootCause = causeOf(ranked);
  return {
    rootCause: rootCause && asCause(rootCause),
    candidates: ranked.slice(0, MOST_CANDIDATES).map(asCause),
    findings: ranked.map((one) => ({ ...asCause(one), analyzer: one.finding.analyzer, evidence: one.finding.evidence })),
    gaps: mergeGaps(snapshot.gaps),
  };
}

/** What is said to be the cause: the likeliest that nothing deeper explains, if it is likely enough. */
export const causeOf = (ranked: readonly Ranked[]): Ranked | undefined =>
  ranked.find(({ confidence, explainedBy }) => explainedBy === undefined && confidence >= NAMED_FROM);

function asCause(one: Ranked): Cause {
  const { object, reason, detail } = one.finding;
  return {
    object: object.container === undefined ? objectName(object) : `${objectName(object)}#${object.container}`,
    reason,
    detail,
    category: ADVICE[reason].category,
    confidence: one.confidence / 100,
    statement: statementOf(one),
  };
}
