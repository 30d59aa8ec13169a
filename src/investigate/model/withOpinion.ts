/**
 * Puts a model's opinion beside a result: hypotheses behind those of the rules and marked as a model's, gaps, and what was spent.
 *
 * Findings, the root cause, the outcome and the report's cause are not touched, whatever a model says.
 */
import { mergeGaps } from '../../sources/gap.ts';
import { bounded } from '../bound.ts';
import type { InvestigationResult } from '../result.ts';
import type { ModelOpinion } from './opinion.ts';

const MOST_HYPOTHESES = 10;

export function withOpinion(result: InvestigationResult, { hypotheses, gaps, usage }: ModelOpinion): InvestigationResult {
  const added = hypotheses.map(({ statement, category, confidence, citations }, index) => ({
    id: `m${index + 1}`,
    statement: `A model suggests, unverified: ${statement}`,
    category: `${category} (model)`,
    confidence,
    supports: [...citations],
  }));
  const merged = mergeGaps([...result.gaps, ...gaps]);
  return bounded({
    ...result,
    hypotheses: [...result.hypotheses.slice(0, MOST_HYPOTHESES - added.length), ...added],
    gaps: merged,
    usage: { tokens: usage.tokens, moneyMicros: usage.moneyMicros, toolCalls: result.usage.toolCalls + usage.toolCalls },
    report: gaps.length === 0 ? result.report : { ...result.report, notSeen: merged.map(({ source, message }) => `${source}: ${message}`) },
  });
}
