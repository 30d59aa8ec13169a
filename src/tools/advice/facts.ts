/** What is there to watch a workload by, and to keep it up: as far as it could be seen. What is absent was not seen, and nothing is said about it. */

import type { AlertRule } from '../../sources/alertingRules.ts';
import type { ApiPod } from '../../sources/kubernetes/api.ts';
import type { ApiAutoscaler, ApiDisruptionBudget } from '../../sources/kubernetes/boundsApi.ts';
import type { GoldenSignals } from '../../sources/signals/goldenSignals.ts';
import type { Subject } from '../../sources/signals/subject.ts';
import type { FoundWorkload } from '../signals/findWorkload.ts';

export interface Facts {
  readonly workload: FoundWorkload;
  readonly subject: Subject;
  readonly levels?: GoldenSignals['levels'] | undefined;
  /** Whether a Prometheus scrapes its pods. */
  readonly isScraped?: boolean | undefined;
  /** Of all Prometheuses that were asked. */
  readonly rules?: readonly AlertRule[] | undefined;
  /** Whether the cluster serves PrometheusRule and ServiceMonitor. */
  readonly hasOperator?: boolean | undefined;
  readonly pods?: readonly ApiPod[] | undefined;
  /** Those that select its pods. */
  readonly budgets?: readonly ApiDisruptionBudget[] | undefined;
  readonly autoscaler?: ApiAutoscaler | 'none' | undefined;
  /** Named ports of the Services in front of it. */
  readonly servicePorts?: readonly ServicePort[] | undefined;
  /** Titles of dashboards about it. */
  readonly dashboards?: readonly string[] | undefined;
  /** Reasons of root causes of its Incidents, with how often. */
  readonly troubles?: ReadonlyMap<string, number> | undefined;
}

export interface ServicePort {
  readonly service: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly port: string;
}

export const TOPICS = ['alert', 'metrics', 'probes', 'resources', 'availability', 'scaling', 'dashboards'] as const;
export type Topic = (typeof TOPICS)[number];

export interface Advice {
  readonly topic: Topic;
  /** How much it would have mattered: 100 an outage that nobody is told of, 10 a nicety. */
  readonly weight: number;
  readonly title: string;
  readonly why: string;
  /** Reasons of root causes that this would have told of or prevented. */
  readonly wouldHaveHelped?: readonly string[] | undefined;
  readonly rule?: Rule | undefined;
  readonly change?: Change | undefined;
}

/** An alerting rule as Prometheus reads it. */
export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
}

export interface Change {
  /** `patch` is a strategic merge patch of the workload; `manifest` an object to be made. */
  readonly kind: 'patch' | 'manifest';
  /** What the YAML says. */
  readonly body: object;
  readonly yaml: string;
  /** As one would apply it; the file is the YAML. */
  readonly command: string;
}

export interface Checked {
  readonly advice: readonly Advice[];
  /** What is as it should be, each in a few words. */
  readonly fine: readonly string[];
}

export const NOTHING: Checked = { advice: [], fine: [] };
