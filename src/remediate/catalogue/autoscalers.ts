/** Who else decides how many replicas a workload has. */
import { type Autoscaler, autoscalers } from '../../gitops/resources.ts';
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import type { Target } from '../actionTarget.ts';

/** The autoscaler that rules a workload, whoever made it. */
export async function autoscalerOf(
  client: KubeClient,
  { kind, namespace, name }: Target,
  options: CallOptions,
): Promise<Autoscaler | undefined> {
  const { items } = await client.list(autoscalers, { ...options, namespace });
  return items.find(({ spec }) => spec?.scaleTargetRef?.kind === kind && spec.scaleTargetRef.name === name);
}
