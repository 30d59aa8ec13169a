/** Whether a pod, as the API serves it, is worth a closer look: which logs to read and which pods to keep is decided by this. */
import type { ApiContainerStatus, ApiPod } from './api.ts';

export function isUnhealthy(pod: ApiPod): boolean {
  const { phase, conditions = [] } = pod.status ?? {};
  if (phase === 'Succeeded') return false;
  if (phase !== 'Running') return true;
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return !ready || statusesOf(pod).some((status) => hasFailed(status));
}

export const statusesOf = ({ status }: ApiPod): ApiContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

/** Its present or its last run ended, in whatever way, or it cannot start. A finished init container has not failed. */
export function hasFailed({ restartCount = 0, state, lastState }: ApiContainerStatus): boolean {
  if ((state?.terminated?.exitCode ?? 0) !== 0) return true;
  return restartCount > 0 || lastState?.terminated !== undefined || isStuck(state?.waiting?.reason);
}

const isStuck = (reason: string | undefined): boolean =>
  reason !== undefined && reason !== 'ContainerCreating' && reason !== 'PodInitializing';
