/** What grouping reads of an open Incident, and which entities of the topology its alerts are about. */

import type { ObjectRef } from '../../crds/common.ts';
import type { Severity } from '../../crds/incident.ts';
import { targetsOf } from '../alertTargets.ts';
import { LABEL_NAME } from '../kubernetesNames.ts';
import { type Labels, meantLabels } from '../scrapeLabels.ts';
import { type FailureMode, modeOfAlert } from './failureMode.ts';
import { type EntityKey, key, keyOfRef, type TopologyIndex } from './topology.ts';

export interface Suspect {
  /** Uid of the Incident. */
  readonly id: string;
  readonly name: string;
  /** Digest of the alert's identity, by which past storms know it again. */
  readonly identity?: string | undefined;
  /** Another cluster's objects are never the same as this one's. */
  readonly cluster?: string | undefined;
  /** Of every alert that it holds, the first one in front; none for an Incident that a person made. */
  readonly alerts: readonly { readonly labels: Labels; readonly annotations?: Labels | undefined }[];
  readonly targets: readonly ObjectRef[];
  readonly title: string;
  readonly severity: Severity;
  /** When the trouble began, and when the Incident was made; milliseconds since the epoch. */
  readonly startsAt: number;
  readonly createdAt: number;
  /** What its own investigation named, where it had one. */
  readonly diagnosis?: { readonly object?: ObjectRef | undefined; readonly reason: string } | undefined;
  /** A plan of it has been approved: it leads, whatever comes. */
  readonly isCommitted: boolean;
  /** What it was grouped into before. */
  readonly prior?: { readonly leaderId: string; readonly why: string } | undefined;
  readonly people?: { readonly into?: string | undefined; readonly alone?: boolean | undefined } | undefined;
}

/** A suspect in terms of the topology. */
export interface Located extends Suspect {
  readonly mode: FailureMode;
  /** What it is about. */
  readonly entity: EntityKey;
  /** The pods that it names; empty where it names none. */
  readonly pods: readonly EntityKey[];
  /** Nodes that its labels name beside a pod or workload: there it runs. */
  readonly nodes: readonly EntityKey[];
  /** Other objects that its labels or texts name. */
  readonly mentions: readonly EntityKey[];
}

/** The control plane's parts, by the job that scrapes them or the name of the alert. */
const COMPONENTS: readonly (readonly [RegExp, string])[] = [
  [/etcd/u, 'etcd'],
  [/scheduler/u, 'scheduler'],
  [/controller-?manager/u, 'controller-manager'],
  [/^(?:kube-?)?api-?server$|^kubernetes$|kube-?api|aggregated-?api/u, 'apiserver'],
];

/** The API of resource metrics, which most autoscalers read. */
export const METRICS_SERVER = key('Workload', 'kube-system', 'metrics-server');

export function locate(suspect: Suspect, index: TopologyIndex): Located {
  const labels = suspect.alerts.map((alert) => meantLabels(alert.labels));
  const [first = {}] = labels;
  const pods = labels.flatMap((each) => podOf(each) ?? []);
  const entity = index.resolve(entityOf(suspect, first, pods[0], index));
  const isNode = entity.startsWith('Node/');
  return {
    ...suspect,
    mode: suspect.alerts.length === 0 ? modeOfAlert({ alertname: suspect.title }, isNode) : modeOfAlert(first, isNode),
    entity,
    pods: [...new Set(pods)].toSorted(),
    nodes: isNode ? [] : [...new Set(labels.flatMap((each) => each['node'] ?? []).map((name) => key('Node', undefined, name)))].toSorted(),
    mentions: mentionsOf(suspect, entity, index),
  };
}

function podOf(labels: Labels): EntityKey | undefined {
  const name = labels['pod'] ?? labels['pod_name'];
  return name === undefined || labels['namespace'] === undefined ? undefined : key('Pod', labels['namespace'], name);
}

function entityOf(suspect: Suspect, labels: Labels, pod: EntityKey | undefined, index: TopologyIndex): EntityKey {
  const targets = suspect.alerts.length > 0 ? targetsOf(labels) : suspect.targets;
  return (
    componentOf(labels) ??
    certificateOf(labels) ??
    claimOf(labels, targets) ??
    (pod !== undefined && index.placementOf(pod) !== undefined ? pod : undefined) ??
    byTarget(targets[0], labels) ??
    byHost(labels, index) ??
    byApplication(labels) ??
    (targets[0] === undefined ? key('Alert', undefined, suspect.id) : keyOfRef(targets[0]))
  );
}

/** A volume is the trouble itself; a pod beside it only says who mounts it. */
function claimOf(labels: Labels, targets: readonly ObjectRef[]): EntityKey | undefined {
  const claim = targets.find(({ kind }) => kind === 'PersistentVolumeClaim');
  return claim !== undefined && modeOfAlert(labels, false) === 'storage' ? keyOfRef(claim) : undefined;
}

/** Of a namespace nothing is told by naming it, but that its quota is used up. */
function byTarget(target: ObjectRef | undefined, labels: Labels): EntityKey | undefined {
  if (target?.kind !== 'Namespace') return target === undefined ? undefined : keyOfRef(target);
  return modeOfAlert(labels, false) === 'quota' ? key('ResourceQuota', target.name, '*') : undefined;
}

