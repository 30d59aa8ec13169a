/**
 * Which RemediationPolicy decides about an action on a workload, and what it decides.
 *
 * The most specific policy that selects the workload and the action decides; among equally specific ones the stricter mode;
 * `Off` anywhere wins over everything (deny wins). No policy at all means `Suggest`: shown, nothing written. Pure: labels,
 * record and time are passed in.
 */

import type { ActionType } from '../crds/actions/actions.ts';
import type { RemediationPolicy } from '../crds/kinds.ts';
import { RISKS, type Risk } from '../crds/remediationPlan.ts';
import type { PolicyMode } from '../crds/remediationPolicy.ts';

export interface PolicyQuestion {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly actions: readonly ActionType[];
  readonly protectedNamespaces: readonly string[];
}

export interface PolicyDecision {
  readonly mode: PolicyMode;
  readonly reason: string;
  /** Absent where no policy selects the workload. */
  readonly policy?: RemediationPolicy | undefined;
}

/** Stricter first. */
const STRICTNESS: readonly PolicyMode[] = ['Off', 'Suggest', 'Approve', 'Auto'];

export function decidePolicy(policies: readonly RemediationPolicy[], question: PolicyQuestion): PolicyDecision {
  if (question.protectedNamespaces.includes(question.namespace)) {
    return { mode: 'Off', reason: `namespace ${question.namespace} is protected` };
  }
  const perAction = question.actions.map((action) => decideFor(policies, question, action));
  const [strictest] = perAction.toSorted((a, b) => strictness(a.mode) - strictness(b.mode));
  return strictest ?? { mode: 'Off', reason: 'the plan has no action' };
}

function decideFor(policies: readonly RemediationPolicy[], question: PolicyQuestion, action: ActionType): PolicyDecision {
  const selecting = policies.filter((policy) => selects(policy, question, action));
  const denying = selecting.find((policy) => policy.spec.mode === 'Off');
  if (denying !== undefined) return decided(denying);
  const [first] = selecting.toSorted(
    (a, b) =>
      specificity(b) - specificity(a) || strictness(a.spec.mode) - strictness(b.spec.mode) || (a.metadata.name < b.metadata.name ? -1 : 1),
  );
  return first === undefined
    ? { mode: 'Suggest', reason: `no RemediationPolicy selects ${action} in namespace ${question.namespace}` }
    : decided(first);
}

function decided(policy: RemediationPolicy): PolicyDecision {
  const because = policy.spec.reason === undefined ? '' : `: ${policy.spec.reason}`;
  return { mode: policy.spec.mode, policy, reason: `RemediationPolicy ${policy.metadata.name} says ${policy.spec.mode}${because}` };
}

function selects({ spec: { selector } }: RemediationPolicy, { namespace, labels }: PolicyQuestion, action: ActionType): boolean {
  if (selector === undefined) return true;
  if (selector.namespaces !== undefined && !selector.namespaces.includes(namespace)) return false;
  if (selector.actions !== undefined && !selector.actions.includes(action)) return false;
  return Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

/** Labels are narrower than namespaces, namespaces than actions; each further label is narrower still. */
function specificity({ spec: { selector } }: RemediationPolicy): number {
  const labels = Object.keys(selector?.matchLabels ?? {}).length;
  return labels * 100 + (selector?.namespaces === undefined ? 0 : 10) + (selector?.actions === undefined ? 0 : 1);
}

const strictness = (mode: PolicyMode): number => STRICTNESS.indexOf(mode);

/** How many distinct persons have to approve a plan of this risk. */
export function approvalsNeeded(policy: RemediationPolicy | undefined, risk: Risk): number {
  const { low = 1, medium = 1, high = 2 } = policy?.spec.approvals ?? {};
  return { Low: low, Medium: medium, High: high }[risk];
}

export interface AutoQuestion {
  readonly risk: Risk;
  readonly confidence: number;
  /** Verified successes of these actions on this workload. */
  readonly successes: number;
}

/** Why `Auto` does not hold, or `undefined` when it does. */
export function autoRefusal(policy: RemediationPolicy, { risk, confidence, successes }: AutoQuestion): string | undefined {
  const { maxRisk = 'Low', minConfidence = 90, provenSuccesses = 3 } = policy.spec.auto ?? {};
  if (RISKS.indexOf(risk) > RISKS.indexOf(maxRisk)) return `risk ${risk} is above ${maxRisk}`;
  if (confidence < minConfidence) return `confidence ${confidence} % is below ${minConfidence} %`;
  if (successes < provenSuccesses) return `${successes} verified successes so far, ${provenSuccesses} are needed`;
  return undefined;
}
