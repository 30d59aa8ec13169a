/** Whether the kubelet ended a container's last run because its liveness or startup probe failed: then that run's end is not its own. */
import type { Container, ObjectEvent, Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, lastEnd } from '../containers.ts';

/** The event comes before the end, by as long as the container takes to stop. */
const GRACE_MS = 60_000;

export function wasKilledByProbe(snapshot: Snapshot, pod: Pod, container: Container): boolean {
  const end = lastEnd(container);
  if (end?.finishedAt === undefined) return false;
  const { finishedAt, startedAt = 0 } = end;
  return eventsOf(snapshot, pod, container).some(
    (event) => isProbeKill(event) && event.lastAt >= startedAt && event.lastAt <= finishedAt + GRACE_MS,
  );
}

const isProbeKill = ({ reason, message }: ObjectEvent): boolean =>
  reason === 'Killing' && /failed (?:liveness|startup) probe/iu.test(message);
