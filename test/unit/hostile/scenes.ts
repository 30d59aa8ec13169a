/**
 * Frozen snapshots of a small shop with one trouble each, as kubectl and the tools wrote them, and one with none.
 *
 * Everything is plain JSON on purpose: what hostile hands can write stands here as they would write it.
 */
import type { Incident } from '../../../src/crds/kinds.ts';
import type { GitChange } from '../../../src/sources/changes.ts';
import { incidentOf } from '../remediate/support.ts';

/** JSON as it is read: of no type that anybody could trust. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

export interface Scene {
  readonly name: string;
  readonly bundle: Json;
  readonly commits: Json[];
  readonly incident: Json;
}

export const AT = '2026-01-01T12:00:00Z';
const EARLIER = '2026-01-01T11:50:00Z';
const LATELY = '2026-01-01T11:58:00Z';
const LONG_AGO = '2025-12-01T00:00:00Z';

const meta = (name: string, more: Json = {}): Json => ({
  name,
  namespace: 'shop',
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: LONG_AGO,
  ...more,
});
const ownedBy = (kind: string, name: string): Json => [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }];
const healthy: Json = { ready: true, restartCount: 0, state: { running: { startedAt: LONG_AGO } } };

export interface App {
  readonly name: string;
  readonly container?: Json;
  readonly status?: Json;
  readonly pod?: Json;
  readonly conditions?: Json;
  readonly before?: Json;
}

/** A Deployment with a ReplicaSet of now and one of before, a pod, a Service and its endpoints. */
export function app({ name, container = {}, status = {}, pod = {}, conditions = [], before = {} }: App): Json[] {
  const labels = { app: name };
  const ready = { ...healthy, ...status }.ready === true && conditions.length === 0;
  const main = (more: Json): Json => ({
    name: 'app',
    image: `registry.test/${name}:1.1`,
    args: ['--verbose'],
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    env: [{ name: 'LOG_LEVEL', value: 'info' }],
    resources: { requests: { memory: '64Mi' }, limits: { memory: '64Mi' } },
    ...more,
  });
  const template = (more: Json): Json => ({ metadata: { labels, annotations: { note: 'plain' } }, spec: { containers: [main(more)] } });
  const set = (revision: number, at: string, more: Json): Json => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: meta(`${name}-${revision}`, {
      labels,
      creationTimestamp: at,
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: ownedBy('Deployment', name),
    }),
    spec: { replicas: revision === 2 ? 1 : 0, selector: { matchLabels: labels }, template: template(more) },
    status: { replicas: revision === 2 ? 1 : 0 },
  });
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta(name, { labels, annotations: { 'team.test/contact': 'somebody' } }),
      spec: { replicas: 1, selector: { matchLabels: labels }, template: template(container) },
      status: {
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: ready ? 1 : 0,
        availableReplicas: ready ? 1 : 0,
        conditions: [
          { type: 'Available', status: ready ? 'True' : 'False', reason: 'Seen', message: 'as it is', lastTransitionTime: LATELY },
        ],
      },
    },
    set(1, LONG_AGO, { ...container, ...before }),
    set(2, EARLIER, container),
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: meta(`${name}-2-abcde`, {
        labels,
        annotations: { 'checksum/config': 'abc' },
        creationTimestamp: EARLIER,
        ownerReferences: ownedBy('ReplicaSet', `${name}-2`),
      }),
      spec: { ...template(container).spec, nodeName: 'n1', restartPolicy: 'Always', ...pod.spec },
      status: {
        phase: 'Running',
        message: 'as it should be',
        conditions: [
          { type: 'Ready', status: ready ? 'True' : 'False', reason: 'ContainersReady', message: 'seen', lastTransitionTime: LATELY },
          ...conditions,
        ],
        containerStatuses: [{ name: 'app', image: `registry.test/${name}:1.1`, ...healthy, ...status }],
        ...pod.status,
      },
    },
    service(name, labels),
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: meta(name),
      subsets: [{ addresses: ready ? [{ ip: '10.0.0.1' }] : [], notReadyAddresses: ready ? [] : [{ ip: '10.0.0.1' }] }],
    },
  ];
}

const service = (name: string, selector: Json): Json => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(name),
  spec: { type: 'ClusterIP', clusterIP: '10.1.0.1', selector, ports: [{ name: 'http', port: 8080, protocol: 'TCP', targetPort: 8080 }] },
});

export const event = (object: string, reason: string, message: string, more: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: meta(`${object}.${reason}.${more.fieldPath ?? ''}`),
  involvedObject: { kind: 'Pod', namespace: 'shop', name: object, ...(more.fieldPath === undefined ? {} : { fieldPath: more.fieldPath }) },
  type: 'Warning',
  reason,
  message,
  count: 3,
  firstTimestamp: EARLIER,
  lastTimestamp: '2026-01-01T11:59:30Z',
});

