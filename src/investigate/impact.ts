/** What the trouble does to users, told from replicas: who still serves, who does not, and whether a rollout is blocked. */
import { objectName } from '../sources/kubernetes/names.ts';
import type { PodCount, Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import { isScaledToZero } from './health.ts';
import { spokenTime } from './times.ts';

const MOST_WORKLOADS = 3;

/** @param since when it began, in milliseconds since the epoch */
export function impactOf(snapshot: Snapshot, since: number | undefined): string {
  const absent = snapshot.missing.map((target) => `${objectName(target)} does not exist.`);
  const sentences = [
    ...absent,
    ...snapshot.workloads.slice(0, MOST_WORKLOADS).map((workload) => workloadImpact(workload, since)),
    ...lonePodImpact(snapshot),
  ];
  if (sentences.length === 0) return 'It is not known what this does to users: none of its targets could be seen.';
  return sentences.join(' ');
}

function workloadImpact(workload: Workload, since: number | undefined): string {
  const { ref, desired, ready, complete } = workload;
  const name = objectName(ref);
  const from = since === undefined ? 'Now' : `Since ${spokenTime(since)}`;
  if (ref.kind === 'CronJob') return `${from} runs of ${name} fail.`;
  if (ref.kind === 'Job') return complete ? `${name} has not failed.` : `${from} ${name} fails: ${ready} of ${desired} runs are done.`;
  if (isScaledToZero(workload)) return `${name} is scaled to 0 replicas: nothing serves.`;
  if (complete) return `All ${desired} pods of ${name} are ready.`;
  const blocked = blockedRollout(workload);
  if (ready === 0) return `${from} none of the ${desired} pods of ${name} is ready: nothing serves${blocked}.`;
  if (ready < desired) return `${from} ${ready} of ${desired} pods of ${name} are ready, and the others do not serve${blocked}.`;
  return `${from} all ${desired} pods that ${name} wants are ready${blocked === '' ? ', and its rollout is not complete' : blocked}.`;
}

/** The new revision does not come up; what still serves is the old one. */
function blockedRollout({ podCounts, revisions }: Workload): string {
  const sum = (counts: readonly PodCount[], field: 'ready' | 'total'): number => counts.reduce((total, count) => total + count[field], 0);
  const [fresh, old] = [podCounts.filter(({ current }) => current), podCounts.filter(({ current }) => !current)];
  if (sum(fresh, 'total') === 0 || sum(old, 'ready') === 0 || sum(fresh, 'ready') === sum(fresh, 'total')) return '';
  const number = revisions.find(({ current }) => current)?.number;
  const revision = number === undefined ? 'the new revision' : `revision ${number}`;
  return `; the rollout of ${revision} is blocked (${sum(fresh, 'ready')} of ${sum(fresh, 'total')} new pods ready) and ${sum(old, 'ready')} pods of the revision before still serve`;
}

function lonePodImpact({ pods }: Snapshot): string[] {
  return pods
    .filter(({ owner }) => owner.kind === 'Pod')
    .map(({ namespace, name, ready }) => `Pod ${namespace}/${name} is ${ready ? '' : 'not '}ready, and nothing replaces it.`);
}
