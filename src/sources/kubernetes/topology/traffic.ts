/** What traffic goes through: Services and what is behind them, Ingresses and routes with their hosts, certificates and controllers, policies. */
import { type EntityKey, key, keyOfRef, type Link } from '../../../domain/grouping/topology.ts';
import type { ApiPod, ApiWorkload } from '../api.ts';
import type { ApiHttpRoute, ApiIngress, ApiNetworkPolicy, ApiServiceObject } from '../networkApi.ts';
import { selects } from '../selection.ts';
import { entityOf, selectorFits } from './objects.ts';
import { workloadOf } from './pods.ts';

/** A workload by what its pods are labelled with. */
export interface Labelled {
  readonly workload: EntityKey;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function labelledWorkloads(workloads: readonly ApiWorkload[], pods: readonly ApiPod[]): readonly Labelled[] {
  const own = workloads.map(({ kind, metadata, spec }) => ({
    workload: keyOfRef({ kind, namespace: metadata.namespace, name: metadata.name }),
    namespace: metadata.namespace ?? '',
    labels: (spec?.template ?? spec?.jobTemplate?.spec?.template)?.metadata?.labels ?? {},
  }));
  const known = new Set(own.map(({ workload }) => workload));
  const byPod = pods
    .filter((pod) => !known.has(workloadOf(pod)))
    .map((pod) => ({ workload: workloadOf(pod), namespace: pod.metadata.namespace ?? '', labels: pod.metadata.labels ?? {} }));
  return [...own, ...byPod];
}

/** A Service that one workload alone backs is that workload, to an alert; else it depends on each. */
export function serviceLinks(
  services: readonly ApiServiceObject[],
  workloads: readonly Labelled[],
): { readonly links: readonly Link[]; readonly aliases: Readonly<Record<EntityKey, EntityKey>> } {
  const aliases: Record<EntityKey, EntityKey> = {};
  const links = services.flatMap((service): Link[] => {
    const { selector = {} } = service.spec ?? {};
    const fitting = workloads.filter(
      ({ namespace, labels }) =>
        Object.keys(selector).length > 0 &&
        namespace === service.metadata.namespace &&
        selects({ labels: selector, expressions: [] }, labels),
    );
    const behind = [...new Set(fitting.map(({ workload }) => workload))];
    const from = entityOf(service);
    if (behind.length === 1 && behind[0] !== undefined) aliases[from] = behind[0];
    else if (behind.length > 1) aliases[from] = key('Backends', service.metadata.namespace, service.metadata.name);
    return behind.length > 1 ? behind.map((to): Link => ({ from: aliases[from] ?? from, to, kind: 'backs' })) : [];
  });
  return { links, aliases };
}

const CONTROLLER =
  /(?:^|-)(?:ingress-nginx(?:-controller)?|nginx-ingress(?:-controller)?|traefik|haproxy-ingress|kong|contour|envoy-gateway|istio-ingressgateway|ingress-controller)(?:-|$)/u;

export function ingressLinks(
  ingresses: readonly ApiIngress[],
  workloads: readonly Labelled[],
): { readonly links: readonly Link[]; readonly aliases: Readonly<Record<EntityKey, EntityKey>> } {
  const controllers = [...new Set(workloads.map(({ workload }) => workload).filter((each) => CONTROLLER.test(each.split('/')[2] ?? '')))];
  const aliases: Record<EntityKey, EntityKey> = {};
  const links = ingresses.flatMap((ingress): Link[] => {
    const from = entityOf(ingress);
    const { namespace } = ingress.metadata;
    const { rules = [], tls = [], defaultBackend } = ingress.spec ?? {};
    for (const host of [...rules.map((rule) => rule.host), ...tls.flatMap(({ hosts = [] }) => hosts)]) {
      if (host !== undefined) aliases[key('Host', undefined, host)] ??= from;
    }
    const backends = [defaultBackend, ...rules.flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend))];
    const names = [...new Set(backends.flatMap((backend) => backend?.service?.name ?? []))];
    return [
      ...names.map((name): Link => ({ from, to: key('Service', namespace, name), kind: 'routes' })),
      ...tls.flatMap(({ secretName }): Link[] =>
        secretName === undefined ? [] : [{ from, to: key('Secret', namespace, secretName), kind: 'certifiedBy' }],
      ),
      ...(controllers.length === 1 ? controllers : controllers.filter((each) => each.includes(ingress.spec?.ingressClassName ?? '\n'))).map(
        (to): Link => ({ from, to, kind: 'servedBy' }),
      ),
    ];
  });
  return { links, aliases };
}

export function routeLinks(routes: readonly ApiHttpRoute[]): readonly Link[] {
  return routes.flatMap((route) => {
    const backends = (route.spec?.rules ?? []).flatMap(({ backendRefs = [] }) => backendRefs);
    return backends.map(
      ({ name, namespace = route.metadata.namespace }): Link => ({
        from: entityOf(route),
        to: key('Service', namespace, name),
        kind: 'routes',
      }),
    );
  });
}

/** A policy that selects everything is the rule of the house, and cuts off nobody in particular. */
export function policyLinks(policies: readonly ApiNetworkPolicy[], workloads: readonly Labelled[]): readonly Link[] {
  return policies.flatMap((policy) => {
    const selector = selectorFits(policy.spec?.podSelector ?? {});
    const selected = workloads.filter(({ namespace, labels }) => namespace === policy.metadata.namespace && selects(selector, labels));
    return [...new Set(selected.map(({ workload }) => workload))].map((from): Link => ({ from, to: entityOf(policy), kind: 'guardedBy' }));
  });
}
