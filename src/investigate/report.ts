/**
 * The report as people read it: impact first, then the cause, what happened when, what to do, and what could not be seen.
 *
 * Made by code from facts; every claim cites what it rests on. What strangers wrote stands in quotation marks.
 */

import type { ActionType } from '../crds/actions/actions.ts';
import type { Gap, Report } from '../crds/investigation.ts';
import { ownMember } from '../domain/ownMember.ts';
import { formatBytes } from '../domain/quantity.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import { ADVICE } from './advice.ts';
import { cite, type Numbered } from './citations.ts';
import { lastEnd } from './containers.ts';
import type { Link } from './correlate.ts';
import { type DashboardView, dashboardLines } from './dashboards.ts';
import { isScaledToZero, type Recovery } from './health.ts';
import { impactOf } from './impact.ts';
import type { Ranked } from './rank.ts';
import type { RuleResult } from './specialists/applyRules.ts';
import { statementOf } from './statement.ts';
import { timelineOf } from './timeline.ts';
import { isoTime, spokenTime } from './times.ts';
import { lookNextFor, triedFor } from './unresolved.ts';

export interface ReportParts {
  readonly snapshot: Snapshot;
  readonly ranked: readonly Ranked[];
  /** The cause, if one can be named. */
  readonly cause: Ranked | undefined;
  readonly cures: readonly ActionType[];
  /** What rules of specialists say. */
  readonly advice?: readonly Pick<RuleResult, 'specialist' | 'message' | 'advice' | 'evidence'>[] | undefined;
  readonly recovery: Recovery | undefined;
  readonly healthy: boolean;
  readonly numbered: Numbered;
  readonly dashboards?: readonly DashboardView[] | undefined;
  readonly gaps: readonly Gap[];
  /** When the alert says that it began. */
  readonly alertedAt: number | undefined;
  /** The alert's name. */
  readonly alert?: string | undefined;
  /** What metrics and traces say of users, where they were asked. */
  readonly reach?: Reach | undefined;
  /** What the source of the alert says of it now, where it was asked. */
  readonly alertNow: string | undefined;
  readonly service: string;
  readonly responseMillis: number;
}

export type Reach = Pick<Report, 'failingPerMinute' | 'callers' | 'errorBudgetBurnt'>;

export function reportOf(parts: ReportParts): Report {
  const { snapshot, ranked, cause, numbered, gaps, service, responseMillis, alert, alertedAt } = parts;
  const since = cause?.finding.since ?? ranked[0]?.finding.since ?? (parts.healthy ? undefined : parts.alertedAt);
  return {
    impact: impactOf(snapshot, since, (keys) => cite(numbered.evidenceIds(keys))),
    ...(since === undefined ? {} : { since: isoTime(since) }),
    ...parts.reach,
    service,
    ...(alert === undefined ? {} : { alert }),
    ...(alertedAt === undefined ? {} : { alertedAt: isoTime(alertedAt) }),
    rootCause: causeInWords(parts),
    timeline: timelineOf(snapshot, ranked, numbered, alertedAt, parts.recovery),
    ...(cause === undefined && !parts.healthy ? { tried: triedFor(parts), lookNext: lookNextFor(parts) } : {}),
    immediateActions: actionsOf(parts),
    prevention: cause === undefined ? [] : [ADVICE[cause.finding.reason].prevention],
    keyMetrics: [
      ...metricsOf(snapshot, cause, numbered),
      ...dashboardLines(parts.dashboards ?? [], (key) => cite(numbered.evidenceIds([key]))),
    ],
    notSeen: gaps.map(({ source, message }) => `${source}: ${message}`),
    responseMillis,
  };
}

