/**
 * Which hosts and ports may be checked at all: those that the cluster's own Ingresses, Gateways and Services name.
 *
 * Pure; objects are taken as they come and what does not fit is left out. A wildcard names no host. A Service of type ExternalName
 * names a host outside: whoever wrote it may not send a check to a private address. Free text (logs, alerts, models) never adds one.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import type { ObjectRef } from '../../crds/common.ts';
import type { CheckTarget, NamedBy, Speech } from './check.ts';

export interface NamingObjects {
  readonly ingresses?: readonly unknown[] | undefined;
  readonly gateways?: readonly unknown[] | undefined;
  readonly services?: readonly unknown[] | undefined;
  /** HTTPRoutes: they name the hosts of listeners that take several. */
  readonly routes?: readonly unknown[] | undefined;
  /** Domain of the cluster, as in `cluster.local`; without it names end with `svc`, and the resolver's search path counts. */
  readonly clusterDomain?: string | undefined;
}

const MOST_TARGETS = 1000;
const DNS_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/u;

const port = z.int().min(1).max(65_535);
const metadata = z.object({ name: z.string().regex(DNS_NAME), namespace: z.string().regex(DNS_NAME).optional() });
const listed = <T>(item: z.ZodType<T>) => z.array(item).max(500).nullish();
const ingress = z.object({
  metadata,
  spec: z.object({
    rules: listed(
      z.object({
        host: z.string().optional(),
        http: z.object({ paths: listed(z.object({ path: z.string().optional() })) }).optional(),
      }),
    ),
    tls: listed(z.object({ hosts: listed(z.string()) })),
  }),
});
const gateway = z.object({
  metadata,
  spec: z.object({
    listeners: listed(z.object({ name: z.string().optional(), hostname: z.string().optional(), port, protocol: z.string() })),
  }),
});
const route = z.object({
  metadata,
  spec: z.object({
    hostnames: listed(z.string()),
    parentRefs: listed(
      z.object({
        kind: z.string().default('Gateway'),
        name: z.string(),
        namespace: z.string().optional(),
        sectionName: z.string().optional(),
      }),
    ),
  }),
});
const service = z.object({
  metadata,
  spec: z.object({
    type: z.string().optional(),
    externalName: z.string().optional(),
    ports: listed(z.object({ port, protocol: z.string().optional(), name: z.string().optional(), appProtocol: z.string().optional() })),
  }),
});

/** Each host and port once, in the order of the objects. */
export function hostsNamedBy({
  ingresses = [],
  gateways = [],
  services = [],
  routes = [],
  clusterDomain,
}: NamingObjects): readonly CheckTarget[] {
  const attached = routes.flatMap((object) => route.safeParse(object).data ?? []);
  const named = [
    ...ingresses.flatMap((object) => fromIngress(ingress.safeParse(object).data)),
    ...gateways.flatMap((object) => fromGateway(gateway.safeParse(object).data, attached)),
    ...services.flatMap((object) => fromService(service.safeParse(object).data, clusterDomain)),
  ].filter(({ host }) => isHost(host));
  return [...new Map(named.map((target) => [`${target.host}:${target.port}`, target])).values()].slice(0, MOST_TARGETS);
}

/** A host by name. An address, also one that only a resolver would read as such (`0x7f.1`), is none. */
const isHost = (host: string): boolean => DNS_NAME.test(host) && isIP(host) === 0 && !/(?:^|\.)(?:\d+|0x[0-9a-f]*)$/u.test(host);

function fromIngress(object: z.infer<typeof ingress> | undefined): CheckTarget[] {
  if (object === undefined) return [];
  const about = { from: 'Ingress', object: refTo('networking.k8s.io/v1', 'Ingress', object), inCluster: false } as const;
  const secure = new Set((object.spec.tls ?? []).flatMap(({ hosts }) => hosts ?? []).map((host) => host.toLowerCase()));
  const rules = (object.spec.rules ?? []).flatMap(({ host, http }) =>
    host === undefined ? [] : [{ host: host.toLowerCase(), path: pathOf(http?.paths?.[0]?.path) }],
  );
  const isCovered = (host: string): boolean => secure.has(host) || secure.has(`*${host.slice(host.indexOf('.'))}`);
  return rules.flatMap(({ host, path }) => [
    { ...about, host, path, port: 80, speech: 'http' as const },
    ...(isCovered(host) ? [{ ...about, host, path, port: 443, speech: 'https' as const }] : []),
  ]);
}

