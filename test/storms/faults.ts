/** Faults that clusters have, each with the alerts that it brings about and what the API server shows meanwhile. */

import type { RawAlert, Shape } from './alerts.ts';
import * as alerts from './alerts.ts';
import type { Random } from './random.ts';
import { NOW, type Service, type Symptoms, type World } from './world.ts';

export interface Fault {
  readonly kind: string;
  readonly alerts: readonly RawAlert[];
  readonly symptoms: Symptoms;
  /** Services and nodes that are its origin: another fault is not put there. */
  readonly origins: readonly string[];
}
export interface FaultOptions {
  readonly world: World;
  readonly random: Random;
  /** Distinguishes faults of one storm. */
  readonly cause: string;
  /** Services and nodes that have a fault already. */
  readonly taken: ReadonlySet<string>;
}
export type MakeFault = (options: FaultOptions) => Fault;

const MINUTE = 60_000;

/** Collects alerts of one fault, each some time after its beginning. */
function recorder({ random, cause }: FaultOptions) {
  const start = NOW - random.whole(2, 10) * MINUTE;
  const list: RawAlert[] = [];
  const add = (distance: number, shape: Shape, afterMinutes = 0): void => {
    list.push({ ...shape, cause, distance, startsAt: start + afterMinutes * MINUTE + random.whole(0, 90) * 1000 });
  };
  return { list, add };
}

/** Those who call it complain, and those who call them, more rarely the further away. */
function spread(
  { world, random }: FaultOptions,
  from: readonly string[],
  add: (distance: number, shape: Shape, after?: number) => void,
  most = 60,
): void {
  const seen = new Set(from);
  let edge = [...from];
  for (let distance = 1; distance <= 4 && edge.length > 0; distance += 1) {
    const next: string[] = [];
    for (const id of edge) {
      for (const caller of world.callersOf(id)) {
        if (seen.has(caller.id) || seen.size >= most || !random.chance(0.9 - 0.12 * (distance - 1))) continue;
        seen.add(caller.id);
        next.push(caller.id);
        for (let count = random.whole(1, 2); count > 0; count -= 1)
          add(distance, alerts.complaint(caller, world, random), random.whole(0, 4));
      }
    }
    edge = next;
  }
}

const free = ({ world, taken, random }: FaultOptions, fits: (service: Service) => boolean): Service =>
  random.pick(
    world.services.filter((service) => fits(service) && !taken.has(service.id) && !service.pods.some(({ node }) => taken.has(node))),
  );
/** The one service of that name, if nothing has happened to it or its nodes. */
function fixed({ world, taken }: FaultOptions, id: string): Service {
  const service = world.get(id);
  if (taken.has(id) || service.pods.some(({ node }) => taken.has(node))) throw new RangeError(`${id} is taken`);
  return service;
}
const isApplication = ({ spec }: Service): boolean => spec.isPlatform !== true;
const isStore = ({ kind, spec }: Service): boolean => kind === 'StatefulSet' && spec.isPlatform !== true;

