/** Objects of namespaces on a real node, short to write: each is what a person would apply, without its namespace. */
import type { KubeObject } from '../../src/kube/object.ts';

export type Applied = Omit<KubeObject, 'metadata'> & {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly finalizers?: readonly string[]; readonly labels?: Readonly<Record<string, string>> };
};
type Json = Readonly<Record<string, unknown>>;

export const SERVE = 'echo listening on port 8080; exec httpd -f -p 8080 -h /etc';
/** Runs after a first run of the same pod ended; /state outlives a container. */
export const onSecondRun = (first: string): string => `if [ ! -e /state/ran ]; then touch /state/ran; ${first}; fi; ${SERVE}`;

export const container = (script: string, more: Json = {}): Json => ({
  name: 'app',
  image: 'agent-sre.test/busybox:1',
  imagePullPolicy: 'Never',
  command: ['sh', '-c', script],
  ...more,
});
export const running = (script = SERVE, more: Json = {}, pod: Json = {}): Json => ({
  terminationGracePeriodSeconds: 1,
  containers: [container(script, more)],
  ...pod,
});
/** With an empty folder at /state. */
export const withState = (script: string, more: Json = {}): Json =>
  running(script, { volumeMounts: [{ name: 'state', mountPath: '/state' }], ...more }, { volumes: [{ name: 'state', emptyDir: {} }] });

export const http = (path = '/group', more: Json = {}): Json => ({ httpGet: { path, port: 8080 }, periodSeconds: 2, ...more });

const object = (apiVersion: string, kind: string, name: string, rest: Json): Applied => ({ apiVersion, kind, metadata: { name }, ...rest });
const labels = (app: string): Json => ({ app });
const template = (app: string, pod: Json): Json => ({ metadata: { labels: labels(app) }, spec: pod });
const selector = (app: string): Json => ({ matchLabels: labels(app) });

export const deployment = (name: string, pod: Json = running(), more: Json = {}): Applied =>
  object('apps/v1', 'Deployment', name, { spec: { replicas: 1, selector: selector(name), template: template(name, pod), ...more } });
export const statefulSet = (name: string, pod: Json, more: Json = {}): Applied =>
  object('apps/v1', 'StatefulSet', name, {
    spec: { replicas: 2, serviceName: name, selector: selector(name), template: template(name, pod), ...more },
  });
export const daemonSet = (name: string, pod: Json): Applied =>
  object('apps/v1', 'DaemonSet', name, { spec: { selector: selector(name), template: template(name, pod) } });

export const once = (script: string, more: Json = {}): Json => ({ ...withState(script), restartPolicy: 'OnFailure', ...more });
export const job = (name: string, pod: Json, more: Json = {}): Applied =>
  object('batch/v1', 'Job', name, { spec: { backoffLimit: 4, template: template(name, pod), ...more } });
export const cronJob = (name: string, pod: Json, more: Json = {}): Applied =>
  object('batch/v1', 'CronJob', name, {
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template: template(name, pod) } }, ...more },
  });
export const barePod = (name: string, pod: Json, finalizers: readonly string[] = []): Applied => ({
  ...object('v1', 'Pod', name, { spec: pod }),
  metadata: { name, finalizers },
});

export const service = (name: string, more: Json = {}): Applied =>
  object('v1', 'Service', name, { spec: { selector: labels(name), ports: [{ port: 80, targetPort: 8080 }], ...more } });
export const configMap = (name: string, data: Json, finalizers: readonly string[] = []): Applied => ({
  ...object('v1', 'ConfigMap', name, { data }),
  metadata: { name, finalizers },
});
export const secret = (name: string, stringData: Json): Applied => object('v1', 'Secret', name, { stringData });
export const quota = (hard: Json): Applied => object('v1', 'ResourceQuota', 'quota', { spec: { hard } });
export const limitRange = (defaults: Json, max: Json = {}): Applied =>
  object('v1', 'LimitRange', 'limits', { spec: { limits: [{ type: 'Container', default: defaults, defaultRequest: defaults, max }] } });
export const serviceAccount = (name: string): Applied => object('v1', 'ServiceAccount', name, {});
export const claim = (name: string, more: Json = {}): Applied =>
  object('v1', 'PersistentVolumeClaim', name, {
    spec: { storageClassName: '', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
  });
export const volume = (name: string, more: Json = {}): Applied =>
  object('v1', 'PersistentVolume', name, {
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: `/var/lib/kubelet/volume-${name}`, type: 'DirectoryOrCreate' },
      ...more,
    },
  });
export const disruptionBudget = (app: string, spec: Json): Applied =>
  object('policy/v1', 'PodDisruptionBudget', app, { spec: { selector: selector(app), ...spec } });
export const autoscaler = (name: string, more: Json = {}): Applied =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 1,
      maxReplicas: 4,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
      ...more,
    },
  });
export const ingress = (name: string, { backend = name, ...more }: Json & { readonly backend?: string } = {}): Applied =>
  object('networking.k8s.io/v1', 'Ingress', name, {
    spec: {
      rules: [
        {
          host: 'shop.example',
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: backend, port: { number: 80 } } } }] },
        },
      ],
      ...more,
    },
  });
export const brokenWebhook = (namespace: string): Applied =>
  object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', `pods-of-${namespace}`, {
    webhooks: [
      {
        name: 'pods.policy.example',
        clientConfig: { url: 'https://127.0.0.1:1/validate' },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 2,
      },
    ],
  });
export const denyAll: Applied = object('networking.k8s.io/v1', 'NetworkPolicy', 'deny-all', {
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
});
/** One way, and the answers. */
export const allow = (from: string, to: string): Applied[] => [
  object('networking.k8s.io/v1', 'NetworkPolicy', `${to}-in`, {
    spec: {
      podSelector: selector(to),
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: selector(from) }], ports: [{ port: 8080 }] }],
    },
  }),
  object('networking.k8s.io/v1', 'NetworkPolicy', `${from}-out`, {
    spec: {
      podSelector: selector(from),
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: selector(to) }], ports: [{ port: 8080 }] }, { ports: [{ port: 53, protocol: 'UDP' }] }],
    },
  }),
];
