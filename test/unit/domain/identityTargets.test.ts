import { describe, expect, test } from 'vitest';
import { targetsOf } from '../../../src/domain/alertTargets.ts';

const name = (ref: { kind: string; namespace?: string | undefined; name: string; container?: string | undefined }): string =>
  [ref.kind, ref.namespace ?? '', ref.name, ...(ref.container === undefined ? [] : [ref.container])].join('/');

describe('targetsOf', () => {
  test.each<{ name: string; labels: Record<string, string>; want: string[] }>([
    {
      name: 'names the Deployment that the pod shows, then the pod',
      labels: { namespace: 'shop', pod: 'checkout-7d9f8c6b5-x2x4z', container: 'app' },
      want: ['Deployment/shop/checkout/app', 'Pod/shop/checkout-7d9f8c6b5-x2x4z/app'],
    },
    { name: 'does not guess the kind of other owners', labels: { namespace: 'shop', pod: 'agent-x7k2p' }, want: ['Pod/shop/agent-x7k2p'] },
    {
      name: 'takes a label over a guess',
      labels: { namespace: 'shop', statefulset: 'db', pod: 'db-0' },
      want: ['StatefulSet/shop/db', 'Pod/shop/db-0'],
    },
    {
      name: 'reads workload with its type',
      labels: { namespace: 'shop', workload: 'cart', workload_type: 'DaemonSet' },
      want: ['DaemonSet/shop/cart'],
    },
    {
      name: 'reads jobs of batch, not the job of a scrape',
      labels: { namespace: 'shop', job: 'kube-state-metrics', job_name: 'backup' },
      want: ['Job/shop/backup'],
    },
    { name: 'names a node', labels: { node: 'n1', condition: 'DiskPressure' }, want: ['Node//n1'] },
    { name: 'leaves out the node that a pod runs on', labels: { namespace: 'shop', pod: 'db-0', node: 'n1' }, want: ['Pod/shop/db-0'] },
    {
      name: 'leaves out the service that a pod was scraped by',
      labels: { namespace: 'shop', pod: 'db-0', service: 'db' },
      want: ['Pod/shop/db-0'],
    },
    {
      name: 'names a service when there is nothing closer',
      labels: { namespace: 'shop', service: 'db', job: 'db' },
      want: ['Service/shop/db'],
    },
    { name: 'names the namespace when there is nothing else', labels: { namespace: 'shop' }, want: ['Namespace//shop'] },
    {
      name: 'names volumes, quotas and autoscalers',
      labels: { namespace: 'shop', persistentvolumeclaim: 'data-db-0' },
      want: ['PersistentVolumeClaim/shop/data-db-0'],
    },
    {
      name: 'does not take kube-state-metrics for what it tells of',
      labels: {
        job: 'kube-state-metrics',
        namespace: 'shop',
        deployment: 'cart',
        pod: 'kube-state-metrics-6c7d8f9b5-2k4lp',
        container: 'kube-state-metrics',
      },
      want: ['Deployment/shop/cart'],
    },
    {
      name: 'takes kube-state-metrics when it is meant',
      labels: { job: 'kube-state-metrics', namespace: 'mon', pod: 'kube-state-metrics-6c7d8f9b5-2k4lp', container: 'kube-state-metrics' },
      want: ['Deployment/mon/kube-state-metrics/kube-state-metrics', 'Pod/mon/kube-state-metrics-6c7d8f9b5-2k4lp/kube-state-metrics'],
    },
    {
      name: 'takes the node that a node exporter measures',
      labels: { job: 'node-exporter', namespace: 'mon', pod: 'node-exporter-x7k2p', container: 'node-exporter', instance: 'n1' },
      want: ['Node//n1'],
    },
    {
      name: 'prefers what a scrape renamed',
      labels: { namespace: 'mon', exported_namespace: 'shop', pod: 'ksm-0', exported_pod: 'db-0' },
      want: ['Pod/shop/db-0'],
    },
    { name: 'needs a namespace for a pod', labels: { pod: 'db-0' }, want: [] },
    { name: 'takes no name that cannot be one', labels: { namespace: '../kube-system', pod: 'db-0', node: 'n1; rm -rf' }, want: [] },
    {
      name: 'is not led astray by names of the prototype',
      labels: JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, string>,
      want: [],
    },
    {
      name: 'has nothing to say of an alert about nothing in particular',
      labels: { alertname: 'KubeAPIDown', job: 'apiserver' },
      want: [],
    },
  ])('$name', ({ labels, want }) => {
    expect(targetsOf(labels).map(name)).toEqual(want);
  });
});
