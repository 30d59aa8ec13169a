/** Objects around a workload for small snapshots, each as it should be unless said otherwise. */
import type { ObjectRef } from '../../../src/crds/common.ts';
import type { Finding } from '../../../src/investigate/finding.ts';
import type {
  Autoscaler,
  Call,
  Certificate,
  Check,
  Condition,
  Delivery,
  DisruptionBudget,
  ErrorLines,
  NetworkPolicy,
  PolicyRule,
  Route,
  Selector,
  Service,
  Workload,
} from '../../../src/sources/kubernetes/snapshot.ts';
import { ago, cart, container, pod, running, workload } from './builders.ts';

export const web: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'uid-web' };

const whole = { ready: 1, updated: 1, available: 1, complete: true } as const;
export const wellCart = (more: Partial<Workload> = {}): Workload => workload({ ...whole, ...more });
export const webWorkload = (more: Partial<Workload> = {}): Workload =>
  workload({ ref: web, evidence: 'workload/Deployment/shop/web', podLabels: { app: 'web' }, ...whole, ...more });
export const wellPod = (more: Parameters<typeof pod>[0] = {}) => pod(more, container({ ready: true, state: running(60) }));

export const selector = (labels: Readonly<Record<string, string>> = {}): Selector => ({ labels, expressions: [] });

export const service = (name: string, more: Partial<Service> = {}): Service => ({
  namespace: 'shop',
  name,
  evidence: `object/Service/shop/${name}`,
  type: 'ClusterIP',
  headless: false,
  clusterIP: '10.96.0.20',
  selector: { app: name },
  ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }],
  endpoints: { ready: 1, notReady: 0 },
  ...more,
});

export const ingressRef = (name: string): ObjectRef => ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'shop', name });

export const route = (backend: string, more: Partial<Route> = {}): Route => ({
  owner: ingressRef('shop'),
  name: '',
  host: 'shop.example',
  path: '/',
  backend: { namespace: 'shop', service: backend, port: 80 },
  conditions: [],
  evidence: 'object/Ingress/shop/shop',
  ...more,
});

export const policy = (name: string, more: Partial<NetworkPolicy> = {}): NetworkPolicy => ({
  namespace: 'shop',
  name,
  podSelector: selector(),
  known: true,
  createdAt: ago(20),
  evidence: `object/NetworkPolicy/shop/${name}`,
  ...more,
});

export const allow = (peers: readonly Partial<PolicyRule['peers'][number]>[] = [], ports: PolicyRule['ports'] = []): PolicyRule => ({
  peers: peers.map((peer) => ({ except: [], ...peer })),
  ports,
});
export const tcp = (port: number | string, endPort?: number): PolicyRule['ports'][number] => ({ port, endPort, protocol: 'TCP' });

export const call = (caller: ObjectRef, callee: ObjectRef, source: Call['source'] = 'environment'): Call => ({ caller, callee, source });

export const errors = (owner: ObjectRef, text: string, count = 20): ErrorLines => ({
  owner,
  container: 'app',
  lines: [{ text, count }],
  evidence: `errors/${owner.kind}/${owner.namespace ?? ''}/${owner.name}`,
});

export const check = (serviceName: string, more: Partial<Check> = {}): Check => ({
  kind: 'tcp',
  namespace: 'shop',
  service: serviceName,
  port: 80,
  outcome: 'timedOut',
  detail: '',
  evidence: `check/shop/${serviceName}/80`,
  ...more,
});

export const condition = (type: string, status: string, reason: string, message = '', minutes = 20): Condition => ({
  type,
  status,
  reason,
  message,
  since: ago(minutes),
});

export const autoscaler = (more: Partial<Autoscaler> = {}): Autoscaler => ({
  ref: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'cart' },
  target: cart,
  min: 1,
  max: 5,
  current: 2,
  desired: 2,
  conditions: [],
  evidence: 'object/HorizontalPodAutoscaler/shop/cart',
  ...more,
});

export const budget = (more: Partial<DisruptionBudget> = {}): DisruptionBudget => ({
  namespace: 'shop',
  name: 'cart',
  selector: selector({ app: 'cart' }),
  disruptionsAllowed: 0,
  currentHealthy: 1,
  desiredHealthy: 1,
  expectedPods: 1,
  evidence: 'object/PodDisruptionBudget/shop/cart',
  ...more,
});

export const delivery = (kind: string, more: Partial<Delivery> = {}): Delivery => ({
  ref: { kind, namespace: 'shop', name: 'shop' },
  suspended: false,
  conditions: [],
  syncStatus: '',
  healthStatus: '',
  revision: '',
  evidence: `object/${kind}/shop/shop`,
  ...more,
});

export const certificate = (more: Partial<Certificate> = {}): Certificate => ({
  ref: { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', namespace: 'shop', name: 'shop' },
  secret: 'shop-tls',
  names: ['shop.example'],
  notAfter: ago(-60 * 24 * 60),
  renewalAt: ago(-30 * 24 * 60),
  conditions: [condition('Ready', 'True', 'Ready')],
  evidence: 'object/Certificate/shop/shop',
  ...more,
});

/** `Reason object`, with a mark on what is only indirect. */
export const told = (findings: Iterable<Finding>): string[] =>
  [...findings].map(({ reason, object, indirect }) => `${reason} ${object.kind}/${object.name}${indirect === true ? ' (indirect)' : ''}`);
