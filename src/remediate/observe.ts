/** What a workload and its pods have been doing since a fix was pushed, and how criteria read that. */
import type { ObjectRef } from '../crds/common.ts';
import type { RemediationPlan } from '../crds/kinds.ts';
import type { AbortCriterion } from '../crds/remediationPlan.ts';
import { type ContainerStatus, endpointSlices, type Pod } from '../gitops/resources.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import type { Judgement } from './criteria.ts';
import { currentPods, readWorkload, type Workload } from './workload.ts';

export interface Crash {
  readonly pod: string;
  readonly container: string;
  /** Runs that ended, as far as they count. */
  readonly times: number;
  /** Milliseconds since the epoch. */
  readonly lastAt: number;
  readonly reason: string;
}

export interface Observed {
  readonly target: ObjectRef;
  /** Undefined: it is gone. */
  readonly workload: Workload | undefined;
  /** Pods with the template of now; undefined where it is not known which those are. */
  readonly pods: readonly Pod[] | undefined;
  readonly crashes: readonly Crash[];
  /** Whether it runs the fix, as well as that is known: the engine says so, or its template came after the push. */
  readonly hasFix: boolean;
  readonly times: Times;
}

/** Milliseconds since the epoch. */
export interface Times {
  /** Undefined: the engine has not said so yet. */
  readonly syncedAt: number | undefined;
  readonly pushedAt: number;
  readonly now: number;
}

/** Looks at each target once, however many criteria are about it. Without a target it is that of the plan's first action. */
export type Look = (target: ObjectRef | undefined) => Promise<Observed>;

