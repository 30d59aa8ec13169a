/**
 * Which workload somebody means by the name of a service: a Deployment, StatefulSet or DaemonSet of that name, or the one behind a Service of that
 * name, in the namespace that was said, or in any.
 *
 * `cart`, `shop/cart`, `deployment/cart` and `cart.shop.svc.cluster.local` are understood. Of several the caller has to choose: they are named;
 * where there is none, the nearest names are. A caller hears of nothing that they may not see. What is found is kept for some seconds, rights are
 * not.
 */
import { closest } from '../../analysis/similarity.ts';
import type { Clock } from '../../clock.ts';
import { ownMember } from '../../domain/ownMember.ts';
import type { KubeClient, ListOptions } from '../../kube/client.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { createCache } from '../../sources/cache.ts';
import { type ApiWorkload, workloadResources } from '../../sources/kubernetes/api.ts';
import { type ApiServiceObject, serviceObjects } from '../../sources/kubernetes/networkApi.ts';
import { demand } from '../caller.ts';
import { ToolError, troubleOf } from '../errors.ts';
import type { Call } from '../tool.ts';
import { SERVING_KINDS, type ServingKind, type Wanted, wantedBy } from './workloadName.ts';

export interface FoundWorkload {
  readonly kind: ServingKind;
  readonly namespace: string;
  readonly name: string;
  readonly object: ApiWorkload;
  /** Services in front of it, as far as the caller may see them. */
  readonly services: readonly string[];
}

export interface WorkloadFinder {
  /** Throws a ToolError. @param asked the name as somebody has written it */
  find(asked: string, namespace: string | undefined, call: Pick<Call, 'caller' | 'signal'>): Promise<FoundWorkload>;
}

