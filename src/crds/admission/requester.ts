/**
 * Who asked for an object (`spec.requestedBy`): stamped over whatever was claimed, and demanded to be true where the API server cannot stamp. Only the operator's own accounts may name somebody else: the person or alert that they act for.
 */
import { GROUP } from '../common.ts';
import { type Account, type Installation, userNameOf } from '../installation.ts';
import { groupsOfUser } from './approvals.ts';
import { celList } from './cel.ts';
import type { MutatingPolicy, ValidatingPolicy } from './policy.ts';

const KINDS = ['incidents', 'investigations', 'remediationplans'];
const ACCOUNTS: readonly Account[] = ['gateway', 'investigator', 'executor', 'all'];

/** The operator's own accounts, which may speak for somebody else. */
export const isOperator = (installation: Installation): string =>
  `request.userInfo.username in ${celList(ACCOUNTS.map((account) => userNameOf(installation, account)))}`;

export function requesterIsStamped(installation: Installation): MutatingPolicy {
  return {
    name: `requester-is-stamped.${GROUP}`,
    purpose:
      'Writes who asked for an object into spec.requestedBy, over whatever was claimed: what is looked at for them is what they may see.',
    rules: [{ groups: [GROUP], resources: KINDS, operations: ['CREATE'] }],
    matchConditions: [
      { name: 'has-spec', expression: 'has(object.spec)' },
      { name: 'not-on-behalf-of-somebody', expression: `!(${isOperator(installation)} && has(object.spec.requestedBy))` },
    ],
    variables: [{ name: 'groups', expression: groupsOfUser }],
    patches: [
      "[JSONPatch{op: 'add', path: '/spec/requestedBy', value: Object.spec.requestedBy{username: request.userInfo.username, groups: variables.groups}}]",
    ],
  };
}

/** An update that leaves the requester out, as `kubectl replace` does, keeps it. */
export const requesterIsKept: MutatingPolicy = {
  name: `requester-is-kept.${GROUP}`,
  purpose: 'Keeps spec.requestedBy in an update that leaves it out.',
  rules: [{ groups: [GROUP], resources: KINDS, operations: ['UPDATE'] }],
  matchConditions: [
    { name: 'left-out', expression: 'has(object.spec) && !has(object.spec.requestedBy) && has(oldObject.spec.requestedBy)' },
  ],
  patches: [
    `[JSONPatch{op: 'add', path: '/spec/requestedBy', value: Object.spec.requestedBy{username: oldObject.spec.requestedBy.username, groups: has(oldObject.spec.requestedBy.groups) ? oldObject.spec.requestedBy.groups : []}}]`,
  ],
};

export function requesterIsTrue(installation: Installation): ValidatingPolicy {
  return {
    name: `requester-is-true.${GROUP}`,
    purpose: 'spec.requestedBy is the user who creates the object, or whom the operator acts for.',
    rules: [{ groups: [GROUP], resources: KINDS, operations: ['CREATE'] }],
    matchConditions: [{ name: 'not-the-operator', expression: `!(${isOperator(installation)})` }],
    variables: [
      { name: 'groups', expression: groupsOfUser },
      {
        name: 'claimed',
        expression: 'has(object.spec.requestedBy) && has(object.spec.requestedBy.groups) ? object.spec.requestedBy.groups : []',
      },
    ],
    validations: [
      {
        expression: `has(object.spec.requestedBy) && object.spec.requestedBy.username == request.userInfo.username && variables.claimed.all(g, g in variables.groups) && variables.groups.all(g, g in variables.claimed)`,
        messageExpression: `'spec.requestedBy has to say who asks, which is you: set username to "' + request.userInfo.username + '" and groups to [' + variables.groups.join(', ') + '] (kubectl auth whoami shows both)'`,
        message: 'spec.requestedBy has to be the user who creates the object; kubectl auth whoami shows username and groups.',
        reason: 'Forbidden',
      },
    ],
  };
}
