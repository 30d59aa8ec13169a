/**
 * The kinds of objects that a plan may end up changing, and the GitOps objects that own them.
 *
 * RBAC and admission are made from the same list: what the executor may patch is what the dry-run policy watches over.
 */

export interface ResourceGroup {
  readonly group: string;
  readonly resources: readonly string[];
}

/** What the executor renders, compares and dry-runs. Nothing else of a cluster is in its reach. */
export const catalogueKinds: readonly ResourceGroup[] = [
  { group: '', resources: ['configmaps', 'persistentvolumeclaims', 'services'] },
  { group: 'apps', resources: ['daemonsets', 'deployments', 'statefulsets'] },
  { group: 'autoscaling', resources: ['horizontalpodautoscalers'] },
  { group: 'batch', resources: ['cronjobs', 'jobs'] },
  { group: 'networking.k8s.io', resources: ['ingresses', 'networkpolicies'] },
  { group: 'policy', resources: ['poddisruptionbudgets'] },
];

/** Who owns what is deployed, and where it comes from. */
export const gitOpsKinds: readonly ResourceGroup[] = [
  { group: 'argoproj.io', resources: ['applications', 'rollouts'] },
  { group: 'helm.toolkit.fluxcd.io', resources: ['helmreleases'] },
  { group: 'kustomize.toolkit.fluxcd.io', resources: ['kustomizations'] },
  { group: 'source.toolkit.fluxcd.io', resources: ['buckets', 'gitrepositories', 'helmcharts', 'helmrepositories', 'ocirepositories'] },
];
