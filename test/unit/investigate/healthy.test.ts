import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/investigate/diagnose.ts';
import type { Container, Probe, Snapshot } from '../../../src/sources/kubernetes/snapshot.ts';
import { ago, container, event, log, MI, node, pod, revision, running } from './builders.ts';
import {
  app,
  calls,
  check,
  claim,
  controlPlane,
  daemon,
  deployment,
  GI,
  inShort,
  quota,
  says,
  series,
  service,
  storageClass,
  tcp,
  volume,
  world,
} from './surroundingsBuilders.ts';

const startup: Probe = {
  type: 'startup',
  handler: 'http',
  path: '/healthz',
  port: 8080,
  initialDelaySeconds: 0,
  timeoutSeconds: 1,
  periodSeconds: 5,
  failureThreshold: 30,
};
const selector = { labels: { app: 'cart' }, expressions: [] };
const crashedOnce = (minutes: number): Partial<Container> => ({
  restarts: 1,
  lastState: { terminated: { exitCode: 1, reason: 'Error', message: '', startedAt: ago(minutes + 1), finishedAt: ago(minutes) } },
});
const forThreeWeeks = 3 * 7 * 24 * 60;
const latency = (name: string, seconds: number) => [
  series(name, 'latencyP50Seconds', seconds),
  series(name, 'latencyP95Seconds', 3 * seconds),
  series(name, 'cpuCores', 0.2),
  series(name, 'requestsPerSecond', 40),
];

interface Case {
  readonly name: string;
  readonly seen: Snapshot;
}

