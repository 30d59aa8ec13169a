/**
 * Asks a model what it thinks of an investigation that analysis has finished with. The one way in; it never throws and never holds up.
 *
 * Two phases with one deadline of their own: hypotheses, each checked against the evidence; then, where rules have chosen several actions, their order.
 * What comes back is an opinion: it names no cause, holds nothing that was not checked, and its failure is a gap.
 */
import { randomBytes as systemRandomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Gap } from '../../crds/investigation.ts';
import { createAbstraction, nonceFrom } from '../../llm/abstract.ts';
import type { Budget } from '../../llm/budget.ts';
import { ModelError, type ModelFailure } from '../../llm/error.ts';
import type { Models } from '../../llm/models.ts';
import type { GapReason } from '../../sources/gap.ts';
import type { Redact } from '../../sources/text.ts';
import { checkCitations } from './checkCitations.ts';
import { diagnose } from './diagnose.ts';
import type { ActionOrder, Analysed, CandidateAction, ModelHypothesis, ModelOpinion } from './opinion.ts';
import { rankActions } from './rankActions.ts';
import { evidenceTools, type ReadTool } from './readTools.ts';
import { createSpeech } from './speech.ts';
import type { Submission } from './submission.ts';

export interface AskModelDeps {
  readonly models: Pick<Models, 'for'>;
  readonly clock: Pick<Clock, 'setTimeout'>;
  readonly redact: Redact;
  readonly randomBytes?: ((size: number) => Uint8Array) | undefined;
  /** For both phases together. */
  readonly deadlineMs: number;
}

export interface AskModelRequest extends Analysed {
  readonly budget: Budget;
  readonly signal: AbortSignal;
  /** Beside those over the evidence. */
  readonly tools?: readonly ReadTool[] | undefined;
  /** The cause that rules have named; it stands whatever a model says. */
  readonly rootCause?: { readonly reason: string; readonly object: { readonly kind: string } } | undefined;
  /** Chosen by rules; two or more are ordered. */
  readonly candidates?: readonly CandidateAction[] | undefined;
  /** In place of the configured model. */
  readonly model?: string | undefined;
  /** Within which an answer may be given again without asking. */
  readonly scope?: string | undefined;
  /** Of a specialist. */
  readonly guidance?: string | undefined;
}

export async function askModel(deps: AskModelDeps, request: AskModelRequest): Promise<ModelOpinion> {
  const deadline = new AbortController();
  const cancel = deps.clock.setTimeout(
    () => deadline.abort(new ModelError('TimedOut', `no opinion within ${deps.deadlineMs} ms`)),
    deps.deadlineMs,
  );
  const signal = AbortSignal.any([deadline.signal, request.signal]);
  const gaps: Gap[] = [];
  const attempt = async <T>(tried: string, phase: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    try {
      return await orAborted(signal, () => phase(signal));
    } catch (error) {
      const cause = request.signal.aborted ? new ModelError('Aborted', 'the investigation was given up', { cause: error }) : error;
      gaps.push(gapOf(tried, deadline.signal.aborted ? deadline.signal.reason : cause));
      return undefined;
    }
  };
  try {
    const said = await attempt('ask a model for hypotheses', (limit) => hypothesesOf(deps, request, limit));
    const actions = isWorthOrdering(request)
      ? await attempt('ask a model to order actions', (limit) => orderOf(deps, request, limit))
      : undefined;
    return { ...(said ?? NOTHING), actions, usage: request.budget.usage(), gaps };
  } finally {
    cancel();
  }
}

type Said = Pick<ModelOpinion, 'hypotheses' | 'dropped' | 'lowered' | 'objections' | 'model'>;
const NOTHING: Said = { hypotheses: [], dropped: 0, lowered: 0, objections: [] };

async function hypothesesOf(deps: AskModelDeps, request: AskModelRequest, signal: AbortSignal): Promise<Said> {
  const { models, redact, randomBytes = systemRandomBytes } = deps;
  const { budget, tools = [], guidance } = request;
  const asked = models.for('diagnosis', budget, request.model, request.scope);
  const abstraction = createAbstraction({ redact, nonce: nonceFrom(randomBytes(8)) });
  const submitted = await diagnose({
    asked,
    analysed: request,
    tools: [...evidenceTools(request), ...tools],
    abstraction,
    budget,
    signal,
    guidance,
  });
  const { kept, ...counts } = checkCitations(restored(submitted, abstraction.restore).hypotheses, request);
  const speak = createSpeech(redact);
  const hypotheses = kept.map(
    ({ hypothesis, confidence, object, citations }): ModelHypothesis => ({
      source: 'model',
      statement: speak(hypothesis.statement),
      category: hypothesis.category,
      object,
      confidence,
      citations,
    }),
  );
  return { hypotheses, ...counts, model: asked.model.name };
}

/** What the model saw as `<ip-1>` is checked, and told, as what it is. */
const restored = ({ hypotheses }: Submission, restore: (text: string) => string): Submission => ({
  hypotheses: hypotheses.map((one) => ({
    ...one,
    statement: restore(one.statement),
    citations: one.citations.map(({ evidenceId, quote }) => ({ evidenceId, quote: restore(quote) })),
  })),
});

const isWorthOrdering = ({ rootCause, candidates = [] }: AskModelRequest): boolean => rootCause !== undefined && candidates.length > 1;

async function orderOf({ models, redact }: AskModelDeps, request: AskModelRequest, signal: AbortSignal): Promise<ActionOrder | undefined> {
  const { rootCause, candidates = [], budget, model } = request;
  if (rootCause === undefined) return undefined;
  const { order, reasons } = await rankActions({
    asked: models.for('actions', budget, model, request.scope),
    rootCause,
    candidates,
    signal,
  });
  const speak = createSpeech(redact);
  return { order, reasons: Object.fromEntries(Object.entries(reasons).map(([id, reason]) => [id, speak(reason, 200)])) };
}

/** Even work that does not look at its signal is not waited for. */
function orAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

const GAP_REASONS: Readonly<Record<ModelFailure, GapReason>> = {
  Unavailable: 'Unavailable',
  RateLimited: 'Unavailable',
  TimedOut: 'TimedOut',
  Aborted: 'TimedOut',
  Forbidden: 'Forbidden',
  NotFound: 'NotFound',
  ContextExceeded: 'TooLarge',
  TooLarge: 'TooLarge',
  BudgetExceeded: 'TooLarge',
  BudgetUnknown: 'Unavailable',
  NoTools: 'Malformed',
  Malformed: 'Malformed',
};

function gapOf(tried: string, error: unknown): Gap {
  const known = error instanceof ModelError ? error : undefined;
  const detail = known?.message.slice(0, 300) ?? 'it failed in a way that nothing expected';
  return {
    source: 'model',
    reason: known === undefined ? 'Unavailable' : GAP_REASONS[known.reason],
    message: `${tried}: ${detail}; what rules found stands`,
  };
}
