/** What there is to say of each kind beside its schema: names, printer columns, conditions, who writes it. The order is that of the documentation. */
import type { z } from 'zod';
import type { ResourceType } from '../kube/object.ts';
import { approvalSpec, approvalStatus } from './approval.ts';
import { incidentSpec, incidentStatus } from './incident.ts';
import { investigationSpec, investigationStatus } from './investigation.ts';
import { approvals, incidents, investigations, remediationPlans, remediationPolicies } from './kinds.ts';
import { remediationPlanSpec, remediationPlanStatus } from './remediationPlan.ts';
import { remediationPolicySpec, remediationPolicyStatus } from './remediationPolicy.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly jsonPath: string;
  readonly description: string;
  /** Shown with `-o wide` only. */
  readonly wide?: boolean;
}

export interface KindDefinition {
  readonly resource: ResourceType;
  readonly singular: string;
  readonly shortName: string;
  readonly description: string;
  /** Who makes such objects, for the documentation. */
  readonly madeBy: string;
  /** Condition types, in the order in which they come true, with what True means. */
  readonly conditions: Readonly<Record<string, string>>;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  /** The one process that writes the status; admission refuses everybody but the operator's own accounts. */
  readonly statusWriter: 'investigator' | 'executor';
  readonly columns: readonly PrinterColumn[];
}

const column = (name: string, jsonPath: string, description: string): PrinterColumn => ({ name, type: 'string', jsonPath, description });
const wide = (name: string, jsonPath: string, description: string): PrinterColumn => ({
  ...column(name, jsonPath, description),
  wide: true,
});
const age: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'How long ago it was created.',
};
const waitingOn: readonly PrinterColumn[] = [
  column('Waiting-On', '.status.waitingOn.who', 'Who has to act next.'),
  wide('Waiting-For', '.status.waitingOn.detail', 'What they have to do.'),
];

