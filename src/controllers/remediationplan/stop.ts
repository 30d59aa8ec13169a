/**
 * What a plan says and does while the operator is stopped: it is shown, judged, watched and verified as ever, and has no effect.
 *
 * What waits, waits for whoever starts it again; from then on everything is judged anew, its expiry too.
 */
import { type Stopped, stopText } from '../../domain/stopSwitch.ts';
import { bounded, conditionOf, next, retract, type Step, type StepResult, wait } from '../steps.ts';
import { declareOn, type PlanScope } from './scope.ts';

const CONDITION = 'Stopped';
/** A start wakes the plan; this is for the case that nobody hears of it. */
const LOOK_AGAIN_MS = 30_000;
const READ_AGAIN_MS = 1_000;

/** First of all steps: says whether the operator is stopped. What it can't see changes nothing here; effects ask for themselves. */
export const noteStop: Step<PlanScope> = async (scope) => {
  const seen = await scope.stopSwitch.look(scope.signal);
  if (seen.kind === 'stopped') declareOn(scope, CONDITION, { status: 'True', reason: 'StoppedByPerson', message: stopText(seen) });
  if (seen.kind === 'running') retract(scope.status, CONDITION);
  return next;
};

/** Right before an effect: what holds it up; undefined when it may begin. */
export async function heldByStop(scope: PlanScope): Promise<StepResult | undefined> {
  const seen = await scope.stopSwitch.look(scope.signal);
  switch (seen.kind) {
    case 'running':
      return undefined;
    case 'stopped':
      return hold(scope, seen);
    case 'unknown':
      scope.status.waitingOn = {
        who: 'AgentSRE',
        detail: bounded(`to read the stop switch, without which nothing begins: ${seen.why}`, 512),
      };
      return wait('StopSwitchUnknown', READ_AGAIN_MS);
    default:
      return seen satisfies never;
  }
}

function hold(scope: PlanScope, stopped: Stopped): StepResult {
  declareOn(scope, CONDITION, { status: 'True', reason: 'StoppedByPerson', message: stopText(stopped) });
  return wait('Stopped', LOOK_AGAIN_MS);
}

/** Names whoever has stopped it as the one who is waited for, whatever else is; not where an engine or time goes on by itself. */
export function sayWhoStopped(status: PlanScope['status']): void {
  const condition = conditionOf(status, CONDITION);
  const { who } = status.waitingOn ?? {};
  if (condition === undefined || who === 'Engine' || who === 'Verification' || who === 'Nobody') return;
  status.waitingOn = { who: 'Person', detail: bounded(condition.message, 512) };
}
