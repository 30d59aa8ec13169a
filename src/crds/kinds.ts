/** The five kinds: their names, their schemas, and the TypeScript types of their objects. */
import type { z } from 'zod';
import { defineResource, type KubeObject } from '../kube/object.ts';
import { type approvalSpec, type approvalStatus } from './approval.ts';
import { GROUP, VERSION } from './common.ts';
import type { incidentSpec, incidentStatus } from './incident.ts';
import type { investigationSpec, investigationStatus } from './investigation.ts';
import type { remediationPlanSpec, remediationPlanStatus } from './remediationPlan.ts';
import type { remediationPolicySpec, remediationPolicyStatus } from './remediationPolicy.ts';

interface SreObject<Spec extends z.ZodType, Status extends z.ZodType> extends KubeObject {
  readonly spec: z.infer<Spec>;
  readonly status?: z.infer<Status>;
}

export interface Incident extends SreObject<typeof incidentSpec, typeof incidentStatus> {}
export interface Investigation extends SreObject<typeof investigationSpec, typeof investigationStatus> {}
export interface RemediationPlan extends SreObject<typeof remediationPlanSpec, typeof remediationPlanStatus> {}
export interface Approval extends SreObject<typeof approvalSpec, typeof approvalStatus> {}
export interface RemediationPolicy extends SreObject<typeof remediationPolicySpec, typeof remediationPolicyStatus> {}

const ours = { group: GROUP, version: VERSION } as const;
export const incidents = defineResource<Incident>({ ...ours, kind: 'Incident', plural: 'incidents', namespaced: true });
export const investigations = defineResource<Investigation>({ ...ours, kind: 'Investigation', plural: 'investigations', namespaced: true });
export const remediationPlans = defineResource<RemediationPlan>({
  ...ours,
  kind: 'RemediationPlan',
  plural: 'remediationplans',
  namespaced: true,
});
export const approvals = defineResource<Approval>({ ...ours, kind: 'Approval', plural: 'approvals', namespaced: true });
export const remediationPolicies = defineResource<RemediationPolicy>({
  ...ours,
  kind: 'RemediationPolicy',
  plural: 'remediationpolicies',
  namespaced: false,
});
