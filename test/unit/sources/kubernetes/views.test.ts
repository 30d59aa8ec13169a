import { describe, expect, test } from 'vitest';
import { formatBytes, formatMillicores, parseQuantity } from '../../../../src/domain/quantity.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import type { ApiPodTemplate } from '../../../../src/sources/kubernetes/api.ts';
import { templateChanges } from '../../../../src/sources/kubernetes/diff.ts';
import { selectorText } from '../../../../src/sources/kubernetes/names.ts';
import { references } from '../../../../src/sources/kubernetes/podView.ts';
import { parseMillicores } from '../../../../src/sources/kubernetes/quantity.ts';
import { replicaSetHistory, workloadView } from '../../../../src/sources/kubernetes/workloadView.ts';
import { createCleaner } from '../../../../src/sources/text.ts';

const cleaner = createCleaner(createRedactor().text);

describe('quantities', () => {
  test.each<readonly [string, number | undefined]>([
    ['64Mi', 64 * 2 ** 20],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['128M', 128e6],
    ['500m', 0.5],
    ['1e3', 1000],
    ['0', 0],
    ['.5', 0.5],
    ['64mi', undefined],
    ['1e999', undefined],
    ['', undefined],
  ])('%s', (text, want) => {
    expect(parseQuantity(text)).toBe(want);
  });

  test('are written as people write them', () => {
    expect([formatBytes(64 * 2 ** 20), formatBytes(1.5 * 2 ** 30), formatBytes(512)]).toEqual(['64 Mi', '1.5 Gi', '512 B']);
    expect([formatMillicores(250), formatMillicores(2000), parseMillicores('0.1')]).toEqual(['250m', '2', 100]);
  });
});

describe('templateChanges', () => {
  const template = (container: object, more: object = {}): ApiPodTemplate => ({
    spec: { containers: [{ name: 'app', ...container }], ...more },
  });
  const paths = (before: ApiPodTemplate, after: ApiPodTemplate): string[] =>
    templateChanges('Deployment/shop/cart', 'spec.template', before, after, cleaner).map(
      ({ path, before: from, after: to }) => `${path}: ${from} → ${to}`,
    );

  test.each<{ name: string; before: ApiPodTemplate; after: ApiPodTemplate; want: readonly string[] }>([
    {
      name: 'names a field of a container',
      before: template({ image: 'a' }),
      after: template({ image: 'b' }),
      want: ['spec.template.spec.containers[app].image: a → b'],
    },
    {
      name: 'names a variable',
      before: template({ env: [{ name: 'A', value: '1' }] }),
      after: template({ env: [{ name: 'A', value: '2' }] }),
      want: ['spec.template.spec.containers[app].env[A].value: 1 → 2'],
    },
    {
      name: 'does not take a move for a change',
      before: template({
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      }),
      after: template({
        env: [
          { name: 'B', value: '2' },
          { name: 'A', value: '1' },
        ],
      }),
      want: [],
    },
    {
      name: 'hides the value of a secret setting',
      before: template({ env: [{ name: 'DB_PASSWORD', value: 'old-old-old' }] }),
      after: template({ env: [{ name: 'DB_PASSWORD', value: 'new-new-new' }] }),
      want: ['spec.template.spec.containers[app].env[DB_PASSWORD].value: [redacted] → [redacted]'],
    },
    {
      name: 'quotes keys with dots',
      before: { metadata: { annotations: { 'a.b/c': '1' } } },
      after: { metadata: { annotations: { 'a.b/c': '2' } } },
      want: ['spec.template.metadata.annotations["a.b/c"]: 1 → 2'],
    },
    {
      name: 'leaves out what controllers add',
      before: { metadata: { labels: { 'pod-template-hash': 'a' } } },
      after: { metadata: { labels: { 'pod-template-hash': 'b' } } },
      want: [],
    },
    {
      name: 'names what came and what went',
      before: template({}, { nodeSelector: { disk: 'ssd' } }),
      after: template({ command: ['serve'] }),
      want: [
        'spec.template.spec.containers[app].command: undefined → ["serve"]',
        'spec.template.spec.nodeSelector: {"disk":"ssd"} → undefined',
      ],
    },
  ])('$name', ({ before, after, want }) => {
    expect(paths(before, after)).toEqual(want);
  });
});

describe('references', () => {
  test('finds every ConfigMap and Secret that a pod names, and says what is optional', () => {
    const found = references({
      containers: [
        {
          name: 'app',
          env: [
            { name: 'A', valueFrom: { configMapKeyRef: { name: 'cart-config', key: 'A' } } },
            { name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'password', optional: true } } },
            { name: 'C', value: 'literal' },
          ],
          envFrom: [{ configMapRef: { name: 'common' } }],
        },
      ],
      volumes: [
        { name: 'v', configMap: { name: 'files', items: [{ key: 'a.yaml' }, { key: 'b.yaml' }] } },
        { name: 's', secret: { secretName: 'tls' } },
        { name: 'p', projected: { sources: [{ configMap: { name: 'ca' } }] } },
      ],
    });
    expect(found.map(({ kind, name, key, optional, via, container }) => [kind, name, key, optional, via, container].join(' '))).toEqual([
      'ConfigMap cart-config A false env app',
      'Secret db password true env app',
      'ConfigMap common  false envFrom app',
      'ConfigMap files a.yaml false volume ',
      'ConfigMap files b.yaml false volume ',
      'Secret tls  false volume ',
      'ConfigMap ca  false volume ',
    ]);
  });
});

describe('selectorText', () => {
  test('writes labels and expressions', () => {
    const selector = {
      matchLabels: { app: 'cart' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'canary', operator: 'DoesNotExist' },
      ],
    };
    expect(selectorText(selector)).toBe('app=cart,tier in (a,b),!canary');
    expect(selectorText({})).toBeUndefined();
  });
});

describe('a rollout history', () => {
  const meta = (name: string, createdAt: string, revision: string) => ({
    metadata: {
      name,
      uid: name,
      resourceVersion: '1',
      creationTimestamp: createdAt,
      annotations: { 'deployment.kubernetes.io/revision': revision },
    },
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
  });

  test('dates a revision that was rolled back to by its pods, not by its old ReplicaSet', () => {
    const history = replicaSetHistory([meta('a', '2026-01-01T08:00:00Z', '3'), meta('b', '2026-01-01T09:00:00Z', '2')]);
    const podCounts = [{ revision: 'a', current: true, total: 1, ready: 1, oldestAt: Date.parse('2026-01-01T10:00:00Z') }];
    const ref = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
    const { revisions } = workloadView(
      { ref, object: meta('cart', '2026-01-01T00:00:00Z', '3'), history, podCounts, podsSeen: true },
      cleaner,
    );
    expect(revisions.map(({ number, beganAt }) => [number, new Date(beganAt).toISOString()])).toEqual([
      [3, '2026-01-01T10:00:00.000Z'],
      [2, '2026-01-01T09:00:00.000Z'],
    ]);
  });
});
