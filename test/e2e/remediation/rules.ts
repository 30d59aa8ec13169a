/**
 * Rules of kube-prometheus for the scenes. There, one fault is told by several rules, a quarter of an hour apart; here each is told by one, soon: a rule
 * looks at the namespaces of its scenes alone. Crash loops and memory are told by the shop's rules, which look everywhere.
 */
import type { ScrapeJob } from '../../cluster/addons/prometheus.ts';
import type { Cluster } from '../../cluster/cluster.ts';

export interface Scenes {
  readonly waiting?: readonly string[];
  readonly mismatch?: readonly string[];
  readonly stuck?: readonly string[];
  readonly down?: readonly string[];
  readonly maxedOut?: readonly string[];
  /** A rule of the team's own, on what its Deployment `web` says of itself. */
  readonly failing?: readonly string[];
}

const SOON = '4s';
/** An autoscaler's condition is believed once it has stood for four minutes, and there are a few seconds until it does. */
const STANDS = '260s';

export function rulesFor({ waiting = [], mismatch = [], stuck = [], down = [], maxedOut = [], failing = [] }: Scenes): readonly object[] {
  const of = (namespaces: readonly string[]): string => `job="kube-state-metrics", namespace=~"${namespaces.join('|')}"`;
  return [
    {
      name: 'scenes',
      rules: [
        rule(
          'KubeContainerWaiting',
          `sum by (namespace, pod, container, uid) (kube_pod_container_status_waiting_reason{reason!~"CrashLoopBackOff|ContainerCreating|PodInitializing", ${of(waiting)}}) > 0`,
          SOON,
          'Pod container waiting longer than 1 hour',
        ),
        rule(
          'KubeDeploymentReplicasMismatch',
          `kube_deployment_spec_replicas{${of(mismatch)}} > kube_deployment_status_replicas_available{${of(mismatch)}}`,
          '10s',
          'Deployment has not matched the expected number of replicas',
        ),
        rule(
          'KubeDeploymentRolloutStuck',
          `kube_deployment_status_condition{condition="Progressing", status="false", ${of(stuck)}} != 0`,
          SOON,
          'Deployment rollout is not progressing',
        ),
        rule(
          'TargetDown',
          `100 * (count by (job, namespace, service) (up{namespace=~"${down.join('|')}"} == 0) / count by (job, namespace, service) (up{namespace=~"${down.join('|')}"})) > 10`,
          SOON,
          'One or more targets are unreachable',
        ),
        rule(
          'KubeHpaMaxedOut',
          `kube_horizontalpodautoscaler_status_current_replicas{${of(maxedOut)}} == kube_horizontalpodautoscaler_spec_max_replicas{${of(maxedOut)}}`,
          STANDS,
          'HPA is running at max replicas',
        ),
        {
          ...rule('HighErrorRate', `max by (namespace) (orders_failing{namespace=~"${failing.join('|')}"}) > 0`, SOON, 'Orders fail'),
          labels: { severity: 'critical', deployment: 'web' },
        },
      ],
    },
  ];
}

const rule = (alert: string, expr: string, holds: string, summary: string): object => ({
  alert,
  expr,
  for: holds,
  labels: { severity: 'critical' }, // what wakes people is not kept waiting for alerts of the same cause
  annotations: { summary, runbook_url: `https://runbooks.prometheus-operator.dev/runbooks/kubernetes/${alert.toLowerCase()}` },
});

/** What a ServiceMonitor of the Prometheus operator amounts to: every endpoint of the Services in these namespaces. */
export function scrapeServices({ kubeconfigPath }: Cluster, namespaces: readonly string[]): ScrapeJob {
  return {
    job_name: 'services',
    kubernetes_sd_configs: [{ role: 'endpointslice', kubeconfig_file: kubeconfigPath, namespaces: { names: namespaces } }],
    fallback_scrape_protocol: 'PrometheusText0.0.4',
    relabel_configs: [
      { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
      { source_labels: ['__meta_kubernetes_service_name'], target_label: 'service' },
      { source_labels: ['__meta_kubernetes_service_name'], target_label: 'job' },
      { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
    ],
  };
}
