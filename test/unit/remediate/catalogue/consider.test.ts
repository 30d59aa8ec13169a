/** By which findings each action offers itself, with which values, and when it says that it can't tell. */
import { describe, expect, test } from 'vitest';
import type { ActionType } from '../../../../src/crds/actions/actions.ts';
import { autoscaler, cart, considerAction, container, merged, pod, revision, service, settings } from './support.ts';

interface Case {
  readonly name: string;
  readonly type: ActionType;
  readonly shop?: Parameters<typeof considerAction>[1];
  readonly diagnosis: Parameters<typeof considerAction>[2];
  readonly want: object;
}

const aService = { kind: 'Service', namespace: 'shop', name: 'cart', container: undefined };
const aScaler = { ...aService, kind: 'HorizontalPodAutoscaler' };
const patched = (patch: object) => merged(cart, { spec: { template: { spec: { containers: [merged(container, patch)] } } } }) as object;
const silent = { env: [], livenessProbe: null, startupProbe: null };
const misspelt = patched({ env: [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'setings', key: 'mode' } } }] });
const changed = (path: string, object = 'ConfigMap/shop/settings') => ({ fields: [{ object, path, before: 'fast', after: 'fats' }] });

describe('offers itself', () => {
  test.each<Case>([
    {
      name: 'the one port that the container declares',
      type: 'FixProbe',
      shop: { objects: [patched(silent)] },
      diagnosis: { reason: 'ProbePortMismatch' },
      want: { fixProbe: { container: 'app', probe: 'Readiness', port: 8080 } },
    },
    {
      name: 'the port that the probe asked before',
      type: 'FixProbe',
      shop: { history: [revision(1, { readinessProbe: { httpGet: { port: 8090 } } })] },
      diagnosis: { reason: 'ProbePortMismatch', detail: 'readiness' },
      want: { fixProbe: { probe: 'Readiness', port: 8090 } },
    },
    {
      name: 'the path that the probe asked before',
      type: 'FixProbe',
      shop: { history: [revision(3, { readinessProbe: { httpGet: { path: '/ready' } } })] },
      diagnosis: { reason: 'ProbePathNotFound', detail: 'readiness' },
      want: { fixProbe: { pathOfRevision: 3 } },
    },
    {
      name: 'the path of its other probe',
      type: 'FixProbe',
      shop: { objects: [patched({ livenessProbe: { tcpSocket: null, httpGet: { path: '/live', port: 8080 } } })] },
      diagnosis: { reason: 'ProbePathNotFound', detail: 'readiness' },
      want: { fixProbe: { pathOfProbe: 'Liveness' } },
    },
    {
      name: 'the other protocol',
      type: 'FixProbe',
      diagnosis: { reason: 'ProbeSchemeMismatch', detail: 'readiness' },
      want: { fixProbe: { scheme: 'HTTPS' } },
    },
    {
      name: 'more time',
      type: 'FixProbe',
      diagnosis: { reason: 'ProbeTimingTooTight', detail: 'liveness' },
      want: { fixProbe: { probe: 'Liveness', timeoutSeconds: 5, failureThreshold: 12 } },
    },
    {
      name: 'the port that the pods declare',
      type: 'FixServicePort',
      shop: { objects: [cart, service, pod({ app: 'kart' })] },
      diagnosis: { reason: 'ServicePortMismatch', object: aService },
      want: { target: { kind: 'Service', name: 'cart', uid: expect.any(String) }, fixServicePort: { port: 80, targetPort: 8080 } },
    },
    {
      name: 'the port that no other port of the Service leads to',
      type: 'FixServicePort',
      shop: {
        objects: [
          cart,
          merged(service, { spec: { ports: [...service.spec.ports, { name: 'metrics', port: 81, targetPort: 9100 }] } }) as object,
          pod({ app: 'kart' }, [{ containerPort: 8080 }, { containerPort: 9100 }]),
        ],
      },
      diagnosis: { reason: 'ServicePortMismatch', object: aService },
      want: { fixServicePort: { port: 80, targetPort: 8080 } },
    },
    {
      name: 'the workload of the Service’s name',
      type: 'FixServiceSelector',
      diagnosis: { reason: 'ServiceSelectorMismatch', object: aService },
      want: { fixServiceSelector: { workloadKind: 'Deployment', workloadName: 'cart' } },
    },
    {
      name: 'the name that is near',
      type: 'FixConfigReference',
      shop: { objects: [misspelt, settings] },
      diagnosis: { reason: 'ConfigMapMissing', detail: 'ConfigMap/setings/' },
      want: { fixConfigReference: { configMap: 'setings', toConfigMap: 'settings' } },
    },
    {
      name: 'one replica of none',
      type: 'ScaleWorkload',
      shop: { objects: [merged(cart, { spec: { replicas: 0 } }) as object] },
      diagnosis: { reason: 'WorkloadScaledToZero' },
      want: { scaleWorkload: { replicas: 1 } },
    },
    { name: 'half as many again', type: 'ScaleWorkload', diagnosis: { reason: 'CPUSaturated' }, want: { scaleWorkload: { replicas: 3 } } },
    {
      name: 'a higher maximum',
      type: 'AdjustAutoscaler',
      shop: { objects: [cart, autoscaler] },
      diagnosis: { reason: 'AutoscalerAtMaximum', object: aScaler },
      want: { adjustAutoscaler: { maxReplicas: 6 } },
    },
    {
      name: 'the last revision',
      type: 'RollbackWorkload',
      shop: { history: [revision(1, { image: 'a:0' }), revision(2, { image: 'a:1' })] },
      diagnosis: { reason: 'ContainerExitsWithError' },
      want: { rollbackWorkload: { revision: 2 } },
    },
    {
      name: 'the one value that a commit changed',
      type: 'SetConfigValue',
      diagnosis: { reason: 'ContainerExitsWithError', change: 'c1', changes: [changed('data.mode')] },
      want: {
        target: { kind: 'ConfigMap', name: 'settings' },
        setConfigValue: { key: 'mode', beforeCommit: expect.stringMatching(/^c0ffee/) },
      },
    },
  ])('$type: $name', async ({ type, shop = {}, diagnosis, want }) => {
    const considered = await considerAction(type, shop, diagnosis);
    expect(considered).toMatchObject({ type, action: { type, ...want } });
  });
});