export const kindDefinitions: readonly KindDefinition[] = [
  {
    resource: incidents,
    singular: 'incident',
    shortName: 'inc',
    description:
      'An Incident says that something is wrong, who says so, and how far it is from a verified end. Intake makes one for every alert; people make them with kubectl, REST or chat.',
    madeBy: 'Intake, for every alert (one Incident each, whichever way the alert comes); people, for what they see.',
    conditions: {
      Triaged: 'It was judged to be ours, and its targets are known.',
      Announced: 'It has lasted long enough, or begun often enough for its severity, that people may be told of it.',
      Investigated: 'An Investigation has ended; its root cause, if it named one, is in the status.',
      RemediationProposed: 'A plan with its diff stands ready. False with a reason where there is nothing that may be proposed.',
      Resolved: 'Recovery was confirmed, or a person closed it. An end: it never becomes False again.',
    },
    spec: incidentSpec,
    status: incidentStatus,
    statusWriter: 'investigator',
    columns: [
      column('Severity', '.spec.severity', 'How bad it is for the users of the service.'),
      column('Phase', '.status.phase', 'How far it is.'),
      column('Target', '.spec.targets[0].name', 'The first object that is known to be affected.'),
      column('Root-Cause', '.status.rootCauseReason', 'What is wrong, from the documented vocabulary.'),
      ...waitingOn,
      wide('Diagnosis', '.status.rootCause', 'The root cause in a sentence.'),
      wide('Follows', '.status.groupedInto.name', 'The Incident that leads the storm it belongs to.'),
      { ...wide('Members', '.status.membersTotal', 'How many Incidents follow it.'), type: 'integer' },
      wide('Source', '.spec.source', 'The way in.'),
      wide('Title', '.spec.title', 'One line that a person recognises it by.'),
      wide('Namespace-Of-Target', '.spec.targets[0].namespace', 'Namespace of the first object that is known to be affected.'),
      age,
    ],
  },
  {
    resource: investigations,
    singular: 'investigation',
    shortName: 'inv',
    description:
      'An Investigation is one question about the cluster, the evidence that was gathered for it, and the answer with its citations. Its spec cannot be changed.',
    madeBy: 'The investigator, for an Incident; the executor, to look at the world after a fix; people, for a question of their own.',
    conditions: {
      Gathered: 'All sources were asked; what could not be seen is in gaps.',
      Analysed: 'All analyzers have run over the evidence.',
      Succeeded: 'It has ended with an outcome; False: it could not be carried out, and the reason says why.',
    },
    spec: investigationSpec,
    status: investigationStatus,
    statusWriter: 'investigator',
    columns: [
      column('Purpose', '.spec.purpose', 'Diagnosis looks for a cause; Verification looks whether a fix has left anything wrong.'),
      column('Phase', '.status.phase', 'How far it is.'),
      column('Outcome', '.status.outcome', 'How it ended.'),
      column('Root-Cause', '.status.rootCause.reason', 'What is wrong, from the documented vocabulary.'),
      column('Target', '.status.rootCause.object.name', 'The object that it is wrong with.'),
      { ...column('Confidence', '.status.rootCause.confidence', 'How sure, in percent.'), type: 'integer' },
      wide('Incident', '.spec.incidentRef.name', 'The Incident that asks.'),
      wide('Summary', '.status.report.summary', 'The whole in one line.'),
      age,
    ],
  },
  {
    resource: remediationPlans,
    singular: 'remediationplan',
    shortName: 'rp',
    description:
      'A RemediationPlan says what would be changed, how we would know that it helped, and what became of it. It is what people approve: its spec cannot be changed, and it has one digest for ever.',
    madeBy: 'The investigator, from a diagnosis; people, who want another action or another value.',
    conditions: {
      Validated: 'Every action is in the catalogue, within its bounds and in scope.',
      Rendered:
        'The change was made in a checkout of the repository, re-rendered, compared and tried on the API server; digest and diff stand.',
      Approved: 'As many people as the policy asks for have approved exactly this digest.',
      Applied: 'The commit is on the ref.',
      Synced: 'The GitOps engine reports this commit, or one that descends from it.',
      Verified: 'All success criteria have held for as long as the plan asks.',
      Succeeded: 'The fix helped. False: the plan has ended without, and the reason says how.',
      Stopped: 'Somebody has stopped Agent-SRE: no effect of this plan begins. Absent otherwise.',
    },
    spec: remediationPlanSpec,
    status: remediationPlanStatus,
    statusWriter: 'executor',
    columns: [
      column('Action', '.spec.actions[0].type', 'The first action.'),
      column('Target', '.spec.actions[0].target.name', 'The workload that the first action is for.'),
      column('Phase', '.status.phase', 'How far it is.'),
      column('Risk', '.status.risk.level', 'Computed by rules.'),
      ...waitingOn,
      wide('Strategy', '.spec.strategy', 'How it is delivered.'),
      wide('Incident', '.spec.incidentRef.name', 'The Incident that it is meant to end.'),
      wide('Commit', '.status.commit.sha', 'The commit that carries the fix.'),
      wide('Summary', '.spec.summary', 'What would be done and why.'),
      age,
    ],
  },
  {
    resource: approvals,
    singular: 'approval',
    shortName: 'apv',
    description:
      'An Approval is one person’s word on exactly one digest of one RemediationPlan. It is created once and never changed; the API server makes sure that it is that person’s, the executor judges it again before every effect.',
    madeBy: 'People, with kubectl; the gateway as the person who gave their word in chat or over REST.',
    conditions: {
      Accepted: 'The executor counts it; False: it does not, and the reason says why.',
    },
    spec: approvalSpec,
    status: approvalStatus,
    statusWriter: 'executor',
    columns: [
      column('Plan', '.spec.planRef.name', 'The plan that is judged.'),
      column('Decision', '.spec.decision', 'The word.'),
      column('Approver', '.spec.approver', 'Whose word it is.'),
      column('Verdict', '.status.verdict', 'What the executor made of it.'),
      wide('Why', '.status.conditions[?(@.type=="Accepted")].message', 'Why the executor accepted or refused it.'),
      wide('Channel', '.spec.channel', 'Where it was given.'),
      wide('Reason', '.spec.reason', 'Why, in their words.'),
      wide('Digest', '.spec.planDigest', 'The digest that the person saw.'),
      age,
    ],
  },
  {
    resource: remediationPolicies,
    singular: 'remediationpolicy',
    shortName: 'rpol',
    description:
      'A RemediationPolicy says what may be done where, after whose approval, and when not. It is cluster-scoped and for administrators: a tenant’s own would be self-approval. Where no policy applies, plans are only suggested.',
    madeBy: 'Administrators.',
    conditions: {
      Ready: 'It is in effect.',
    },
    spec: remediationPolicySpec,
    status: remediationPolicyStatus,
    statusWriter: 'executor',
    columns: [
      column('Mode', '.spec.mode', 'Off, Suggest, Approve or Auto.'),
      column('Namespaces', '.spec.selector.namespaces', 'Namespaces that it applies to; empty: all but the protected ones.'),
      wide('Actions', '.spec.selector.actions', 'Actions that it applies to; empty: all.'),
      wide('Reason', '.spec.reason', 'Why it is so.'),
      age,
    ],
  },
];