const nodeDown =
  (alertsOfNode: boolean): MakeFault =>
  (options) => {
    const { world, random, taken } = options;
    const node = random.pick(world.nodes.filter(({ name }) => !taken.has(name))).name;
    const { list, add } = recorder(options);
    if (alertsOfNode) {
      add(0, alerts.nodeAlert('KubeNodeNotReady', node, 'warning', { condition: 'Ready', status: 'true' }), 3);
      if (random.chance(0.6))
        add(
          0,
          alerts.nodeAlert('KubeNodeUnreachable', node, 'warning', { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' }),
          4,
        );
      if (random.chance(0.5)) add(1, alerts.targetDown('monitoring', 'node-exporter'), 4);
      if (random.chance(0.3)) add(1, alerts.targetDown('kube-system', 'kubelet'), 4);
    }
    const lost = world.services.filter(({ pods }) => pods.some((pod) => pod.node === node));
    for (const service of lost) {
      const pod = service.pods.find((one) => one.node === node)?.name ?? '';
      if (random.chance(0.85)) add(1, alerts.notReady(service, pod), random.whole(0, 4));
      if (random.chance(0.6)) add(1, alerts.replicasMismatch(service), random.whole(1, 5));
    }
    spread(
      options,
      lost.filter(({ pods }) => pods.length === 1).map(({ id }) => id),
      add,
    );
    return {
      kind: alertsOfNode ? 'node down' : 'node down, unwatched',
      alerts: list,
      symptoms: { nodesNotReady: [node] },
      origins: [node],
    };
  };

const dnsDown: MakeFault = (options) => {
  const { world, random } = options;
  const { list, add } = recorder(options);
  const dns = fixed(options, 'kube-system/coredns');
  add(0, alerts.component('CoreDNSDown', 'critical', { namespace: 'kube-system', service: 'coredns', job: 'coredns' }));
  add(0, alerts.replicasMismatch(dns), 2);
  for (const pod of dns.pods) if (random.chance(0.7)) add(0, alerts.crashLooping(dns, pod.name), 1);
  for (const service of world.services.filter((one) => isApplication(one) && one.calls.length > 0)) {
    if (random.chance(0.75))
      add(1, alerts.own(random.pick(['HighErrorRate', 'ErrorBudgetBurn', 'DNSLookupFailures']), service), random.whole(0, 4));
    if (random.chance(0.2)) add(1, alerts.crashLooping(service, random.pick(service.pods).name), random.whole(2, 5));
  }
  return { kind: 'DNS down', alerts: list, symptoms: { notReady: [dns.id] }, origins: [dns.id] };
};

const databaseDown =
  (watched: boolean): MakeFault =>
  (options) => {
    const { world, random } = options;
    const store = free(options, (one) => isStore(one) && world.callersOf(one.id).length >= (watched ? 1 : 2));
    const { list, add } = recorder(options);
    if (watched) {
      add(0, random.chance(0.5) ? alerts.crashLooping(store, random.pick(store.pods).name) : alerts.replicasMismatch(store), 1);
      if (random.chance(0.5)) add(0, alerts.own('DatabaseDown', store), 0);
      if (random.chance(0.3)) add(0, alerts.targetDown(store.namespace, store.name), 2);
    }
    spread(options, [store.id], add);
    return {
      kind: watched ? 'database down' : 'database down, unwatched',
      alerts: list,
      symptoms: { notReady: [store.id] },
      origins: [store.id],
    };
  };

const databaseSaturated: MakeFault = (options) => {
  const { world } = options;
  const store = free(options, (one) => isStore(one) && world.callersOf(one.id).length >= 1);
  const { list, add } = recorder(options);
  add(0, alerts.own('DatabaseConnectionsExhausted', store));
  spread(options, [store.id], add);
  return { kind: 'database saturated', alerts: list, symptoms: {}, origins: [store.id] };
};

const badConfig: MakeFault = (options) => {
  const { world, random } = options;
  const service = free(options, (one) => isApplication(one) && one.kind === 'Deployment' && world.callersOf(one.id).length >= 1);
  const { list, add } = recorder(options);
  for (const pod of service.pods) add(0, alerts.crashLooping(service, pod.name), 1);
  if (random.chance(0.6)) add(0, alerts.rolloutStuck(service), 5);
  if (random.chance(0.5)) add(0, alerts.own('HighErrorRate', service), 1);
  spread(options, [service.id], add);
  return {
    kind: 'bad configuration',
    alerts: list,
    symptoms: { changedServices: [service.id], notReady: [service.id] },
    origins: [service.id],
  };
};

const sharedConfig: MakeFault = (options) => {
  const { world, random, taken } = options;
  const users = Map.groupBy(
    world.services.flatMap((service) => (service.spec.configMaps ?? []).map((name) => ({ service, id: `${service.namespace}/${name}` }))),
    ({ id }) => id,
  );
  const [id, uses] = random.pick([...users].filter(([, list]) => list.length >= 2 && !list.some(({ service }) => taken.has(service.id))));
  const { list, add } = recorder(options);
  for (const { service } of uses) {
    add(1, random.chance(0.7) ? alerts.crashLooping(service, random.pick(service.pods).name) : alerts.own('HighErrorRate', service), 1);
    if (random.chance(0.4)) add(1, alerts.replicasMismatch(service), 4);
  }
  return {
    kind: 'bad shared ConfigMap',
    alerts: list,
    symptoms: { changedConfigMaps: [id] },
    origins: uses.map(({ service }) => service.id),
  };
};

const volumeFull: MakeFault = (options) => {
  const { random } = options;
  const store = free(options, (one) => isStore(one));
  const pod = random.pick(store.pods).name;
  const { list, add } = recorder(options);
  add(0, alerts.volumeFilling(store, pod));
  if (random.chance(0.8)) add(1, alerts.crashLooping(store, pod), 2);
  if (random.chance(0.4)) add(1, alerts.replicasMismatch(store), 4);
  spread(options, [store.id], (distance, shape, after) => add(distance + 1, shape, after));
  return { kind: 'volume full', alerts: list, symptoms: { notReady: [store.id] }, origins: [store.id] };
};

const certificateExpired: MakeFault = (options) => {
  const { random, world } = options;
  const service = free(options, ({ spec }) => spec.host !== undefined);
  const host = service.spec.host ?? '';
  const { list, add } = recorder(options);
  add(0, random.chance(0.5) ? alerts.probeCertificate(host) : alerts.secretCertificate(service.namespace, `${service.name}-tls`));
  add(1, alerts.probeFailed(host), 2);
  if (random.chance(0.3)) add(0, alerts.secretCertificate(service.namespace, `${service.name}-tls`), 1);
  void world;
  return { kind: 'certificate expired', alerts: list, symptoms: {}, origins: [service.id] };
};

const networkPolicy: MakeFault = (options) => {
  const { world } = options;
  const service = free(options, (one) => isApplication(one) && world.callersOf(one.id).length >= 2);
  const { list, add } = recorder(options);
  spread(options, [service.id], add);
  const policies = [{ namespace: service.namespace, name: `deny-${service.name}`, selects: service.name }];
  return { kind: 'network policy', alerts: list, symptoms: { policies }, origins: [service.id] };
};

const quotaExhausted: MakeFault = (options) => {
  const { world, random, taken } = options;
  const namespaces = [...new Set(world.services.filter(isApplication).map(({ namespace }) => namespace))];
  const namespace = random.pick(namespaces.filter((one) => !taken.has(one)));
  const { list, add } = recorder(options);
  add(0, alerts.quotaExceeded(namespace));
  const own = world.services.filter((one) => one.namespace === namespace && one.kind === 'Deployment' && !taken.has(one.id));
  const refused = random.shuffled(own).slice(0, 6);
  for (const service of refused) {
    add(1, random.chance(0.7) ? alerts.replicasMismatch(service) : alerts.rolloutStuck(service), random.whole(1, 5));
    if (service.spec.autoscaled === true) add(1, alerts.hpaMaxed(service), 4);
  }
  const symptoms = { fullQuotas: [namespace], refused: refused.map(({ id }) => id) };
  return { kind: 'quota exhausted', alerts: list, symptoms, origins: [namespace, ...symptoms.refused] };
};

const registryDown: MakeFault = (options) => {
  const { world, random, taken } = options;
  const { list, add } = recorder(options);
  const pulling = random
    .shuffled(
      world.services.filter(
        (one) => isApplication(one) && !taken.has(one.id) && (one.spec.registry ?? 'registry.example.com') === 'registry.example.com',
      ),
    )
    .slice(0, 9);
  const waiting: Record<string, { reason: string; message: string }> = {};
  for (const service of pulling) {
    add(1, alerts.waiting(service, service.pods.at(-1)?.name ?? '', random.pick(['ImagePullBackOff', 'ErrImagePull'])), random.whole(0, 6));
    if (random.chance(0.4)) add(1, alerts.replicasMismatch(service), 5);
    waiting[service.id] = { reason: 'ImagePullBackOff', message: 'dial tcp 10.9.8.7:443: connect: connection refused' };
  }
  return { kind: 'registry down', alerts: list, symptoms: { waiting }, origins: pulling.map(({ id }) => id) };
};

const controlPlane: MakeFault = (options) => {
  const { random } = options;
  const { list, add } = recorder(options);
  add(0, alerts.component('etcdNoLeader', 'critical', { job: 'etcd', instance: '10.0.0.4:2379' }));
  if (random.chance(0.7)) add(0, alerts.component('etcdMembersDown', 'critical', { job: 'etcd' }), 1);
  add(1, alerts.component('KubeAPIErrorBudgetBurn', 'critical', { long: '1h', short: '5m' }), 2);
  if (random.chance(0.6)) add(1, alerts.component('KubeAPITerminatedRequests', 'warning'), 3);
  if (random.chance(0.5)) add(1, alerts.component('KubeControllerManagerDown'), 4);
  if (random.chance(0.5)) add(1, alerts.component('KubeSchedulerDown'), 4);
  if (random.chance(0.6)) add(1, alerts.component('KubeStateMetricsListErrors', 'critical', { job: 'kube-state-metrics' }), 3);
  if (random.chance(0.6))
    add(1, alerts.component('KubeClientErrors', 'warning', { job: 'kubelet', instance: '10.0.1.4:10250', namespace: 'kube-system' }), 3);
  if (random.chance(0.4))
    add(1, alerts.component('PrometheusOperatorWatchErrors', 'warning', { namespace: 'monitoring', controller: 'prometheus' }), 4);
  return { kind: 'control plane', alerts: list, symptoms: {}, origins: ['control-plane'] };
};

const zoneOut: MakeFault = (options) => {
  const { world, random } = options;
  const zone = random.pick(['zone-a', 'zone-b', 'zone-c']);
  const lost = world.nodes.filter((node) => node.zone === zone).map(({ name }) => name);
  if (lost.some((name) => options.taken.has(name))) throw new RangeError(`${zone} is taken`);
  const { list, add } = recorder(options);
  for (const node of lost) {
    add(0, alerts.nodeAlert('KubeNodeNotReady', node, 'warning', { condition: 'Ready', status: 'true' }), 2);
    if (random.chance(0.5)) add(0, alerts.nodeAlert('KubeNodeUnreachable', node, 'warning', { effect: 'NoSchedule' }), 3);
  }
  const hit = world.services.filter(({ pods }) => pods.some(({ node }) => lost.includes(node)));
  for (const service of hit) {
    for (const pod of service.pods.filter(({ node }) => lost.includes(node)))
      if (random.chance(0.7)) add(1, alerts.notReady(service, pod.name), random.whole(0, 4));
    if (random.chance(0.5)) add(1, alerts.replicasMismatch(service), random.whole(1, 5));
  }
  spread(
    options,
    hit.filter(({ pods }) => pods.every(({ node }) => lost.includes(node))).map(({ id }) => id),
    add,
  );
  return { kind: 'zone out', alerts: list, symptoms: { nodesNotReady: lost }, origins: lost };
};

const metricsServerDown: MakeFault = (options) => {
  const { world, random } = options;
  const server = fixed(options, 'kube-system/metrics-server');
  const { list, add } = recorder(options);
  add(0, random.chance(0.5) ? alerts.replicasMismatch(server) : alerts.crashLooping(server, server.pods[0]?.name ?? ''));
  if (random.chance(0.6))
    add(0, alerts.component('KubeAggregatedAPIDown', 'warning', { name: 'v1beta1.metrics.k8s.io', namespace: 'default' }), 2);
  for (const service of world.services.filter(({ spec }) => spec.autoscaled === true)) {
    add(1, { labels: { ...alerts.hpaMaxed(service).labels, alertname: 'KubeHpaReplicasMismatch' } }, random.whole(2, 6));
  }
  return { kind: 'autoscaler metrics', alerts: list, symptoms: { notReady: [server.id] }, origins: [server.id] };
};

const clusterAutoscalerDown: MakeFault = (options) => {
  const { world, random } = options;
  const scaler = fixed(options, 'kube-system/cluster-autoscaler');
  const { list, add } = recorder(options);
  add(0, alerts.crashLooping(scaler, scaler.pods[0]?.name ?? ''));
  for (const service of random.shuffled(world.services.filter((one) => isApplication(one) && one.kind === 'Deployment')).slice(0, 5)) {
    add(1, alerts.podAlert('KubePodUnschedulable', service, random.pick(service.pods).name), random.whole(2, 6));
  }
  return { kind: 'cluster autoscaler', alerts: list, symptoms: { notReady: [scaler.id] }, origins: [scaler.id] };
};

const outOfMemory: MakeFault = (options) => {
  const { world, random } = options;
  const service = free(options, (one) => isApplication(one) && one.kind === 'Deployment' && world.callersOf(one.id).length >= 1);
  const { list, add } = recorder(options);
  for (const pod of service.pods) add(0, alerts.podAlert('PodOOMKilled', service, pod.name, { container: 'app', reason: 'OOMKilled' }));
  if (random.chance(0.7)) add(0, alerts.crashLooping(service, service.pods[0]?.name ?? ''), 2);
  spread(options, [service.id], add);
  return { kind: 'out of memory', alerts: list, symptoms: { killed: [service.id], notReady: [service.id] }, origins: [service.id] };
};

const diskPressure: MakeFault = (options) => {
  const { world, random, taken } = options;
  const node = random.pick(world.nodes.filter(({ name }) => !taken.has(name))).name;
  const { list, add } = recorder(options);
  add(0, alerts.nodeExporterAlert('NodeFilesystemAlmostOutOfSpace', node, 'critical'));
  if (random.chance(0.6)) add(0, alerts.nodeAlert('KubeNodePressure', node, 'info', { condition: 'DiskPressure', status: 'true' }), 1);
  for (const service of world.services.filter(({ pods }) => pods.some((pod) => pod.node === node))) {
    if (random.chance(0.6)) add(1, alerts.notReady(service, service.pods.find((pod) => pod.node === node)?.name ?? ''), random.whole(1, 5));
  }
  return { kind: 'disk pressure', alerts: list, symptoms: { nodesUnderPressure: [node] }, origins: [node] };
};

const ingressDown: MakeFault = (options) => {
  const { world, random } = options;
  const controller = fixed(options, 'ingress-nginx/ingress-nginx-controller');
  const { list, add } = recorder(options);
  for (const pod of controller.pods) add(0, alerts.crashLooping(controller, pod.name));
  if (random.chance(0.5)) add(0, alerts.replicasMismatch(controller), 3);
  for (const { spec } of world.services) if (spec.host !== undefined) add(1, alerts.probeFailed(spec.host), random.whole(0, 3));
  return { kind: 'ingress down', alerts: list, symptoms: { notReady: [controller.id] }, origins: [controller.id] };
};

const trafficSurge: MakeFault = (options) => {
  const { random } = options;
  const service = free(options, ({ spec }) => spec.autoscaled === true);
  const { list, add } = recorder(options);
  add(0, alerts.hpaMaxed(service), 1);
  add(0, alerts.own('HighLatencyP99', service, 'warning'));
  if (random.chance(0.5)) add(0, alerts.throttled(service, random.pick(service.pods).name));
  spread(options, [service.id], add);
  return { kind: 'surge', alerts: list, symptoms: {}, origins: [service.id] };
};

export const FAULTS: Readonly<Record<string, MakeFault>> = {
  nodeDown: nodeDown(true),
  nodeDownUnwatched: nodeDown(false),
  dnsDown,
  databaseDown: databaseDown(true),
  databaseDownUnwatched: databaseDown(false),
  databaseSaturated,
  badConfig,
  sharedConfig,
  volumeFull,
  certificateExpired,
  networkPolicy,
  quotaExhausted,
  registryDown,
  controlPlane,
  zoneOut,
  metricsServerDown,
  clusterAutoscalerDown,
  outOfMemory,
  diskPressure,
  ingressDown,
  trafficSurge,
};
