/** Whether its autoscaler can do what it is there for. */
import { type Checked, type Facts, NOTHING } from '../facts.ts';

export function scalingAdvice({ autoscaler, workload }: Facts): Checked {
  if (autoscaler === undefined || autoscaler === 'none') return NOTHING;
  const { name } = autoscaler.metadata;
  const { maxReplicas = 0, minReplicas = 1 } = autoscaler.spec ?? {};
  const { currentReplicas = 0, conditions = [] } = autoscaler.status ?? {};
  const blind = conditions.find(
    ({ type, status }) => type === 'ScalingActive' && status === 'False' && workload.object.spec?.replicas !== 0,
  );
  const advice = [];
  if (blind !== undefined) {
    advice.push({
      topic: 'scaling' as const,
      weight: 74,
      title: `HorizontalPodAutoscaler ${name} does not work`,
      why: `It cannot read its metric (${blind.reason ?? 'no reason is given'}), so that it never scales. Of CPU and memory it needs metrics-server, and requests in every container.`,
      wouldHaveHelped: ['Autoscaler*', 'Cpu*', 'Latency*'],
    });
  } else if (currentReplicas >= maxReplicas && maxReplicas > minReplicas) {
    advice.push({
      topic: 'scaling' as const,
      weight: 64,
      title: `HorizontalPodAutoscaler ${name} is at its most, ${maxReplicas} replicas`,
      why: 'More load finds no more pods. Raise maxReplicas if nodes and what it calls can bear it, or look why it needs so many.',
      wouldHaveHelped: ['Autoscaler*', 'Cpu*', 'Latency*', 'TrafficSurge'],
    });
  }
  return { advice, fine: advice.length === 0 ? [`HorizontalPodAutoscaler ${name} works`] : [] };
}
