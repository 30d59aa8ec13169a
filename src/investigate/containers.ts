/** Questions that several analyzers ask of a snapshot: which containers there are, how the last run ended, what was said of them. */
import type { Container, LogTail, ObjectEvent, Pod, Snapshot, Terminated } from '../sources/kubernetes/snapshot.ts';

export interface PodContainer {
  readonly pod: Pod;
  readonly container: Container;
}

/** The kubelet forgets a container's crashes after it ran for so long; so do we. */
export const RECENT_MS = 10 * 60_000;

/** Containers of pods that are there to stay: neither on their way out, nor done, nor given up. */
export function* livingContainers(snapshot: Snapshot): Iterable<PodContainer> {
  for (const pod of livingPods(snapshot)) {
    for (const container of pod.containers) yield { pod, container };
  }
}

/**
 * What is restarted always fails as a whole only from outside (an eviction, a node that shuts down), has been replaced since, and
 * may lie around for weeks: its containers' ends say nothing about the program.
 */
export const livingPods = ({ pods }: Snapshot): readonly Pod[] =>
  pods.filter(
    ({ deleting, phase, restartPolicy }) => !deleting && phase !== 'Succeeded' && !(phase === 'Failed' && restartPolicy === 'Always'),
  );

/** How its present run ended, or the one before: a restarted container is Running between two crashes. */
export const lastEnd = ({ state, lastState }: Container): Terminated | undefined => state.terminated ?? lastState.terminated;

/** The log of the run that ended: it is the present one until the container is started again. */
export function logOfLastEnd({ state, logs }: Container): LogTail | undefined {
  return state.terminated === undefined ? (logs.previous ?? (state.running === undefined ? logs.current : undefined)) : logs.current;
}

/** Events of the pod that are about the container, or about no container in particular. */
export function eventsOf({ events }: Snapshot, pod: Pod, container?: Container): ObjectEvent[] {
  return events.filter(
    (event) =>
      event.kind === 'Pod' &&
      event.namespace === pod.namespace &&
      event.name === pod.name &&
      event.lastAt >= pod.createdAt &&
      (container === undefined || event.container === undefined || event.container === container.name),
  );
}

/** When trouble with it was first seen: by the first warning, else since it exists if it never got ready. */
export function onset(snapshot: Snapshot, pod: Pod, container?: Container): number | undefined {
  const warnings = eventsOf(snapshot, pod, container).filter(({ type }) => type === 'Warning');
  const ended = container === undefined ? undefined : lastEnd(container)?.finishedAt;
  const seen = [...warnings.map(({ firstAt }) => firstAt), ...(ended === undefined ? [] : [ended])];
  if (seen.length > 0) return Math.min(...seen);
  return pod.ready ? undefined : pod.createdAt;
}

/** Keys of evidence for a container: its pod, what was said of it, and the logs that are named. */
export function evidenceFor(snapshot: Snapshot, pod: Pod, ...tails: readonly (LogTail | undefined)[]): string[] {
  const events = eventsOf(snapshot, pod).some(({ type }) => type === 'Warning')
    ? eventsOf(snapshot, pod).map(({ evidence }) => evidence)
    : [];
  return [...new Set([pod.evidence, ...tails.flatMap((tail) => tail?.evidence ?? []), ...events])];
}

/** `3 restarts`, `1 restart`; empty for none. */
export function restartsOf({ restarts }: Container): string {
  if (restarts === 0) return '';
  return restarts === 1 ? ' (1 restart)' : ` (${restarts} restarts)`;
}

export const podName = ({ namespace, name }: Pod): string => `${namespace}/${name}`;
