/** The shapes of the kinds that a snapshot is read from, as far as `src/sources/kubernetes` reads them: what the API server would see to. */
import { type Fit, flag, list, map, number, record, text, textOrNumber } from './fit.ts';

const named = record({ name: text, key: text, optional: flag });
const selector = record({
  matchLabels: map(text),
  matchExpressions: list(record({ key: text, operator: text, values: list(text) }, 'key', 'operator')),
});
const conditions = list(
  record({ type: text, status: text, reason: text, message: text, lastTransitionTime: text, lastUpdateTime: text }, 'type', 'status'),
);
const quantities = map(textOrNumber);

const handler = {
  httpGet: record({ path: text, port: textOrNumber, scheme: text }),
  tcpSocket: record({ port: textOrNumber }),
  grpc: record({ port: number }),
  exec: record({ command: list(text) }),
};
const probe = record({
  ...handler,
  initialDelaySeconds: number,
  timeoutSeconds: number,
  periodSeconds: number,
  failureThreshold: number,
});
const container = record(
  {
    name: text,
    image: text,
    command: list(text),
    args: list(text),
    restartPolicy: text,
    ports: list(record({ name: text, containerPort: number, protocol: text }, 'containerPort')),
    volumeMounts: list(record({ name: text, mountPath: text, readOnly: flag }, 'name', 'mountPath')),
    env: list(record({ name: text, value: text, valueFrom: record({ configMapKeyRef: named, secretKeyRef: named }) }, 'name')),
    envFrom: list(record({ configMapRef: named, secretRef: named })),
    resources: record({ requests: quantities, limits: quantities }),
    livenessProbe: probe,
    readinessProbe: probe,
    startupProbe: probe,
  },
  'name',
);
const items = list(record({ key: text }, 'key'));
const source = record({ name: text, secretName: text, optional: flag, items });
const volume = record({
  name: text,
  configMap: source,
  secret: source,
  projected: record({ sources: list(record({ configMap: source, secret: source })) }),
  persistentVolumeClaim: record({ claimName: text }),
});
const podTerms = record({
  requiredDuringSchedulingIgnoredDuringExecution: list(record({ topologyKey: text, labelSelector: selector })),
});
const podSpec = record({
  containers: list(container),
  initContainers: list(container),
  volumes: list(volume),
  imagePullSecrets: list(named),
  nodeName: text,
  nodeSelector: map(text),
  affinity: record({
    nodeAffinity: record({
      requiredDuringSchedulingIgnoredDuringExecution: record({ nodeSelectorTerms: list(selector) }),
    }),
    podAffinity: podTerms,
    podAntiAffinity: podTerms,
  }),
  tolerations: list(record({ key: text, operator: text, value: text, effect: text })),
  serviceAccountName: text,
  hostNetwork: flag,
  dnsPolicy: text,
  dnsConfig: record({ nameservers: list(text) }),
  restartPolicy: text,
});
const template = record({ metadata: record({ labels: map(text), annotations: map(text) }), spec: podSpec });

const state = record({
  waiting: record({ reason: text, message: text }),
  running: record({ startedAt: text }),
  terminated: record({ exitCode: number, signal: number, reason: text, message: text, startedAt: text, finishedAt: text }),
});
const containerStatuses = list(
  record({ name: text, ready: flag, started: flag, restartCount: number, image: text, state, lastState: state }, 'name'),
);

const workload = {
  spec: record({
    replicas: number,
    paused: flag,
    suspend: flag,
    schedule: text,
    concurrencyPolicy: text,
    completions: number,
    backoffLimit: number,
    selector,
    template,
    jobTemplate: record({ spec: record({ template }) }),
  }),
  status: record({
    ...Object.fromEntries(
      [
        'observedGeneration replicas readyReplicas updatedReplicas availableReplicas desiredNumberScheduled currentNumberScheduled',
        'numberReady updatedNumberScheduled numberAvailable succeeded failed',
      ].flatMap((names) => names.split(' ').map((name) => [name, number] as const)),
    ),
    updateRevision: text,
    lastScheduleTime: text,
    conditions,
  }),
};

const backend = record({ service: record({ name: text, port: record({ name: text, number }) }) });
const peers = list(record({ podSelector: selector, namespaceSelector: selector, ipBlock: record({ cidr: text, except: list(text) }) }));
const policyPorts = list(record({ protocol: text, port: textOrNumber, endPort: number }));
const delivery = {
  spec: record({ suspend: flag }),
  status: record({
    conditions,
    lastAppliedRevision: text,
    lastAttemptedRevision: text,
    artifact: record({ revision: text }),
    sync: record({ status: text, revision: text }),
    health: record({ status: text }),
  }),
};

