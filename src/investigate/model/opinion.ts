/** What is asked of a model about an investigation, and what it comes to. Plain data: the evidence is what was gathered, nothing is looked up. */
import type { ObjectRef } from '../../crds/common.ts';
import type { Gap } from '../../crds/investigation.ts';
import type { Usage } from '../../llm/budget.ts';
import type { Category } from './submission.ts';

export interface CitableEvidence {
  /** As people cite it: e3. */
  readonly id: string;
  readonly query: string;
  readonly summary: string;
  readonly content: string;
}

export interface KnownFinding {
  readonly id: string;
  readonly reason: string;
  readonly object: ObjectRef;
  readonly message: string;
  readonly evidence: readonly string[];
}

/** What analysis came to, as far as a model gets to see it. */
export interface Analysed {
  readonly findings: readonly KnownFinding[];
  /** The likeliest first. */
  readonly ranked: readonly { readonly statement: string; readonly confidence: number }[];
  readonly evidence: readonly CitableEvidence[];
  /** Changes in the window, in words. */
  readonly changes?: readonly string[] | undefined;
  readonly gaps?: readonly Gap[] | undefined;
  /** What a person, or an alert, asks. */
  readonly question?: string | undefined;
}

/** An action that a rule has chosen: the model may order these, and nothing else. */
export interface CandidateAction {
  readonly id: string;
  readonly type: string;
}

export interface ModelHypothesis {
  readonly source: 'model';
  readonly statement: string;
  readonly category: Category;
  /** An object that was seen, or nothing. */
  readonly object?: string | undefined;
  /** In percent, below what names a cause. */
  readonly confidence: number;
  /** Ids of evidence and findings; each was checked. */
  readonly citations: readonly string[];
}

export interface ActionOrder {
  /** All the candidates, best first. */
  readonly order: readonly string[];
  readonly reasons: Readonly<Record<string, string>>;
}

export interface ModelOpinion {
  readonly hypotheses: readonly ModelHypothesis[];
  /** Hypotheses and citations that said what is not there. */
  readonly dropped: number;
  /** Hypotheses with a number, a name or an object that what they cite does not have. */
  readonly lowered: number;
  /** What was dropped or lowered and why, for the log; in words of ours. */
  readonly objections: readonly string[];
  readonly actions?: ActionOrder | undefined;
  /** What the budget has spent, earlier calls included. */
  readonly usage: Usage;
  /** The model's failure is one of these. */
  readonly gaps: readonly Gap[];
  /** Who was asked. */
  readonly model?: string | undefined;
}
