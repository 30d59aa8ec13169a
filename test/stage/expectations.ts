/**
 * What the story consists of, as expectations on the world: each step of the two acts, how long it may take, and what to tell of
 * the objects when it does not come.
 *
 * A step that can't come any more (the plan has ended otherwise, the diagnosis was handed over to people) fails at once.
 */
import type { Approval, Incident, Investigation, RemediationPlan } from '../../src/crds/kinds.ts';
import { hasEnded } from '../../src/domain/plan.ts';
import type { Condition } from '../../src/kube/object.ts';
import type { Deployment, Pod } from './foreignKinds.ts';
import type { Monitoring, PrometheusAlert } from './monitoring.ts';
import { type Expectation, NotSeen, type World } from './world.ts';

const APP = 'app.kubernetes.io/name';

/** Flux has applied the repository, and every pod of the shop is ready. */
export function shopIsOpen(): Expectation<true> {
  return {
    what: 'the pods of the shop',
    deadlineSeconds: 60,
    look: ({ deployments }) => (deployments.length >= 2 && deployments.every(isRolledOut) ? true : undefined),
    instead: (world) => [...world.kustomizations, ...world.repositories].map(readyText).concat(world.pods.map(podText)).join('; '),
  };
}

export function fluxHasApplied(commit: string): Expectation<string> {
  return {
    what: `Flux to apply ${commit.slice(0, 7)}`,
    deadlineSeconds: 60,
    look: ({ kustomizations }) => kustomizations.map(({ status }) => status?.lastAppliedRevision).find((at) => at?.endsWith(commit)),
    instead: ({ kustomizations, repositories }) => [...repositories, ...kustomizations].map(readyText).join('; '),
  };
}

export interface Crash {
  readonly pod: string;
  readonly reason: string;
  readonly exitCode: number;
}

/** A container of the service has ended with an error, once at least. */
export function podCrashes(service: string, reason: string): Expectation<Crash> {
  return {
    what: `a pod of ${service} to end with ${reason}`,
    deadlineSeconds: 60,
    look: ({ pods }) =>
      podsOf(pods, service)
        .map((pod) => crashOf(pod))
        .find((crash) => crash?.reason === reason),
    instead: ({ pods }) => podsOf(pods, service).map(podText).join('; '),
  };
}

export function alertFires(monitoring: Monitoring, alertname: string, service: string): Expectation<PrometheusAlert> {
  return {
    what: `Prometheus to fire ${alertname} for ${service}`,
    deadlineSeconds: 90,
    look: async () => {
      const alerts = await monitoring.firing(alertname).catch(() => []);
      return alerts.find(({ labels }) => labels['container'] === service);
    },
    instead: ({ pods }) => podsOf(pods, service).map(podText).join('; '),
  };
}

/** Nothing fires under that name any more. */
export function alertIsSilent(monitoring: Monitoring, alertname: string): Expectation<true> {
  return {
    what: `${alertname} to fall silent`,
    deadlineSeconds: 90,
    look: async () => ((await monitoring.firing(alertname)).length === 0 ? true : undefined),
  };
}

export function incidentOpens(alertname: string, service: string): Expectation<Incident> {
  return {
    what: `an Incident about ${alertname}`,
    deadlineSeconds: 30,
    look: ({ incidents }) => incidents.findLast((incident) => isAbout(incident, alertname, service)),
    instead: ({ incidents }) => `Incidents: ${incidents.map(({ spec }) => spec.title).join(', ') || 'none'}`,
  };
}

export function isAbout({ spec }: Incident, alertname: string, service: string): boolean {
  return (spec.alerts ?? []).some(({ labels }) => labels['alertname'] === alertname && labels['container'] === service);
}

export function diagnosisIsThere(incident: Incident): Expectation<Investigation> {
  return {
    what: 'the diagnosis',
    deadlineSeconds: 60,
    look: ({ investigations }) =>
      investigations.find(
        ({ spec, status }) =>
          spec.purpose === 'Diagnosis' && spec.incidentRef?.uid === incident.metadata.uid && isTrue(status?.conditions, 'Succeeded'),
      ),
    instead: (world) =>
      textOf(
        world.investigations.findLast(({ spec }) => spec.incidentRef?.uid === incident.metadata.uid),
        'Investigation',
      ),
  };
}

