/**
 * The audit is added to and never changed: the API server itself refuses what would change a segment, whoever asks, and lets each process write its
 * own chain alone. Only that process removes segments, after their time.
 */
import { AUDIT_PREFIX } from '../audit.ts';
import { GROUP } from '../common.ts';
import { accountsOf, type Installation, PROCESSES, userNameOf } from '../installation.ts';
import { COLLECTORS } from './approvals.ts';
import { celList, celString } from './cel.ts';
import type { ValidatingPolicy } from './policy.ts';

const user = 'request.userInfo.username';
const nameOf = "(object == null ? oldObject : object).metadata.?name.orValue('')";

export function auditIsAddedTo(installation: Installation): ValidatingPolicy {
  const isWriter = PROCESSES.map((process) => {
    const accounts = celList(accountsOf(process).map((account) => userNameOf(installation, account)));
    return `(variables.name.startsWith(${celString(`${AUDIT_PREFIX}${process}-`)}) && ${user} in ${accounts})`;
  }).join(' || ');
  return {
    name: `audit-is-added-to.${GROUP}`,
    purpose: 'What Agent-SRE has recorded of its effects is never changed: each process adds to its own chain, and nobody else writes one.',
    rules: [{ groups: [''], resources: ['configmaps'], operations: ['CREATE', 'UPDATE', 'DELETE'] }],
    matchConditions: [
      {
        name: 'an-audit-chain',
        expression: `request.namespace == ${celString(installation.namespace)} && ${nameOf}.startsWith(${celString(AUDIT_PREFIX)})`,
      },
    ],
    variables: [{ name: 'name', expression: nameOf }],
    validations: [
      {
        expression: `${isWriter} || (object == null && ${user} in ${celList(COLLECTORS)})`,
        messageExpression: `'ConfigMap ' + variables.name + ' is part of the audit, which the process that it belongs to writes, and nobody else, administrators included: not "' + ${user} + '"'`,
        message: 'This ConfigMap is part of the audit, which the process that it belongs to writes, and nobody else.',
        reason: 'Forbidden',
      },
      {
        expression:
          "object == null || oldObject == null || object.?data[?'entries.jsonl'].orValue('').startsWith(oldObject.?data[?'entries.jsonl'].orValue(''))",
        messageExpression: `'entries of ' + variables.name + ' are never changed: new ones are added after them'`,
        message: 'Entries of the audit are never changed: new ones are added after them.',
        reason: 'Forbidden',
      },
    ],
  };
}
