/**
 * Puts a model's opinion beside a result: hypotheses behind those of the rules and marked as a model's, gaps, and what was spent.
 *
 * Findings, the root cause, the outcome and the report are not touched, whatever a model says, but for the order in which the cures of the cause are
 * preferred: they are sorted, so none comes and none goes.
 */
import { mergeGaps } from '../../sources/gap.ts';
import { bounded } from '../bound.ts';
import type { InvestigationResult } from '../result.ts';
import type { ModelOpinion } from './opinion.ts';

const MOST_HYPOTHESES = 10;

/** @param order types of actions, best first; empty: as rules have it */
export function withOpinion(
  result: InvestigationResult,
  { hypotheses, gaps, usage }: ModelOpinion,
  order: readonly string[],
): InvestigationResult {
  const added = hypotheses.map(({ statement, category, confidence, citations }, index) => ({
    id: `m${index + 1}`,
    statement: `A model suggests, unverified: ${statement}`,
    category,
    confidence,
    supports: [...citations],
    source: 'model' as const,
  }));
  const merged = mergeGaps([...result.gaps, ...gaps]);
  return bounded({
    ...result,
    findings: result.findings.map((finding) => (finding.id === result.rootCause?.finding ? withOrder(finding, order) : finding)),
    hypotheses: [...result.hypotheses.slice(0, MOST_HYPOTHESES - added.length), ...added],
    gaps: merged,
    usage: { tokens: usage.tokens, moneyMicros: usage.moneyMicros, toolCalls: result.usage.toolCalls + usage.toolCalls },
    report: gaps.length === 0 ? result.report : { ...result.report, notSeen: merged.map(({ source, message }) => `${source}: ${message}`) },
  });
}

type Finding = InvestigationResult['findings'][number];

/** Sorting is stable: what the order does not name keeps its place among its like. */
function withOrder(finding: Finding, order: readonly string[]): Finding {
  return order.length === 0 ? finding : { ...finding, cures: finding.cures?.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)) };
}
