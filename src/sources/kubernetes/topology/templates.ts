/** What the template of a workload's pods needs: configuration by name, claims, a registry, and whom it is configured to call. */
import { type EntityKey, key, keyOfRef, type Link } from '../../../domain/grouping/topology.ts';
import type { ApiConfigMap, ApiContainer, ApiPod, ApiPodSpec, ApiWorkload } from '../api.ts';
import type { ApiServiceObject } from '../networkApi.ts';
import { registryOf, workloadOf } from './pods.ts';

interface Template {
  readonly workload: EntityKey;
  readonly namespace: string;
  readonly spec: ApiPodSpec;
}

/** Of workloads, and of pods whose workload was not listed. */
export function templatesOf(workloads: readonly ApiWorkload[], pods: readonly ApiPod[]): readonly Template[] {
  const own = workloads.flatMap(({ kind, metadata, spec }): Template[] => {
    const template = spec?.template ?? spec?.jobTemplate?.spec?.template;
    const { namespace = '' } = metadata;
    return template?.spec === undefined
      ? []
      : [{ workload: keyOfRef({ kind, namespace, name: metadata.name }), namespace, spec: template.spec }];
  });
  const known = new Set(own.map(({ workload }) => workload));
  const others = pods.filter((pod) => !known.has(workloadOf(pod)));
  const byPod = others.map((pod) => ({ workload: workloadOf(pod), namespace: pod.metadata.namespace ?? '', spec: pod.spec ?? {} }));
  return [...own, ...byPod];
}

const containersOf = ({ containers = [], initContainers = [] }: ApiPodSpec): readonly ApiContainer[] => [...containers, ...initContainers];
/** In every pod. */
const OF_EVERYBODY: ReadonlySet<string> = new Set(['kube-root-ca.crt', 'openshift-service-ca.crt']);

export function needsOf({ workload, namespace, spec }: Template): readonly Link[] {
  const claims = (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  return [
    ...configMapsOf(spec).map((name): Link => ({ from: workload, to: key('ConfigMap', namespace, name), kind: 'refersTo' })),
    ...secretsOf(spec).map((name): Link => ({ from: workload, to: key('Secret', namespace, name), kind: 'refersTo' })),
    ...claims.map((name): Link => ({ from: workload, to: key('PersistentVolumeClaim', namespace, name), kind: 'mounts' })),
    ...containersOf(spec).flatMap(({ image }): Link[] =>
      image === undefined ? [] : [{ from: workload, to: registryOf(image), kind: 'pullsFrom' }],
    ),
  ];
}

function configMapsOf(spec: ApiPodSpec): readonly string[] {
  const inVolumes = (spec.volumes ?? []).flatMap(({ configMap, projected }) => [
    configMap?.name,
    ...(projected?.sources ?? []).map((source) => source.configMap?.name),
  ]);
  const inEnvironment = containersOf(spec).flatMap(({ env = [], envFrom = [] }) => [
    ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
    ...envFrom.map(({ configMapRef }) => configMapRef?.name),
  ]);
  return [...inVolumes, ...inEnvironment].filter((name) => name !== undefined).filter((name) => !OF_EVERYBODY.has(name));
}

function secretsOf(spec: ApiPodSpec): readonly string[] {
  const inVolumes = (spec.volumes ?? []).flatMap(({ secret, projected }) => [
    secret?.secretName,
    ...(projected?.sources ?? []).map((source) => source.secret?.name),
  ]);
  const inEnvironment = containersOf(spec).flatMap(({ env = [], envFrom = [] }) => [
    ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ...envFrom.map(({ secretRef }) => secretRef?.name),
  ]);
  return [...inVolumes, ...inEnvironment].filter((name) => name !== undefined);
}

/** A host as configuration writes it: alone, with a port, in a URL, or in a list of those. */
const HOST = /(?:^|[\s,;=@"'(]|:\/\/)([a-z](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z](?:[-a-z0-9]*[a-z0-9])?){0,4})(?=$|[\s,;:/?"')])/giu;
const MOST_TEXT = 16_384;

/** Services of the cluster that the workload's settings name: literal variables, arguments, and the ConfigMaps that it takes them from. */
export function declaredCalls(
  { workload, namespace, spec }: Template,
  services: ReadonlySet<EntityKey>,
  configMaps: ReadonlyMap<EntityKey, ApiConfigMap>,
): readonly Link[] {
  const settings = containersOf(spec).flatMap(({ env = [], args = [], command = [] }) => [
    ...env.map(({ value = '' }) => value),
    ...args,
    ...command,
  ]);
  const files = configMapsOf(spec).flatMap((name) => Object.values(configMaps.get(key('ConfigMap', namespace, name))?.data ?? {}));
  const found = new Set<EntityKey>();
  for (const text of [...settings, ...files]) {
    for (const [, host = ''] of text.slice(0, MOST_TEXT).matchAll(HOST)) {
      const service = serviceOfHost(host.toLowerCase(), namespace);
      if (service !== undefined && services.has(service)) found.add(service);
    }
  }
  return [...found].map((to): Link => ({ from: workload, to, kind: 'calls' }));
}

function serviceOfHost(host: string, namespace: string): EntityKey | undefined {
  const [name = '', where = namespace, third] = host.split('.');
  return third === undefined || third === 'svc' ? key('Service', where, name) : undefined;
}

export const serviceKeys = (services: readonly ApiServiceObject[]): ReadonlySet<EntityKey> =>
  new Set(services.map(({ metadata }) => key('Service', metadata.namespace, metadata.name)));
