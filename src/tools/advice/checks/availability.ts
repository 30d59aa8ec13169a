/** Whether it survives the loss of a pod, the drain of a node and the loss of one. */
import { manifestOf, patchOf } from '../changes.ts';
import type { Advice, Checked, Facts } from '../facts.ts';

export function availabilityAdvice(facts: Facts): Checked {
  const { workload } = facts;
  if (workload.kind === 'DaemonSet' || workload.services.length === 0) return { advice: [], fine: [] };
  const replicas = workload.object.spec?.replicas ?? 1;
  if (replicas === 0) return { advice: [], fine: [] };
  const parts =
    replicas === 1 ? [single(facts)] : [budget(facts, replicas), spread(facts, replicas), { advice: [], fine: [`${replicas} replicas`] }];
  return { advice: parts.flatMap(({ advice }) => advice), fine: parts.flatMap(({ fine }) => fine) };
}

/** One that keeps its data on one volume can't simply be doubled. */
function single({ workload, subject, autoscaler }: Facts): Checked {
  if (autoscaler !== undefined && autoscaler !== 'none' && (autoscaler.spec?.minReplicas ?? 1) > 1)
    return { advice: [], fine: ['its autoscaler keeps several replicas'] };
  const isStateful = workload.kind === 'StatefulSet' || subject.claims.length > 0;
  return {
    fine: [],
    advice: [
      {
        topic: 'availability',
        weight: 76,
        title: 'A single replica serves it',
        why: isStateful
          ? 'Each restart and each drain of its node is an outage. It keeps data on a volume, so that more replicas need a program that can share or copy it.'
          : 'Each restart and each drain of its node is an outage.',
        wouldHaveHelped: ['Container*', 'Node*', 'Service*', 'Probe*'],
        change: isStateful ? undefined : patchOf(workload, { replicas: 2 }),
      },
    ],
  };
}

function budget({ workload, budgets }: Facts, replicas: number): Checked {
  if (budgets === undefined) return { advice: [], fine: [] };
  const [found] = budgets;
  if (found === undefined) return { advice: [noBudget(workload)], fine: [] };
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0, expectedPods = replicas } = found.status ?? {};
  const neverAllows = disruptionsAllowed === 0 && currentHealthy >= expectedPods && desiredHealthy >= expectedPods && expectedPods > 0;
  if (!neverAllows) return { advice: [], fine: [`PodDisruptionBudget ${found.metadata.name}`] };
  return {
    fine: [],
    advice: [
      {
        topic: 'availability',
        weight: 55,
        title: `PodDisruptionBudget ${found.metadata.name} allows no disruption at all`,
        why: `It wants all ${expectedPods} pods at any time, so that no node with one of them can ever be drained. Let it allow one: maxUnavailable: 1 in place of minAvailable.`,
        wouldHaveHelped: ['DisruptionBudget*'],
      },
    ],
  };
}

function noBudget({ namespace, name, object }: Facts['workload']): Advice {
  const selector = object.spec?.selector ?? { matchLabels: object.spec?.template?.metadata?.labels ?? {} };
  return {
    topic: 'availability',
    weight: 52,
    title: 'No PodDisruptionBudget protects it',
    why: 'A drain of several nodes may take all its pods at once.',
    wouldHaveHelped: ['Node*'],
    change: manifestOf({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace },
      spec: { maxUnavailable: 1, selector },
    }),
  };
}

/** The scheduler spreads pods a little by itself; what says so more firmly is better. */
function spread(facts: Facts, replicas: number): Checked {
  const { pods, workload } = facts;
  const nodes = new Set((pods ?? []).flatMap(({ spec }) => spec?.nodeName ?? []));
  const isTogether = (pods?.length ?? 0) > 1 && nodes.size === 1;
  if (isTogether) return { advice: [apart(workload, `All its ${pods?.length ?? 0} pods run on one node`, 66)], fine: [] };
  if (asksToSpread(workload)) return { advice: [], fine: ['its pods are spread over nodes'] };
  const isKnown = pods !== undefined && nodes.size < Math.min(replicas, 2);
  return isKnown ? { advice: [apart(workload, 'Nothing spreads its pods over nodes', 35)], fine: [] } : { advice: [], fine: [] };
}

function asksToSpread({ object }: Facts['workload']): boolean {
  const { affinity, topologySpreadConstraints = [] } = object.spec?.template?.spec ?? {};
  return affinity?.podAntiAffinity !== undefined || topologySpreadConstraints.length > 0;
}

function apart(workload: Facts['workload'], title: string, weight: number): Advice {
  const labelSelector = workload.object.spec?.selector ?? {};
  const constraint = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector };
  return {
    topic: 'availability',
    weight,
    title,
    why: 'When that node fails, the service does. The patch asks the scheduler to spread them where it can.',
    wouldHaveHelped: ['Node*'],
    change: patchOf(workload, { template: { spec: { topologySpreadConstraints: [constraint] } } }),
  };
}
