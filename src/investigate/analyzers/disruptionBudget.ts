/**
 * A PodDisruptionBudget that allows no eviction while something waits for one.
 *
 * Right when an eviction was refused (an event or a line says so), or, with less weight, when a node that runs one of its pods is cordoned, as
 * it is when it is drained. A budget that allows none is no finding by itself: one replica with a minimum of one is what many want.
 * Disproved by the budget allowing a disruption; while
 * its pods are not healthy it is a symptom, and a hint.
 */
import type { DisruptionBudget, Node, Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { livingPods } from '../containers.ts';
import { credibleLines } from '../credibleLines.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer } from '../finding.ts';
import { selectorFits } from '../networkPolicies.ts';
import { quote } from '../quote.ts';
import { budgetRef } from '../refs.ts';

export const disruptionBudget: Analyzer = {
  name: 'disruptionBudget',
  *find(snapshot) {
    for (const budget of snapshot.budgets.filter(({ disruptionsAllowed, expectedPods }) => disruptionsAllowed === 0 && expectedPods > 0)) {
      const pods = guarded(snapshot, budget);
      const waiting = refusedEviction(snapshot, budget, pods) ?? drain(snapshot, pods);
      if (waiting === undefined) continue;
      const ref = budgetRef(budget);
      const { currentHealthy, desiredHealthy } = budget;
      yield {
        analyzer: disruptionBudget.name,
        reason: 'DisruptionBudgetBlocks',
        object: ref,
        message: `PodDisruptionBudget ${budget.namespace}/${budget.name} allows no eviction (${currentHealthy} healthy pods, ${desiredHealthy} wanted), and ${waiting.says}.`,
        cures: ['RevertCommit'],
        evidence: [budget.evidence, ...waiting.evidence],
        pods: [],
        since: waiting.since,
        indirect: waiting.guessed || currentHealthy < desiredHealthy,
        touchedBy: { direct: objectFields(ref, 'spec'), plausible: [] },
      };
    }
  },
};

interface Waiting {
  readonly says: string;
  readonly evidence: readonly string[];
  readonly since?: number | undefined;
  readonly guessed: boolean;
}

const REFUSED = /would violate the pod's disruption budget|disruption budget \S{1,253} needs \d{1,6} healthy pods/iu;

const guarded = (snapshot: Snapshot, { namespace, selector }: DisruptionBudget): Pod[] =>
  livingPods(snapshot).filter(
    (pod) => pod.namespace === namespace && selectorFits(selector, { labels: pod.labels, partial: false }) === 'yes',
  );

function refusedEviction(snapshot: Snapshot, budget: DisruptionBudget, pods: readonly Pod[]): Waiting | undefined {
  const names = [budget.name, ...pods.map(({ name }) => name)];
  const isOurs = (name: string, text: string): boolean => names.includes(name) || names.some((one) => text.includes(one));
  const event = snapshot.events.find(
    ({ message, name, lastAt }) => REFUSED.test(message) && isOurs(name, message) && lastAt >= snapshot.window.start,
  );
  if (event !== undefined) {
    return { says: `an eviction was refused: ${quote(event.message)}`, evidence: [event.evidence], since: event.firstAt, guessed: false };
  }
  const line = credibleLines(snapshot).find(({ text }) => REFUSED.test(text) && isOurs('', text));
  return line && { says: `an eviction was refused: ${quote(line.text)}`, evidence: [line.evidence], guessed: false };
}

/** A control plane is cordoned for good in many clusters. */
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const isDrained = ({ unschedulable, labels }: Node): boolean => unschedulable && labels[CONTROL_PLANE] === undefined;

function drain({ nodes }: Snapshot, pods: readonly Pod[]): Waiting | undefined {
  const node = nodes.find((one) => isDrained(one) && pods.some((pod) => pod.node === one.name));
  return node && { says: `node ${node.name}, which runs one of them, is cordoned`, evidence: [node.evidence], guessed: true };
}
