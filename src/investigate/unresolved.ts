/**
 * What to say where no cause could be named: what was looked at, and where a person would look next.
 *
 * Both are made from what was seen: how much of what, which rules found nothing, what came close, and what could not be seen. Names of
 * Kubernetes objects alone come into the commands.
 */
import type { Gap } from '../crds/investigation.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Pod, Snapshot } from '../sources/kubernetes/snapshot.ts';
import { ADVICE } from './advice.ts';
import { analyzers } from './analyzers/all.ts';
import { cite, type Numbered } from './citations.ts';
import { livingPods } from './containers.ts';
import { isScaledToZero } from './health.ts';
import type { Ranked } from './rank.ts';

export interface UnresolvedParts {
  readonly snapshot: Snapshot;
  readonly ranked: readonly Ranked[];
  readonly numbered: Numbered;
  readonly gaps: readonly Gap[];
}

export function triedFor({ snapshot, ranked, numbered }: UnresolvedParts): string[] {
  const { workloads, pods, events } = snapshot;
  const logs = pods.flatMap(({ containers }) => containers.flatMap((one) => [one.logs.previous ?? [], one.logs.current ?? []].flat()));
  const read = [
    counted(workloads.length, 'workload'),
    counted(pods.length, 'pod'),
    counted(events.length, 'event'),
    counted(logs.length, 'log'),
  ];
  const silent = analyzers.map(({ name }) => name).filter((name) => !ranked.some(({ finding }) => finding.analyzer === name));
  const { changes, changeId } = numbered;
  const ids = changes.slice(0, MOST_CHANGES).map(changeId);
  return [
    `Read ${read.join(', ')}.`,
    ...(silent.length === 0 ? [] : [`Rules that found nothing: ${silent.join(', ')}.`]),
    changes.length === 0
      ? 'No change was found in the time that was looked at.'
      : `${counted(changes.length, 'change')} compared with what is wrong${cite(ids)}; none of them is known to explain it.`,
  ];
}

const MOST_CHANGES = 5;
const MOST_CANDIDATES = 2;
const MOST_LOGS = 2;
const MOST_GAPS = 5;

export function lookNextFor({ snapshot, ranked, numbered, gaps }: UnresolvedParts): string[] {
  const candidates = ranked
    .slice(0, MOST_CANDIDATES)
    .map(({ finding }) => `If it is ${finding.reason}${cite([numbered.findingId(finding)])}: ${ADVICE[finding.reason].now}`);
  const logs = livingPods(snapshot)
    .filter(({ ready }) => !ready)
    .slice(0, MOST_LOGS)
    .map(logOf);
  const zero = snapshot.workloads
    .filter(isScaledToZero)
    .map(
      ({ ref }) => `Who scaled ${objectName(ref)} to 0 is in its managed fields: kubectl get ${named(ref)} -o yaml --show-managed-fields`,
    );
  const changed = numbered.changes.slice(0, MOST_CHANGES).map(numbered.changeId);
  return [
    ...snapshot.missing.map((ref) => `Check the name of ${objectName(ref)}, and who deleted it if it was there.`),
    ...candidates,
    ...zero,
    ...logs,
    ...(changed.length === 0 ? [] : [`Compare when it began with what changed before${cite(changed)}.`]),
    ...gaps.slice(0, MOST_GAPS).map(({ source, reason }) => `See for yourself what ${source} shows: it could not be asked (${reason}).`),
    ...(candidates.length + snapshot.missing.length > 0
      ? []
      : ['Look at what it depends on, and at who calls it: nothing of its own explains the trouble.']),
  ];
}

function logOf({ namespace, name, containers }: Pod): string {
  const container = containers.find(({ ready }) => !ready) ?? containers[0];
  const which = container === undefined ? '' : ` -c ${container.name}${container.lastState.terminated === undefined ? '' : ' --previous'}`;
  return `Read the log of a pod that is not ready: kubectl logs -n ${namespace} ${name}${which}`;
}

const named = ({ kind, namespace, name }: Snapshot['workloads'][number]['ref']): string =>
  `${kind.toLowerCase()}/${name}${namespace === undefined ? '' : ` -n ${namespace}`}`;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
