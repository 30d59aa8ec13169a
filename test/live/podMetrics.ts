/**
 * The metrics API, for autoscalers: a definition of its own in the place of metrics-server. What a pod uses is what a test writes.
 */
import type { KubeClient } from '../../src/kube/client.ts';
import { defineResource, type KubeObject } from '../../src/kube/object.ts';
import { pods } from '../../src/sources/kubernetes/api.ts';
import { until } from '../support/until.ts';

const GROUP = 'metrics.k8s.io';
const definitions = defineResource<KubeObject>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
});
const podMetrics = defineResource<KubeObject>({ group: GROUP, version: 'v1beta1', kind: 'PodMetrics', plural: 'pods', namespaced: true });

export async function serveMetrics(kube: KubeClient): Promise<void> {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await kube.create(definitions, {
    metadata: { name: `pods.${GROUP}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' } },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { kind: 'PodMetrics', plural: 'pods', singular: 'podmetrics' },
      versions: [{ name: 'v1beta1', served: true, storage: true, schema }],
    },
  } as never);
  await until('the metrics API is served', () => kube.list(podMetrics).catch(() => undefined));
}

/** An autoscaler takes no measurement whose window began before the pod was ready. */
const LATER_MS = 60_000;

/** What each pod of the namespace uses from now on. */
export async function measure(kube: KubeClient, namespace: string, usage: Readonly<Record<string, string>>): Promise<void> {
  const { items } = await kube.list(pods, { namespace });
  for (const { metadata } of items) {
    const intent = {
      metadata: { namespace, name: metadata.name, labels: metadata.labels ?? {} },
      timestamp: new Date(Date.now() + LATER_MS).toISOString(),
      window: '15s',
      containers: [{ name: 'app', usage }],
    };
    await kube.apply(podMetrics, intent, { fieldManager: 'metrics', force: true });
  }
}
