/**
 * RemediationPolicy: says in its condition `Ready` whether it can be what it asks for. A fault lets nothing begin, whoever reads this or not: the
 * decisions themselves look for it (`domain/policy.ts`).
 */
import { type RemediationPolicy, remediationPolicies } from '../../crds/kinds.ts';
import { policyFaults } from '../../domain/policy.ts';
import { type ControllerDefinition, defineController } from '../../kube/controller.ts';
import { applyStatus } from '../../kube/status.ts';
import type { Measurements } from '../../sources/measurements.ts';
import type { ReconcilerDeps } from '../reconcileStatus.ts';
import { type ConditionWords, conditionOf, declare } from '../steps.ts';

const FIELD_MANAGER = 'agent-sre-remediationpolicy';

export interface PolicyDeps extends Pick<ReconcilerDeps, 'clock' | 'events'> {
  readonly measurements: Pick<Measurements, 'sources'>;
}

export function createRemediationPolicyController({ clock, events, measurements }: PolicyDeps): ControllerDefinition<RemediationPolicy> {
  return defineController<RemediationPolicy>({
    name: 'remediationpolicy',
    resource: remediationPolicies,
    reconcile: async (key, { store, client, signal }) => {
      const policy = store.get(key);
      if (policy === undefined || policy.metadata.deletionTimestamp !== undefined) return undefined;
      const { generation } = policy.metadata;
      const status: NonNullable<RemediationPolicy['status']> = { ...structuredClone(policy.status ?? {}) };
      const words = readiness(policy, measurements.sources.length > 0);
      declare(status, 'Ready', words, generation, clock.now());
      if (generation !== undefined) status.observedGeneration = generation;
      await applyStatus(client, remediationPolicies, policy, status, { fieldManager: FIELD_MANAGER, signal });
      if (conditionOf(policy.status, 'Ready')?.reason !== words.reason) {
        events.record(policy, {
          type: words.status === 'True' ? 'Normal' : 'Warning',
          reason: words.reason,
          action: 'Judge',
          note: words.message,
        });
      }
      return undefined;
    },
  });
}

function readiness({ spec }: RemediationPolicy, canMeasure: boolean): ConditionWords {
  const faults = policyFaults(spec);
  if (faults.length > 0) return { status: 'False', reason: 'Invalid', message: `nothing begins under this policy: ${faults.join('; ')}` };
  if (spec.auto?.errorBudget !== undefined && !canMeasure) {
    const message =
      'nothing is done by itself under this policy: auto.errorBudget has a query, and sources.prometheus of the configuration names nobody to ask';
    return { status: 'False', reason: 'NoMetricsSource', message };
  }
  return { status: 'True', reason: 'InEffect', message: 'it decides wherever no more specific policy does' };
}
