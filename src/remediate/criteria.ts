/**
 * Whether a fix has helped: the plan's success and abort criteria, judged from the live world.
 *
 * The clock starts with the sync. Until its time is over a criterion that does not hold is pending; what can't be seen by then is inconclusive, which is
 * neither good nor bad. Pods that came with the fix answer for every crash of theirs; older ones only for runs that began after the sync.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { Finding } from '../crds/investigation.ts';
import type { RemediationPlan } from '../crds/kinds.ts';
import type { Check, Criterion } from '../crds/remediationPlan.ts';
import type { CallOptions } from '../kube/client.ts';
import { metaTime } from '../kube/object.ts';
import { SourceError } from '../sources/gap.ts';
import { inWords } from './actionTarget.ts';
import { judgeBurnRate, judgeQuery, judgeSignal } from './figures.ts';
import { judgeEndpoints, judgeRestarts, judgeRollout, type Look, lookingAt, pushedAt, targetFor } from './observe.ts';
import { type Abort, firstAbort, type WatchDeps } from './watch.ts';

export type AlertState = 'firing' | 'inactive' | 'unknown';

/** What an Investigation says of the world after the fix. */
export interface Verified {
  /** It has seen enough of the targets to judge by. */
  readonly complete: boolean;
  readonly findings: readonly Finding[];
  /** Whether it has read what the pods of now log. */
  readonly logsRead?: boolean | undefined;
  /** What is wrong around the targets; undefined: it could not see all of that. */
  readonly neighbours?: readonly Neighbour[] | undefined;
}

export type Neighbour = Pick<Finding, 'reason' | 'object'>;

export interface EvaluateInput {
  readonly plan: RemediationPlan;
  /** Milliseconds since the epoch. */
  readonly syncedAt: number;
  readonly alertState: () => Promise<AlertState>;
  /** What the verification Investigation has found, once there is one. */
  readonly verification?: Verified | undefined;
  /** What was wrong around the targets before the fix; undefined: nobody knows. */
  readonly before?: readonly Neighbour[] | undefined;
  /** Whether what was done directly is there; of a plan that is written into Git, there is nothing to ask. */
  readonly inPlace?: (() => Promise<boolean>) | undefined;
  /** The findings that the plan is meant to cure. */
  readonly causes?: readonly Finding[] | undefined;
}

export interface Evaluation {
  readonly checks: readonly Check[];
  /** Names of those that do not hold now, whatever time they have left. */
  readonly bad: readonly string[];
  readonly outcome: 'Passed' | 'Pending' | 'Failed' | 'Inconclusive';
  readonly abort?: Abort;
}

/** Passed or not now, whatever the time; `undefined`: it can't be told. */
export interface Judgement {
  readonly holds: boolean | undefined;
  readonly message: string;
}

export async function evaluate(deps: WatchDeps, input: EvaluateInput, options: CallOptions = {}): Promise<Evaluation> {
  const now = deps.clock.now();
  const { plan, syncedAt } = input;
  const look = lookingAt(deps.client, plan, { syncedAt, pushedAt: pushedAt(plan), now }, options);
  const checks: Check[] = [];
  const bad: string[] = [];
  for (const criterion of plan.spec.successCriteria) {
    const judgement = await judgeOrSay({ deps, look, options, now }, criterion, input);
    const check = toCheck(criterion, judgement, { now, syncedAt });
    checks.push(check);
    if (judgement.holds === false) bad.push(check.name);
  }
  const abort = await firstAbort(deps, plan, look, options);
  return { checks, bad, outcome: outcomeOf(checks), ...(abort === undefined ? {} : { abort }) };
}

interface Looking {
  readonly deps: WatchDeps;
  readonly look: Look;
  readonly options: CallOptions;
  readonly now: number;
}

/** A source that fails has said nothing: neither that it holds nor that it does not. */
async function judgeOrSay(looking: Looking, criterion: Criterion, input: EvaluateInput): Promise<Judgement> {
  try {
    return await judge(looking, criterion, input);
  } catch (error) {
    looking.options.signal?.throwIfAborted();
    if (!(error instanceof SourceError)) throw error;
    return { holds: undefined, message: error.message };
  }
}

async function judge(looking: Looking, criterion: Criterion, input: EvaluateInput): Promise<Judgement> {
  const { deps, look, options } = looking;
  switch (criterion.type) {
    case 'RolloutComplete':
      return judgeRollout(await look(criterion.target));
    case 'NoContainerRestarts':
      return judgeRestarts(await look(criterion.target), input.plan.spec.soakSeconds);
    case 'EndpointsReady':
      return judgeEndpoints(deps.client, targetFor(input.plan, criterion.target), options);
    case 'EffectInPlace':
      return judgeEffect(input);
    case 'AlertResolved':
      return judgeAlert(await input.alertState());
    case 'FindingsCleared':
      return judgeFindings(input);
    case 'LogTemplateGone':
      return judgeEcho(input);
    case 'NeighboursUnharmed':
      return judgeNeighbours(input);
    case 'SignalWithin':
    case 'BurnRateWithin':
    case 'QueryWithin':
      return judgeFigures(looking, criterion, input);
    default:
      return criterion.type satisfies never;
  }
}

