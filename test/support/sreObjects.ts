/** Objects of ours that the API server admits, for tests that change one thing and look what happens. */
import type { Approval, Incident, Investigation, RemediationPlan, RemediationPolicy } from '../../src/crds/kinds.ts';
import { samples } from '../../src/crds/samples.ts';
import type { NewMeta, NewObject } from '../../src/kube/object.ts';

export const newIncident = (metadata: NewMeta, spec: Partial<Incident['spec']> = {}): NewObject<Incident> => ({
  metadata,
  spec: { ...samples.incident.spec, ...spec },
});

export const newInvestigation = (metadata: NewMeta, spec: Partial<Investigation['spec']> = {}): NewObject<Investigation> => ({
  metadata,
  spec: { ...samples.investigation.spec, ...spec },
});

export const newPlan = (metadata: NewMeta, spec: Partial<RemediationPlan['spec']> = {}): NewObject<RemediationPlan> => ({
  metadata,
  spec: { ...samples.remediationplan.spec, ...spec },
});

/** Plan, digest and decision only: who approves is left to the API server, or to the test. */
export const newApproval = (metadata: NewMeta, spec: Partial<Approval['spec']> = {}): NewObject<Approval> => ({
  metadata,
  spec: { ...samples.approval.spec, ...spec } as Approval['spec'],
});

export const newPolicy = (metadata: NewMeta, spec: Partial<RemediationPolicy['spec']> = {}): NewObject<RemediationPolicy> => ({
  metadata,
  spec: { ...samples['policy-approve'].spec, ...spec },
});