function causeInWords(parts: ReportParts): string {
  const { cause, ranked, numbered, recovery, snapshot, alertNow } = parts;
  if (cause !== undefined) {
    const cited = cite([...numbered.evidenceIds(cause.finding.evidence).slice(0, 4), ...changeIds(cause.links, numbered)]);
    return `${statementOf(cause)} Confidence ${cause.confidence} %.${cited}`;
  }
  if (parts.healthy) {
    const recovered =
      recovery === undefined
        ? ''
        : ` It recovered at ${spokenTime(recovery.at)}, after ${recovery.after}${cite(numbered.evidenceIds(recovery.evidence))}.`;
    const still = alertNow === undefined ? '' : ` The alert: ${alertNow}.`;
    return `Nothing is wrong now with what can be seen in the cluster.${recovered}${still}`;
  }
  if (snapshot.missing.length > 0 && snapshot.workloads.length === 0) {
    return `${snapshot.missing.map(objectName).join(', ')} does not exist, so there is nothing to diagnose.`;
  }
  const [likeliest] = ranked;
  if (likeliest !== undefined) return `Unresolved. The likeliest, at ${likeliest.confidence} %: ${statementOf(likeliest)}`;
  const zero = snapshot.workloads.filter(isScaledToZero).map(({ ref }) => objectName(ref));
  if (zero.length > 0) return `Unresolved: ${zero.join(', ')} is scaled to 0 replicas; who did that, and why, is not known.`;
  return 'Unresolved: no rule explains what is seen.';
}

const changeIds = (links: readonly Link[], { changeId }: Numbered): (string | undefined)[] =>
  links.slice(0, 2).map(({ change }) => changeId(change));

function actionsOf(parts: ReportParts): string[] {
  return [...curingActions(parts), ...(parts.advice ?? []).slice(0, MOST_ADVICE).map((one) => advised(one, parts.numbered))];
}

const MOST_ADVICE = 5;

const advised = (
  { specialist, message, advice = '', evidence }: NonNullable<ReportParts['advice']>[number],
  { evidenceIds }: Numbered,
): string => `${message}${cite(evidenceIds(evidence))}${advice === '' ? '' : ` ${advice}`} (${specialist})`;

function curingActions({ cause, cures, numbered, snapshot }: ReportParts): string[] {
  if (cause === undefined) return [];
  const { finding, links } = cause;
  const container = finding.object.container === undefined ? '' : ` of container ${finding.object.container}`;
  const commit = links.find(({ change }) => change.kind === 'GitCommit')?.change;
  const previous = snapshot.workloads
    .find(({ ref }) => ref.uid === finding.object.uid)
    ?.revisions.find(({ current, images }) => !current && ownMember(images, finding.object.container ?? '') !== undefined);
  const say: Readonly<Partial<Record<ActionType, string>>> = {
    RevertCommit: commit && `Revert commit ${(commit.commit ?? '').slice(0, 10)}${cite([numbered.changeId(commit)])}.`,
    SetImage:
      previous &&
      `Go back to the image${container} of revision ${previous.number}: ${ownMember(previous.images, finding.object.container ?? '') ?? ''}.`,
    SetResources: `Set the requests and limits${container} to what it needs.`,
  };
  return [...cures.flatMap((cure) => say[cure] ?? []), ADVICE[finding.reason].now];
}

/** Figures that a person would ask for next. */
function metricsOf(snapshot: Snapshot, cause: Ranked | undefined, { evidenceIds }: Numbered): string[] {
  const workloads = snapshot.workloads.map(
    ({ ref, ready, desired, evidence }) => `${objectName(ref)}: ${ready} of ${desired} pods ready${cite(evidenceIds([evidence]))}`,
  );
  const { object, pods = [] } = cause?.finding ?? {};
  const pod = snapshot.pods.find(({ name }) => pods.includes(name));
  const container = pod?.containers.find(({ name }) => name === object?.container);
  if (pod === undefined || container === undefined) return workloads;
  const cited = cite(evidenceIds([pod.evidence]));
  const end = lastEnd(container);
  const { name, limits, usage, restarts } = container;
  return [
    ...workloads,
    `Restarts of ${name} in ${pod.name}: ${restarts}${cited}`,
    ...(end === undefined ? [] : [`Last exit code of ${name}: ${end.exitCode}${cited}`]),
    ...(limits.memoryBytes === undefined ? [] : [`Memory limit of ${name}: ${formatBytes(limits.memoryBytes)}${cited}`]),
    ...(usage === undefined
      ? []
      : [`Highest memory use of ${name} lately: ${formatBytes(usage.memoryBytes)}${cite(evidenceIds([usage.evidence]))}`]),
  ];
}
