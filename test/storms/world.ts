/** A cluster as its API server would list it, made from a short description of who calls whom and what runs where. */
import type { ApiConfigMap, ApiNode, ApiPod, ApiWorkload } from '../../src/sources/kubernetes/api.ts';
import { type ClusterObjects, NO_OBJECTS } from '../../src/sources/kubernetes/topology/objects.ts';
import type { Random } from './random.ts';

export interface ServiceSpec {
  readonly namespace: string;
  readonly name: string;
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly replicas?: number;
  /** `name`, or `name.namespace`. */
  readonly calls?: readonly string[];
  readonly configMaps?: readonly string[];
  readonly claim?: boolean;
  readonly host?: string;
  readonly autoscaled?: boolean;
  readonly registry?: string;
  /** No calls of its own namespace's users: operators, exporters. */
  readonly isPlatform?: boolean;
}

export interface Pod {
  readonly name: string;
  readonly node: string;
}
export interface Service extends Required<Pick<ServiceSpec, 'namespace' | 'name' | 'kind' | 'replicas'>> {
  readonly spec: ServiceSpec;
  readonly id: string;
  readonly calls: readonly string[];
  readonly pods: readonly Pod[];
}
export interface World {
  readonly name: string;
  readonly services: readonly Service[];
  readonly nodes: readonly { readonly name: string; readonly zone: string }[];
  /** Ids of what calls the service directly. */
  readonly callersOf: (id: string) => readonly Service[];
  readonly get: (id: string) => Service;
}

export const NOW = Date.parse('2026-03-01T12:00:00Z');
const OLD = '2026-01-01T00:00:00Z';
const SUFFIX = 'bcdfghjklmnpqrstvwxz2456789'.split('');

export function makeWorld(name: string, specs: readonly ServiceSpec[], nodeCount: number, random: Random): World {
  const nodes = Array.from({ length: nodeCount }, (_, at) => ({ name: `worker-${at + 1}`, zone: `zone-${'abc'[at % 3]}` }));
  const suffix = (length: number): string => Array.from({ length }, () => random.pick(SUFFIX)).join('');
  const services = specs.map((spec): Service => {
    const { kind = 'Deployment', replicas = 2, namespace } = spec;
    const hash = `${suffix(1)}${random.whole(4, 9)}${suffix(1)}${random.whole(4, 9)}`.replaceAll(/[aeiou]/gu, 'b');
    const places = kind === 'DaemonSet' ? nodes : random.shuffled(nodes).slice(0, Math.min(replicas, nodes.length));
    const pods = places.map(({ name: node }, at) => ({
      node,
      name:
        kind === 'StatefulSet'
          ? `${spec.name}-${at}`
          : kind === 'DaemonSet'
            ? `${spec.name}-${suffix(5)}`
            : `${spec.name}-7c5d${hash}-${suffix(5)}`,
    }));
    const calls = (spec.calls ?? []).map((called) =>
      called.includes('.') ? called.split('.').toReversed().join('/') : `${namespace}/${called}`,
    );
    return { spec, namespace, name: spec.name, kind, replicas: pods.length, pods, calls, id: `${namespace}/${spec.name}` };
  });
  const byId = new Map(services.map((service) => [service.id, service]));
  return {
    name,
    services,
    nodes,
    callersOf: (id) => services.filter(({ calls }) => calls.includes(id)),
    get: (id) => {
      const found = byId.get(id);
      if (found === undefined) throw new RangeError(`${name} has no ${id}`);
      return found;
    },
  };
}

const meta = (namespace: string | undefined, name: string) => ({
  ...(namespace === undefined ? {} : { namespace }),
  name,
  uid: `${namespace ?? ''}/${name}`,
  resourceVersion: '1',
  creationTimestamp: OLD,
});

/** What is wrong, as the API server would show it. */
export interface Symptoms {
  readonly nodesNotReady?: readonly string[];
  readonly nodesUnderPressure?: readonly string[];
  /** Ids of services none of whose pods is ready. */
  readonly notReady?: readonly string[];
  /** Waiting reason and message of pods, by service id. */
  readonly waiting?: Readonly<Record<string, { readonly reason: string; readonly message: string }>>;
  readonly killed?: readonly string[];
  readonly changedConfigMaps?: readonly string[];
  readonly changedServices?: readonly string[];
  readonly fullQuotas?: readonly string[];
  /** Ids of services that a quota refuses pods. */
  readonly refused?: readonly string[];
  readonly policies?: readonly { readonly namespace: string; readonly name: string; readonly selects: string }[];
}

