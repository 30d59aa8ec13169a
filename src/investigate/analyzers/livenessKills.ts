/** Whether the kubelet ended a container's last run because its liveness or startup probe failed: then that run's end is not its own. */
import type { Container, ObjectEvent, Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, lastEnd } from '../containers.ts';

/** Events and states are written by different hands, and seconds are cut off. */
const GRACE_MS = 60_000;

export function wasKilledByProbe(snapshot: Snapshot, pod: Pod, container: Container): boolean {
  const end = lastEnd(container);
  if (end === undefined) return false;
  const since = (end.startedAt ?? end.finishedAt ?? 0) - GRACE_MS;
  return eventsOf(snapshot, pod, container).some((event) => isProbeKill(event) && event.lastAt >= since);
}

const isProbeKill = ({ reason, message }: ObjectEvent): boolean =>
  reason === 'Killing' && /failed (?:liveness|startup) probe/iu.test(message);
