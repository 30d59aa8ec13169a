/**
 * Labels that say who measured, told apart from labels that say what is wrong.
 *
 * Prometheus puts the labels of the scraped process beside those of the metric. Of an exporter, the former name the exporter's own
 * pod, container and service, and the alert is hardly ever about these.
 */
export type Labels = Readonly<Record<string, string>>;

const EXPORTED = 'exported_';
const KUBE_STATE_METRICS = 'kube-state-metrics';
const EXPORTER = /(?:^|[-_])exporter$/u;

const OF_SCRAPED_PROCESS = ['pod', 'container', 'service', 'endpoint', 'uid'];
/** What a metric of kube-state-metrics may be about, other than pods. */
const SUBJECTS_OF_CLUSTER_STATE = [
  'deployment',
  'statefulset',
  'daemonset',
  'replicaset',
  'cronjob',
  'job_name',
  'node',
  'horizontalpodautoscaler',
  'persistentvolumeclaim',
  'persistentvolume',
  'poddisruptionbudget',
  'resourcequota',
  'ingress',
];

/** The labels as the author of the rule meant them. */
export function meantLabels(delivered: Labels): Labels {
  return withoutExporter(withExported(delivered));
}

/** Where a metric's own label met one of the scrape, Prometheus renamed it `exported_…`: that is the one that counts. */
function withExported(labels: Labels): Labels {
  const renamed = Object.keys(labels).filter((name) => name.startsWith(EXPORTED) && name.length > EXPORTED.length);
  if (renamed.length === 0) return labels;
  const exported = new Map(renamed.map((name) => [name.slice(EXPORTED.length), labels[name] ?? '']));
  const plain = Object.entries(labels).filter(([name]) => !renamed.includes(name) && !exported.has(name));
  return Object.fromEntries([...plain, ...exported]);
}

function withoutExporter(labels: Labels): Labels {
  const { job = '', pod = '', container = '' } = labels;
  if (job === KUBE_STATE_METRICS) return withoutStateExporter(labels, pod, container);
  if (!EXPORTER.test(job) || labels['instance'] === undefined) return labels;
  if (pod.includes(job)) return without(labels, [...OF_SCRAPED_PROCESS, 'namespace']);
  return EXPORTER.test(container) ? without(labels, ['container']) : labels;
}

/** kube-state-metrics tells of other objects; its own pod is meant only if nothing else is named. */
function withoutStateExporter(labels: Labels, pod: string, container: string): Labels {
  const isOwnPod = pod.includes(KUBE_STATE_METRICS);
  const namesOther = SUBJECTS_OF_CLUSTER_STATE.some((name) => labels[name] !== undefined && labels[name] !== KUBE_STATE_METRICS);
  if (isOwnPod && namesOther) return without(labels, [...OF_SCRAPED_PROCESS, 'instance']);
  const volatile = ['instance', 'endpoint', 'service'];
  return without(labels, container === KUBE_STATE_METRICS && !isOwnPod ? [...volatile, 'container'] : volatile);
}

function without(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}
