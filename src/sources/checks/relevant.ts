/**
 * Of all that names hosts, what leads to some pods: the Services that select them, the Ingresses and routes on those, the Gateways above.
 *
 * Pure, over objects as the API server gives them; an object that cannot be read leads nowhere.
 */
import { z } from 'zod';
import type { NamingObjects } from './targets.ts';

export interface PodLabels {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

const metadata = z.object({ name: z.string(), namespace: z.string().default('') });
const listed = <T>(item: z.ZodType<T>) => z.array(item).max(500).nullish();
const service = z.object({ metadata, spec: z.object({ selector: z.record(z.string(), z.string()).nullish() }) });
const backend = z.object({ service: z.object({ name: z.string() }).optional() });
const ingress = z.object({
  metadata,
  spec: z.object({
    defaultBackend: backend.optional(),
    rules: listed(z.object({ http: z.object({ paths: listed(z.object({ backend })) }).optional() })),
  }),
});
const reference = z.object({ name: z.string(), namespace: z.string().optional() });
const route = z.object({
  metadata,
  spec: z.object({
    hostnames: listed(z.string()),
    parentRefs: listed(reference),
    rules: listed(z.object({ backendRefs: listed(reference) })),
  }),
});
const named = z.object({ metadata });

export function leadingTo(pods: readonly PodLabels[], objects: NamingObjects): NamingObjects {
  const services = (objects.services ?? []).filter((object) => selects(object, pods));
  const known = new Set(services.map(keyOf));
  const ingresses = (objects.ingresses ?? []).filter((object) => backendsOfIngress(object).some((key) => known.has(key)));
  const routes = (objects.routes ?? []).filter((object) => backendsOfRoute(object).some((key) => known.has(key)));
  const parents = new Set(routes.flatMap(parentsOf));
  const gateways = (objects.gateways ?? []).filter((object) => parents.has(keyOf(object))).map((object) => onlyFor(object, routes));
  return { ...objects, services, ingresses, routes, gateways };
}

function selects(object: unknown, pods: readonly PodLabels[]): boolean {
  const { data } = service.safeParse(object);
  const selector = Object.entries(data?.spec.selector ?? {});
  if (data === undefined || selector.length === 0) return false;
  return pods.some(
    ({ namespace, labels }) => namespace === data.metadata.namespace && selector.every(([key, value]) => labels[key] === value),
  );
}

function backendsOfIngress(object: unknown): readonly string[] {
  const { data } = ingress.safeParse(object);
  if (data === undefined) return [];
  const { defaultBackend, rules } = data.spec;
  const backends = [defaultBackend, ...(rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend: each }) => each))];
  return backends.flatMap((each) => (each?.service === undefined ? [] : [`${data.metadata.namespace}/${each.service.name}`]));
}

function backendsOfRoute(object: unknown): readonly string[] {
  const { data } = route.safeParse(object);
  const refs = (data?.spec.rules ?? []).flatMap(({ backendRefs }) => backendRefs ?? []);
  return refs.map(({ name, namespace }) => `${namespace ?? data?.metadata.namespace ?? ''}/${name}`);
}

function parentsOf(object: unknown): readonly string[] {
  const { data } = route.safeParse(object);
  return (data?.spec.parentRefs ?? []).map(({ name, namespace }) => `${namespace ?? data?.metadata.namespace ?? ''}/${name}`);
}

function keyOf(object: unknown): string {
  const { data } = named.safeParse(object);
  return data === undefined ? '' : `${data.metadata.namespace}/${data.metadata.name}`;
}

const withListeners = z.looseObject({ spec: z.looseObject({ listeners: z.array(z.looseObject({ hostname: z.string().optional() })) }) });

/** A Gateway serves others too: without the listeners for hosts that none of the routes names. A route without hosts is on all of them. */
function onlyFor(object: unknown, routes: readonly unknown[]): unknown {
  const { data } = withListeners.safeParse(object);
  const hosts = routes.map((each) => route.safeParse(each).data?.spec.hostnames ?? []);
  if (data === undefined || hosts.some((names) => names.length === 0)) return object;
  const wanted = new Set(hosts.flat().map((host) => host.toLowerCase()));
  const takesSome = ({ hostname }: { readonly hostname?: string | undefined }): boolean =>
    hostname === undefined || hostname.startsWith('*.') || wanted.has(hostname.toLowerCase());
  return { ...data, spec: { ...data.spec, listeners: data.spec.listeners.filter(takesSome) } };
}
