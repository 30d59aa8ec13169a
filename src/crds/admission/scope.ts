/**
 * Who writes what, and how far it reaches: a status is written by the process that it belongs to, an object outside the operator's namespace is
 * about its own namespace, and the executor changes nothing but Git.
 */
import { AUDIT_PREFIX } from '../audit.ts';
import { catalogueKinds, type ResourceGroup } from '../catalogue.ts';
import { GROUP } from '../common.ts';
import { kindDefinitions } from '../definitions.ts';
import { directRights, isDirectRight } from '../direct.ts';
import { accountsOf, type Installation, userNameOf } from '../installation.ts';
import { RECORD_PREFIX } from '../record.ts';
import { celList, celString } from './cel.ts';
import type { ValidatingPolicy } from './policy.ts';

const user = 'request.userInfo.username';

export function statusIsTheOperators(installation: Installation): ValidatingPolicy {
  const writers = kindDefinitions.map(({ resource, statusWriter }) => {
    const names = accountsOf(statusWriter).map((account) => userNameOf(installation, account));
    return `${celString(resource.plural)}: ${celList(names)}`;
  });
  return {
    name: `status-is-the-operators.${GROUP}`,
    purpose: 'A status says what Agent-SRE found: nobody else writes it, administrators included.',
    rules: [{ groups: [GROUP], resources: kindDefinitions.map(({ resource }) => `${resource.plural}/status`), operations: ['UPDATE'] }],
    variables: [{ name: 'writers', expression: `{${writers.join(', ')}}` }],
    validations: [
      {
        expression: `${user} in variables.writers[request.resource.resource]`,
        messageExpression: `'the status of ' + request.resource.resource + ' is written by Agent-SRE alone (' + variables.writers[request.resource.resource].join(' or ') + '), not by "' + ${user} + '". To approve a plan, create an Approval; to close an Incident, set spec.closure'`,
        message: 'The status of this kind is written by Agent-SRE alone.',
        reason: 'Forbidden',
      },
    ],
  };
}

/** Kinds that belong to no namespace, and so to no tenant. */
const CLUSTER_SCOPED = ['Namespace', 'Node', 'PersistentVolume', 'StorageClass'];

export function targetsStayInTheirNamespace({ namespace }: Installation): ValidatingPolicy {
  const ownNamespace = '(!has(t.namespace) || t.namespace == request.namespace)';
  return {
    name: `targets-stay-in-their-namespace.${GROUP}`,
    purpose: 'Whoever may make objects in one namespace does not look into another, or change it, by way of Agent-SRE.',
    rules: [{ groups: [GROUP], resources: ['incidents', 'investigations', 'remediationplans'], operations: ['CREATE', 'UPDATE'] }],
    matchConditions: [{ name: 'outside-the-operators-namespace', expression: `request.namespace != ${celString(namespace)}` }],
    variables: [
      {
        name: 'targets',
        expression:
          '(has(object.spec.targets) ? object.spec.targets : []) + (has(object.spec.actions) ? object.spec.actions.map(a, a.target) : [])',
      },
      {
        name: 'strangers',
        expression: `variables.targets.filter(t, !(${ownNamespace} && !(t.kind in ${celList(CLUSTER_SCOPED)}))).map(t, t.kind + ' ' + (has(t.namespace) ? t.namespace + '/' : '') + t.name)`,
      },
    ],
    validations: [
      {
        expression: 'variables.strangers.size() == 0',
        messageExpression: `'this object lives in namespace ' + request.namespace + ' and may only be about objects there, not about ' + variables.strangers.join(', ') + '. Make it in the namespace of its targets, or ask an administrator to make it in namespace ${namespace}'`,
        message: `Outside namespace ${namespace} an object may only be about its own namespace.`,
        reason: 'Forbidden',
      },
    ],
  };
}

/** What it may try, and what it may do. */
function watchedKinds(): readonly ResourceGroup[] {
  const groups = new Map(catalogueKinds.map(({ group, resources }) => [group, new Set(resources)]));
  for (const { group, resource } of directRights) groups.set(group, (groups.get(group) ?? new Set()).add(resource));
  return [...groups].map(([group, resources]) => ({ group, resources: [...resources].toSorted() }));
}

export function executorOnlyDryRuns(installation: Installation): ValidatingPolicy {
  const executors = accountsOf('executor').map((account) => userNameOf(installation, account));
  const says = [...new Set(directRights.map((right) => right.says))].join(', ');
  const ownEvidence = [
    `${user} == ${celString(userNameOf(installation, 'all'))}`,
    `request.namespace == ${celString(installation.namespace)}`,
    "request.resource.resource == 'configmaps'",
  ].join(' && ');
  const theRecord = [
    `request.namespace == ${celString(installation.namespace)}`,
    "request.resource.resource == 'configmaps'",
    "request.operation in ['CREATE', 'UPDATE']",
    `object.metadata.name.startsWith(${celString(RECORD_PREFIX)})`,
  ].join(' && ');
  const ownAudit = [
    `request.namespace == ${celString(installation.namespace)}`,
    "request.resource.resource == 'configmaps'",
    `(object == null ? oldObject : object).metadata.?name.orValue('').startsWith(${celString(AUDIT_PREFIX)})`,
  ].join(' && ');
  return {
    name: `executor-only-dry-runs.${GROUP}`,
    purpose:
      'What runs is changed through Git, by what a person approved: the executor may try a change on the API server, and make none but those that no commit can make.',
    rules: watchedKinds().map(({ group, resources }) => ({
      groups: [group],
      resources: resources.flatMap((resource) => [resource, `${resource}/*`]),
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    })),
    matchConditions: [
      { name: 'the-executor', expression: `${user} in ${celList(executors)}` },
      { name: 'not-evidence', expression: `!(${ownEvidence})` },
      { name: 'not-the-record', expression: `!(${theRecord})` },
      { name: 'not-audit', expression: `!(${ownAudit})` }, // judged by a policy of its own
    ],
    variables: [{ name: 'direct', expression: isDirectRight(installation.namespace) }],
    validations: [
      {
        expression: 'has(request.dryRun) && request.dryRun || variables.direct',
        messageExpression: `'Agent-SRE changes ' + request.resource.resource + ' through Git alone: "' + ${user} + '" may write them with dryRun only. Without it, it may ${says}, outside of protected namespaces, and nothing else'`,
        message: 'Agent-SRE changes this kind through Git alone: its executor may write it with dryRun only.',
        reason: 'Forbidden',
      },
    ],
  };
}