describe('a healthy namespace has no root cause', () => {
  test.each<Case>([
    { name: 'plain', seen: world(app('frontend', { replicas: 2 }), app('cart'), calls('frontend>cart')) },
    {
      name: 'whose control plane is cordoned and tainted, and whose nodes differ',
      seen: world(app('cart'), {
        nodes: [
          controlPlane('cp', { unschedulable: true }),
          node('n1'),
          node('n2', { unschedulable: true, taints: [{ key: 'gpu', value: '', effect: 'NoExecute' }] }),
        ],
      }),
    },
    {
      name: 'whose pods were refused before the service account was there',
      seen: world(app('cart', { workload: { revisions: [revision(2, ago(45))] } }), {
        events: [
          event(
            'FailedCreate',
            'Error creating: pods "cart-b-" is forbidden: error looking up service account shop/cart: serviceaccount "cart" not found',
            {
              kind: 'ReplicaSet',
              name: 'cart-b',
              firstAt: ago(45),
              lastAt: ago(44),
            },
          ),
        ],
      }),
    },
    {
      name: 'whose startup probe failed while it started',
      seen: world(app('cart', { container: { probes: [startup] }, pod: { createdAt: ago(6), readySince: ago(5) } }), {
        events: [
          event('Unhealthy', 'Startup probe failed: dial tcp 10.1.1.1:8080: connect: connection refused', {
            lastAt: ago(5),
            firstAt: ago(6),
          }),
        ],
      }),
    },
    {
      name: 'whose readiness failed for a moment',
      seen: world(app('cart', { pod: { readySince: ago(3) } }), {
        events: [event('Unhealthy', 'Readiness probe failed: context deadline exceeded', { lastAt: ago(4) })],
      }),
    },
    {
      name: 'with addresses of optional services that never existed',
      seen: world(
        app('frontend', {
          container: {
            env: {
              OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4317',
              JAEGER_AGENT_HOST: 'jaeger',
              STATSD_ADDR: 'statsd.monitoring:8125',
              SHIPPING_URL: 'https://api.carrier.example.com/v1',
              CART_ADDR: 'cart:8080',
            },
          },
        }),
        app('cart'),
      ),
    },
    {
      name: 'with Jobs that are done and a CronJob that is suspended',
      seen: world(
        app('cart'),
        app('migrate', {
          kind: 'Job',
          service: false,
          container: { state: { terminated: { exitCode: 0, reason: 'Completed', message: '' } }, ready: false },
          pod: { phase: 'Succeeded', ready: false, restartPolicy: 'Never' },
          workload: { complete: true },
        }),
        app('report', { kind: 'CronJob', replicas: 0, service: false, workload: { paused: true, complete: true } }),
      ),
    },
    {
      name: 'whose autoscaler has one size only, and whose budget allows no disruption',
      seen: world(app('cart', { replicas: 2 }), {
        autoscalers: [
          {
            ref: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'cart' },
            target: deployment('cart'),
            min: 2,
            max: 2,
            current: 2,
            desired: 2,
            conditions: [
              { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message: '' },
              { type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange', message: '' },
            ],
            evidence: 'object/HorizontalPodAutoscaler/shop/cart',
          },
        ],
        budgets: [
          {
            namespace: 'shop',
            name: 'cart',
            selector,
            disruptionsAllowed: 0,
            currentHealthy: 2,
            desiredHealthy: 2,
            expectedPods: 2,
            evidence: 'object/PodDisruptionBudget/shop/cart',
          },
        ],
      }),
    },
    {
      name: 'with a canary at zero replicas that nobody calls',
      seen: world(
        app('cart', { workload: { podLabels: { app: 'cart', track: 'stable' } } }),
        app('cart-canary', { replicas: 0, workload: { podLabels: { app: 'cart', track: 'canary' } }, service: false }),
        app('frontend', { container: { env: { CART: 'cart:8080' } } }),
        calls('frontend>cart'),
      ),
    },
    {
      name: 'of blue and green, of which one is switched off',
      seen: world(
        app('cart-blue', { workload: { podLabels: { app: 'cart', colour: 'blue' } }, service: false }),
        app('cart-green', { replicas: 0, workload: { podLabels: { app: 'cart', colour: 'green' } }, service: false }),
        {
          services: [
            service('cart', { selector: { app: 'cart', colour: 'blue' } }),
            service('cart-preview', { selector: { app: 'cart', colour: 'green' }, endpoints: { ready: 0, notReady: 0 } }),
          ],
        },
        app('frontend', { container: { env: { CART: 'cart:8080' } } }),
      ),
    },
    { name: 'whose container crashed weeks ago', seen: world(app('cart', { container: crashedOnce(forThreeWeeks) })) },
    {
      name: 'whose container was killed for its memory weeks ago',
      seen: world(
        app('cart', {
          container: {
            restarts: 14,
            limits: { memoryBytes: 256 * MI },
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', message: '', finishedAt: ago(forThreeWeeks) } },
          },
        }),
      ),
    },
    {
      name: 'with a pod that was evicted long ago',
      seen: world(app('cart'), {
        pods: [
          pod(
            {
              name: 'cart-old',
              owner: deployment('cart'),
              phase: 'Failed',
              reason: 'Evicted',
              message: 'The node was low on resource: memory.',
              current: false,
              createdAt: ago(forThreeWeeks),
            },
            container({ state: { terminated: { exitCode: 137, reason: 'Error', message: '', finishedAt: ago(forThreeWeeks) } } }),
          ),
        ],
      }),
    },
    {
      name: 'with warnings that are older than an hour',
      seen: world(app('cart', { workload: { revisions: [revision(2, ago(300))] } }), {
        events: [
          event('FailedScheduling', '0/3 nodes are available: 3 Insufficient cpu.', { firstAt: ago(200), lastAt: ago(190) }),
          event('BackOff', 'Back-off pulling image "registry.example/cart:1.0"', { firstAt: ago(180), lastAt: ago(170) }),
          event('FailedCreate', 'exceeded quota: compute, requested: pods=1', { kind: 'ReplicaSet', name: 'cart-b', lastAt: ago(160) }),
        ],
      }),
    },
    {
      name: 'with sidecars, metrics and administration ports that nobody declares',
      seen: world(
        app('cart', {
          others: [
            container({
              name: 'istio-proxy',
              role: 'sidecar',
              ready: true,
              state: running(600),
              ports: [{ name: 'http-envoy-prom', port: 15_090, protocol: 'TCP' }],
            }),
            container({
              name: 'istio-init',
              role: 'init',
              ready: true,
              state: { terminated: { exitCode: 0, reason: 'Completed', message: '' } },
            }),
          ],
          service: { ports: [tcp(80, 8080, { name: 'http' }), tcp(9090, 9090, { name: 'metrics' })] },
        }),
      ),
    },
    {
      name: 'with Services without a selector, without a cluster address, and for names outside',
      seen: world(
        app('db', { kind: 'StatefulSet', service: { headless: true, clusterIP: 'None', ports: [tcp(5432, 5432)] } }),
        app('frontend', {
          container: { env: { DB: 'db-0.db.shop.svc.cluster.local:8080', WAREHOUSE: 'warehouse:5432', LEGACY: 'legacy:443' } },
        }),
        {
          services: [
            service('legacy', { selector: {}, ports: [tcp(443)] }),
            service('warehouse', {
              type: 'ExternalName',
              externalName: 'db.example.com',
              selector: {},
              ports: [],
              endpoints: { ready: 0, notReady: 0 },
            }),
          ],
        },
      ),
    },
    {
      name: 'whose quota is all used by what runs',
      seen: world(app('cart', { replicas: 3 }), {
        quotas: [quota({ pods: 3, services: 1, 'requests.storage': GI }, { pods: 3, services: 1, 'requests.storage': GI })],
      }),
    },
    {
      name: 'with a spare claim of a class that binds late, and volumes of others',
      seen: world(app('cart'), {
        claims: [claim('spare', { storageClass: 'standard' })],
        volumes: [volume('pv-1', { phase: 'Released', claim: { namespace: 'gone', name: 'x' } })],
        storageClasses: [storageClass('standard', { provisioner: 'ebs.csi.aws.com', bindsLate: true })],
      }),
    },
    {
      name: 'whose log speaks of errors that were handled',
      seen: world(
        app('frontend'),
        app('cart'),
        says(
          'frontend',
          'retry 1 of 3 after error: cart: connection reset by peer',
          'WARN deprecated option in config',
          'GET /favicon.ico 404',
        ),
      ),
    },
    {
      name: 'whose pods could not reach the database while it started',
      seen: world(
        app('mysql', { container: { image: 'mysql:8', ports: [{ port: 3306, protocol: 'TCP' }] }, service: { ports: [tcp(3306)] } }),
        app('orders', { container: crashedOnce(45), pod: { createdAt: ago(50), readySince: ago(44) } }),
        says('orders', `${new Date(ago(46)).toISOString()} ERROR Communications link failure`),
      ),
    },
    {
      name: 'whose latency is noise, and whose traffic comes and goes',
      seen: world(app('frontend'), app('cart'), calls('frontend>cart'), {
        series: [
          ...latency('frontend', 0.04),
          ...latency('cart', 0.005),
          series('cart', 'cpuThrottledShare', 0.1, 0.3),
          series('batch', 'requestsPerSecond', 5, 60),
        ],
      }),
    },
    {
      name: 'with one slow minute',
      seen: world(app('cart'), {
        series: [
          series('cart', 'latencyP50Seconds', 0.01, 0.9, { from: 20, until: 18 }),
          series('cart', 'latencyP95Seconds', 0.03, 2, { from: 20, until: 18 }),
        ],
      }),
    },
    {
      name: 'whose daemons run, with a runtime that is not in use, and whose Services were all reached',
      seen: world(app('cart'), app('frontend'), {
        daemons: [
          daemon('n1', 'kubelet', true),
          daemon('n1', 'containerd', true),
          daemon('n1', 'docker', false),
          daemon('n1', 'kube-proxy', true),
        ],
        checks: [check('cart', 8080, 'open', 'n1'), check('frontend', 8080, 'open', 'n1')],
      }),
    },
    {
      name: 'in the middle of a rollout that gets on',
      seen: world(
        app('cart', {
          replicas: 2,
          workload: {
            complete: false,
            updated: 1,
            ready: 2,
            conditions: [{ type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: '' }],
          },
        }),
        {
          pods: [
            pod(
              { name: 'cart-new', owner: deployment('cart'), createdAt: ago(0.3), phase: 'Pending', labels: { app: 'cart' }, ready: false },
              container({ state: { waiting: { reason: 'ContainerCreating', message: '' } } }),
            ),
          ],
        },
      ),
    },
    {
      name: 'with a resolver of its own that finds what it asks for',
      seen: world(
        app('cart', {
          pod: { nameservers: ['1.1.1.1'] },
          container: { logs: { current: log('connected to redis', 'listening on :8080') } },
        }),
      ),
    },
    {
      name: 'with a gateway in front of everything',
      seen: world(app('frontend'), app('cart'), app('orders'), {
        routes: ['/', '/cart', '/orders'].map((path) => ({
          owner: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'shop', name: 'web' },
          name: '',
          host: 'shop.example',
          path,
          backend: { namespace: 'shop', service: 'frontend', port: 8080 },
          conditions: [],
          evidence: 'object/Ingress/shop/web',
        })),
      }),
    },
  ])('$name', ({ seen }) => {
    const { rootCause, candidates } = diagnose(seen);
    expect(rootCause && inShort(rootCause)).toBeUndefined();
    expect(candidates.filter(({ confidence }) => confidence >= 0.5).map(inShort)).toEqual([]);
  });
});
