import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import type { ApiWorkload } from '../../../../src/sources/kubernetes/api.ts';
import { containerSpecs } from '../../../../src/sources/kubernetes/containerView.ts';
import { deletingViews } from '../../../../src/sources/kubernetes/deletingView.ts';
import { type ApiIngress, type ApiNetworkPolicy, networkPolicies } from '../../../../src/sources/kubernetes/networkApi.ts';
import { ingressRoutes, policyView } from '../../../../src/sources/kubernetes/networkViews.ts';
import { workloadView } from '../../../../src/sources/kubernetes/workloadView.ts';
import { createCleaner } from '../../../../src/sources/text.ts';

const cleaner = createCleaner(createRedactor().text);
const meta = (more: object = {}) => ({
  namespace: 'shop',
  name: 'one',
  uid: 'u',
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  ...more,
});

describe('ingressRoutes', () => {
  const backend = { service: { name: 'cart', port: { number: 80 } } };
  const spec = { rules: [{ host: 'shop.example', http: { paths: [{ path: '/', backend }] } }] };
  const routesOf = (ingress: Partial<ApiIngress>, annotations: object = {}) =>
    ingressRoutes({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: meta({ annotations }), ...ingress });

  test.each([
    { name: 'the class by its field', annotations: {}, more: { ingressClassName: 'inner' }, want: { className: 'inner', canary: false } },
    {
      name: 'the class by its annotation',
      annotations: { 'kubernetes.io/ingress.class': 'inner' },
      more: {},
      want: { className: 'inner' },
    },
    { name: 'a canary', annotations: { 'nginx.ingress.kubernetes.io/canary': 'true' }, more: {}, want: { canary: true } },
    {
      name: 'the secret of its host',
      annotations: {},
      more: {
        tls: [
          { hosts: ['other.example'], secretName: 'a' },
          { hosts: ['shop.example'], secretName: 'b' },
        ],
      },
      want: { tlsSecret: 'b' },
    },
  ])('know $name', ({ annotations, more, want }) => {
    expect(routesOf({ spec: { ...spec, ...more } }, annotations)).toMatchObject([{ host: 'shop.example', path: '/', ...want }]);
  });
});

describe('policyView', () => {
  const viewOf = (spec: ApiNetworkPolicy['spec']) =>
    policyView({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: meta(), spec });

  test.each([
    { name: 'says nothing of egress unless it is asked to', spec: { podSelector: {} }, ingress: [], egress: undefined },
    { name: 'denies all that leaves where its type alone is named', spec: { policyTypes: ['Egress'] }, ingress: undefined, egress: [] },
    {
      name: 'speaks of egress where it has rules for it',
      spec: { egress: [{}] },
      ingress: [],
      egress: [{ peers: [], ports: [] }],
    },
  ])('$name', ({ spec, ingress, egress }) => {
    expect(viewOf(spec)).toMatchObject({ known: true, ingress, egress });
  });
});

test('a CronJob has its schedule, and other workloads have none', () => {
  const status = { lastScheduleTime: '2026-01-01T11:55:00Z', active: [{}] };
  const object = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: meta(),
    spec: { schedule: '*/5 * * * *' },
    status,
  } as unknown as ApiWorkload;
  const parts = { ref: { kind: 'CronJob', name: 'one' }, history: [], podCounts: [], podsSeen: true };
  expect(workloadView({ ...parts, object }, cleaner).schedule).toEqual({
    text: '*/5 * * * *',
    concurrency: 'Allow',
    active: 1,
    lastAt: Date.parse('2026-01-01T11:55:00Z'),
  });
  expect(workloadView({ ...parts, object: { ...object, spec: {} } }, cleaner).schedule).toBeUndefined();
});

test('a container has its mounts, with the claims behind them', () => {
  const volumeMounts = [
    { name: 'data', mountPath: '/data' },
    { name: 'tmp', mountPath: '/tmp', readOnly: true },
  ];
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'cart-data' } }, { name: 'tmp' }];
  const [spec] = containerSpecs({ containers: [{ name: 'app', volumeMounts }], volumes }, cleaner);
  expect(spec?.mounts).toEqual([
    { path: '/data', volume: 'data', readOnly: false, claim: 'cart-data' },
    { path: '/tmp', volume: 'tmp', readOnly: true, claim: undefined },
  ]);
});

test('objects that are being deleted are told from those that are not', () => {
  const one = {
    apiVersion: 'v1',
    kind: 'NetworkPolicy',
    metadata: meta({ deletionTimestamp: '2026-01-01T11:00:00Z', finalizers: ['example.com/guard'] }),
  };
  expect(deletingViews(networkPolicies, [one, { ...one, metadata: meta() }], cleaner)).toMatchObject([
    {
      ref: { kind: 'NetworkPolicy', namespace: 'shop', name: 'one' },
      since: Date.parse('2026-01-01T11:00:00Z'),
      finalizers: ['example.com/guard'],
    },
  ]);
});