describe('says why it is not the one', () => {
  test.each<Omit<Case, 'want'> & { readonly want: RegExp }>([
    {
      name: 'several ports',
      type: 'FixProbe',
      diagnosis: { reason: 'ProbePortMismatch', detail: 'readiness' },
      want: /8080 or 8090; which one is meant/,
    },
    {
      name: 'no port',
      type: 'FixProbe',
      shop: { objects: [patched({ ...silent, ports: [] })] },
      diagnosis: { reason: 'ProbePortMismatch' },
      want: /not declared on which port/,
    },
    {
      name: 'no word on which probe',
      type: 'FixProbe',
      diagnosis: { reason: 'ProbePortMismatch' },
      want: /which of its probes fails is not known/,
    },
    { name: 'an unknown path', type: 'FixProbe', diagnosis: { reason: 'ProbePathNotFound', detail: 'readiness' }, want: /no other path/ },
    {
      name: 'several ports of the pods',
      type: 'FixServicePort',
      shop: { objects: [cart, service, pod({ app: 'kart' }, [{ containerPort: 1 }, { containerPort: 2 }])] },
      diagnosis: { reason: 'ServicePortMismatch', object: aService },
      want: /declare 1, 2; which one is meant/,
    },
    {
      name: 'a Service that is gone',
      type: 'FixServicePort',
      shop: { objects: [cart] },
      diagnosis: { reason: 'ServicePortMismatch', object: aService },
      want: /no Service that is there/,
    },
    {
      name: 'several workloads',
      type: 'FixServiceSelector',
      shop: {
        objects: [{ ...cart, metadata: { ...cart.metadata, name: 'a' } }, { ...cart, metadata: { ...cart.metadata, name: 'b' } }, service],
      },
      diagnosis: { reason: 'ServiceSelectorMismatch', object: aService },
      want: /2 workloads of its namespace may be meant/,
    },
    {
      name: 'two names that are as near',
      type: 'FixConfigReference',
      shop: {
        objects: [
          misspelt,
          { ...settings, metadata: { ...settings.metadata, name: 'setingsa' } },
          { ...settings, metadata: { ...settings.metadata, name: 'setingsb' } },
        ],
      },
      diagnosis: { reason: 'ConfigMapMissing' },
      want: /equally near/,
    },
    {
      name: 'what exists by now',
      type: 'FixConfigReference',
      diagnosis: { reason: 'ConfigMapMissing', detail: 'ConfigMap/setings/' },
      want: /exists by now/,
    },
    {
      name: 'an autoscaler',
      type: 'ScaleWorkload',
      shop: { objects: [cart, autoscaler] },
      diagnosis: { reason: 'CPUSaturated' },
      want: /HorizontalPodAutoscaler cart rules/,
    },
    { name: 'no history', type: 'RollbackWorkload', diagnosis: { reason: 'ContainerExitsWithError' }, want: /no earlier revision/ },
    {
      name: 'what came or went',
      type: 'RollbackWorkload',
      shop: { history: [revision(1, { readinessProbe: null })] },
      diagnosis: { reason: 'ProbeFailing' },
      want: /came or went/,
    },
    {
      name: 'two values',
      type: 'SetConfigValue',
      diagnosis: { reason: 'ContainerExitsWithError', changes: [changed('data.mode'), changed('data["log.level"]')] },
      want: /2 values were changed/,
    },
    {
      name: 'a value of another namespace',
      type: 'SetConfigValue',
      diagnosis: { reason: 'ContainerExitsWithError', changes: [changed('data.mode', 'ConfigMap/bank/settings')] },
      want: /no commit changed a value/,
    },
    {
      name: 'a path that is not one key',
      type: 'SetConfigValue',
      diagnosis: { reason: 'ContainerExitsWithError', changes: [changed('data["a"]["b"]')] },
      want: /no commit changed a value/,
    },
  ])('$type: $name', async ({ type, shop = {}, diagnosis, want }) => {
    const considered = await considerAction(type, shop, diagnosis);
    expect('whyNot' in considered ? considered.whyNot : `offered ${JSON.stringify(considered.action)}`).toMatch(want);
  });
});
