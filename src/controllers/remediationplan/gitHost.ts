/**
 * What to do while a repository can't be reached: say so where people look, name whom it waits for, and try again.
 *
 * A host that is away passes by itself; credentials that are refused, and a repository that is not there, are mended by a person. The
 * plan waits for both until it expires.
 */
import { type GitError, type GitFailure, gitErrorIn } from '../../gitops/errors.ts';
import { byHand } from '../../remediate/byHand.ts';
import { bounded, isTrue, type Step, type StepResult, wait } from '../steps.ts';
import { declareOn, hasActed, type PlanScope } from './scope.ts';

const TRY_AGAIN_MS = 10_000;
const FOR_PEOPLE: ReadonlySet<GitFailure> = new Set(['Unauthorized', 'NotFound', 'Refused', 'TooLarge']);

/** The step; should Git fail in it, `condition` becomes False with the reason, and the plan waits. Other errors are the queue's. */
export const withGitHost =
  (condition: string, step: Step<PlanScope>): Step<PlanScope> =>
  async (scope) => {
    try {
      return await step(scope);
    } catch (error) {
      const failure = gitErrorIn(error);
      if (failure === undefined) throw error;
      return waitForGit(scope, condition, failure);
    }
  };

/** What a person who can't wait may do. */
function meanwhile({ plan, status }: PlanScope): string {
  const [action] = plan.spec.actions;
  const hands = action === undefined || hasActed(status) ? undefined : byHand({ action, target: action.target });
  return hands === undefined ? '' : `; by hand, meanwhile: ${hands.commands.join('; ')}, and the same into Git afterwards`;
}

function waitForGit(scope: PlanScope, condition: string, { kind, message: said, retryAfterMs }: GitError): StepResult {
  const message = `${scope.redact(said)}${meanwhile(scope)}`;
  const reason = `Git${kind}`;
  scope.logger.warn({ reason, why: message }, 'the repository could not be used; it is tried again');
  // What was reached already does not go back because a host is away.
  if (!isTrue(scope.status, condition)) declareOn(scope, condition, { status: 'False', reason, message });
  scope.status.waitingOn = { who: FOR_PEOPLE.has(kind) ? 'Person' : 'GitHost', detail: bounded(message, 512) };
  return wait(reason, retryAfterMs ?? TRY_AGAIN_MS);
}