/** A plan with its diff, ready to be approved. */
export function planIsReady(incident: Incident): Expectation<RemediationPlan> {
  return {
    what: 'a plan with its diff',
    deadlineSeconds: 60,
    look: (world) => {
      const plan = world.plans.findLast(({ spec }) => spec.incidentRef.uid === incident.metadata.uid);
      const proposed = latest(world.incidents, incident)?.status?.conditions?.find(({ type }) => type === 'RemediationProposed');
      if (plan === undefined && proposed?.status === 'False')
        throw new NotSeen(`a plan: it was handed over to people (${proposed.reason}): ${proposed.message}`);
      if (plan !== undefined && hasEnded(plan) && plan.status?.phase !== 'Stale') throw endedOtherwise(plan);
      return plan?.status?.phase === 'AwaitingApproval' && plan.status.digest !== undefined ? plan : undefined;
    },
    instead: (world) =>
      textOf(
        world.plans.findLast(({ spec }) => spec.incidentRef.uid === incident.metadata.uid),
        'RemediationPlan',
      ),
  };
}

/** The executor has judged what this person said about the plan. */
export function verdictIsGiven(plan: RemediationPlan, approver: string): Expectation<Approval> {
  const theirs = ({ approvals }: World): Approval | undefined =>
    approvals.findLast(({ spec }) => spec.planRef.uid === plan.metadata.uid && spec.approver === approver);
  return {
    what: `the verdict on the word of ${approver}`,
    deadlineSeconds: 30,
    look: (world) => {
      const approval = theirs(world);
      return approval?.status?.verdict === undefined ? undefined : approval;
    },
    instead: (world) => (theirs(world) === undefined ? `there is no Approval by ${approver}` : 'it has not been judged'),
  };
}

/** The plan is where `reached` says; its `what` completes "waiting for". */
function planReaches(
  plan: RemediationPlan,
  what: string,
  deadlineSeconds: number,
  reached: (plan: RemediationPlan) => boolean,
): Expectation<RemediationPlan> {
  return {
    what,
    deadlineSeconds,
    look: ({ plans }) => {
      const now = latest(plans, plan);
      if (now === undefined) return undefined;
      if (reached(now)) return now;
      if (hasEnded(now)) throw endedOtherwise(now);
      return undefined;
    },
    instead: ({ plans }) => textOf(latest(plans, plan), 'RemediationPlan'),
  };
}

export const commitIsPushed = (plan: RemediationPlan): Expectation<RemediationPlan> =>
  planReaches(plan, 'the commit', 30, ({ status }) => status?.commit?.pushedAt !== undefined);

export const revisionIsSynced = (plan: RemediationPlan): Expectation<RemediationPlan> =>
  planReaches(plan, 'Flux to report the commit', 60, ({ status }) => status?.sync !== undefined);

export const planSucceeds = (plan: RemediationPlan): Expectation<RemediationPlan> =>
  planReaches(plan, 'the fix to help', 180, ({ status }) => status?.phase === 'Succeeded');

export const rollbackBegins = (plan: RemediationPlan): Expectation<RemediationPlan> =>
  planReaches(plan, 'the fix to fail', 180, ({ status }) => status?.rollback !== undefined);

export const rollbackIsPushed = (plan: RemediationPlan): Expectation<RemediationPlan> =>
  planReaches(plan, 'the commit that takes the fix back', 30, ({ status }) => status?.rollback?.commit?.pushedAt !== undefined);

export const planIsRolledBack = (plan: RemediationPlan): Expectation<RemediationPlan> =>
  planReaches(plan, 'the pre-image in the cluster', 60, ({ status }) => status?.phase === 'RolledBack');

export const incidentIsResolved = (incident: Incident): Expectation<Incident> =>
  incidentReaches(incident, 'the Incident to be resolved', ({ status }) => status?.phase === 'Resolved');

