/** Questions about Services that several analyzers ask: whether one could be reached, and who is behind a name. */

import type { ObjectRef } from '../crds/common.ts';
import { selects } from '../sources/kubernetes/selection.ts';
import type { Check, Service, Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import { servicesListed } from './listed.ts';

export const serviceRef = ({ namespace, name }: Pick<Service, 'namespace' | 'name'>): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'Service',
  namespace,
  name,
});

export const checksOf = ({ checks }: Pick<Snapshot, 'checks'>, { namespace, name }: Pick<Service, 'namespace' | 'name'>): Check[] =>
  checks.filter((check) => check.namespace === namespace && check.service === name);

/** Whoever fails at TLS or HTTP has been reached. */
export const failedChecks = (snapshot: Pick<Snapshot, 'checks'>, one: Pick<Service, 'namespace' | 'name'>): Check[] =>
  checksOf(snapshot, one).filter(({ kind, outcome }) => outcome !== 'open' && kind !== 'tls' && kind !== 'http');

/** A host in a configuration that a Service of the cluster may answer to: its name, and its namespace where it has one. */
export interface ClusterHost {
  readonly name: string;
  readonly namespace: string;
}

/** `cart`, `cart.shop`, `cart.shop.svc.cluster.local`; undefined for what only the outside world can know. */
export function clusterHost(host: string, namespace: string): ClusterHost | undefined {
  const [name = '', second, third, ...rest] = host.toLowerCase().replace(/\.$/u, '').split('.');
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/u.test(name) || name === 'localhost') return undefined;
  if (second === undefined) return { name, namespace };
  if (third === undefined) return { name, namespace: second };
  if (third === 'svc') return rest.length === 0 || rest.join('.') === 'cluster.local' ? { name, namespace: second } : undefined;
  return undefined;
}

export const findService = ({ services }: Snapshot, { name, namespace }: ClusterHost): Service | undefined =>
  services.find((one) => one.namespace === namespace && one.name === name);

/** Workloads whose pods a Service sends to. */
export const workloadsBehind = ({ workloads }: Snapshot, { namespace, selector }: Service): Workload[] =>
  Object.keys(selector).length === 0
    ? []
    : workloads.filter(({ ref, podLabels }) => ref.namespace === namespace && selects({ labels: selector, expressions: [] }, podLabels));

/** Only of a namespace whose Services were listed can it be said that one is missing. */
export const isSeen = (snapshot: Snapshot, namespace: string): boolean =>
  snapshot.services.some((one) => one.namespace === namespace) || servicesListed(snapshot, namespace);
