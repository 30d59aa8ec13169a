/**
 * How the steps went, as the conditions that `kstatus` reads (Flux, Argo CD and `kubectl wait` understand them).
 *
 * `Reconciling` is there while we are under way, `Stalled` while only a person can help; an object that is fine or at its end
 * has neither. Their texts come from the step's reason and do not flap.
 */
import { declare, retract, type StatusDraft, type StepResult } from './steps.ts';

export function summarise(draft: StatusDraft, result: StepResult, generation: number | undefined, now: number): void {
  switch (result.kind) {
    case 'stalled':
      retract(draft, 'Reconciling');
      declare(draft, 'Stalled', { status: 'True', reason: result.reason, message: result.message }, generation, now);
      return;
    case 'wait':
      retract(draft, 'Stalled');
      declare(draft, 'Reconciling', { status: 'True', reason: result.reason, message: '' }, generation, now);
      return;
    case 'continue':
    case 'end':
      retract(draft, 'Stalled');
      retract(draft, 'Reconciling');
      return;
    default:
      result satisfies never;
  }
}

/** A step threw: under way still, with the error for people. The message of the last attempt stays until one succeeds. */
export function summariseFailure(draft: StatusDraft, message: string, generation: number | undefined, now: number): void {
  declare(draft, 'Reconciling', { status: 'True', reason: 'Retrying', message }, generation, now);
}
