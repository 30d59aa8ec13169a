/** What the trouble does to users, told from replicas: who still serves, who does not, whether a rollout is blocked; and from how it answers. */

import { levelText } from '../domain/levelText.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { PodCount, Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import { RECENT_MS } from './containers.ts';
import { isScaledToZero } from './health.ts';
import { signalKey } from './signalRecords.ts';
import { spokenTime } from './times.ts';
import { worsened } from './worsening.ts';

const MOST_WORKLOADS = 3;

/** @param since when it began, in milliseconds since the epoch @param cited the citation of a fact, by its keys of evidence */
export function impactOf(snapshot: Snapshot, since: number | undefined, cited: (keys: readonly string[]) => string): string {
  const absent = snapshot.missing.map((target) => `${objectName(target)} does not exist.`);
  const from = since === undefined ? 'Now' : `Since ${spokenTime(since)}`;
  const workloads = snapshot.workloads
    .slice(0, MOST_WORKLOADS)
    .map((workload) => `${workloadImpact(workload, from)}${restarting(snapshot, workload)}${cited([workload.evidence])}.`);
  const sentences = [...absent, ...workloads, ...lonePodImpact(snapshot), ...measuredImpact(snapshot, cited)];
  if (sentences.length === 0) return 'It is not known what this does to users: none of its targets could be seen.';
  return sentences.join(' ');
}

function workloadImpact(workload: Workload, from: string): string {
  const { ref, desired, ready, complete } = workload;
  const name = objectName(ref);
  if (ref.kind === 'CronJob') return `${from} runs of ${name} fail`;
  if (ref.kind === 'Job') return complete ? `${name} has not failed` : `${from} ${name} fails: ${ready} of ${desired} runs are done`;
  if (isScaledToZero(workload)) return `${name} is scaled to 0 replicas: nothing serves`;
  if (complete) return `${podsOf(desired, name)} ready`;
  const blocked = blockedRollout(workload);
  if (ready >= desired)
    return `${from} ${blocked ?? `the rollout of ${name} is not complete`}; what it wants is ready: ${ready} of ${desired} pods`;
  const serving = ready === 0 ? 'nothing serves' : 'the others do not serve';
  return `${from} ${ready} of ${desired} pods of ${name} are ready: ${serving}${blocked === undefined ? '' : `; ${blocked}`}`;
}

/** Ready now, and yet not well: a container that is restarted over and over counts as ready between two ends. */
function restarting({ pods, at }: Snapshot, { ref, complete }: Workload): string {
  if (!complete) return '';
  const own = pods.filter(({ owner }) => owner.uid === ref.uid);
  const lately = own.filter(({ containers }) => containers.some((one) => at - (one.lastState.terminated?.finishedAt ?? 0) < RECENT_MS));
  return lately.length === 0
    ? ''
    : ` at the moment, and ${lately.length === 1 ? 'a pod' : `${lately.length} pods`} of it restarted within the last minutes`;
}

/** What callers get, where that is measured and has become worse. */
function measuredImpact({ signals }: Snapshot, cited: (keys: readonly string[]) => string): string[] {
  return signals.slice(0, MOST_WORKLOADS).flatMap((one) => {
    const [errors, slowness] = [worsened(one, 'errorShare'), worsened(one, 'latencyP95')];
    const says = [
      ...(errors === undefined
        ? []
        : [`answers ${levelText('share', errors.now)} of its requests with errors${cited([signalKey(one.object, errors.series)])}`]),
      ...(slowness === undefined
        ? []
        : [`takes ${levelText('seconds', slowness.now)} at the 95th percentile${cited([signalKey(one.object, slowness.series)])}`]),
    ];
    return says.length === 0 ? [] : [`${objectName(one.object)} ${says.join(' and ')}.`];
  });
}

const podsOf = (count: number, name: string): string => (count === 1 ? `The one pod of ${name} is` : `All ${count} pods of ${name} are`);

/** The new revision does not come up; what still serves is the old one. */
function blockedRollout({ ref, podCounts, revisions }: Workload): string | undefined {
  const sum = (counts: readonly PodCount[], field: 'ready' | 'total'): number => counts.reduce((total, count) => total + count[field], 0);
  const [fresh, old] = [podCounts.filter(({ current }) => current), podCounts.filter(({ current }) => !current)];
  const [ready, total, serving] = [sum(fresh, 'ready'), sum(fresh, 'total'), sum(old, 'ready')];
  if (total === 0 || serving === 0 || ready === total) return undefined;
  const number = revisions.find(({ current }) => current)?.number;
  const revision = number === undefined ? 'the new revision' : `revision ${number}`;
  const still = serving === 1 ? '1 pod of the revision before still serves' : `${serving} pods of the revision before still serve`;
  return `the rollout of ${revision} of ${objectName(ref)} is blocked (${ready} of ${total} new pods ready) and ${still}`;
}

function lonePodImpact({ pods }: Snapshot): string[] {
  return pods
    .filter(({ owner }) => owner.kind === 'Pod')
    .map(({ namespace, name, ready }) => `Pod ${namespace}/${name} is ${ready ? '' : 'not '}ready, and nothing replaces it.`);
}
