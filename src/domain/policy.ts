/**
 * Which RemediationPolicies decide about a plan, and what they decide.
 *
 * The most specific policy that selects an object and an action decides about the two; among equally specific ones the stricter mode;
 * `Off` anywhere wins over everything (deny wins). A plan is asked about by each of its actions and each object that it touches, and
 * follows the strictest answer. No policy at all means `Suggest`: shown, nothing written. Pure: labels are passed in.
 */

import type { ActionType } from '../crds/actions/actions.ts';
import type { RemediationPolicy } from '../crds/kinds.ts';
import type { Risk } from '../crds/remediationPlan.ts';
import type { PolicyMode, RemediationPolicySpec } from '../crds/remediationPolicy.ts';
import { isTimeZone } from './freeze.ts';

export interface PolicyQuestion {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly actions: readonly ActionType[];
  readonly protectedNamespaces: readonly string[];
}

export interface PolicyDecision {
  readonly mode: PolicyMode;
  readonly reason: string;
  /** The one that says so. Absent where no policy selects it. */
  readonly policy?: RemediationPolicy | undefined;
  /** All that had a say, the deciding one first: approvals, lifetimes and brakes of each of them hold. */
  readonly among: readonly RemediationPolicy[];
}

/** An object that a plan changes, or that one of its actions names. */
export interface Touched {
  readonly kind: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PlanQuestion {
  readonly actions: readonly { readonly type: ActionType; readonly target: Touched }[];
  /** What it changes beside the targets of its actions. */
  readonly touched: readonly Touched[];
  readonly protectedNamespaces: readonly string[];
}

/** Stricter first. */
const STRICTNESS: readonly PolicyMode[] = ['Off', 'Suggest', 'Approve', 'Auto'];

export function decideForPlan(
  policies: readonly RemediationPolicy[],
  { actions, touched, protectedNamespaces }: PlanQuestion,
): PolicyDecision {
  const targets = actions.map(({ type, target }) =>
    aboutObject(decidePolicy(policies, { ...target, actions: [type], protectedNamespaces }), target),
  );
  const named = new Set(actions.map(({ target }) => identityOf(target)));
  const types = actions.map(({ type }) => type);
  const others = touched
    .filter((object) => !named.has(identityOf(object)))
    .map((object) => ({ object, decision: decidePolicy(policies, { ...object, actions: types, protectedNamespaces }) }))
    .filter(({ object, decision }) => decision.policy !== undefined || decision.mode === 'Off' || !belongsToTarget(object, actions))
    .map(({ object, decision }) => aboutObject(decision, object));
  return strictestOf([...targets, ...others]);
}

/** A ConfigMap or Service goes with the workload of its namespace that is remedied, unless a policy selects it; another workload never does. */
function belongsToTarget({ kind, namespace }: Touched, actions: PlanQuestion['actions']): boolean {
  return !WORKLOAD_KINDS.has(kind) && actions.some(({ target }) => target.namespace === namespace);
}

export const WORKLOAD_KINDS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** `Deployment/shop/cart`: what tells an object from others, whatever version of the API it is read by. */
export const identityOf = ({ kind, namespace, name }: Omit<Touched, 'labels'>): string => `${kind}/${namespace}/${name}`;

const aboutObject = (decision: PolicyDecision, object: Touched): PolicyDecision => ({
  ...decision,
  reason: `${decision.reason} (${identityOf(object)})`,
});

export function decidePolicy(policies: readonly RemediationPolicy[], question: PolicyQuestion): PolicyDecision {
  if (question.protectedNamespaces.includes(question.namespace)) {
    return { mode: 'Off', reason: `namespace ${question.namespace} is protected`, among: [] };
  }
  return strictestOf(question.actions.map((action) => decideFor(policies, question, action)));
}

function strictestOf(decisions: readonly PolicyDecision[]): PolicyDecision {
  const sorted = decisions.toSorted((a, b) => strictness(a.mode) - strictness(b.mode));
  const [strictest] = sorted;
  if (strictest === undefined) return { mode: 'Off', reason: 'the plan has no action', among: [] };
  const byName = new Map(sorted.flatMap(({ among }) => among).map((policy) => [policy.metadata.name, policy]));
  return { ...strictest, among: [...byName.values()] };
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
    ? { mode: 'Suggest', reason: `no RemediationPolicy selects ${action} in namespace ${question.namespace}`, among: [] }
    : decided(first);
}

function decided(policy: RemediationPolicy): PolicyDecision {
  const because = policy.spec.reason === undefined ? '' : `: ${policy.spec.reason}`;
  const reason = `RemediationPolicy ${policy.metadata.name} says ${policy.spec.mode}${because}`;
  return { mode: policy.spec.mode, policy, reason, among: [policy] };
}

function selects(policy: RemediationPolicy, question: PolicyQuestion, action: ActionType): boolean {
  const { actions } = policy.spec.selector ?? {};
  return (actions === undefined || actions.includes(action)) && selectsObject(policy, question);
}

/** Whatever is done to it. */
export function selectsObject(
  { spec: { selector } }: RemediationPolicy,
  { namespace, labels }: Pick<PolicyQuestion, 'namespace' | 'labels'>,
): boolean {
  if (selector === undefined) return true;
  if (selector.namespaces !== undefined && !selector.namespaces.includes(namespace)) return false;
  return Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

/** Labels are narrower than namespaces, namespaces than actions; each further label is narrower still. */
function specificity({ spec: { selector } }: RemediationPolicy): number {
  const labels = Object.keys(selector?.matchLabels ?? {}).length;
  return labels * 100 + (selector?.namespaces === undefined ? 0 : 10) + (selector?.actions === undefined ? 0 : 1);
}

const strictness = (mode: PolicyMode): number => STRICTNESS.indexOf(mode);

/** How many distinct persons have to approve a plan of this risk: as many as the most demanding policy asks for. */
export function approvalsNeeded(policies: readonly RemediationPolicy[], risk: Risk): number {
  const asked = policies.map(({ spec }) => approvalsBy(spec.approvals, risk));
  return Math.max(...(asked.length === 0 ? [approvalsBy(undefined, risk)] : asked));
}

function approvalsBy(approvals: RemediationPolicySpec['approvals'], risk: Risk): number {
  const { low = 1, medium = 1, high = 2 } = approvals ?? {};
  return { Low: low, Medium: medium, High: high }[risk];
}

/** What a policy asks for that cannot be: one sentence each, for people. A policy with a fault lets nothing begin. */
export function policyFaults({ freezeWindows = [], maintenance = [] }: RemediationPolicySpec): readonly string[] {
  const windows = [
    ...freezeWindows.map((window) => ({ kind: 'freeze', ...window })),
    ...maintenance.map((window) => ({ kind: 'maintenance', ...window })),
  ];
  return windows
    .filter(({ timeZone }) => !isTimeZone(timeZone ?? 'UTC'))
    .map(
      ({ kind, name, timeZone }) =>
        `${kind} window ${name} names the time zone "${timeZone}", which does not exist; write an IANA name, such as Europe/Berlin`,
    );
}
