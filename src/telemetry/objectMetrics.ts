/**
 * How many Incidents, Investigations and plans there are, by phase: read from the caches at each scrape, so that the figures are
 * right after a restart too.
 */
import { Gauge, type Registry } from 'prom-client';
import { INCIDENT_PHASES, SEVERITIES } from '../crds/incident.ts';
import type { Incident, Investigation, RemediationPlan } from '../crds/kinds.ts';
import { PLAN_PHASES } from '../crds/remediationPlan.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Store } from '../kube/store.ts';

export function countIncidents(registry: Registry, store: Store<Incident>): void {
  const phases = INCIDENT_PHASES.flatMap((phase) => SEVERITIES.map((severity) => ({ phase, severity })));
  countBy(registry, store, {
    name: 'agentsre_incidents',
    help: 'Incidents, by phase and severity.',
    labelNames: ['phase', 'severity'],
    all: phases,
    labelsOf: ({ spec, status }) => ({ phase: status?.phase ?? 'New', severity: spec.severity }),
  });
}

export function countInvestigations(registry: Registry, store: Store<Investigation>): void {
  countBy(registry, store, {
    name: 'agentsre_investigations',
    help: 'Investigations, by phase and outcome.',
    labelNames: ['phase', 'outcome'],
    all: [],
    labelsOf: ({ status }) => ({ phase: status?.phase ?? 'Pending', outcome: status?.outcome ?? 'None' }),
  });
}

export function countPlans(registry: Registry, store: Store<RemediationPlan>): void {
  countBy(registry, store, {
    name: 'agentsre_remediation_plans',
    help: 'RemediationPlans, by phase.',
    labelNames: ['phase'],
    all: PLAN_PHASES.map((phase) => ({ phase })),
    labelsOf: ({ status }) => ({ phase: status?.phase ?? 'Pending' }),
  });
}

type LabelValues = Readonly<Record<string, string>>;

interface Count<T> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Shown as 0 when there are none. */
  readonly all: readonly LabelValues[];
  readonly labelsOf: (object: T) => LabelValues;
}

function countBy<T extends KubeObject>(registry: Registry, store: Store<T>, { all, labelsOf, labelNames, ...names }: Count<T>): void {
  const gauge: Gauge = new Gauge({
    ...names,
    labelNames: [...labelNames],
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const labels of all) gauge.set(labels, 0);
      for (const object of store.list()) gauge.inc(labelsOf(object));
    },
  });
}
