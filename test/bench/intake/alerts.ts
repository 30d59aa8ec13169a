/** Alerts as a storm has them: some hundred bytes each, ten pods of each of many workloads. */
import { message, rawAlert } from '../../unit/intake/builders.ts';

export const PODS = 10;

export function alertOf(workload: number, pod: number): Record<string, unknown> {
  return rawAlert({
    labels: {
      alertname: 'KubePodCrashLooping',
      namespace: `team-${workload % 20}`,
      pod: `service-${workload}-7d9f8c6b5-${'bcdfghjklm'[pod] ?? 'b'}x4z2`,
      container: 'app',
      job: 'kube-state-metrics',
      prometheus: 'monitoring/k8s',
      reason: 'CrashLoopBackOff',
      severity: 'warning',
    },
    annotations: {
      summary: 'Pod is crash looping.',
      description: `Pod team-${workload % 20}/service-${workload} (app) is in waiting state (reason: "CrashLoopBackOff").`,
      runbook_url: 'https://runbooks.prometheus-operator.dev/runbooks/kubernetes/kubepodcrashlooping',
    },
  });
}

export const bodyOf = (alerts: readonly unknown[]): string => JSON.stringify(message(alerts));
