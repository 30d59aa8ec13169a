import { describe, expect, test } from 'vitest';
import { number } from '../../../src/investigate/citations.ts';
import { recordsOf } from '../../../src/investigate/evidence.ts';
import type { Finding } from '../../../src/investigate/finding.ts';
import type { Snapshot } from '../../../src/sources/kubernetes/snapshot.ts';
import { ago, cart, snapshot } from './builders.ts';
import { autoscaler, budget, certificate, check, delivery, errors, policy, route, service } from './objectBuilders.ts';

const around: Partial<Snapshot> = {
  services: [service('cart')],
  routes: [route('cart'), route('web', { path: '/web' })],
  policies: [policy('guard')],
  quotas: [{ namespace: 'shop', name: 'compute', hard: { pods: 2 }, used: { pods: 2 }, evidence: 'object/ResourceQuota/shop/compute' }],
  autoscalers: [autoscaler()],
  budgets: [budget()],
  volumes: [{ name: 'v', phase: 'Bound', labels: {}, storageClass: '', accessModes: [], evidence: 'object/PersistentVolume//v' }],
  deliveries: [delivery('Application', { syncStatus: 'OutOfSync' })],
  certificates: [certificate()],
  deleting: [
    { ref: { kind: 'Namespace', name: 'shop' }, since: ago(9), finalizers: [], conditions: [], evidence: 'object/Namespace//shop' },
  ],
  errorLines: [errors(cart, 'first'), errors(cart, 'second')],
  series: [{ object: cart, metric: 'cpuCores', points: [[ago(1), 0.5]], evidence: 'series/Deployment/shop/cart/cpuCores' }],
  checks: [check('cart', { fromNode: 'n1' }), check('cart', { fromNode: 'n2', outcome: 'open' })],
  daemons: [{ node: 'n1', name: 'kubelet', running: false, detail: 'exited', evidence: 'daemon/n1/kubelet' }],
};

describe('recordsOf', () => {
  const seen = snapshot(around);
  const records = recordsOf(seen, []);

  test.each([
    { key: 'object/Service/shop/cart', source: 'kubernetes', summary: 'ClusterIP, 1 ready endpoints, 0 not ready' },
    { key: 'object/Ingress/shop/shop', source: 'kubernetes', summary: 'shop.example/ to cart:80; shop.example/web to web:80' },
    { key: 'object/NetworkPolicy/shop/guard', source: 'kubernetes', summary: 'for nothing that is known' },
    { key: 'object/ResourceQuota/shop/compute', source: 'kubernetes', summary: 'used up: pods' },
    { key: 'object/HorizontalPodAutoscaler/shop/cart', source: 'kubernetes', summary: '2 replicas, 2 wanted, of 1 to 5' },
    { key: 'object/PodDisruptionBudget/shop/cart', source: 'kubernetes', summary: '0 disruptions allowed, 1 healthy of 1' },
    { key: 'object/PersistentVolume//v', source: 'kubernetes', summary: 'Bound, class none' },
    { key: 'object/Application/shop/shop', source: 'kubernetes', summary: 'OutOfSync' },
    { key: 'object/Certificate/shop/shop', source: 'kubernetes', summary: 'ends 2026-03-02T12:00:00Z, Ready True (Ready)' },
    { key: 'object/Namespace//shop', source: 'kubernetes', summary: 'being deleted since 2026-01-01T11:51:00Z' },
    { key: 'errors/Deployment/shop/cart', source: 'logs', summary: 'second' },
    { key: 'series/Deployment/shop/cart/cpuCores', source: 'metrics', summary: '0.5 at 2026-01-01T11:59:00Z' },
    { key: 'check/shop/cart/80', source: 'checks', summary: 'tcp timedOut from n1, tcp open from n2' },
    { key: 'daemon/n1/kubelet', source: 'kubernetes', summary: 'it does not run: exited' },
  ])('has a record of $key', ({ key, source, summary }) => {
    expect(records.get(key)).toMatchObject({ key, source, summary });
  });

  test('what lies around is told only where somebody cites it', () => {
    const finding = { evidence: ['object/NetworkPolicy/shop/guard'] } as unknown as Finding;
    const of = (findings: readonly Finding[]) =>
      number(
        records,
        seen,
        findings.map((one) => ({ finding: one, links: [], confidence: 60 })),
        [],
      ).evidence.map(({ key }) => key);
    expect(of([])).not.toContain('object/NetworkPolicy/shop/guard');
    expect(of([finding])[0]).toBe('object/NetworkPolicy/shop/guard');
  });
});