export function objectsOf(world: World, symptoms: Symptoms = {}): ClusterObjects {
  const namespaces = [...new Set(world.services.map(({ namespace }) => namespace))];
  return {
    ...NO_OBJECTS,
    nodes: world.nodes.map((node) => nodeObject(node, symptoms)),
    workloads: world.services.map((service) => workloadObject(world, service, symptoms)),
    pods: world.services.flatMap((service) => service.pods.map((pod) => podObject(service, pod, symptoms))),
    services: world.services.map(({ namespace, name }) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta(namespace, name),
      spec: { selector: { app: name }, ports: [{ port: 8080 }] },
    })),
    ingresses: world.services.flatMap(({ namespace, name, spec: { host } }) =>
      host === undefined
        ? []
        : [
            {
              apiVersion: 'networking.k8s.io/v1',
              kind: 'Ingress',
              metadata: meta(namespace, name),
              spec: {
                ingressClassName: 'nginx',
                tls: [{ hosts: [host], secretName: `${name}-tls` }],
                rules: [{ host, http: { paths: [{ path: '/', backend: { service: { name, port: { number: 8080 } } } }] } }],
              },
            },
          ],
    ),
    configMaps: configMapsOf(world, symptoms),
    claims: world.services
      .filter(({ spec }) => spec.claim === true)
      .flatMap(({ namespace, pods }) =>
        pods.map((pod) => ({
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: meta(namespace, `data-${pod.name}`),
          spec: { storageClassName: 'fast', volumeName: `pv-${namespace}-${pod.name}` },
        })),
      ),
    storageClasses: [
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: meta(undefined, 'fast'), provisioner: 'ebs.csi.aws.com' },
    ],
    autoscalers: world.services
      .filter(({ spec }) => spec.autoscaled === true)
      .map(({ namespace, name }) => ({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: meta(namespace, name),
        spec: { scaleTargetRef: { kind: 'Deployment', name } },
      })),
    quotas: namespaces.map((namespace) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: meta(namespace, 'compute'),
      status: { hard: { pods: '200' }, used: { pods: symptoms.fullQuotas?.includes(namespace) === true ? '200' : '40' } },
    })),
    policies: (symptoms.policies ?? []).map(({ namespace, name, selects }) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { ...meta(namespace, name), managedFields: changed },
      spec: { podSelector: { matchLabels: { app: selects } }, policyTypes: ['Ingress'] },
    })),
    certificates: world.services.flatMap(({ namespace, name, spec: { host } }) =>
      host === undefined
        ? []
        : [
            {
              apiVersion: 'cert-manager.io/v1',
              kind: 'Certificate',
              metadata: meta(namespace, `${name}-tls`),
              spec: { secretName: `${name}-tls`, dnsNames: [host] },
            },
          ],
    ),
  };
}

const changed = [{ manager: 'kubectl', operation: 'Apply', time: new Date(NOW - 12 * 60_000).toISOString() }];

function nodeObject({ name, zone }: World['nodes'][number], { nodesNotReady = [], nodesUnderPressure = [] }: Symptoms): ApiNode {
  const at = new Date(NOW - 60_000).toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...meta(undefined, name), labels: { 'topology.kubernetes.io/zone': zone } },
    status: {
      conditions: [
        { type: 'Ready', status: nodesNotReady.includes(name) ? 'Unknown' : 'True', lastTransitionTime: at },
        { type: 'DiskPressure', status: nodesUnderPressure.includes(name) ? 'True' : 'False', lastTransitionTime: at },
      ],
    },
  };
}

function workloadObject(world: World, service: Service, { changedServices = [], refused = [] }: Symptoms): ApiWorkload {
  const { kind, namespace, name, spec, calls, id } = service;
  const env = calls.map((called, at) => {
    const { namespace: where, name: what } = world.get(called);
    return {
      name: `DEPENDENCY_${at}_ADDR`,
      value: where === namespace ? `${what}:8080` : `http://${what}.${where}.svc.cluster.local:8080/`,
    };
  });
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { ...meta(namespace, name), ...(changedServices.includes(id) ? { managedFields: changed } : {}) },
    status: { conditions: refused.includes(id) ? [refusal] : [] },
    spec: {
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'app',
              image: `${spec.registry ?? 'registry.example.com'}/${namespace}/${name}:1.4.2`,
              env,
              envFrom: (spec.configMaps ?? []).map((configMap) => ({ configMapRef: { name: configMap } })),
            },
          ],
          volumes:
            spec.claim === true
              ? service.pods.map(({ name: pod }) => ({ name: 'data', persistentVolumeClaim: { claimName: `data-${pod}` } }))
              : [],
        },
      },
    },
  };
}

const refusal = {
  type: 'ReplicaFailure',
  status: 'True',
  reason: 'FailedCreate',
  message: 'pods "x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=200, limited: pods=200',
  lastTransitionTime: new Date(NOW - 5 * 60_000).toISOString(),
};

function podObject(service: Service, pod: Pod, symptoms: Symptoms): ApiPod {
  const { kind, namespace, name, id, spec, pods } = service;
  const { nodesNotReady = [], notReady = [], waiting = {}, killed = [] } = symptoms;
  const hash = /-([a-z0-9]+)-[a-z0-9]{5}$/u.exec(pod.name)?.[1] ?? '';
  const owner = kind === 'Deployment' ? { kind: 'ReplicaSet', name: `${name}-${hash}` } : { kind, name };
  // A new version that does not start leaves the others at work.
  const waits = pod === pods.at(-1) ? waiting[id] : undefined;
  const isReady = waits === undefined && !nodesNotReady.includes(pod.node) && !notReady.includes(id);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...meta(namespace, pod.name),
      labels: { app: name, 'pod-template-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', uid: owner.name, controller: true, ...owner }],
    },
    spec: { nodeName: pod.node },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: new Date(NOW - 60_000).toISOString() }],
      containerStatuses: [
        {
          name: 'app',
          ready: isReady,
          image: `${spec.registry ?? 'registry.example.com'}/${namespace}/${name}:1.4.2`,
          state: waits === undefined ? {} : { waiting: waits },
          lastState: killed.includes(id) ? { terminated: { reason: 'OOMKilled' } } : {},
        },
      ],
    },
  };
}

function configMapsOf(world: World, { changedConfigMaps = [] }: Symptoms): readonly ApiConfigMap[] {
  const all = new Set(world.services.flatMap(({ namespace, spec }) => (spec.configMaps ?? []).map((name) => `${namespace}/${name}`)));
  return [...all].map((id) => {
    const [namespace = '', name = ''] = id.split('/');
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...meta(namespace, name), ...(changedConfigMaps.includes(id) ? { managedFields: changed } : {}) },
      data: { LOG_LEVEL: 'info' },
    };
  });
}