async function judgeFigures({ deps, options, now }: Looking, criterion: Criterion, { plan, syncedAt }: EvaluateInput): Promise<Judgement> {
  const { signal, burnRate, query, target } = criterion;
  const asking = { ...deps, target: targetFor(plan, target), syncedAt, now, signal: options.signal };
  if (signal !== undefined) return judgeSignal(signal, asking);
  if (burnRate !== undefined) return judgeBurnRate(burnRate, asking);
  return query === undefined ? { holds: undefined, message: 'it does not say what is measured' } : judgeQuery(query, asking);
}

async function judgeEffect({ inPlace }: EvaluateInput): Promise<Judgement> {
  if (inPlace === undefined) return { holds: undefined, message: 'nothing was done directly that could be looked for' };
  return (await inPlace()) ? { holds: true, message: 'what was done is there' } : { holds: false, message: 'what was done is not there' };
}

function judgeAlert(state: AlertState): Judgement {
  switch (state) {
    case 'inactive':
      return { holds: true, message: 'the alert does not fire any more' };
    case 'firing':
      return { holds: false, message: 'the alert still fires' };
    case 'unknown':
      return { holds: undefined, message: 'whether the alert fires can’t be told: its source does not answer' };
    default:
      return state satisfies never;
  }
}

/** The causes are gone, and nothing else is wrong with the same objects. */
function judgeFindings({ verification, causes = [], plan }: EvaluateInput): Judgement {
  if (verification === undefined || !verification.complete) return { holds: undefined, message: NOT_LOOKED };
  const objects = [...plan.spec.actions.map(({ target }) => target), ...causes.map(({ object }) => object)];
  const left = verification.findings.filter(({ reason, object }) => {
    return (
      causes.some((cause) => cause.reason === reason && samePlace(cause.object, object)) ||
      objects.some((target) => sameObject(target, object))
    );
  });
  const [first] = left;
  if (first === undefined) return { holds: true, message: 'nothing is wrong with it any more' };
  return { holds: false, message: `${first.reason}: ${first.message}${left.length > 1 ? ` (and ${left.length - 1} more)` : ''}` };
}

const NOT_LOOKED = 'the verification has not seen enough yet';

/** What was logged when it failed is not logged by the pods of now. */
function judgeEcho({ verification, plan }: EvaluateInput): Judgement {
  if (verification === undefined || !verification.complete) return { holds: undefined, message: NOT_LOOKED };
  const targets = plan.spec.actions.map(({ target }) => target);
  const left = verification.findings.find(
    ({ reason, object }) => reason === 'ErrorStillLogged' && targets.some((one) => sameObject(one, object)),
  );
  if (left !== undefined) return { holds: false, message: left.message };
  return verification.logsRead === true
    ? { holds: true, message: 'the error that was logged before is not logged any more' }
    : { holds: undefined, message: 'the logs of its pods could not be read' };
}

/** Nothing around it has become worse than it was before the fix. */
function judgeNeighbours({ verification, before }: EvaluateInput): Judgement {
  if (before === undefined) return { holds: undefined, message: 'how its neighbours were before the fix is not known' };
  if (verification?.neighbours === undefined) return { holds: undefined, message: NOT_LOOKED };
  const key = ({ reason, object }: Neighbour): string => [reason, object.kind, object.namespace ?? '', object.name].join('/');
  const known = new Set(before.map(key));
  const fresh = verification.neighbours.filter((one) => !known.has(key(one)));
  const [first] = fresh;
  if (first === undefined) return { holds: true, message: 'nothing around it is worse than it was before the fix' };
  const { kind, namespace = '', name } = first.object;
  return {
    holds: false,
    message: `since the fix ${first.reason} of ${inWords({ kind, namespace, name })}${fresh.length > 1 ? ` (and ${fresh.length - 1} more)` : ''}`,
  };
}

function samePlace(a: ObjectRef, b: ObjectRef): boolean {
  return (
    (a.namespace ?? '') === (b.namespace ?? '') && (a.container === undefined || b.container === undefined || a.container === b.container)
  );
}

function sameObject(a: ObjectRef, b: ObjectRef): boolean {
  return a.kind === b.kind && a.name === b.name && (a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace);
}

function toCheck(criterion: Criterion, { holds, message }: Judgement, at: { now: number; syncedAt: number }): Check {
  const { withinSeconds } = criterion;
  const overdue = at.now - at.syncedAt > withinSeconds * 1000;
  const result = holds === true ? 'Passed' : !overdue ? 'Pending' : holds === undefined ? 'Inconclusive' : 'Failed';
  const said = result === 'Failed' ? `${message} (${withinSeconds} s after the sync)` : message;
  return { name: nameOf(criterion).slice(0, 128), result, message: said.slice(0, 512), at: metaTime(at.now) };
}

/** As in "SignalWithin errorShare Deployment/cart". */
function nameOf({ type, target, signal, query }: Criterion): string {
  const what = signal?.name ?? query?.name;
  return [type, what, target === undefined ? undefined : `${target.kind}/${target.name}`].filter((part) => part !== undefined).join(' ');
}

function outcomeOf(checks: readonly Check[]): Evaluation['outcome'] {
  // What can't be seen is the last word only when all that can be seen is good.
  return (['Failed', 'Pending', 'Inconclusive'] as const).find((result) => checks.some((check) => check.result === result)) ?? 'Passed';
}
