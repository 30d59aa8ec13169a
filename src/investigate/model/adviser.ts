/**
 * Takes a conclusion to a model and brings it back with what the model added: the one function that an investigator calls, after ranking.
 *
 * A verification and an investigation that found nothing wrong are not taken to a model: there is nothing to explain, and it would find something.
 * Nor is one that may spend no tokens. Each has those that it asks for, over all its runs; the hour and the day belong to all.
 */
import type { Clock } from '../../clock.ts';
import type { Investigation } from '../../crds/kinds.ts';
import type { Logger } from '../../kube/logger.ts';
import type { Ledger } from '../../llm/budget.ts';
import type { Models } from '../../llm/models.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Redact } from '../../sources/text.ts';
import type { Conclusion } from '../conclude.ts';
import type { InvestigationResult } from '../result.ts';
import { askModel } from './askModel.ts';
import type { Analysed, CandidateAction } from './opinion.ts';
import type { ReadTool } from './readTools.ts';
import { withOpinion } from './withOpinion.ts';

export interface ModelAdviserDeps {
  readonly models: Models;
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'setTimeout'>;
  readonly logger: Logger;
  readonly redact: Redact;
  /** The longest that an investigation waits for models. */
  readonly deadlineMs: number;
}

export interface ConsultRequest {
  readonly investigation: Investigation;
  readonly signal: AbortSignal;
  /** Of the investigation's own time, what may be spent here. */
  readonly leftMs: number;
  readonly tools?: readonly ReadTool[] | undefined;
  readonly guidance?: string | undefined;
}

export interface ModelAdviser {
  /** The conclusion with hypotheses, gaps and usage added, and the cures of its cause in order. It never throws, and comes back within the time. */
  consult(conclusion: Conclusion, request: ConsultRequest): Promise<Conclusion>;
}

const DEFAULT_TOKENS = 50_000;

export function createModelAdviser({ models, ledger, clock, logger, redact, deadlineMs }: ModelAdviserDeps): ModelAdviser {
  return {
    async consult(conclusion, { investigation, signal, leftMs, tools, guidance }) {
      const { spec, metadata } = investigation;
      const { result } = conclusion;
      const tokens = spec.budget?.tokens ?? DEFAULT_TOKENS;
      if (spec.purpose === 'Verification' || result.outcome === 'NothingWrong' || tokens === 0) return conclusion;
      const candidates = candidatesOf(result);
      const budget = ledger.open(metadata.uid, { tokens });
      const opinion = await askModel(
        { models, clock, redact, deadlineMs: Math.max(0, Math.min(deadlineMs, leftMs)) },
        {
          ...analysedOf(conclusion, spec.question),
          budget,
          signal,
          tools,
          guidance,
          model: spec.model,
          scope: metadata.uid,
          rootCause: result.rootCause,
          candidates,
        },
      );
      await budget.close();
      const usage = budget.usage();
      const { dropped, lowered, objections, gaps } = opinion;
      logger.info(
        { investigation: metadata.name, hypotheses: opinion.hypotheses.length, dropped, lowered, objections, usage, gaps },
        'asked a model',
      );
      const order = opinion.actions?.order.flatMap((id) => candidates.find((candidate) => candidate.id === id)?.type ?? []);
      return { ...conclusion, result: withOpinion(result, { ...opinion, usage }, order ?? []) };
    },
  };
}

function analysedOf({ result, records }: Pick<Conclusion, 'result' | 'records'>, question: string | undefined): Analysed {
  return {
    question,
    findings: result.findings,
    ranked: result.hypotheses,
    evidence: result.evidence.map(({ id, query, summary }) => ({ id, query, summary, content: records.get(id)?.content ?? '' })),
    changes: result.changes.map(({ id, kind, at, object, summary, fields = [] }) => {
      const touched = fields.map(({ path, before, after }) => `${path} from ${before ?? 'nothing'} to ${after ?? 'nothing'}`);
      return `${id}: ${kind} at ${at}${object === undefined ? '' : ` of ${objectName(object)}`}: ${summary}${touched.length === 0 ? '' : `: ${touched.slice(0, 4).join('; ')}`}`;
    }),
    gaps: result.gaps,
  };
}

/** What the rule behind the cause takes for a cure: the only actions that there are. */
function candidatesOf({ rootCause, findings }: InvestigationResult): readonly CandidateAction[] {
  const cures = findings.find(({ id }) => id === rootCause?.finding)?.cures ?? [];
  return cures.map((type, index) => ({ id: `a${index + 1}`, type }));
}