export const incidentNeedsHuman = (incident: Incident): Expectation<Incident> =>
  incidentReaches(incident, 'the Incident to be handed over to a person', ({ status }) => status?.phase === 'NeedsHuman');

function incidentReaches(incident: Incident, what: string, reached: (incident: Incident) => boolean): Expectation<Incident> {
  return {
    what,
    deadlineSeconds: 90,
    look: ({ incidents }) => {
      const now = latest(incidents, incident);
      return now !== undefined && reached(now) ? now : undefined;
    },
    instead: ({ incidents }) => textOf(latest(incidents, incident), 'Incident'),
  };
}

/** The address of a running pod of the service. */
export function addressOf({ pods }: World, service: string): string | undefined {
  const running = podsOf(pods, service).filter(
    ({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === 'Running',
  );
  return running.at(-1)?.status?.podIP;
}

function latest<T extends { readonly metadata: { readonly uid: string } }>(objects: readonly T[], { metadata }: T): T | undefined {
  return objects.find((object) => object.metadata.uid === metadata.uid);
}

function isRolledOut({ metadata, spec, status = {} }: Deployment): boolean {
  const { observedGeneration, updatedReplicas = 0, readyReplicas = 0, replicas = 0 } = status;
  return observedGeneration === metadata.generation && [updatedReplicas, readyReplicas, replicas].every((count) => count === spec.replicas);
}

export const podsOf = (pods: readonly Pod[], service: string): readonly Pod[] =>
  pods.filter(({ metadata }) => metadata.labels?.[APP] === service);

function crashOf({ metadata, status }: Pod): Crash | undefined {
  const ends = (status?.containerStatuses ?? []).map(({ state, lastState }) => state?.terminated ?? lastState?.terminated);
  const end = ends.find((one) => one !== undefined);
  return end && { pod: metadata.name, reason: end.reason, exitCode: end.exitCode };
}

const isTrue = (conditions: readonly Condition[] | undefined, wanted: string): boolean =>
  conditions?.some(({ type, status }) => type === wanted && status === 'True') ?? false;

function endedOtherwise({ metadata, status }: RemediationPlan): NotSeen {
  const why = status?.conditions?.find(({ type }) => type === 'Succeeded')?.message;
  return new NotSeen(`plan ${metadata.name} has ended as ${status?.phase}: ${why}`);
}

function readyText({
  kind,
  metadata,
  status,
}: {
  kind: string;
  metadata: { name: string };
  status?: { conditions?: readonly Condition[] };
}): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return `${kind} ${metadata.name} ${ready === undefined ? 'has said nothing yet' : `${ready.reason}: ${ready.message}`}`;
}

function podText({ metadata, status }: Pod): string {
  const states = (status?.containerStatuses ?? []).map(({ state, restartCount }) => {
    const now = state?.waiting?.reason ?? state?.terminated?.reason ?? (state?.running === undefined ? 'unknown' : 'running');
    return `${now}, ${restartCount} restarts`;
  });
  return `pod ${metadata.name} ${states.join(' and ') || status?.phase || 'is new'}`;
}

interface Described {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly phase?: string | undefined;
    readonly conditions?: readonly Condition[] | undefined;
    readonly waitingOn?: { who: string; detail?: string | undefined } | undefined;
  };
}

/** An object of ours in a line: its phase, whom it waits for, and what does not hold. */
function textOf(object: Described | undefined, kind: string): string {
  if (object === undefined) return `there is no ${kind}`;
  const { phase = 'new', conditions = [], waitingOn } = object.status ?? {};
  const waits =
    waitingOn === undefined ? '' : `, waits on ${waitingOn.who}${waitingOn.detail === undefined ? '' : ` (${waitingOn.detail})`}`;
  const open = conditions
    .filter(({ type, status }) => status !== 'True' || type === 'Reconciling' || type === 'Stalled')
    .map(({ type, status, reason, message }) => `${type}=${status} ${reason}${message === '' ? '' : `: ${message}`}`);
  return [`${kind} ${object.metadata.name} is ${phase}${waits}`, ...open].join('; ');
}
