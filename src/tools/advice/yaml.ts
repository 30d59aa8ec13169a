/** Rules and changes as YAML that can be applied as it is. */
import { stringify } from 'yaml';
import type { Facts, Rule } from './facts.ts';

export const yamlOf = (value: unknown): string => stringify(value, { lineWidth: 0 });

/** A PrometheusRule where the operator of Prometheus is there, else a file of rules as Prometheus loads it. */
export function rulesYaml(rules: readonly Rule[], { workload, hasOperator }: Pick<Facts, 'workload' | 'hasOperator'>): string {
  const label = { Deployment: 'deployment', StatefulSet: 'statefulset', DaemonSet: 'daemonset' }[workload.kind];
  const groups = [
    {
      name: `${workload.namespace}-${workload.name}`,
      rules: rules.map(({ alert, expr, for: during, severity, summary }) => ({
        alert,
        expr,
        for: during,
        labels: { severity, namespace: workload.namespace, [label]: workload.name },
        annotations: { summary },
      })),
    },
  ];
  if (hasOperator !== true) return yamlOf({ groups });
  const metadata = { name: `${workload.name}-alerts`, namespace: workload.namespace };
  return yamlOf({ apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec: { groups } });
}