export function lookingAt(client: KubeClient, plan: RemediationPlan, times: Times, options: CallOptions): Look {
  const seen = new Map<string, Promise<Observed>>();
  return (target) => {
    const ref = targetFor(plan, target);
    const key = `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
    const started = seen.get(key) ?? observe(client, ref, times, options);
    seen.set(key, started);
    return started;
  };
}

/** The criterion's own target, or that of the first action, in the plan's namespace where it names none. */
export function targetFor({ spec, metadata }: RemediationPlan, target: ObjectRef | undefined): ObjectRef {
  const [first] = spec.actions;
  const ref = target ?? first?.target ?? { kind: '', name: '' };
  const namespace = ref.namespace ?? first?.target.namespace ?? metadata.namespace;
  return { ...ref, ...(namespace === undefined ? {} : { namespace }), uid: undefined };
}

/** When it took effect in Git, or at the API server; infinite while it has not. */
export function pushedAt({ status }: RemediationPlan): number {
  const at = Date.parse(status?.commit?.pushedAt ?? status?.approvedAt ?? '');
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}

async function observe(client: KubeClient, target: ObjectRef, times: Times, options: CallOptions): Promise<Observed> {
  const workload = await readWorkload(client, target, options);
  const pods = workload === undefined ? undefined : await currentPods(client, workload, options);
  const revision = workload?.history.find(({ current }) => current);
  const hasFix = times.syncedAt !== undefined || Date.parse(revision?.createdAt ?? '') >= wholeSeconds(times.pushedAt);
  return { target, workload, pods, hasFix, times, crashes: hasFix ? (pods ?? []).flatMap((pod) => crashesOf(pod, times)) : [] };
}

/** As the API server knows times of creation. */
const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000;

export function judgeRollout({ target, workload }: Observed): Judgement {
  if (workload === undefined) return { holds: false, message: `${target.kind} ${target.name} does not exist any more` };
  const { object, replicas } = workload;
  if ((object.status?.observedGeneration ?? 0) < (object.metadata.generation ?? 0)) {
    return { holds: false, message: 'its controller has not seen the change yet' };
  }
  if (object.spec?.paused === true) return { holds: false, message: 'its rollout is paused: resume it' };
  const { updated, available, all } = counts(workload);
  const progress = `${updated} of ${replicas} updated, ${available} available`;
  if (updated < replicas || available < replicas) return { holds: false, message: progress };
  return all > replicas
    ? { holds: false, message: `${progress}, ${all - replicas} old ones still there` }
    : { holds: true, message: progress };
}

function counts({ kind, replicas, object }: Workload): { readonly updated: number; readonly available: number; readonly all: number } {
  const { status = {} } = object;
  if (kind === 'DaemonSet') return { updated: status.updatedNumberScheduled ?? 0, available: status.numberAvailable ?? 0, all: replicas };
  return { updated: status.updatedReplicas ?? 0, available: status.availableReplicas ?? 0, all: status.replicas ?? 0 };
}

/** Holds while the pods of now run, and none of their containers has crashed for the soak time. */
export function judgeRestarts({ pods, crashes, times }: Observed, soakSeconds: number): Judgement {
  if (pods === undefined) return { holds: false, message: 'it is not known yet which pods have the change' };
  const starting = pods.filter((pod) => !isReady(pod)).length;
  const recent = crashes.find(({ lastAt }) => times.now - lastAt < soakSeconds * 1000);
  if (recent !== undefined) return { holds: false, message: describe(recent) };
  return starting > 0
    ? { holds: false, message: `${starting} of ${pods.length} pods are not ready` }
    : { holds: true, message: pods.length === 1 ? 'its pod runs without a crash' : `${pods.length} pods run without a crash` };
}

/** Whether anything behind a Service is ready, by its EndpointSlices. */
export async function judgeEndpoints(client: KubeClient, { namespace, name }: ObjectRef, options: CallOptions): Promise<Judgement> {
  const { items } = await client.list(endpointSlices, { ...options, namespace, labelSelector: `kubernetes.io/service-name=${name}` });
  const ready = items.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).length;
  return {
    holds: ready > 0,
    message: ready === 0 ? `no endpoint of Service ${name} is ready` : `${ready} ${ready === 1 ? 'endpoint is' : 'endpoints are'} ready`,
  };
}

/** What the pods do that speaks for giving the fix up; undefined: nothing. */
export function judgePods(
  type: Exclude<AbortCriterion['type'], 'SignalWorsened'>,
  threshold: number,
  observed: Observed,
): string | undefined {
  const { target, workload, crashes } = observed;
  switch (type) {
    case 'ContainerRestarts': {
      const worst = crashes.toSorted((a, b) => b.times - a.times)[0];
      return worst !== undefined && worst.times >= Math.max(1, threshold) ? describe(worst) : undefined;
    }
    case 'RolloutDeadlineExceeded':
      return stuckRollout(observed);
    case 'ReadyReplicasBelow':
      if (workload === undefined) return `${target.kind} ${target.name} does not exist any more`;
      return workload.ready < threshold
        ? `${workload.ready} replicas of ${target.kind} ${target.name} are ready, fewer than ${threshold}`
        : undefined;
    default:
      return type satisfies never;
  }
}

function stuckRollout({ target, workload, hasFix, times }: Observed): string | undefined {
  const progressing = workload?.object.status?.conditions?.find((condition) => condition.type === 'Progressing');
  if (progressing?.reason !== 'ProgressDeadlineExceeded' || !hasFix) return undefined;
  const since = Date.parse(progressing.lastUpdateTime ?? progressing.lastTransitionTime);
  return since >= Math.min(times.syncedAt ?? times.pushedAt, times.pushedAt)
    ? `the rollout of ${target.kind} ${target.name} makes no progress: ${progressing.message}`
    : undefined;
}

function crashesOf(pod: Pod, times: Times): readonly Crash[] {
  const cameWithFix = Date.parse(pod.metadata.creationTimestamp) >= wholeSeconds(times.pushedAt);
  const since = cameWithFix ? 0 : (times.syncedAt ?? Number.POSITIVE_INFINITY);
  return [
    ...(pod.status?.initContainerStatuses ?? []).flatMap((status) => crashOf(pod, status, { since, mayEnd: true })),
    ...(pod.status?.containerStatuses ?? []).flatMap((status) => crashOf(pod, status, { since, mayEnd: false })),
  ];
}

interface Counting {
  /** Runs that began earlier do not count; 0: all count. */
  readonly since: number;
  /** An init container that is done has not crashed. */
  readonly mayEnd: boolean;
}

function crashOf(pod: Pod, { name, restartCount = 0, state, lastState }: ContainerStatus, { since, mayEnd }: Counting): readonly Crash[] {
  const ended = [state?.terminated, lastState?.terminated].filter((run) => run !== undefined && !(mayEnd && run.exitCode === 0));
  const counted = ended.filter((run) => since === 0 || Date.parse(run?.startedAt ?? '') >= since);
  if (counted.length === 0) return [];
  const lastAt = Math.max(...counted.map((run) => Date.parse(run?.finishedAt ?? '') || 0));
  const [last] = counted;
  // A container that waits to be started again has ended once more than it was restarted.
  const waiting = state?.running === undefined ? 1 : 0;
  const times = since === 0 ? Math.max(counted.length, restartCount + waiting) : counted.length;
  const reason = `${last?.reason ?? 'Error'}${last?.exitCode === undefined ? '' : `, exit code ${last.exitCode}`}`;
  return [{ pod: pod.metadata.name, container: name, times, lastAt, reason }];
}

function describe({ pod, container, times, reason }: Crash): string {
  return `container ${container} of pod ${pod} has crashed ${times === 1 ? 'once' : `${times} times`} since the fix (${reason})`;
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}
