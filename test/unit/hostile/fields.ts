/**
 * Every field of a frozen snapshot, of a commit and of an alert into which strangers write, and how a text gets there without a change of
 * the facts: beside what is there, not instead of it.
 *
 * Left out by rule: names of objects, containers and namespaces (they are what a finding is about); values that are themselves what is
 * wrong (the address of a client, the words of the kubelet about the failing probe); and in a program's own log, texts that say what the
 * log of a real trouble says (`testimony`), for a program is believed about itself.
 */
import { event, type Json, type Scene } from './scenes.ts';

export interface Field {
  readonly name: string;
  /** Is a name or a key by itself: a sentence may have it without quotation marks, but clean and short. */
  readonly isName?: boolean;
  /** What the program says of itself. */
  readonly isLog?: boolean;
  readonly put: (scene: Scene, text: string) => void;
}

/** A member, even of the name that every object has. */
function add(object: Json, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

const all = ({ bundle }: Scene, kind: string): Json[] => bundle.objects.items.filter((object: Json) => object.kind === kind);
const objectOf = (scene: Scene, kind: string, name: string): Json =>
  all(scene, kind).find(({ metadata }) => metadata.name.startsWith(name));
const pods = (scene: Scene): Json[] => all(scene, 'Pod');
const templates = (scene: Scene): Json[] => [
  ...pods(scene),
  ...[...all(scene, 'Deployment'), ...all(scene, 'ReplicaSet')].map(({ spec }) => spec.template),
];
const containers = (scene: Scene): Json[] => templates(scene).flatMap(({ spec }) => spec.containers);
const statuses = (scene: Scene): Json[] => pods(scene).flatMap(({ status }) => status.containerStatuses);
const meta = (name: string): Json => ({ name, namespace: 'shop', uid: `uid-${name}`, creationTimestamp: '2025-12-01T00:00:00Z' });

function create(scene: Scene, kind: string, apiVersion: string, more: Json): void {
  scene.bundle.objects.items.push({ apiVersion, kind, metadata: meta(`stranger-${kind.toLowerCase()}`), ...more });
}

function logs(scene: Scene, change: (lines: string[]) => void): void {
  for (const parts of Object.values<Json>(scene.bundle.evidence.recentLogs)) for (const lines of Object.values<Json>(parts)) change(lines);
}

const objects: readonly Field[] = [
  { name: 'question', put: (scene, text) => void (scene.bundle.query = text) },
  ...['Deployment', 'Pod', 'Service', 'ConfigMap', 'Node', 'ReplicaSet'].flatMap((kind): Field[] => [
    {
      name: `value of an annotation of a ${kind}`,
      put: (scene, text) => all(scene, kind).forEach(({ metadata }) => void ((metadata.annotations ??= {})['team.test/note'] = text)),
    },
    {
      name: `value of a label of a ${kind}`,
      isName: true,
      put: (scene, text) => all(scene, kind).forEach(({ metadata }) => void ((metadata.labels ??= {})['team.test/note'] = text)),
    },
    {
      name: `key of a label of a ${kind}`,
      isName: true,
      put: (scene, text) => all(scene, kind).forEach(({ metadata }) => add((metadata.labels ??= {}), text, 'x')),
    },
  ]),
  {
    name: 'annotation of a template',
    put: (scene, text) => templates(scene).forEach(({ metadata }) => void ((metadata.annotations ??= {}).note = text)),
  },
  { name: 'finalizer', put: (scene, text) => all(scene, 'Deployment').forEach(({ metadata }) => void (metadata.finalizers = [text])) },
  {
    name: 'manager of fields',
    put: (scene, text) => all(scene, 'Deployment').forEach(({ metadata }) => void (metadata.managedFields = [{ manager: text }])),
  },
];

const containerFields: readonly Field[] = [
  {
    name: 'value of an environment variable',
    put: (scene, text) => containers(scene).forEach((container) => (container.env ??= []).push({ name: 'GREETING', value: text })),
  },
  {
    name: 'value of a variable that names a host',
    put: (scene, text) => containers(scene).forEach((container) => (container.env ??= []).push({ name: 'STRANGE_HOST', value: text })),
  },
  {
    name: 'value of a new variable of the present revision',
    put: (scene, text) => {
      const [own] = objectOf(scene, 'ReplicaSet', 'web-2').spec.template.spec.containers;
      (own.env ??= []).push({ name: 'GREETING', value: text });
    },
  },
  {
    name: 'name of an environment variable',
    isName: true,
    put: (scene, text) => containers(scene).forEach((container) => (container.env ??= []).push({ name: text, value: 'x' })),
  },
  { name: 'argument', put: (scene, text) => containers(scene).forEach((container) => (container.args ??= []).push(text)) },
  { name: 'command', put: (scene, text) => containers(scene).forEach((container) => (container.command ??= ['/app']).push(text)) },
  { name: 'image of an init container', put: (scene, text) => initContainer(scene, { name: 'setup', image: text }) },
  { name: 'argument of an init container', put: (scene, text) => initContainer(scene, { name: 'setup', image: 'a:1', args: [text] }) },
  {
    name: 'image in a status',
    put: (scene, text) => statuses(scene).forEach((status) => void (status.image = text)),
  },
  {
    name: 'name of a port',
    isName: true,
    put: (scene, text) => containers(scene).forEach((container) => (container.ports ??= []).push({ name: text, containerPort: 9999 })),
  },
  {
    name: 'working directory',
    put: (scene, text) => containers(scene).forEach((container) => void (container.workingDir = text)),
  },
  {
    name: 'command of a probe',
    put: (scene, text) => containers(scene).forEach((container) => void (container.startupProbe = { exec: { command: [text] } })),
  },
  {
    name: 'message of an ended run',
    put: (scene, text) =>
      statuses(scene).forEach(({ lastState, state }) =>
        [lastState?.terminated, state?.terminated].forEach((end) => end && (end.message = text)),
      ),
  },
  {
    name: 'message of a container that waits to be started again',
    put: (scene, text) =>
      statuses(scene).forEach(({ state }) => {
        if (state?.waiting?.reason === 'CrashLoopBackOff') state.waiting.message = `back-off restarting: ${text}`;
      }),
  },
  { name: 'message of a pod', put: (scene, text) => pods(scene).forEach(({ status }) => void (status.message = text)) },
  { name: 'service account', isName: true, put: (scene, text) => pods(scene).forEach(({ spec }) => void (spec.serviceAccountName = text)) },
  {
    name: 'pull secret',
    isName: true,
    put: (scene, text) => pods(scene).forEach(({ spec }) => void (spec.imagePullSecrets = [{ name: text }])),
  },
  {
    name: 'toleration',
    put: (scene, text) => pods(scene).forEach(({ spec }) => void (spec.tolerations = [{ key: text, value: text, effect: text }])),
  },
];

function initContainer(scene: Scene, container: Json): void {
  for (const { spec } of templates(scene)) spec.initContainers = [container];
}

const conditions: readonly Field[] = ['Deployment', 'Pod', 'Node'].flatMap((kind): Field[] => [
  {
    name: `message of a condition of a ${kind}`,
    put: (scene, text) =>
      all(scene, kind).forEach(({ status }) => (status.conditions ??= []).push({ type: 'Strange', status: 'False', message: text })),
  },
  {
    name: `reason of a condition of a ${kind}`,
    put: (scene, text) =>
      all(scene, kind).forEach(({ status }) => (status.conditions ??= []).push({ type: 'Odd', status: 'True', reason: text })),
  },
  {
    name: `type of a condition of a ${kind}`,
    isName: true,
    put: (scene, text) => all(scene, kind).forEach(({ status }) => (status.conditions ??= []).push({ type: text, status: 'True' })),
  },
]);

const events: readonly Field[] = [
  { name: 'message of an event', put: (scene, text) => happened(scene, event('cart-2-abcde', 'Strange', text)) },
  { name: 'message of a warning about a node', put: (scene, text) => happened(scene, ofNode(event('n1', 'Strange', text))) },
  { name: 'reason of an event', put: (scene, text) => happened(scene, event('cart-2-abcde', text, 'x')) },
  { name: 'type of an event', put: (scene, text) => happened(scene, { ...event('cart-2-abcde', 'Typed', 'x'), type: text }) },
  {
    name: 'source of an event',
    put: (scene, text) => happened(scene, { ...event('cart-2-abcde', 'Sent', 'x'), source: { component: text, host: text } }),
  },
  {
    name: 'field path of an event',
    put: (scene, text) => happened(scene, event('cart-2-abcde', 'Pathed', 'x', { fieldPath: `spec.containers{${text}}` })),
  },
];

/** After everything that matters had happened. */
const happened = ({ bundle }: Scene, one: Json): void => void bundle.objects.items.push({ ...one, firstTimestamp: '2026-01-01T11:59:10Z' });
const ofNode = (one: Json): Json => ({ ...one, involvedObject: { kind: 'Node', name: 'n1' } });

const lines: readonly Field[] = [
  { name: 'first line of logs', isLog: true, put: (scene, text) => logs(scene, (own) => own.unshift(text)) },
  { name: 'line before the last of logs', isLog: true, put: (scene, text) => logs(scene, (own) => own.splice(-1, 0, text)) },
  {
    name: 'sample of error lines',
    isLog: true,
    put: ({ bundle }, text) =>
      Object.values<Json>(bundle.evidence.errorLogs).forEach(({ patterns }) => patterns.push({ sample: text, count: 7 })),
  },
  {
    name: 'name of a part of logs',
    put: ({ bundle }, text) => Object.values<Json>(bundle.evidence.recentLogs).forEach((parts) => add(parts, text, ['one line'])),
  },
  {
    name: 'name of a workload that logs are of',
    put: ({ bundle }, text) => add(bundle.evidence.recentLogs, JSON.stringify({ service_name: text }), { app: ['one line'] }),
  },
  { name: 'call that logs are of', put: ({ bundle }, text) => add(bundle.evidence.recentLogs, text, { app: ['one line'] }) },
];

const configuration: readonly Field[] = [
  { name: 'value of a ConfigMap', put: (scene, text) => all(scene, 'ConfigMap').forEach(({ data }) => void (data.note = text)) },
  {
    name: 'value of a ConfigMap with routes',
    put: (scene, text) => all(scene, 'ConfigMap').forEach(({ data }) => void (data.more = `routes:\n  - id: ${text}\n`)),
  },
  {
    name: 'name and path of a route',
    put: (scene, text) =>
      all(scene, 'ConfigMap').forEach(
        ({ data }) => void (data.json = JSON.stringify({ routes: [{ name: text, path: text, url: 'http://web:8080' }] })),
      ),
  },
  {
    name: 'target of a route',
    put: (scene, text) =>
      all(scene, 'ConfigMap').forEach(({ data }) => void (data.json = JSON.stringify({ routes: [{ name: 'x', path: '/', url: text }] }))),
  },
  { name: 'block of nginx', put: (scene, text) => all(scene, 'ConfigMap').forEach(({ data }) => void (data.nginx = nginx(text))) },
  { name: 'key of a ConfigMap', isName: true, put: (scene, text) => all(scene, 'ConfigMap').forEach(({ data }) => add(data, text, 'x')) },
  {
    name: 'key of binary data',
    isName: true,
    put: (scene, text) => all(scene, 'ConfigMap').forEach((object) => add((object.binaryData ??= {}), text, 'eA==')),
  },
  {
    name: 'value of a Secret',
    put: (scene, text) => create(scene, 'Secret', 'v1', { data: { password: text }, stringData: { password: text } }),
  },
];

const nginx = (text: string): string => `location ${text} { proxy_pass http://web; } location / { proxy_pass ${text}; }`;

const network: readonly Field[] = [
  {
    name: 'name of a port of a Service',
    isName: true,
    put: (scene, text) => all(scene, 'Service').forEach(({ spec }) => spec.ports.push({ name: text, port: 8080, targetPort: 8080 })),
  },
  {
    name: 'external name',
    put: (scene, text) => create(scene, 'Service', 'v1', { spec: { type: 'ExternalName', externalName: text } }),
  },
  {
    name: 'host of an Ingress',
    put: (scene, text) => all(scene, 'Ingress').forEach(({ spec }) => spec.rules.push({ host: text, http: spec.rules[0].http })),
  },
  {
    name: 'path of an Ingress',
    put: (scene, text) =>
      all(scene, 'Ingress').forEach(({ spec }) => spec.rules[0].http.paths.push({ ...spec.rules[0].http.paths[0], path: text })),
  },
  {
    name: 'host of a certificate of an Ingress',
    put: (scene, text) => all(scene, 'Ingress').forEach(({ spec }) => spec.tls.push({ hosts: [text], secretName: 'shop-tls' })),
  },
  {
    name: 'block of addresses of a policy',
    put: (scene, text) =>
      create(scene, 'NetworkPolicy', 'networking.k8s.io/v1', {
        spec: { podSelector: { matchLabels: { app: 'nobody' } }, ingress: [{ from: [{ ipBlock: { cidr: text, except: [text] } }] }] },
      }),
  },
  {
    name: 'taint that a node would rather not',
    put: (scene, text) => objectOf(scene, 'Node', 'n1').spec.taints.push({ key: text, value: text, effect: 'PreferNoSchedule' }),
  },
  {
    name: 'quota',
    put: (scene, text) => create(scene, 'ResourceQuota', 'v1', { status: { hard: { pods: text, [text]: '9' }, used: { pods: text } } }),
  },
  {
    name: 'message of a delivery',
    put: (scene, text) =>
      create(scene, 'Kustomization', 'kustomize.toolkit.fluxcd.io/v1', {
        status: { conditions: [{ type: 'Healthy', status: 'True', reason: text, message: text }], lastAppliedRevision: text },
      }),
  },
  {
    name: 'object of an unknown kind',
    put: (scene, text) => create(scene, text, text, { spec: { image: text, message: text, replicas: text } }),
  },
];

const telemetry: readonly Field[] = [
  {
    name: 'label and annotation of an alert in the snapshot',
    put: ({ bundle }, text) => bundle.evidence.alerts['{}'].push({ labels: { alertname: text }, annotations: { summary: text } }),
  },
  { name: 'words of a call tree', put: ({ bundle }, text) => edit(bundle.evidence.dependencies, (tree) => `${text}\n${tree}`) },
  { name: 'branch of a call tree', put: ({ bundle }, text) => edit(bundle.evidence.dependencies, (tree) => `${tree}\n└── ${text}`) },
  { name: 'words of a check', put: ({ bundle }, text) => edit(bundle.evidence.connectivity, (said) => `${said}\n${text}`) },
  { name: 'words of a unit', put: ({ bundle }, text) => edit(bundle.evidence.nodeServices, (said) => `${said} ${text}`) },
  { name: 'words after a unit', put: ({ bundle }, text) => edit(bundle.evidence.nodeServices, (said) => `${said}\n  Docs: ${text}`) },
  {
    name: 'name of a unit',
    put: ({ bundle }, text) => add(bundle.evidence.nodeServices, JSON.stringify({ node_name: 'n1', service_name: text }), 'Active: failed'),
  },
  {
    name: 'name of a node whose kubelet is down',
    put: ({ bundle }, text) =>
      add(bundle.evidence.nodeServices, JSON.stringify({ node_name: text, service_name: 'kubelet' }), 'Active: failed'),
  },
  {
    name: 'name of a column of metrics',
    put: ({ bundle }, text) => {
      const [head, ...rows] = bundle.evidence.metricsCsv.split('\n');
      const title = text.replaceAll(/[\n\r]/gu, ' ');
      bundle.evidence.metricsCsv = [`${head},${title},cart-${title}`, ...rows.map((row: string) => `${row},1,2`)].join('\n');
    },
  },
  { name: 'cell of metrics', put: ({ bundle }, text) => void (bundle.evidence.metricsCsv += `\n2026-01-01 11:59:30,${text},${text}`) },
];

function edit(byCall: Json, change: (text: string) => string): void {
  for (const key of Object.keys(byCall)) byCall[key] = change(byCall[key]);
}

const changes: readonly Field[] = [
  ...['subject', 'author', 'repository', 'diff', 'note'].map(
    (member): Field => ({
      name: `${member} of a commit`,
      put: ({ commits }, text) => commits.forEach((commit) => void (commit[member] = text)),
    }),
  ),
  {
    name: 'values of a field that a commit changed',
    put: ({ commits }, text) =>
      commits.forEach(({ fields }) => fields.forEach((field: Json) => Object.assign(field, { before: text, after: text }))),
  },
  {
    name: 'path of a field that an innocent commit changed',
    isName: true,
    put: ({ commits }, text) => commits.at(-1).fields.push({ object: 'Deployment/shop/web', path: text, before: 'a', after: 'b' }),
  },
  {
    name: 'object that an innocent commit changed',
    isName: true,
    put: ({ commits }, text) => commits.at(-1).fields.push({ object: text, path: 'metadata.labels.x', before: 'a', after: 'b' }),
  },
  { name: 'object that a commit brought', isName: true, put: ({ commits }, text) => void (commits.at(-1).added = [text]) },
];

const alerts: readonly Field[] = [
  { name: 'title of an Incident', put: ({ incident }, text) => void (incident.spec.title = text) },
  { name: 'name of an alert', put: ({ incident }, text) => void (incident.spec.alerts[0].labels.alertname = text) },
  { name: 'label of an alert', put: ({ incident }, text) => void (incident.spec.alerts[0].labels.team = text) },
  { name: 'annotation of an alert', put: ({ incident }, text) => void (incident.spec.alerts[0].annotations.summary = text) },
  { name: 'fingerprint of an alert', put: ({ incident }, text) => void (incident.spec.alerts[0].fingerprint = text) },
];

export const FIELDS: readonly Field[] = [
  ...objects,
  ...containerFields,
  ...conditions,
  ...events,
  ...lines,
  ...configuration,
  ...network,
  ...telemetry,
  ...changes,
  ...alerts,
];
