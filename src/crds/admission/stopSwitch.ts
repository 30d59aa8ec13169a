/**
 * Who may write the stop switch: whoever may write its ConfigMap stops everything; to start again takes the right to approve plans in the operator's
 * namespace. Whose word it is stands in it truly.
 *
 * However it is written, by `kubectl sre` or by plain kubectl, a stop is never refused for a missing record.
 */
import { GROUP } from '../common.ts';
import type { Installation } from '../installation.ts';
import { STOP_KEYS, STOP_SWITCH } from '../stopSwitch.ts';
import { COLLECTORS } from './approvals.ts';
import { celList, celString } from './cel.ts';
import type { MutatingPolicy, Named, ValidatingPolicy } from './policy.ts';

const user = 'request.userInfo.username';
const valueOf = (of: 'object' | 'oldObject', key: string): string => `${of}.?data[?${celString(key)}].orValue('')`;
const { stopped, by, since, reason } = STOP_KEYS;

const isTheSwitch = ({ namespace }: Installation): Named => ({
  name: 'the-switch',
  expression: `request.namespace == ${celString(namespace)} && (object == null ? oldObject : object).metadata.?name.orValue('') == ${celString(STOP_SWITCH)}`,
});

export function stopSwitchIsTrue(installation: Installation): ValidatingPolicy {
  const { namespace } = installation;
  return {
    name: `stop-switch-is-true.${GROUP}`,
    purpose:
      'Whoever may write the stop switch may stop Agent-SRE; who starts it again may approve plans. Nobody does either in the name of another.',
    rules: [{ groups: [''], resources: ['configmaps'], operations: ['CREATE', 'UPDATE', 'DELETE'] }],
    matchConditions: [isTheSwitch(installation)],
    variables: [
      { name: 'was', expression: `oldObject != null && ${valueOf('oldObject', stopped)} != 'false'` },
      { name: 'is', expression: `object != null && ${valueOf('object', stopped)} != 'false'` },
      {
        name: 'named',
        expression: `object == null ? '' : oldObject != null && ${valueOf('oldObject', by)} == ${valueOf('object', by)} ? '' : ${valueOf('object', by)}`,
      },
    ],
    validations: [
      {
        expression: `variables.named == '' || variables.named == ${user}`,
        messageExpression: `'data.${by} is "' + variables.named + '", and you are "' + ${user} + '": nobody stops or starts Agent-SRE in the name of another. Leave data.${by} out'`,
        message: `data.${by} has to be the user who writes it.`,
        reason: 'Forbidden',
      },
      {
        expression: `!variables.was || variables.is || ${user} in ${celList(COLLECTORS)} || authorizer.group('${GROUP}').resource('remediationplans').namespace(${celString(namespace)}).check('approve').allowed()`,
        messageExpression: `${user} + ' may not start Agent-SRE again: that takes the verb "approve" on remediationplans in namespace ${namespace}, as the ClusterRole agent-sre-approver gives it there. Stopping takes less'`,
        message: 'You may not start Agent-SRE again: that takes the verb "approve" on remediationplans in its namespace.',
        reason: 'Forbidden',
      },
    ],
  };
}

/** What was said of the last stop is not left standing for this one. */
export function stopSwitchIsStamped(installation: Installation): MutatingPolicy {
  const isStale = (key: string): string =>
    `oldObject != null && ${valueOf('object', key)} != '' && ${valueOf('object', key)} == ${valueOf('oldObject', key)}`;
  const dropped = (key: string): string => `${isStale(key)} ? [JSONPatch{op: 'remove', path: '/data/${key}'}] : []`;
  const claims = `${valueOf('object', by)} != '' && !(${isStale(by)})`;
  return {
    name: `stop-switch-is-stamped.${GROUP}`,
    purpose: 'Fills in who has stopped or started Agent-SRE where that was left out, and drops what was said of the time before.',
    rules: [{ groups: [''], resources: ['configmaps'], operations: ['CREATE', 'UPDATE'] }],
    matchConditions: [
      isTheSwitch(installation),
      { name: 'has-data', expression: 'has(object.data)' },
      { name: 'is-turned', expression: `oldObject == null || ${valueOf('oldObject', stopped)} != ${valueOf('object', stopped)}` },
    ],
    patches: [`${claims} ? [] : [JSONPatch{op: 'add', path: '/data/${by}', value: ${user}}]`, dropped(since), dropped(reason)],
  };
}
