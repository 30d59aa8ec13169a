/**
 * Which ConfigMaps the gateway writes: reported changes, which stay as they are; conversations, which go on and are forgotten; its own
 * audit; and the account of what models cost. RBAC can't tell names by their beginning: this does.
 */

import { AUDIT_PREFIX } from '../audit.ts';
import { GROUP } from '../common.ts';
import { CHANGE_PREFIX, CHAT_PREFIX, MODEL_ACCOUNT } from '../gatewayMaps.ts';
import { type Installation, userNameOf } from '../installation.ts';
import { celString } from './cel.ts';
import type { ValidatingPolicy } from './policy.ts';

const user = 'request.userInfo.username';

export function gatewayWritesItsOwnMaps(installation: Installation): ValidatingPolicy {
  const isNamed = (prefix: string): string => `variables.name.startsWith(${celString(prefix)})`;
  const allowed = [
    isNamed(CHAT_PREFIX),
    isNamed(`${AUDIT_PREFIX}gateway-`), // how far that goes, the policy of the audit says
    `(request.operation != 'DELETE' && variables.name == ${celString(MODEL_ACCOUNT)})`,
    `(request.operation == 'CREATE' && ${isNamed(CHANGE_PREFIX)})`,
  ].join(' || ');
  return {
    name: `gateway-writes-its-own-maps.${GROUP}`,
    purpose:
      'The process that strangers talk to writes conversations, reported changes, what models cost and its own audit, and no other ConfigMap.',
    rules: [{ groups: [''], resources: ['configmaps'], operations: ['CREATE', 'UPDATE', 'DELETE'] }],
    matchConditions: [{ name: 'the-gateway', expression: `${user} == ${celString(userNameOf(installation, 'gateway'))}` }],
    variables: [{ name: 'name', expression: "(object == null ? oldObject : object).metadata.?name.orValue('')" }],
    validations: [
      {
        expression: `request.namespace == ${celString(installation.namespace)} && (${allowed})`,
        messageExpression: `'the gateway writes conversations, reported changes, the account of models and its own audit, and not ConfigMap ' + request.namespace + '/' + variables.name`,
        message: 'The gateway writes conversations, reported changes, the account of models and its own audit, and no other ConfigMap.',
        reason: 'Forbidden',
      },
    ],
  };
}
