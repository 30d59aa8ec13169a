/** What the steps of an Incident share: the object, the draft of its status, its children, and what they may use. */
import type { IncidentStatus } from '../../crds/incident.ts';
import type { Incident, Investigation, RemediationPlan, RemediationPolicy } from '../../crds/kinds.ts';
import type { AnnouncementRules } from '../../domain/announcement.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Logger } from '../../kube/logger.ts';
import type { Store } from '../../kube/store.ts';
import type { ProposeSettings } from '../../remediate/propose.ts';
import type { Measurements } from '../../sources/measurements.ts';
import type { Verdict } from '../grouping/verdicts.ts';
import type { ReconcilerDeps } from '../reconcileStatus.ts';
import { bounded, type ConditionWords, declare } from '../steps.ts';
import type { OpenWindows } from './maintain.ts';

/** What the alert's own system says of it now. */
export type AlertState = 'firing' | 'inactive' | 'unknown';

export interface IncidentDeps extends ReconcilerDeps {
  readonly namespace: string;
  /** Where plans may reach, and how long a fix has to hold. */
  readonly proposals: ProposeSettings;
  /** How long a sender's word that an alert is over waits for somebody to confirm it; 0 where nobody can be asked at all. */
  readonly unconfirmedAfterMs: number;
  /** From when on people are told, by severity. */
  readonly announcements: AnnouncementRules;
  /** Figures by which a fix can be judged. */
  readonly measurements: Measurements;
  /** Whether it leads or follows; undefined while grouping has not judged it. */
  readonly verdictOn: (uid: string) => Verdict | undefined;
  readonly alertState: (labels: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<AlertState>;
}

export interface IncidentScope extends IncidentDeps {
  readonly incident: Incident;
  readonly status: Draft<IncidentStatus>;
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly investigations: Store<Investigation>;
  readonly plans: Store<RemediationPlan>;
  readonly policies: Pick<Store<RemediationPolicy>, 'list'>;
  readonly openWindows: OpenWindows;
  /** The present plan: the last one that was proposed. Set by the step that proposes. */
  plan?: RemediationPlan | undefined;
  /** Until time alone changes what is to be done: people may be told, or it is not expected any more. */
  wakeInMs?: number | undefined;
  /** Name of the Incident that it follows. Set by the step that groups. */
  follows?: string | undefined;
}

/** A status under change: arrays stay what they are, members may be set. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Timers of weeks run out at once. */
export const LONGEST_TIMER_MS = 24 * 3600_000;

export function wakeIn(scope: IncidentScope, ms: number): void {
  scope.wakeInMs = Math.min(ms, scope.wakeInMs ?? ms);
}

const TIMELINE_MAX = 50;

export function declareOn(scope: IncidentScope, type: string, words: ConditionWords): void {
  declare(scope.status, type, words, scope.incident.metadata.generation, scope.clock.now());
}

/** Adds one line to the timeline, once for each reason and message. The oldest lines but the first go when it is full. */
export function note(scope: IncidentScope, reason: string, message: string, at = new Date(scope.clock.now()).toISOString()): void {
  const line = { at, reason, message: bounded(message, 512) };
  const lines = scope.status.timeline ?? [];
  if (lines.some((before) => before.reason === line.reason && before.message === line.message)) return;
  const all = [...lines, line];
  const [first, ...rest] = all;
  scope.status.timeline = all.length <= TIMELINE_MAX || first === undefined ? all : [first, ...rest.slice(1 - TIMELINE_MAX)];
}

/** What decides whether it is quiet: what was found by others, and in this round. */
export const heardOf = ({ incident, status }: IncidentScope): Pick<Incident, 'spec' | 'status'> => ({
  spec: incident.spec,
  status: { ...incident.status, maintenance: status.maintenance },
});