const around = (): Json[] => [
  {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...meta('n1', { labels: { 'kubernetes.io/hostname': 'n1', zone: 'a' } }), namespace: undefined },
    spec: { taints: [] },
    status: {
      allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: meta('gateway'),
    data: { 'application.yaml': 'routes:\n  - id: cart\n    uri: http://cart:8080\n    predicates: ["Path=/cart/**"]\n', plain: 'text' },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: meta('shop'),
    spec: {
      tls: [{ hosts: ['shop.test'], secretName: 'shop-tls' }],
      rules: [{ host: 'shop.test', http: { paths: [{ path: '/', backend: { service: { name: 'web', port: { number: 8080 } } } }] } }],
    },
  },
];

const call = (service_name: string): string => JSON.stringify({ service_name });

export interface Evidence {
  readonly logs?: Json;
  readonly evidence?: Json;
}

function bundleOf(items: readonly Json[], { logs = {}, evidence = {} }: Evidence = {}): Json {
  const metricsCsv = ['time,cart-cpu,web-cpu', ...['11:56', '11:57', '11:58', '11:59'].map((time) => `2026-01-01 ${time}:00,0.1,0.2`)];
  return {
    query: 'What is wrong with the shop?',
    namespace: 'shop',
    collectedAt: AT,
    objects: { items: [...items, ...around()] },
    evidence: {
      recentLogs: Object.fromEntries(Object.entries({ web: { app: ['web is up'] }, ...logs }).map(([name, lines]) => [call(name), lines])),
      errorLogs: { [call('web')]: { patterns: [{ sample: 'GET / 200', count: 12 }] } },
      alerts: { '{}': [{ labels: { alertname: 'ShopDown' }, annotations: { summary: 'The shop is down' } }] },
      dependencies: { [call('web')]: '[Service]: web\n[Downstream (Calls)]:\n└── cart\n    └── mysql' },
      connectivity: { [JSON.stringify({ service_name: 'web', namespace: 'shop', port: 8080 })]: 'Connection Succeeded' },
      nodeServices: { [JSON.stringify({ node_name: 'n1', service_name: 'kubelet' })]: '  Active: active (running) since Mon' },
      metricsCsv: metricsCsv.join('\n'),
      ...evidence,
    },
  };
}

const commitOf = (commit: string, subject: string, field: Json): GitChange => ({
  commit: commit.padEnd(40, '0'),
  repository: 'https://git.test/config',
  author: 'Ada Example <ada@shop.test>',
  authoredAt: '2026-01-01T11:49:00Z',
  committedAt: '2026-01-01T11:49:30Z',
  subject,
  fields: [field],
  diff: '--- a/deploy/cart.yaml\n+++ b/deploy/cart.yaml\n-  a: 1\n+  a: 2',
});

const template = 'spec.template.spec.containers[app]';
const innocent = commitOf('1111', 'Name the team', {
  object: 'Deployment/shop/web',
  path: 'metadata.labels.team',
  before: 'a',
  after: 'b',
});

function scene(name: string, items: readonly Json[], evidence: Evidence = {}, commits: readonly GitChange[] = []): Scene {
  const targets = [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' }];
  const incident = structuredClone(incidentOf({ targets })) as Json;
  incident.spec.alerts[0].annotations = { summary: 'The cart is down', runbook_url: 'https://runbooks.test/cart' };
  return { name, bundle: unshared(bundleOf(items, evidence)), commits: [...structuredClone(commits), structuredClone(innocent)], incident };
}

/** A copy in which no part is the same object as another. */
const unshared = (value: Json): Json => JSON.parse(JSON.stringify(value));

const terminated = (exitCode: number, reason: string): Json => ({ exitCode, reason, message: '', startedAt: EARLIER, finishedAt: LATELY });
const crashing = (end: Json): Json => ({
  ready: false,
  restartCount: 5,
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } },
  lastState: { terminated: end },
});
const web = (): Json[] => app({ name: 'web' });
const mysql = (): Json[] => app({ name: 'mysql', container: { image: 'registry.test/mysql:8.4' } });

const timeoutBefore = { name: 'CART_TIMEOUT_MS', value: '2500' };
const timeoutAfter = { name: 'CART_TIMEOUT_MS', value: '2500ms' };