export interface FinderDeps {
  readonly client: Pick<KubeClient, 'list'>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

const KEPT_MS = 5_000;
const FAILURE_KEPT_MS = 1_000;
/** Objects. */
const MOST_KEPT = 8_000;
const MOST_NAMED = 8;

type Asking = Pick<Call, 'caller' | 'signal'>;
type Found = Omit<FoundWorkload, 'services'>;

export function createWorkloadFinder(deps: FinderDeps): WorkloadFinder {
  const look = createLook(deps);

  async function find(wanted: Wanted, call: Asking): Promise<FoundWorkload> {
    const named = await look.workloads(wanted, call);
    const found = named.length > 0 ? named : await look.behindServices(wanted, call);
    const [only, ...others] = found;
    if (only === undefined) {
      await demandToList(wanted, call);
      throw unknown(wanted, await nearest(look, wanted, call));
    }
    if (others.length > 0) throw ambiguous(wanted.name, found);
    const services = await look.listed(serviceObjects, { namespace: only.namespace }, call);
    return { ...only, services: services.filter((service) => isBehind(service, only.object)).map(({ metadata }) => metadata.name) };
  }

  return {
    async find(asked, namespace, call) {
      const wanted = wantedBy(asked, namespace);
      try {
        return await find(wanted, call);
      } catch (error) {
        call.signal.throwIfAborted();
        throw troubleOf(`look for ${wanted.name} in the cluster`, error);
      }
    },
  };
}

interface Look {
  /** What the caller may list there; nothing where they may not. */
  listed<T extends KubeObject>(resource: ResourceType<T>, options: ListOptions, call: Asking): Promise<readonly T[]>;
  workloads(wanted: Partial<Wanted>, call: Asking): Promise<readonly Found[]>;
  behindServices(wanted: Wanted, call: Asking): Promise<readonly Found[]>;
}

function createLook({ client, clock }: FinderDeps): Look {
  const cache = createCache<readonly KubeObject[]>({
    clock,
    ttlMs: KEPT_MS,
    errorTtlMs: FAILURE_KEPT_MS,
    maxSize: MOST_KEPT,
    sizeOf: (items) => items.length + 1,
  });
  const listed: Look['listed'] = async <T extends KubeObject>(resource: ResourceType<T>, options: ListOptions, call: Asking) => {
    const { group, plural } = resource;
    const { namespace, fieldSelector } = options;
    if (!(await call.caller.may({ verb: 'list', group, resource: plural, namespace }, call.signal))) return [];
    const ask = async (signal: AbortSignal): Promise<readonly T[]> => (await client.list(resource, { ...options, signal })).items;
    // one kind has one key
    return (await cache.get([plural, namespace, fieldSelector].join(' '), ask, call.signal)) as readonly T[];
  };
  const workloads: Look['workloads'] = async ({ kind, namespace, name }, call) => {
    const options = { namespace, ...(name !== undefined && byName(name)) };
    const found = await Promise.all(
      (kind === undefined ? SERVING_KINDS : [kind]).map(async (one) =>
        (await listed(workloadResources[one], options, call)).map((object) => foundOf(one, object)),
      ),
    );
    return found.flat();
  };
  return {
    listed,
    workloads,
    async behindServices({ kind, namespace, name }, call) {
      const services = await listed(serviceObjects, { namespace, ...byName(name) }, call);
      const found = await Promise.all(
        services.slice(0, MOST_NAMED).map(async (service) => {
          const all = await workloads({ namespace: service.metadata.namespace, kind }, call);
          return all.filter(({ object }) => isBehind(service, object));
        }),
      );
      return found.flat();
    },
  };
}

const byName = (name: string): { readonly fieldSelector: string } => ({ fieldSelector: `metadata.name=${name}` });

async function nearest(look: Look, { namespace, name: wanted }: Wanted, call: Asking): Promise<readonly string[]> {
  const all = await look.workloads({ namespace }, call);
  const near = closest(wanted, [...new Set(all.map(({ name }) => name))], MOST_NAMED);
  const others = all.filter(({ name }) => name.includes(wanted) && !near.includes(name));
  const ordered = [...near.flatMap((one) => all.filter(({ name }) => name === one)), ...others];
  return [...new Set(ordered.map(placeOf))].slice(0, MOST_NAMED);
}

const foundOf = (kind: ServingKind, object: ApiWorkload): Found => ({
  kind,
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name,
  object,
});

const placeOf = ({ namespace, name }: Found): string => `${namespace}/${name}`;

/** To know that there is none, one has to see them. */
async function demandToList({ namespace }: Wanted, call: Asking): Promise<void> {
  const { group, plural } = workloadResources.Deployment;
  await demand(call, { verb: 'list', group, resource: plural, namespace }).catch((error: unknown) => {
    if (namespace !== undefined || !(error instanceof ToolError) || error.reason !== 'Forbidden') throw error;
    throw new ToolError('Forbidden', `${call.caller.username} may not look for workloads in all namespaces; say which namespace.`, {
      cause: error,
    });
  });
}

function isBehind({ spec }: ApiServiceObject, { spec: workload }: ApiWorkload): boolean {
  const selector = Object.entries(spec?.selector ?? {});
  const labels = workload?.template?.metadata?.labels ?? {};
  return selector.length > 0 && selector.every(([label, value]) => ownMember(labels, label) === value);
}

function unknown({ name, namespace, kind }: Wanted, near: readonly string[]): ToolError {
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const advice =
    near.length > 0
      ? `near it are ${near.join(', ')}`
      : `nothing there is called like it; check the name${namespace === undefined ? '' : ' and the namespace'}`;
  return new ToolError('NotFound', `There is no ${kind ?? 'workload'} or Service ${name}${where}; ${advice}.`);
}

function ambiguous(name: string, found: readonly Found[]): ToolError {
  const places = new Set(found.map(({ namespace }) => namespace));
  const named = found.slice(0, MOST_NAMED).map((one) => `${placeOf(one)} (${one.kind})`);
  const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : '';
  const field = places.size > 1 ? 'namespace' : 'service_name';
  const advice = places.size > 1 ? 'say which namespace' : 'say which kind, as in deployment/cart';
  const problem = `${name} can be ${named.join(', ')}${more}; ${advice}`;
  return new ToolError('Invalid', `${field}: ${problem}`, { problems: [{ field, problem }] });
}
