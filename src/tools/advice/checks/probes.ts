/** Whether traffic waits until a container is ready, and whether its probes can be told from slow starts. */
import type { ApiContainer, ApiProbe } from '../../../sources/kubernetes/api.ts';
import { patchOfContainers } from '../changes.ts';
import { type Advice, type Checked, type Facts, NOTHING } from '../facts.ts';

export function probeAdvice({ workload }: Facts): Checked {
  const containers = workload.object.spec?.template?.spec?.containers ?? [];
  const serving = containers.filter(({ ports = [] }) => ports.length > 0);
  if (workload.services.length === 0 || serving.length === 0) return NOTHING;
  const unready = serving.filter(({ readinessProbe }) => readinessProbe === undefined);
  const same = containers.filter(({ readinessProbe, livenessProbe }) => isSame(readinessProbe, livenessProbe));
  return {
    advice: [...unready.map((container) => noReadiness(container, workload)), ...same.map(({ name }) => sameProbes(name))],
    fine: unready.length === 0 ? ['every container that serves has a readiness probe'] : [],
  };
}

function noReadiness(container: ApiContainer, workload: Facts['workload']): Advice {
  const { name, livenessProbe } = container;
  const { probe, how } = probeFor(container, livenessProbe);
  return {
    topic: 'probes',
    weight: 82,
    title: `Container ${name} has no readiness probe`,
    why: `Service ${workload.services.join(', ')} sends it requests from the moment it starts, and goes on when it can't answer: each rollout fails requests. ${how}`,
    wouldHaveHelped: ['ErrorRate*', 'Rollout*', 'ContainerExits*', 'Probe*'],
    change: patchOfContainers(workload, [{ name, readinessProbe: { ...probe, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 } }]),
  };
}

/** What its liveness probe asks works; else that its port takes connections. */
function probeFor({ ports = [] }: ApiContainer, liveness: ApiProbe | undefined): { readonly probe: object; readonly how: string } {
  if (liveness?.httpGet !== undefined) return { probe: { httpGet: liveness.httpGet }, how: 'The patch asks what its liveness probe asks.' };
  if (liveness?.grpc !== undefined) return { probe: { grpc: liveness.grpc }, how: 'The patch asks what its liveness probe asks.' };
  const port = ports[0]?.name ?? ports[0]?.containerPort ?? 0;
  return {
    probe: { tcpSocket: { port } },
    how: 'The patch waits until its port takes connections; a path that says whether it can serve is better.',
  };
}

/** A slow callee then restarts it, which makes things worse. */
function isSame(readiness: ApiProbe | undefined, liveness: ApiProbe | undefined): boolean {
  if (readiness === undefined || liveness === undefined) return false;
  const asked = ({ httpGet, tcpSocket, grpc, exec }: ApiProbe): string => JSON.stringify([httpGet, tcpSocket, grpc, exec]);
  const patience = ({ periodSeconds = 10, failureThreshold = 3 }: ApiProbe): number => periodSeconds * failureThreshold;
  return asked(readiness) === asked(liveness) && readiness.tcpSocket === undefined && patience(liveness) <= patience(readiness);
}

const sameProbes = (name: string): Advice => ({
  topic: 'probes',
  weight: 40,
  title: `Container ${name} is restarted as soon as it is not ready`,
  why: 'Its liveness probe asks what its readiness probe asks and is no more patient: when something it calls is slow, it is restarted instead of being spared. Ask liveness something that only a restart can cure, or raise its failureThreshold.',
  wouldHaveHelped: ['Probe*', 'Dependency*'],
});