export function scenes(): Scene[] {
  return [
    scene(
      'a crash loop that a commit brought about',
      [
        ...app({
          name: 'cart',
          container: { env: [timeoutAfter] },
          before: { env: [timeoutBefore] },
          status: crashing(terminated(1, 'Error')),
        }),
        ...web(),
        event('cart-2-abcde', 'BackOff', 'Back-off restarting failed container app in pod cart-2-abcde_shop', {
          fieldPath: 'spec.containers{app}',
        }),
      ],
      {
        logs: {
          cart: {
            app: ['starting cart', 'Error: CART_TIMEOUT_MS must be a whole number'],
            previous: ['starting cart', 'loading settings', 'Error: CART_TIMEOUT_MS must be a whole number'],
          },
        },
      },
      [
        commitOf('c0ffee', 'Give the time-out a unit', {
          object: 'Deployment/shop/cart',
          path: `${template}.env[CART_TIMEOUT_MS].value`,
          before: '2500',
          after: '2500ms',
        }),
      ],
    ),
    scene('a container that is killed for memory', [...app({ name: 'cart', status: crashing(terminated(137, 'OOMKilled')) }), ...web()], {
      logs: { cart: { app: ['starting'], previous: ['starting', 'building the index'] } },
    }),
    scene('an image that does not exist', [
      ...app({
        name: 'cart',
        container: { image: 'registry.test/cart:1.2' },
        before: { image: 'registry.test/cart:1.1' },
        status: {
          ready: false,
          state: {
            waiting: {
              reason: 'ErrImagePull',
              message: 'failed to resolve reference "registry.test/cart:1.2": registry.test/cart:1.2: not found',
            },
          },
        },
      }),
      ...web(),
      event('cart-2-abcde', 'Failed', 'Failed to pull image "registry.test/cart:1.2": registry.test/cart:1.2: not found', {
        fieldPath: 'spec.containers{app}',
      }),
    ]),
    scene('a probe that asks the wrong path', [
      ...app({
        name: 'cart',
        container: { readinessProbe: { httpGet: { path: '/healthy', port: 8080 } } },
        status: { ready: false, state: { running: { startedAt: EARLIER } } },
      }),
      ...web(),
      event('cart-2-abcde', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404', {
        fieldPath: 'spec.containers{app}',
      }),
    ]),
    scene('a pod that fits on no node', [
      ...app({
        name: 'cart',
        container: { resources: { requests: { cpu: '64', memory: '64Mi' }, limits: { memory: '64Mi' } } },
        status: { ready: false, state: { waiting: { reason: 'ContainerCreating' } } },
        pod: { spec: { nodeName: undefined }, status: { phase: 'Pending', containerStatuses: [] } },
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available.',
            lastTransitionTime: EARLIER,
          },
        ],
      }),
      ...web(),
    ]),
    scene('a Service that selects nobody', [
      ...app({ name: 'cart' }).filter(({ kind }) => kind !== 'Service' && kind !== 'Endpoints'),
      service('cart', { app: 'cart-v2' }),
      { apiVersion: 'v1', kind: 'Endpoints', metadata: meta('cart'), subsets: [] },
      ...web(),
    ]),
    scene(
      'a database that refuses a password',
      [
        ...app({
          name: 'cart',
          container: {
            env: [
              { name: 'DB_HOST', value: 'mysql' },
              { name: 'DB_USER', value: 'cart' },
            ],
          },
          status: crashing(terminated(1, 'Error')),
        }),
        ...mysql(),
        ...web(),
      ],
      {
        logs: {
          cart: {
            app: ['starting cart', "ERROR 1045 (28000): Access denied for user 'cart'@'10.0.0.5' (using password: YES)"],
            previous: ['starting cart', "ERROR 1045 (28000): Access denied for user 'cart'@'10.0.0.5' (using password: YES)"],
          },
        },
      },
    ),
    scene('a kubelet that is down', [...app({ name: 'cart' }), ...web()], {
      evidence: {
        nodeServices: { [JSON.stringify({ node_name: 'n1', service_name: 'kubelet' })]: '  Active: inactive (dead) since Mon' },
      },
    }),
    scene(
      'a client with a misspelt address',
      [
        ...app({ name: 'cart' }),
        ...app({
          name: 'web',
          container: { env: [{ name: 'CART_ADDR', value: 'carrt:8080' }] },
          status: { ready: false, state: { running: { startedAt: EARLIER } } },
        }),
      ],
      { logs: { web: { app: ['web is up', 'failed to call the cart: dial tcp: lookup carrt on 10.1.0.10:53: no such host', 'waiting'] } } },
    ),
    scene('a route to the wrong service', [
      ...app({ name: 'cart' }),
      ...app({ name: 'orders' }),
      ...web(),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: meta('routes'),
        data: { 'routes.yaml': 'routes:\n  - id: orders\n    uri: http://cart:8080\n    predicates: ["Path=/orders/**"]\n' },
      },
    ]),
    scene('a shop in which nothing is wrong', [...app({ name: 'cart' }), ...mysql(), ...web()]),
  ];
}

export const asIncident = (incident: Json): Incident => incident as Incident;