const KINDS: Readonly<Record<string, Readonly<Record<string, Fit>>>> = {
  Pod: {
    spec: podSpec,
    status: record({
      phase: text,
      reason: text,
      message: text,
      startTime: text,
      podIP: text,
      conditions,
      containerStatuses,
      initContainerStatuses: containerStatuses,
    }),
  },
  Deployment: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  ReplicaSet: workload,
  Job: workload,
  CronJob: workload,
  ControllerRevision: { revision: number, data: record({ spec: record({ template }) }) },
  Event: {
    involvedObject: record({ kind: text, namespace: text, name: text, fieldPath: text }),
    type: text,
    reason: text,
    message: text,
    count: number,
    firstTimestamp: text,
    lastTimestamp: text,
    eventTime: text,
    series: record({ count: number, lastObservedTime: text }),
  },
  Node: {
    spec: record({ unschedulable: flag, taints: list(record({ key: text, value: text, effect: text }, 'key', 'effect')) }),
    status: record({ allocatable: quantities, conditions }),
  },
  ConfigMap: { data: map(text), binaryData: map(text) },
  PersistentVolumeClaim: {
    spec: record({
      storageClassName: text,
      accessModes: list(text),
      selector,
      volumeName: text,
      resources: record({ requests: quantities }),
    }),
    status: record({ phase: text }),
  },
  PersistentVolume: {
    spec: record({
      capacity: quantities,
      accessModes: list(text),
      storageClassName: text,
      claimRef: record({ namespace: text, name: text }),
    }),
    status: record({ phase: text }),
  },
  StorageClass: { provisioner: text, volumeBindingMode: text },
  Namespace: { spec: record({ finalizers: list(text) }), status: record({ phase: text, conditions }) },
  ResourceQuota: { spec: record({ hard: quantities }), status: record({ hard: quantities, used: quantities }) },
  HorizontalPodAutoscaler: {
    spec: record({ minReplicas: number, maxReplicas: number, scaleTargetRef: record({ apiVersion: text, kind: text, name: text }) }),
    status: record({ currentReplicas: number, desiredReplicas: number, lastScaleTime: text, conditions }),
  },
  PodDisruptionBudget: {
    spec: record({ selector }),
    status: record({ disruptionsAllowed: number, currentHealthy: number, desiredHealthy: number, expectedPods: number }),
  },
  Service: {
    spec: record({
      type: text,
      clusterIP: text,
      externalName: text,
      selector: map(text),
      ports: list(record({ name: text, port: number, protocol: text, targetPort: textOrNumber }, 'port')),
    }),
  },
  Endpoints: { subsets: list(record({ addresses: list(record({})), notReadyAddresses: list(record({})) })) },
  EndpointSlice: { endpoints: list(record({ conditions: record({ ready: flag }) })) },
  Ingress: {
    spec: record({
      ingressClassName: text,
      defaultBackend: backend,
      tls: list(record({ hosts: list(text), secretName: text })),
      rules: list(record({ host: text, http: record({ paths: list(record({ path: text, backend })) }) })),
    }),
  },
  HTTPRoute: {
    spec: record({
      hostnames: list(text),
      rules: list(
        record({
          name: text,
          matches: list(record({ path: record({ value: text }) })),
          backendRefs: list(record({ kind: text, name: text, namespace: text, port: number }, 'name')),
        }),
      ),
    }),
    status: record({ parents: list(record({ conditions })) }),
  },
  NetworkPolicy: {
    spec: record({
      podSelector: selector,
      policyTypes: list(text),
      ingress: list(record({ from: peers, ports: policyPorts })),
      egress: list(record({ to: peers, ports: policyPorts })),
    }),
  },
  Certificate: {
    spec: record({ secretName: text, dnsNames: list(text) }),
    status: record({ conditions, notAfter: text, renewalTime: text }),
  },
  Kustomization: delivery,
  HelmRelease: delivery,
  GitRepository: delivery,
  OCIRepository: delivery,
  HelmRepository: delivery,
  Application: delivery,
};

const metadata = record(
  {
    name: text,
    namespace: text,
    uid: text,
    generation: number,
    creationTimestamp: text,
    deletionTimestamp: text,
    labels: map(text),
    annotations: map(text),
    finalizers: list(text),
    ownerReferences: list(
      record({ apiVersion: text, kind: text, name: text, uid: text, controller: flag }, 'apiVersion', 'kind', 'name', 'uid'),
    ),
  },
  'name',
);
const base = { apiVersion: text, kind: text, metadata } as const;

/** What an object has to be read as; one without a kind or a name is none. */
export const shapeOf = (kind: string): Fit =>
  record({ ...base, ...(Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined) }, 'kind', 'metadata');
