/** Services, routes and network policies as analyzers read them. */
import type { ObjectRef } from '../../crds/common.ts';
import type { Cleaner } from '../text.ts';
import { conditionView, refOf, selectorView } from './commonViews.ts';
import { apiTime, evidenceKeys } from './names.ts';
import {
  type ApiEndpointSlice,
  type ApiHttpRoute,
  type ApiIngress,
  type ApiNetworkPolicy,
  type ApiServiceObject,
  httpRoutes,
  ingresses,
} from './networkApi.ts';
import type { NetworkPolicy, PolicyRule, Route, Service } from './snapshot.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';

/** @param slices of the same namespace; undefined when they could not be listed */
export function serviceView(service: ApiServiceObject, slices: readonly ApiEndpointSlice[] | undefined): Service {
  const { namespace = '', name } = service.metadata;
  const { type = 'ClusterIP', clusterIP, externalName, selector = {}, ports = [] } = service.spec ?? {};
  const own = slices?.filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === name).flatMap(({ endpoints }) => endpoints ?? []);
  const ready = own?.filter(({ conditions }) => conditions?.ready !== false).length;
  return {
    namespace,
    name,
    evidence: evidenceKeys.object('Service', namespace, name),
    type,
    headless: clusterIP === 'None',
    clusterIP,
    externalName,
    selector,
    ports: ports.map(({ name: portName = '', port, protocol = 'TCP', targetPort = port }) => ({
      name: portName,
      port,
      protocol,
      targetPort,
    })),
    endpoints: own === undefined || ready === undefined ? undefined : { ready, notReady: own.length - ready },
  };
}

/** Annotations of before there was a field for the class, and of the one controller that has canaries. */
const CLASS = 'kubernetes.io/ingress.class';
const CANARY = 'nginx.ingress.kubernetes.io/canary';

export function ingressRoutes(ingress: ApiIngress): Route[] {
  const owner = refOf(ingresses, ingress);
  const { annotations } = ingress.metadata;
  const { defaultBackend, rules = [], tls = [], ingressClassName = annotations?.[CLASS] } = ingress.spec ?? {};
  const route = (host: string, path: string, backend: NonNullable<typeof defaultBackend>): Route[] => {
    const { service } = backend;
    if (service?.name === undefined) return [];
    return [
      {
        owner,
        name: '',
        host,
        path,
        backend: { namespace: owner.namespace ?? '', service: service.name, port: service.port?.number ?? service.port?.name },
        tlsSecret: tls.find(({ hosts = [] }) => hosts.includes(host) || hosts.length === 0)?.secretName,
        className: ingressClassName,
        canary: annotations?.[CANARY] === 'true',
        conditions: [],
        evidence: evidenceOf(owner),
      },
    ];
  };
  return [
    ...rules.flatMap(({ host = '', http }) => (http?.paths ?? []).flatMap(({ path = '/', backend = {} }) => route(host, path, backend))),
    ...(defaultBackend === undefined ? [] : route('', '/', defaultBackend)),
  ];
}

export function httpRouteRoutes(object: ApiHttpRoute, cleaner: Cleaner): Route[] {
  const owner = refOf(httpRoutes, object);
  const conditions = (object.status?.parents ?? [])
    .flatMap((parent) => parent.conditions ?? [])
    .map((condition) => conditionView(condition, cleaner));
  const host = object.spec?.hostnames?.[0] ?? '';
  return (object.spec?.rules ?? []).flatMap(({ name = '', matches = [], backendRefs = [] }) =>
    backendRefs
      .filter(({ kind = 'Service' }) => kind === 'Service')
      .map((backend) => ({
        owner,
        name,
        host,
        path: matches[0]?.path?.value ?? '/',
        backend: { namespace: backend.namespace ?? owner.namespace ?? '', service: backend.name, port: backend.port },
        conditions,
        evidence: evidenceOf(owner),
      })),
  );
}

export function policyView({ metadata, spec }: ApiNetworkPolicy): NetworkPolicy {
  const { namespace = '', name } = metadata;
  const {
    podSelector,
    policyTypes = spec?.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'],
    ingress = [],
    egress = [],
  } = spec ?? {};
  return {
    namespace,
    name,
    podSelector: selectorView(podSelector),
    known: spec !== undefined,
    ingress: policyTypes.includes('Ingress') ? ingress.map(({ from, ports }) => ruleView(from, ports)) : undefined,
    egress: policyTypes.includes('Egress') ? egress.map(({ to, ports }) => ruleView(to, ports)) : undefined,
    createdAt: apiTime(metadata.creationTimestamp),
    evidence: evidenceKeys.object('NetworkPolicy', namespace, name),
  };
}

type ApiRule = NonNullable<NonNullable<ApiNetworkPolicy['spec']>['ingress']>[number];

function ruleView(peers: ApiRule['from'] = [], ports: ApiRule['ports'] = []): PolicyRule {
  return {
    peers: peers.map(({ podSelector, namespaceSelector, ipBlock }) => ({
      pods: podSelector && selectorView(podSelector),
      namespaces: namespaceSelector && selectorView(namespaceSelector),
      cidr: ipBlock?.cidr,
      except: ipBlock?.except ?? [],
    })),
    ports: ports.map(({ port, endPort, protocol = 'TCP' }) => ({ port, endPort, protocol })),
  };
}

const evidenceOf = ({ kind, namespace = '', name }: ObjectRef): string => evidenceKeys.object(kind, namespace, name);
