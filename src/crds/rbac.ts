/**
 * Who may do what, as data: the three processes with the least that they need, and the roles that people are given.
 *
 * No process may read a Secret. `approve` is a verb of ours on RemediationPlans: nothing grants it but the roles approver and admin, and the
 * standard role `edit` never holds it.
 */
import { catalogueKinds, gitOpsKinds, type ResourceGroup } from './catalogue.ts';
import { GROUP } from './common.ts';
import { kindDefinitions } from './definitions.ts';
import { directRights } from './direct.ts';
import { defaultInstallation, type Installation, PROCESSES, type Process } from './installation.ts';
import { type Manifest, partOf } from './manifest.ts';
import { STOP_SWITCH } from './stopSwitch.ts';

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ['get', 'list', 'watch'] as const;
const APPLY = ['patch', 'update'] as const;

const rule = (apiGroup: string, resources: readonly string[], verbs: readonly string[]): PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});
const ours = (resources: readonly string[], verbs: readonly string[]): PolicyRule => rule(GROUP, resources, verbs);
const reading = (kinds: readonly ResourceGroup[]): readonly PolicyRule[] =>
  kinds.map(({ group, resources }) => rule(group, resources, READ));

const ourPlurals = kindDefinitions.map(({ resource }) => resource.plural);
const statusOf = (process: Process): PolicyRule =>
  ours(
    kindDefinitions.filter(({ statusWriter }) => statusWriter === process).map(({ resource }) => `${resource.plural}/status`),
    APPLY,
  );

/** Who may see pods may see what they measure, as where metrics-server is installed (docs/queries.md). */
const seeMetrics = rule('metrics.k8s.io', ['pods'], ['get']);

