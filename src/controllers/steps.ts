/**
 * A reconciler as an ordered list of steps over one scope.
 *
 * Each step learns something, or has one effect, and says how to go on; the order of the list is the contract. A step that
 * throws is tried again with backoff: what it changed in the draft of the status by then is kept, so that a person sees how far
 * it came. The status is written once, after the steps, and only if it changed.
 */
import type { Condition } from '../kube/object.ts';
import { setCondition } from '../kube/object.ts';

export type StepResult =
  | { readonly kind: 'continue' }
  /** Nothing to do until something changes, or until `afterMs` have passed. */
  | { readonly kind: 'wait'; readonly reason: string; readonly afterMs?: number | undefined }
  /** Only a person can help: trying again changes nothing. */
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string }
  /** The object has reached its end. */
  | { readonly kind: 'end' };

export const next: StepResult = { kind: 'continue' };
export const end: StepResult = { kind: 'end' };
export const wait = (reason: string, afterMs?: number): StepResult => ({ kind: 'wait', reason, afterMs });
export const stalled = (reason: string, message: string): StepResult => ({ kind: 'stalled', reason, message });

export type Step<Scope> = (scope: Scope) => Promise<StepResult> | StepResult;
export type NamedStep<Scope> = readonly [name: string, step: Step<Scope>];

export interface StepsOutcome {
  readonly result: StepResult;
  /** The step that ended the run, or the last one. */
  readonly step: string;
}

/** Runs the steps until one does not continue. Errors carry the name of their step. */
export async function runSteps<Scope>(steps: readonly NamedStep<Scope>[], scope: Scope): Promise<StepsOutcome> {
  let last = '';
  for (const [name, step] of steps) {
    last = name;
    const result = await runStep(name, step, scope);
    if (result.kind !== 'continue') return { result, step: name };
  }
  return { result: next, step: last };
}

async function runStep<Scope>(name: string, step: Step<Scope>, scope: Scope): Promise<StepResult> {
  try {
    return await step(scope);
  } catch (error) {
    throw new Error(`step ${name}`, { cause: error });
  }
}

/** The status that will be written: what was stored, changed by the steps. */
export interface StatusDraft {
  conditions?: Condition[] | undefined;
  observedGeneration?: number | undefined;
}

export interface ConditionWords {
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

/** Sets one condition in a draft, bounded as the schema wants it. @param now milliseconds since the epoch */
export function declare(draft: StatusDraft, type: string, words: ConditionWords, generation: number | undefined, now: number): void {
  const wanted = { type, ...words, message: bounded(words.message, 4096) };
  draft.conditions = [...setCondition(draft.conditions, { ...wanted, observedGeneration: generation }, now)];
}

/** Takes a condition out of a draft: it is about something that is not the case any more. */
export function retract(draft: StatusDraft, type: string): void {
  if (conditionOf(draft, type) !== undefined) draft.conditions = draft.conditions?.filter((condition) => condition.type !== type);
}

export function conditionOf(
  draft: { readonly conditions?: readonly Condition[] | undefined } | undefined,
  type: string,
): Condition | undefined {
  return draft?.conditions?.find((condition) => condition.type === type);
}

export function isTrue(draft: { readonly conditions?: readonly Condition[] | undefined } | undefined, type: string): boolean {
  return conditionOf(draft, type)?.status === 'True';
}

/** Cuts at a code point, and says that it did. */
export function bounded(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  return `${/[\uD800-\uDBFF]$/u.test(cut) ? cut.slice(0, -1) : cut}…`;
}
