/**
 * The judge of an Approval at admission: it is given by a person, in that person's own name, by one who may approve that very plan, and it stays.
 *
 * What admission cannot see is left to the executor: whether the digest still holds, whether the time is over, whether two are needed.
 */
import { API_VERSION, GROUP } from '../common.ts';
import { type Installation, userNameOf } from '../installation.ts';
import { celList } from './cel.ts';
import type { MutatingPolicy, ValidatingPolicy } from './policy.ts';

const user = 'request.userInfo.username';
/** Some authenticators give no groups at all. */
export const groupsOfUser = 'has(request.userInfo.groups) ? request.userInfo.groups : []';

/** The collectors of Kubernetes itself: cascades and deleted namespaces take Approvals along. */
export const COLLECTORS = [
  'system:serviceaccount:kube-system:generic-garbage-collector',
  'system:serviceaccount:kube-system:namespace-controller',
  'system:kube-controller-manager',
  'system:apiserver',
];

export const approvalsAreGivenInPerson: ValidatingPolicy = {
  name: `approvals-are-given-in-person.${GROUP}`,
  purpose: 'An Approval is the word of the person who creates it, and of one who may approve that plan.',
  rules: [{ groups: [GROUP], resources: ['approvals'], operations: ['CREATE'] }],
  variables: [
    { name: 'groups', expression: groupsOfUser },
    { name: 'claimed', expression: 'object.spec.approverGroups' },
    { name: 'plan', expression: "request.namespace + '/' + object.spec.planRef.name" },
  ],
  validations: [
    {
      expression: `!${user}.startsWith('system:') && !variables.groups.exists(g, g == 'system:serviceaccounts' || g == 'system:nodes')`,
      messageExpression: `'"' + ${user} + '" is not a person: Approvals of service accounts, nodes and system users are refused. A person has to create this Approval under their own account, for example with: kubectl sre approve ' + object.spec.planRef.name + ' -n ' + request.namespace`,
      message:
        'Approvals of service accounts, nodes and system users are refused. A person has to create this Approval under their own account.',
      reason: 'Forbidden',
    },
    {
      expression: `object.spec.approver == ${user}`,
      messageExpression: `'spec.approver is "' + object.spec.approver + '", and you are "' + ${user} + '": nobody approves in the name of another. Leave spec.approver and spec.approverGroups out, or set them to what kubectl auth whoami shows'`,
      message: 'spec.approver has to be the user who creates the Approval.',
      reason: 'Forbidden',
    },
    {
      expression: 'variables.claimed.all(g, g in variables.groups) && variables.groups.all(g, g in variables.claimed)',
      messageExpression: `'spec.approverGroups is [' + variables.claimed.join(', ') + '], and your groups are [' + variables.groups.join(', ') + ']: they have to be the same. Leave spec.approver and spec.approverGroups out, or set them to what kubectl auth whoami shows'`,
      message: 'spec.approverGroups has to be the groups of the user who creates the Approval.',
      reason: 'Forbidden',
    },
    {
      expression: `authorizer.group('${GROUP}').resource('remediationplans').namespace(request.namespace).name(object.spec.planRef.name).check('approve').allowed()`,
      messageExpression: `${user} + ' may not judge RemediationPlan ' + variables.plan + ': that takes the verb "approve" on it. Ask an administrator for a binding of the ClusterRole agent-sre-approver in namespace ' + request.namespace + '; check with: kubectl auth can-i approve remediationplans/' + object.spec.planRef.name + ' -n ' + request.namespace`,
      message: 'You may not judge this RemediationPlan: that takes the verb "approve" on it.',
      reason: 'Forbidden',
    },
  ],
};

export function approvalsAreKept(installation: Installation): ValidatingPolicy {
  const keepers = [userNameOf(installation, 'executor'), userNameOf(installation, 'investigator'), userNameOf(installation, 'all')];
  return {
    name: `approvals-are-kept.${GROUP}`,
    purpose: 'What a person has said is neither changed nor taken back behind the executor. A veto cannot be made to vanish.',
    rules: [{ groups: [GROUP], resources: ['approvals'], operations: ['UPDATE', 'DELETE'] }],
    validations: [
      {
        expression: `${user} in ${celList([...keepers, ...COLLECTORS])}`,
        messageExpression: `'Approval ' + request.namespace + '/' + oldObject.metadata.name + ' was said once and stays: it cannot be changed or deleted, also not by its author. ' + (oldObject.spec.decision == 'Approve' ? 'To take it back before it takes effect, create an Approval of the same plan with decision: Reject' : 'A Reject is final for this plan; a new proposal is a new plan')`,
        message: 'An Approval was said once and stays: it cannot be changed or deleted, also not by its author.',
        reason: 'Forbidden',
      },
    ],
  };
}

/** So that a plan, a digest and a decision are all that a person has to write. A claim is left as it is, to be judged. */
export const approvalIsFilledIn: MutatingPolicy = {
  name: `approval-is-filled-in.${GROUP}`,
  purpose:
    'Fills in who creates an Approval where that was left out, so that plan, digest and decision are all that a person has to write, and makes it go with its plan.',
  rules: [{ groups: [GROUP], resources: ['approvals'], operations: ['CREATE'] }],
  matchConditions: [{ name: 'has-spec', expression: 'has(object.spec)' }],
  variables: [
    { name: 'groups', expression: groupsOfUser },
    {
      name: 'plan',
      expression: `{'apiVersion': '${API_VERSION}', 'kind': 'RemediationPlan', 'name': string(object.spec.planRef.name), 'uid': string(object.spec.planRef.uid)}`,
    },
  ],
  patches: [
    `has(object.spec.approver) ? [] : [JSONPatch{op: 'add', path: '/spec/approver', value: ${user}}]`,
    "has(object.spec.approverGroups) ? [] : [JSONPatch{op: 'add', path: '/spec/approverGroups', value: variables.groups}]",
    "has(object.spec.planRef) ? [JSONPatch{op: 'add', path: '/metadata/ownerReferences', value: [variables.plan]}] : []",
  ],
};
