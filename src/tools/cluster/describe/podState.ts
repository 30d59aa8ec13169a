/** How a pod is, in kubectl’s words, and why. */
import type { ApiPod } from '../../../sources/kubernetes/api.ts';
import { statusesOf } from '../../../sources/kubernetes/podHealth.ts';

export interface PodState {
  /** As kubectl’s STATUS: `Running`, `CrashLoopBackOff`, `Terminating`; of one that runs and is not ready, that. */
  readonly word: string;
  /** It serves, or has done what it was for. */
  readonly isWell: boolean;
  readonly restarts: number;
  /** Containers that are ready, of how many. */
  readonly ready: string;
}

export function podState(pod: ApiPod): PodState {
  const { containerStatuses = [] } = pod.status ?? {};
  const restarts = statusesOf(pod).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  const containers = pod.spec?.containers?.length ?? containerStatuses.length;
  const word = wordOf(pod);
  const isWell = word === 'Running' || word === 'Succeeded';
  return { word, isWell, restarts, ready: `${containerStatuses.filter(({ ready }) => ready === true).length}/${containers}` };
}

const isReady = ({ status }: ApiPod): boolean => status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

function wordOf(pod: ApiPod): string {
  const { phase = 'Unknown', reason } = pod.status ?? {};
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (reason !== undefined) return reason;
  const states = statusesOf(pod).flatMap(({ state }) => state ?? []);
  const waiting = states.flatMap((state) => state.waiting?.reason ?? [])[0];
  if (waiting !== undefined) return waiting;
  const failed = states.find(({ terminated }) => terminated !== undefined && terminated.exitCode !== 0)?.terminated;
  if (failed !== undefined && phase !== 'Succeeded') return failed.reason ?? `ExitCode:${failed.exitCode ?? ''}`;
  if (phase !== 'Running') return phase;
  return isReady(pod) ? 'Running' : 'Running, not ready';
}
