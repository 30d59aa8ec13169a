/** Events in the place of controllers that no test cluster has. */
import type { KubeClient } from '../../src/kube/client.ts';
import { events } from '../../src/sources/kubernetes/api.ts';

export async function warn(kube: KubeClient, namespace: string, kind: string, name: string, message: string): Promise<void> {
  const now = new Date().toISOString().replace(/\.\d{3}Z$/u, 'Z');
  await kube.create(events, {
    metadata: { namespace, name: `${name}.controller` },
    involvedObject: { apiVersion: 'networking.k8s.io/v1', kind, namespace, name },
    type: 'Warning',
    reason: 'ControllerWarning',
    message,
    count: 3,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component: 'ingress-controller' },
  } as never);
}