/** What is looked at to find a cause. ConfigMaps for the keys that they hold; of Secrets, not even the names. */
const clusterState: readonly ResourceGroup[] = [
  {
    group: '',
    resources: [
      'configmaps',
      'events',
      'limitranges',
      'namespaces',
      'nodes',
      'persistentvolumeclaims',
      'persistentvolumes',
      'pods',
      'resourcequotas',
      'serviceaccounts',
      'services',
    ],
  },
  { group: 'apps', resources: ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'] },
  { group: 'autoscaling', resources: ['horizontalpodautoscalers'] },
  { group: 'batch', resources: ['cronjobs', 'jobs'] },
  { group: 'cert-manager.io', resources: ['certificates'] },
  { group: 'discovery.k8s.io', resources: ['endpointslices'] },
  { group: 'events.k8s.io', resources: ['events'] },
  { group: 'gateway.networking.k8s.io', resources: ['gateways', 'httproutes'] },
  { group: 'networking.k8s.io', resources: ['ingresses', 'networkpolicies'] },
  { group: 'policy', resources: ['poddisruptionbudgets'] },
  { group: 'storage.k8s.io', resources: ['storageclasses'] },
];

/** Recorded on our own objects, for `kubectl describe`. */
const recordEvents = rule('events.k8s.io', ['events'], ['create', 'patch']);
const askWhatSomebodyMay = rule('authorization.k8s.io', ['subjectaccessreviews'], ['create']);
/** blockOwnerDeletion on a child takes this where OwnerReferencesPermissionEnforcement is on. */
const own = (parents: readonly string[]): PolicyRule =>
  ours(
    parents.map((parent) => `${parent}/finalizers`),
    ['update'],
  );

/** What an action that no commit can make takes. How far each right goes is for admission to say. */
const directly: readonly PolicyRule[] = directRights
  .filter(({ group, resource }) => !catalogueKinds.some((kinds) => kinds.group === group && kinds.resources.includes(resource)))
  .map(({ group, resource, subresource, operation }) =>
    rule(group, [subresource === undefined ? resource : `${resource}/${subresource}`], [operation === 'DELETE' ? 'delete' : 'patch']),
  );

/** In every namespace. */
export const processRules: Readonly<Record<Process, readonly PolicyRule[]>> = {
  gateway: [
    ours(ourPlurals, READ),
    ours(['incidents'], ['create', ...APPLY]),
    ours(['investigations', 'remediationplans'], ['create']),
    rule('authentication.k8s.io', ['tokenreviews'], ['create']),
    askWhatSomebodyMay,
    // on behalf of callers, each look after asking whether they may (src/tools/caller.ts)
    ...reading(clusterState),
    rule('', ['pods/log'], ['get']),
    seeMetrics, // for callers who show no token, where none is needed
    ...reading(gitOpsKinds),
  ],
  investigator: [
    ours(ourPlurals, READ),
    statusOf('investigator'),
    ours(['incidents'], ['delete']), // once they have been over for the retention
    ours(['investigations', 'remediationplans'], ['create']),
    own(['incidents', 'investigations']),
    ...reading(clusterState),
    rule('', ['pods/log'], ['get']),
    ...reading(gitOpsKinds),
    askWhatSomebodyMay,
    recordEvents,
  ],
  executor: [
    ours(ourPlurals, READ),
    statusOf('executor'),
    ours(['investigations'], ['create']),
    ours(['approvals'], ['delete']), // of plans that are gone
    own(['remediationplans']),
    rule('', ['namespaces'], ['get']),
    rule('', ['pods'], ['get', 'list']),
    rule('apps', ['controllerrevisions', 'replicasets'], ['get', 'list']),
    ...catalogueKinds.map(({ group, resources }) => rule(group, resources, ['get', 'list', 'patch'])),
    rule('', ['configmaps'], ['create']),
    ...directly,
    rule('', ['nodes'], ['get', 'list']),
    rule('cert-manager.io', ['certificates'], ['get']),
    rule('discovery.k8s.io', ['endpointslices'], ['list']),
    rule('storage.k8s.io', ['storageclasses'], ['get']),
    ...reading(gitOpsKinds),
    rule(
      'admissionregistration.k8s.io',
      ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
      ['get'],
    ),
    askWhatSomebodyMay,
    recordEvents,
  ],
};

const evidence = (verbs: readonly string[]): PolicyRule => rule('', ['configmaps'], verbs);
/** How far these rights go in an audit chain is for admission to say. */
const audit = rule('', ['configmaps'], ['create', 'delete', 'get', 'list', 'update']);
/** `create` by name counts for server-side apply, which says the name in its path. */
const stopSwitch = (verbs: readonly string[]): PolicyRule => ({ ...rule('', ['configmaps'], verbs), resourceNames: [STOP_SWITCH] });
const leases = rule('coordination.k8s.io', ['leases'], ['create', 'get', 'list', 'patch', 'update', 'watch']);

/** A lock that led to nothing leaves no trace. */
const lockRelease = rule('coordination.k8s.io', ['leases'], ['delete']);
/** What became of plans, one object a workload; which ConfigMaps those are is for admission to say. */
const record = rule('', ['configmaps'], ['create', 'get', 'list', 'update']);

/** Conversations, reported changes, what models cost, and its audit; which ConfigMaps those are is for admission to say. */
const gatewayMaps = rule('', ['configmaps'], ['create', 'delete', 'get', 'list', 'update']);

/** In the operator's own namespace. */
export const ownNamespaceRules: Readonly<Record<Process, readonly PolicyRule[]>> = {
  gateway: [gatewayMaps, leases],
  investigator: [evidence(['create', 'delete', 'get', 'list', 'patch', 'update']), leases],
  executor: [audit, leases, lockRelease, record, stopSwitch(READ)],
};

export const PEOPLE = ['viewer', 'responder', 'approver', 'auditor', 'admin'] as const;
export type Person = (typeof PEOPLE)[number];

const view = [ours(ourPlurals, READ), stopSwitch(['get']), seeMetrics];
const respond = [
  ...view,
  ours(['incidents'], ['create', ...APPLY]),
  ours(['investigations', 'remediationplans'], ['create']),
  stopSwitch(['create', ...APPLY]),
];
const approve = [...respond, ours(['approvals'], ['create']), ours(['remediationplans'], ['approve'])];

/** The standard role that each is aggregated to; an approver is made by binding the role, never by being an editor. */
const people: Readonly<Record<Person, { readonly rules: readonly PolicyRule[]; readonly aggregateTo?: string; readonly says: string }>> = {
  viewer: { rules: view, aggregateTo: 'view', says: 'May see everything that Agent-SRE knows.' },
  responder: {
    rules: respond,
    aggregateTo: 'edit',
    says: 'May also open and close Incidents, ask for Investigations, propose plans, and stop all effects (bound in the operator’s namespace).',
  },
  approver: {
    rules: approve,
    says: 'May also approve and reject plans in the namespaces where this role is bound; in the operator’s own, also start effects again.',
  },
  auditor: {
    rules: [...view, rule('', ['configmaps'], ['get', 'list'])],
    says: 'May also read the audit, where this role is bound in the operator’s namespace.',
  },
  admin: {
    rules: [
      ...approve,
      ours(['incidents', 'investigations', 'remediationplans'], ['delete', ...APPLY]),
      ours(['remediationpolicies'], ['create', 'delete', ...APPLY]),
    ],
    aggregateTo: 'admin',
    says: 'May also delete objects, and set the policies where this role is bound for the whole cluster.',
  },
};

export function peopleRole(person: Person): string {
  return `agent-sre-${person}`;
}

export function renderPeople(): readonly Manifest[] {
  return PEOPLE.map((person) => {
    const { rules, aggregateTo, says } = people[person];
    const aggregation = aggregateTo === undefined ? {} : { [`rbac.authorization.k8s.io/aggregate-to-${aggregateTo}`]: 'true' };
    const metadata = { name: peopleRole(person), labels: { ...partOf, ...aggregation }, annotations: { 'agentsre.io/purpose': says } };
    return { ...rbac('ClusterRole'), metadata, rules };
  });
}

/** ServiceAccount, roles and bindings of one process. */
export function renderProcess(process: Process, { namespace, accounts }: Installation = defaultInstallation): readonly Manifest[] {
  const name = `agent-sre-${process}`;
  return [
    serviceAccount(namespace, accounts[process]),
    { ...rbac('ClusterRole'), metadata: { name, labels: partOf }, rules: processRules[process] },
    { ...rbac('Role'), metadata: { name, namespace, labels: partOf }, rules: ownNamespaceRules[process] },
    ...bindings(name, name, namespace, accounts[process]),
  ];
}

/** The account of `agent-sre all`, which may do what the three may together. For development and small clusters; not installed by default. */
export function renderAllInOne({ namespace, accounts }: Installation = defaultInstallation): readonly Manifest[] {
  const account = accounts.all;
  const granted = PROCESSES.flatMap((process) => bindings(`agent-sre-all-${process}`, `agent-sre-${process}`, namespace, account));
  return [serviceAccount(namespace, account), ...granted];
}

export function renderRbac(installation: Installation = defaultInstallation): readonly Manifest[] {
  return [...PROCESSES.flatMap((process) => renderProcess(process, installation)), ...renderPeople()];
}

function bindings(name: string, role: string, namespace: string, account: string): readonly Manifest[] {
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace }];
  const to = (kind: string): object => ({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role }, subjects });
  return [
    { ...rbac('ClusterRoleBinding'), metadata: { name, labels: partOf }, ...to('ClusterRole') },
    { ...rbac('RoleBinding'), metadata: { name, namespace, labels: partOf }, ...to('Role') },
  ];
}

function serviceAccount(namespace: string, name: string): Manifest {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels: partOf } };
}

function rbac(kind: string): Pick<Manifest, 'apiVersion' | 'kind'> {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind };
}