function componentOf(labels: Labels): EntityKey | undefined {
  const { job = '', alertname = '', component = '', name = '' } = labels;
  if (name.endsWith('.metrics.k8s.io') && /aggregated/iu.test(alertname)) return METRICS_SERVER;
  if (labels['pod'] !== undefined && !/^(?:etcd|kube-)/u.test(labels['pod'])) return undefined;
  const words = [job, component, alertname.replaceAll(/([a-z])([A-Z])/gu, '$1-$2')].map((word) => word.toLowerCase());
  const found = COMPONENTS.find(([pattern]) => words.some((word) => pattern.test(word)))?.[1];
  // What tells of certificates of clients or of errors of clients is told by the API server, and is about them.
  return found === undefined || /client.{0,60}cert/iu.test(alertname) ? undefined : key('Component', undefined, found);
}

function certificateOf(labels: Labels): EntityKey | undefined {
  const { namespace } = labels;
  const name = labels['certificate'] ?? labels['cert_name'];
  if (name !== undefined) return key('Certificate', namespace, name);
  const secret = labels['secret_name'] ?? labels['secret'];
  if (secret !== undefined) return key('Secret', labels['secret_namespace'] ?? namespace, secret);
  return /cert-?manager/u.test(labels['job'] ?? '') && labels['name'] !== undefined && labels['pod'] === undefined
    ? key('Certificate', namespace, labels['name'])
    : undefined;
}

const HOST_LABELS = ['instance', 'target', 'url', 'host', 'hostname', 'domain', 'vhost', 'ingress_host'];

/** A probe's URL or the host of a request: of an Ingress, or of a Service by its name in DNS. */
function byHost(labels: Labels, index: TopologyIndex): EntityKey | undefined {
  for (const name of HOST_LABELS) {
    const found = hostEntity(labels[name] ?? '', labels['namespace'], index);
    if (found !== undefined) return found;
  }
  return undefined;
}

const APPLICATION_LABELS = [
  'app',
  'app_kubernetes_io_name',
  'service_name',
  'destination_workload',
  'destination_service_name',
  'application',
  'component',
];
/** Jobs that measure something else than themselves. */
const TELLS_OF_OTHERS = /exporter|kube-state-metrics|kubelet|cadvisor|blackbox|probe|pushgateway|istio|envoy|linkerd/u;

/** Where only the namespace is named, the rule's author named the application in a label of his own. */
function byApplication(labels: Labels): EntityKey | undefined {
  const namespace = labels['namespace'] ?? labels['destination_workload_namespace'] ?? labels['destination_service_namespace'];
  const said = namespace === undefined ? undefined : APPLICATION_LABELS.map((label) => labels[label]).find(isName);
  const job = labels['job'];
  const name = said ?? (isName(job) && !TELLS_OF_OTHERS.test(job) ? job : undefined);
  return name === undefined ? undefined : key('Workload', namespace, name);
}

const isName = (value: string | undefined): value is string => value !== undefined && LABEL_NAME.test(value);

/** Labels by which meshes, exporters and rules name the other end of a call, or what is needed. */
const OTHER_END =
  /^(?:destination|upstream|peer|remote|server|backend|dependency|depends_on|db|database|broker|downstream_dependency|target)(?:_?(?:service(?:_name)?|workload|host|address|cluster|name|app|instance))?$/u;
const DNS_NAME = /\b([a-z][-a-z0-9]{0,62})\.([a-z][-a-z0-9]{0,62})\.svc\b/gu;
const MOST_MENTIONS = 8;

function mentionsOf({ alerts }: Suspect, entity: EntityKey, index: TopologyIndex): readonly EntityKey[] {
  const found = new Set<EntityKey>();
  for (const { labels, annotations = {} } of alerts) {
    const namespace = labels['destination_service_namespace'] ?? labels['destination_workload_namespace'] ?? labels['namespace'];
    for (const [label, value] of Object.entries(labels)) {
      if (OTHER_END.test(label)) found.add(hostEntity(value, namespace, index) ?? (isName(value) ? key('Workload', namespace, value) : ''));
    }
    for (const text of [...Object.values(labels), ...Object.values(annotations)]) {
      for (const [, name = '', where = ''] of text.slice(0, 2048).matchAll(DNS_NAME)) found.add(key('Service', where, name));
    }
  }
  found.delete('');
  return [...new Set([...found].map((each) => index.resolve(each)))]
    .filter((each) => each !== entity)
    .toSorted()
    .slice(0, MOST_MENTIONS);
}

/** `https://shop.example.com/cart`, `payments.shop.svc.cluster.local:8080`, `payments.shop` */
function hostEntity(value: string, namespace: string | undefined, index: TopologyIndex): EntityKey | undefined {
  const host = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/\s]*@)?([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)(?::\d+)?(?:[/?].*)?$/iu
    .exec(value)?.[1]
    ?.toLowerCase();
  if (host === undefined || /^[\d.]+$/u.test(host)) return undefined;
  const asHost = key('Host', undefined, host);
  const resolved = index.resolve(asHost);
  if (resolved !== asHost) return resolved;
  const [name = '', where, third] = host.split('.');
  if (where !== undefined && (third === undefined || third === 'svc')) return index.resolve(key('Service', where, name));
  if (where !== undefined) return value.includes('://') ? asHost : undefined;
  const service = key('Service', namespace, name);
  return namespace !== undefined && index.linksFrom(index.resolve(service)).length > 0 ? index.resolve(service) : undefined;
}
