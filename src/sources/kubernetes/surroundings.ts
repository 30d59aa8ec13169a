/**
 * What lies around the targets in their namespaces: what traffic goes through, what bounds, scales, stores, delivers and certifies, and what
 * does not go away. A list a kind and namespace, side by side; kinds that the cluster does not serve are passed over.
 */
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import type { Cleaner } from '../text.ts';
import { claims } from './api.ts';
import {
  autoscalers,
  certificates,
  deliveries,
  disruptionBudgets,
  namespaces as namespaceResource,
  quotas,
  serviceAccounts,
  storageClasses,
  volumes,
} from './boundsApi.ts';
import { autoscalerView, budgetView, certificateView, deliveryView, quotaView, storageClassView, volumeView } from './boundsViews.ts';
import { deletingViews } from './deletingView.ts';
import { LIMITS } from './limits.ts';
import { endpointSlices, httpRoutes, ingresses, networkPolicies, serviceObjects } from './networkApi.ts';
import { httpRouteRoutes, ingressRoutes, policyView, serviceView } from './networkViews.ts';
import type { Reader } from './reader.ts';
import type { DeletingObject, Delivery, Service, Snapshot } from './snapshot.ts';

export type Surroundings = Pick<
  Snapshot,
  | 'volumes'
  | 'storageClasses'
  | 'services'
  | 'routes'
  | 'policies'
  | 'quotas'
  | 'serviceAccounts'
  | 'autoscalers'
  | 'budgets'
  | 'deliveries'
  | 'certificates'
  | 'deleting'
>;

/** What is told by other sources than the API server. */
export type Telemetry = Pick<Snapshot, 'errorLines' | 'calls' | 'checks' | 'daemons' | 'series' | 'signals'>;

export const NO_SURROUNDINGS: Surroundings = {
  volumes: [],
  storageClasses: [],
  services: [],
  routes: [],
  policies: [],
  quotas: [],
  serviceAccounts: [],
  autoscalers: [],
  budgets: [],
  deliveries: [],
  certificates: [],
  deleting: [],
};
export const NO_TELEMETRY: Telemetry = { errorLines: [], calls: [], checks: [], daemons: [], series: [], signals: [] };

/** @param storage whether a pod waits for a volume, so that volumes of the cluster matter */
export async function readSurroundings(
  reader: Reader,
  namespaces: readonly string[],
  storage: boolean,
  cleaner: Cleaner,
): Promise<Surroundings> {
  const parts = await Promise.all(namespaces.map((namespace) => readNamespace(reader, namespace, cleaner)));
  const [volumeObjects, classes] = storage
    ? await Promise.all([reader.list(volumes, {}), reader.list(storageClasses, {})])
    : [undefined, undefined];
  const all = <K extends keyof NamespaceParts>(key: K): NamespaceParts[K][number][] => parts.flatMap((part) => [...part[key]]);
  return {
    volumes: (volumeObjects ?? []).map(volumeView),
    storageClasses: (classes ?? []).map(storageClassView),
    services: all('services'),
    routes: all('routes'),
    policies: all('policies'),
    quotas: all('quotas'),
    serviceAccounts: all('serviceAccounts'),
    autoscalers: all('autoscalers'),
    budgets: all('budgets'),
    deliveries: all('deliveries'),
    certificates: all('certificates'),
    deleting: all('deleting'),
  };
}

type NamespaceParts = Omit<Surroundings, 'volumes' | 'storageClasses'>;

async function readNamespace(reader: Reader, namespace: string, cleaner: Cleaner): Promise<NamespaceParts> {
  const deleting: DeletingObject[] = [];
  const seen = <T extends KubeObject>(resource: ResourceType<T>, objects: readonly T[]): readonly T[] => {
    deleting.push(...deletingViews(resource, objects, cleaner));
    return objects;
  };
  const list = async <T extends KubeObject>(resource: ResourceType<T>): Promise<readonly T[]> =>
    seen(resource, (await reader.list(resource, { namespace })) ?? []);
  const served = async <T extends KubeObject>(resource: ResourceType<T>): Promise<readonly T[]> =>
    seen(resource, await reader.listServed(resource, { namespace }));
  const [serviceList, ingressList, policyList, quotaList, accounts, scalers, budgets, routes, certs, engines, itself] = await Promise.all([
    readServices(reader, namespace),
    list(ingresses),
    list(networkPolicies),
    list(quotas),
    list(serviceAccounts),
    list(autoscalers),
    list(disruptionBudgets),
    served(httpRoutes),
    served(certificates),
    Promise.all(
      deliveries.map(async (resource): Promise<Delivery[]> => (await served(resource)).map((one) => deliveryView(resource, one, cleaner))),
    ),
    reader.get(namespaceResource, { name: namespace }),
    list(claims),
  ]);
  seen(namespaceResource, itself.kind === 'found' ? [itself.object] : []);
  return {
    services: serviceList,
    routes: [...ingressList.flatMap(ingressRoutes), ...routes.flatMap((route) => httpRouteRoutes(route, cleaner))],
    policies: policyList.map(policyView),
    quotas: quotaList.map(quotaView),
    serviceAccounts: accounts.map(({ metadata }) => `${namespace}/${metadata.name}`),
    autoscalers: scalers.map((one) => autoscalerView(one, cleaner)),
    budgets: budgets.map(budgetView),
    deliveries: engines.flat(),
    certificates: certs.map((one) => certificateView(one, cleaner)),
    deleting,
  };
}

async function readServices(reader: Reader, namespace: string): Promise<Service[]> {
  const [found, slices] = await Promise.all([reader.list(serviceObjects, { namespace }), reader.list(endpointSlices, { namespace })]);
  return (found ?? []).slice(0, LIMITS.services).map((service) => serviceView(service, slices));
}
