/**
 * Thirty namespaces in good health, none like another: much of what makes a namespace look ill to a hasty reader is here, and is over, meant
 * or harmless.
 */
import {
  type Applied,
  allow,
  autoscaler,
  barePod,
  claim,
  configMap,
  container,
  cronJob,
  daemonSet,
  denyAll,
  deployment,
  disruptionBudget,
  http,
  ingress,
  job,
  limitRange,
  once,
  onSecondRun,
  quota,
  running,
  SERVE,
  secret,
  service,
  serviceAccount,
  statefulSet,
  volume,
  withState,
} from './objects.ts';

export interface Shape {
  readonly name: string;
  readonly objects: readonly Applied[];
  /** Done to the Deployment `web` when all is ready; it is waited for again. */
  readonly patches?: readonly object[];
  /** A pod is taken away when all is ready. */
  readonly deletesPod?: boolean;
}

const ready = { readinessProbe: http() };
const ofImage = (image: string): object => ({
  spec: { template: { spec: { containers: [{ name: 'app', image }] } } },
});
const says = (...lines: readonly string[]): string => `${lines.map((line) => `echo '${line}'`).join('; ')}; ${SERVE}`;

export const SHAPES: readonly Shape[] = [
  { name: 'plain', objects: [deployment('web')] },
  { name: 'replicas', objects: [deployment('web', running(SERVE, ready), { replicas: 3 }), service('web')] },
  {
    name: 'probes',
    objects: [
      deployment('web', running(SERVE, { ...ready, livenessProbe: http(), startupProbe: http('/group', { failureThreshold: 30 }) })),
      service('web', { type: 'NodePort' }),
    ],
  },
  { name: 'stateful', objects: [statefulSet('db', running(SERVE, ready)), service('db', { clusterIP: 'None' })] },
  { name: 'daemon', objects: [daemonSet('agent', running())] },
  { name: 'job-done', objects: [job('migrate', once('echo migrated 12 tables'))] },
  {
    name: 'job-retried',
    objects: [
      job('migrate', once('if [ ! -e /state/ran ]; then touch /state/ran; echo "Error: database is starting up"; exit 1; fi; echo done')),
    ],
  },
  { name: 'cron', objects: [cronJob('report', once('echo sent 3 reports')), deployment('web')] },
  { name: 'cron-suspended', objects: [cronJob('report', once('echo sent'), { suspend: true }), deployment('web')] },
  {
    name: 'configured',
    objects: [
      configMap('settings', { TIMEOUT_MS: '2500', 'app.yaml': 'upstream: http://web:80\nretries: 3\n' }),
      secret('login', { DB_PASSWORD: 'correct-horse-battery' }),
      deployment('web', {
        ...running(SERVE, {
          envFrom: [
            { configMapRef: { name: 'settings' } },
            { secretRef: { name: 'login' } },
            { configMapRef: { name: 'extra', optional: true } },
          ],
          volumeMounts: [{ name: 'settings', mountPath: '/settings' }],
        }),
        volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
      }),
      service('web'),
    ],
  },
  {
    name: 'projected',
    objects: [
      serviceAccount('web'),
      deployment('web', {
        ...running(SERVE, {
          env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          volumeMounts: [{ name: 'all', mountPath: '/all', readOnly: true }],
        }),
        serviceAccountName: 'web',
        volumes: [
          {
            name: 'all',
            projected: {
              sources: [
                { serviceAccountToken: { path: 'token' } },
                { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
              ],
            },
          },
        ],
      }),
    ],
  },
  {
    name: 'init',
    objects: [
      deployment('web', {
        ...withState(SERVE),
        initContainers: [{ ...container('echo waiting for db; sleep 3; echo ready'), name: 'wait' }],
      }),
    ],
  },
  {
    name: 'sidecar',
    objects: [
      deployment('web', {
        ...running(),
        initContainers: [{ ...container('exec tail -f /dev/null'), name: 'proxy', restartPolicy: 'Always' }],
      }),
    ],
  },
  {
    name: 'two-containers',
    objects: [
      deployment('web', { ...running(), containers: [container(SERVE), { ...container('exec tail -f /dev/null'), name: 'metrics' }] }),
    ],
  },
  {
    name: 'healed-crash',
    objects: [deployment('web', withState(onSecondRun('echo "Error: connect ECONNREFUSED 10.0.0.7:5432"; exit 1'), ready)), service('web')],
  },
  {
    name: 'healed-order',
    objects: [
      deployment('web', withState(onSecondRun('echo "panic: dial tcp: lookup db: no such host"; exit 2'), ready)),
      statefulSet('db', running('sleep 4; ' + SERVE, ready), { replicas: 1 }),
      service('web'),
      service('db', { clusterIP: 'None' }),
    ],
  },
  {
    name: 'slow-start',
    objects: [
      deployment('web', running(`echo loading; sleep 12; ${SERVE}`, { startupProbe: http('/group', { failureThreshold: 30 }), ...ready })),
      service('web'),
    ],
  },
  {
    name: 'late-ready',
    objects: [deployment('web', running(`echo warming the cache; sleep 8; ${SERVE}`, ready), { replicas: 2 }), service('web')],
  },
  {
    name: 'restarted-by-probe',
    objects: [
      deployment(
        'web',
        withState(onSecondRun('sleep 600'), { ...ready, livenessProbe: http('/group', { failureThreshold: 2, initialDelaySeconds: 3 }) }),
      ),
      service('web'),
    ],
  },
  {
    name: 'rolled-out',
    objects: [deployment('web', running(SERVE, ready)), service('web')],
    patches: [ofImage('agent-sre.test/busybox:2')],
  },
  {
    name: 'rolled-back',
    objects: [deployment('web', running(SERVE, ready)), service('web')],
    patches: [ofImage('agent-sre.test/busybox:3'), ofImage('agent-sre.test/busybox:1')],
  },
  { name: 'pod-replaced', objects: [deployment('web', running(SERVE, ready), { replicas: 2 }), service('web')], deletesPod: true },
  {
    name: 'quota-with-room',
    objects: [
      quota({ pods: '10', 'requests.cpu': '1', 'requests.memory': '512Mi' }),
      limitRange({ cpu: '20m', memory: '32Mi' }),
      deployment('web'),
    ],
  },
  {
    name: 'budget',
    objects: [deployment('web', running(SERVE, ready), { replicas: 2 }), service('web'), disruptionBudget('web', { minAvailable: 1 })],
  },
  {
    name: 'switched-off',
    objects: [
      deployment('web', running(), { replicas: 0 }),
      autoscaler('web'),
      service('web'),
      deployment('api', running(SERVE, ready)),
      service('api'),
    ],
  },
  {
    name: 'policies',
    objects: [
      denyAll,
      ...allow('web', 'api'),
      deployment('web', running(SERVE, { env: [{ name: 'API_URL', value: 'http://api:80' }] })),
      deployment('api'),
      service('api'),
    ],
  },
  {
    name: 'claim',
    objects: [
      volume('healthy-claim'),
      claim('data', { volumeName: 'healthy-claim' }),
      deployment('web', withState(SERVE)),
      service('web'),
      claimed(),
    ],
  },
  {
    name: 'noisy-log',
    objects: [
      deployment(
        'web',
        running(
          says(
            'INFO finished: 0 errors, 0 failures',
            'WARN option cache.size is deprecated and will be removed',
            'INFO error_count=0 timeout=30s',
            'ERROR request 17 to http://prices.example timed out; attempt 2 succeeded',
            'INFO client disconnected: connection reset by peer',
          ),
          ready,
        ),
      ),
      service('web'),
      ingress('web'),
    ],
  },
  { name: 'bare-pods', objects: [barePod('tool', running()), barePod('task', { ...running('echo done'), restartPolicy: 'Never' })] },
  {
    name: 'shop',
    objects: [
      deployment('frontend', running(SERVE, { ...ready, env: [{ name: 'CART_ADDR', value: 'cart:80' }] }), { replicas: 2 }),
      deployment('cart', running(SERVE, { ...ready, resources: { requests: { cpu: '10m' }, limits: { memory: '64Mi' } } })),
      statefulSet('redis', running(SERVE, ready), { replicas: 1 }),
      daemonSet('logs', running()),
      service('frontend'),
      service('cart'),
      service('redis', { clusterIP: 'None' }),
      service('payments', { selector: undefined, type: 'ExternalName', externalName: 'payments.example', ports: undefined }),
      configMap('flags', { beta: 'false' }),
      job('seed', once('echo seeded')),
      ingress('frontend'),
    ],
  },
];

function claimed(): Applied {
  const pod = {
    ...running(SERVE, { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
  };
  return statefulSet('store', pod, { replicas: 1 });
}
