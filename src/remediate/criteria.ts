/**
 * Whether a fix has helped: the plan's success and abort criteria, judged from the live world.
 *
 * The clock starts with the sync. Until its time is over a criterion that does not hold is pending; what can't be seen is inconclusive, and never counts as
 * good. Pods that came with the fix answer for every crash of theirs; older ones only for runs that began after the sync.
 */
import type { Clock } from '../clock.ts';
import type { ObjectRef } from '../crds/common.ts';
import type { Finding } from '../crds/investigation.ts';
import type { RemediationPlan } from '../crds/kinds.ts';
import type { AbortCriterion, Check, Criterion } from '../crds/remediationPlan.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { metaTime } from '../kube/object.ts';
import { judgeAbort, judgeEndpoints, judgeRestarts, judgeRollout, type Observed, observe } from './observe.ts';

export type AlertState = 'firing' | 'inactive' | 'unknown';

export interface EvaluateInput {
  readonly plan: RemediationPlan;
  /** Milliseconds since the epoch. */
  readonly syncedAt: number;
  readonly alertState: () => Promise<AlertState>;
  /** What the verification Investigation has found, once there is one. */
  readonly verification?: { readonly complete: boolean; readonly findings: readonly Finding[] } | undefined;
  /** Whether what was done directly is there; of a plan that is written into Git, there is nothing to ask. */
  readonly inPlace?: (() => Promise<boolean>) | undefined;
  /** The findings that the plan is meant to cure. */
  readonly causes?: readonly Finding[] | undefined;
}

export interface Evaluation {
  readonly checks: readonly Check[];
  readonly outcome: 'Passed' | 'Pending' | 'Failed' | 'Inconclusive';
  readonly abort?: { readonly criterion: AbortCriterion; readonly message: string };
}

/** Passed or not now, whatever the time; `undefined`: it can't be told. */
export interface Judgement {
  readonly holds: boolean | undefined;
  readonly message: string;
}

export interface EvaluateDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
}

export async function evaluate({ client, clock }: EvaluateDeps, input: EvaluateInput, options: CallOptions = {}): Promise<Evaluation> {
  const now = clock.now();
  const { plan, syncedAt } = input;
  const targets = new Map<string, Promise<Observed>>();
  const observed = (target: ObjectRef | undefined): Promise<Observed> => {
    const ref = targetFor(plan, target);
    const key = `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
    const started = targets.get(key) ?? observe(client, ref, { syncedAt, pushedAt: pushedAt(plan), now }, options);
    targets.set(key, started);
    return started;
  };
  const checks: Check[] = [];
  for (const criterion of plan.spec.successCriteria) {
    const judgement = await judge({ client, observed, options }, criterion, input);
    checks.push(toCheck(criterion, judgement, { now, syncedAt }));
  }
  for (const criterion of plan.spec.abortCriteria ?? []) {
    const message = judgeAbort(criterion, await observed(criterion.target));
    if (message !== undefined) return { checks, outcome: outcomeOf(checks), abort: { criterion, message } };
  }
  return { checks, outcome: outcomeOf(checks) };
}

interface Looking {
  readonly client: KubeClient;
  readonly observed: (target: ObjectRef | undefined) => Promise<Observed>;
  readonly options: CallOptions;
}

async function judge({ client, observed, options }: Looking, criterion: Criterion, input: EvaluateInput): Promise<Judgement> {
  switch (criterion.type) {
    case 'RolloutComplete':
      return judgeRollout(await observed(criterion.target));
    case 'NoContainerRestarts':
      return judgeRestarts(await observed(criterion.target), input.plan.spec.soakSeconds);
    case 'EndpointsReady':
      return judgeEndpoints(client, targetFor(input.plan, criterion.target), options);
    case 'EffectInPlace':
      return judgeEffect(input);
    case 'AlertResolved':
      return judgeAlert(await input.alertState());
    case 'FindingsCleared':
      return judgeFindings(input);
    default:
      return criterion.type satisfies never;
  }
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
  if (verification === undefined || !verification.complete) return { holds: false, message: 'the verification has not looked yet' };
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

function samePlace(a: ObjectRef, b: ObjectRef): boolean {
  return (
    (a.namespace ?? '') === (b.namespace ?? '') && (a.container === undefined || b.container === undefined || a.container === b.container)
  );
}

function sameObject(a: ObjectRef, b: ObjectRef): boolean {
  return a.kind === b.kind && a.name === b.name && (a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace);
}

function toCheck({ type, target, withinSeconds }: Criterion, { holds, message }: Judgement, at: { now: number; syncedAt: number }): Check {
  const overdue = at.now - at.syncedAt > withinSeconds * 1000;
  const result = holds === true ? 'Passed' : !overdue ? 'Pending' : holds === undefined ? 'Inconclusive' : 'Failed';
  const said = result === 'Failed' ? `${message} (${withinSeconds} s after the sync)` : message;
  const name = target === undefined ? type : `${type} ${target.kind}/${target.name}`;
  return { name: name.slice(0, 128), result, message: said.slice(0, 512), at: metaTime(at.now) };
}

function outcomeOf(checks: readonly Check[]): Evaluation['outcome'] {
  return (['Failed', 'Inconclusive', 'Pending'] as const).find((result) => checks.some((check) => check.result === result)) ?? 'Passed';
}

/** The criterion's own target, or that of the first action, in the plan's namespace where it names none. */
function targetFor({ spec, metadata }: RemediationPlan, target: ObjectRef | undefined): ObjectRef {
  const [first] = spec.actions;
  const ref = target ?? first?.target ?? { kind: '', name: '' };
  const namespace = ref.namespace ?? first?.target.namespace ?? metadata.namespace;
  return { ...ref, ...(namespace === undefined ? {} : { namespace }), uid: undefined };
}

function pushedAt({ status }: RemediationPlan): number {
  const at = Date.parse(status?.commit?.pushedAt ?? status?.approvedAt ?? '');
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}
