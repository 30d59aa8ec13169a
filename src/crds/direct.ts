/**
 * What the executor may really do through the API server, beside trying things out: for each kind the one change that an action of the catalogue makes.
 *
 * RBAC and admission are made from the same list. Each `only` is CEL over `object` and `oldObject`: nothing but the named fields may differ, so that the right
 * to patch a kind is no right to change it.
 */
import { celList, celString } from './admission/cel.ts';

export interface DirectRight {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly operation: 'UPDATE' | 'DELETE';
  readonly only: string;
  /** Completes "the executor may". */
  readonly says: string;
  /** Belongs to no namespace, or lives where engines do, while what it is about lies elsewhere: the executor looks at that itself. */
  readonly anywhere?: boolean;
}

/** What the cluster and its delivery stand on: no plan is about them. */
export const PROTECTED_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'flux-system', 'argocd'] as const;

/** The members of a mapping are what they were, but for those named. `path` is written with `.` and, where a member may be absent, `.?`. */
function differsOnlyIn(path: string, ...members: readonly string[]): string {
  const [now, before] = [`object.${path}`, `oldObject.${path}`].map((at) => (path.includes('?') ? `${at}.orValue({})` : at));
  const named = members.length === 0 ? 'false' : `k in ${celList(members)}`;
  return `${now}.all(k, ${named} || (k in ${before} && ${now}[k] == ${before}[k])) && ${before}.all(k, ${named} || k in ${now})`;
}

const has = (object: 'object' | 'oldObject'): string => `${object}.spec.?syncPolicy.?automated.hasValue()`;

const sameMetadata = (...annotations: readonly string[]): string =>
  [
    ...['labels', 'finalizers', 'ownerReferences'].map((field) => `object.metadata.?${field} == oldObject.metadata.?${field}`),
    differsOnlyIn('metadata.?annotations', ...annotations),
  ].join(' && ');

const restart = [
  differsOnlyIn('spec', 'template'),
  differsOnlyIn('spec.template', 'metadata'),
  differsOnlyIn('spec.template.?metadata', 'annotations'),
  differsOnlyIn('spec.template.?metadata.?annotations', 'kubectl.kubernetes.io/restartedAt'),
  // The API server counts the templates of a DaemonSet there.
  sameMetadata('deprecated.daemonset.template.generation'),
].join(' && ');

const grows = [
  differsOnlyIn('spec', 'resources'),
  differsOnlyIn('spec.resources', 'requests'),
  differsOnlyIn('spec.resources.requests', 'storage'),
  'quantity(string(object.spec.resources.requests.storage)).isGreaterThan(quantity(string(oldObject.spec.resources.requests.storage)))',
  sameMetadata(),
].join(' && ');

/** It goes as a whole, comes as a whole, or is switched on. Its status and what it is told to do at once (`operation`) are no subresources. */
const automatedSync = [
  differsOnlyIn('spec', 'syncPolicy'),
  differsOnlyIn('spec.?syncPolicy', 'automated'),
  `(!${has('object')} || !${has('oldObject')} || (${differsOnlyIn('spec.?syncPolicy.?automated', 'enabled')}))`,
  ...['operation', 'status'].map((field) => `object.?${field} == oldObject.?${field}`),
  sameMetadata('agentsre.io/suspended-by', 'agentsre.io/suspended-sync'),
].join(' && ');

const hasController = 'oldObject.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false))';
const isMirror = "'kubernetes.io/config.mirror' in oldObject.metadata.?annotations.orValue({})";

export const directRights: readonly DirectRight[] = [
  ...['daemonsets', 'deployments', 'statefulsets'].map(
    (resource): DirectRight => ({ group: 'apps', resource, operation: 'UPDATE', only: restart, says: 'restart a workload' }),
  ),
  {
    group: '',
    resource: 'pods',
    operation: 'DELETE',
    only: `${hasController} && !(${isMirror})`,
    says: 'delete a pod that a controller makes anew',
  },
  {
    group: '',
    resource: 'nodes',
    operation: 'UPDATE',
    only: [differsOnlyIn('spec', 'unschedulable'), sameMetadata('agentsre.io/cordoned-by')].join(' && '),
    says: 'cordon and uncordon a node',
    anywhere: true,
  },
  {
    group: '',
    resource: 'persistentvolumeclaims',
    operation: 'UPDATE',
    only: grows,
    says: 'make a volume claim larger',
  },
  ...[
    { group: 'kustomize.toolkit.fluxcd.io', resource: 'kustomizations', says: 'suspend and resume a Kustomization' },
    { group: 'helm.toolkit.fluxcd.io', resource: 'helmreleases', says: 'suspend and resume a HelmRelease' },
  ].map(
    (engine): DirectRight => ({
      ...engine,
      operation: 'UPDATE',
      only: [differsOnlyIn('spec', 'suspend'), sameMetadata('agentsre.io/suspended-by')].join(' && '),
      anywhere: true,
    }),
  ),
  {
    group: 'argoproj.io',
    resource: 'applications',
    operation: 'UPDATE',
    only: automatedSync,
    says: 'stop and start the automated sync of an Application',
    anywhere: true,
  },
  {
    group: 'cert-manager.io',
    resource: 'certificates',
    subresource: 'status',
    operation: 'UPDATE',
    only: [differsOnlyIn('spec'), differsOnlyIn('?status', 'conditions')].join(' && '),
    says: 'have a Certificate issued again',
  },
];

/** Whether a request is one of them, as CEL. @param operatorNamespace is as protected as the others */
export function isDirectRight(operatorNamespace: string): string {
  const free = `!(request.namespace in ${celList([...PROTECTED_NAMESPACES, operatorNamespace])})`;
  return directRights
    .map(({ group, resource, subresource = '', operation, only, anywhere = false }) =>
      [
        `request.resource.group == ${celString(group)}`,
        `request.resource.resource == ${celString(resource)}`,
        `request.?subResource.orValue('') == ${celString(subresource)}`,
        `request.operation == ${celString(operation)}`,
        ...(anywhere ? [] : [free]),
        only,
      ].join(' && '),
    )
    .map((term) => `(${term})`)
    .join(' || ');
}