/** A path that can be asked for as it stands; patterns of some controllers are not. */
const pathOf = (path: string | undefined): string | undefined =>
  path !== undefined && path.length <= 200 && /^\/[\w\-./~]*$/u.test(path) ? path : undefined;

const LISTENS: Readonly<Record<string, Speech>> = { HTTP: 'http', HTTPS: 'https', TLS: 'tls', TCP: 'tcp' };

type Route = z.infer<typeof route>;
type Gateway = z.infer<typeof gateway>;
type Listener = NonNullable<Gateway['spec']['listeners']>[number];

/** The hosts of its listeners; of one that takes several, those that the routes on it name. */
function fromGateway(object: Gateway | undefined, routes: readonly Route[]): CheckTarget[] {
  if (object === undefined) return [];
  const about = { from: 'Gateway', object: refTo('gateway.networking.k8s.io/v1', 'Gateway', object), inCluster: false } as const;
  return (object.spec.listeners ?? []).flatMap((listener) => {
    const speech = LISTENS[listener.protocol];
    if (speech === undefined) return [];
    const named = routes.filter((each) => isOn(each, object, listener)).flatMap(({ spec }) => spec.hostnames ?? []);
    const hosts = [listener.hostname ?? '', ...named.filter((host) => takes(listener, host))];
    return hosts.map((host) => ({ ...about, host: host.toLowerCase(), port: listener.port, speech }));
  });
}

function isOn({ metadata: { namespace = '' }, spec }: Route, { metadata: own }: Gateway, listener: Listener): boolean {
  return (spec.parentRefs ?? []).some(
    (ref) =>
      ref.kind === 'Gateway' &&
      ref.name === own.name &&
      (ref.namespace ?? namespace) === own.namespace &&
      (ref.sectionName === undefined || ref.sectionName === listener.name),
  );
}

function takes({ hostname }: Listener, host: string): boolean {
  if (hostname === undefined || hostname.toLowerCase() === host.toLowerCase()) return true;
  return hostname.startsWith('*.') && host.toLowerCase().endsWith(hostname.slice(1).toLowerCase());
}

function fromService(object: z.infer<typeof service> | undefined, clusterDomain: string | undefined): CheckTarget[] {
  if (object === undefined || object.metadata.namespace === undefined) return [];
  const { spec, metadata: own } = object;
  const isOutside = spec.type === 'ExternalName';
  const suffix = clusterDomain === undefined ? 'svc' : `svc.${clusterDomain}`;
  const host = isOutside ? (spec.externalName ?? '').toLowerCase().replace(/\.$/u, '') : `${own.name}.${own.namespace}.${suffix}`;
  const about = { from: 'Service', object: refTo('v1', 'Service', object), inCluster: !isOutside, host } as const;
  return (spec.ports ?? [])
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .map(({ port: number, name = '', appProtocol }) => ({ ...about, port: number, speech: speechOf(appProtocol ?? name, number) }));
}

/** By what the Service says (`appProtocol`, or the usual prefix of the port's name); else only a connection is tried. */
function speechOf(said: string, number: number): Speech {
  if (/^https(?:-|$)/u.test(said) || (said === '' && number === 443)) return 'https';
  if (/^http(?:-|$)/u.test(said) || (said === '' && number === 80)) return 'http';
  return /^tls(?:-|$)/u.test(said) ? 'tls' : 'tcp';
}

function refTo(
  apiVersion: string,
  kind: NamedBy,
  { metadata: { name, namespace } }: { readonly metadata: z.infer<typeof metadata> },
): ObjectRef {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}
