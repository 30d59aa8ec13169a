/**
 * Every kind that the cluster serves, found by whatever people call it: plural, singular, short name, Kind, each with or without group and version.
 *
 * Known by aggregated discovery (Kubernetes 1.26 and later), which any account may ask for; kept for a minute, and asked again when a name is not in
 * it, as its definition may have come since. A name that several groups have means the first in the API server's own order of groups, as with kubectl.
 */
import { closest } from '../../analysis/similarity.ts';
import type { Clock } from '../../clock.ts';
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import { defineResource, type ResourceType, resourceName } from '../../kube/object.ts';
import { ToolError, troubleOf } from '../errors.ts';

export interface ServedKind extends ResourceType {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly verbs: readonly string[];
}

export interface Kinds {
  /** Throws `NotFound` with the nearest names, and `Forbidden` for Secrets. */
  readonly find: (name: string, signal: AbortSignal) => Promise<ServedKind>;
  /** Undefined where the cluster does not serve it. */
  readonly served: (group: string, plural: string, signal: AbortSignal) => Promise<ServedKind | undefined>;
}

const KEPT_MS = 60_000;
const ASKED_AGAIN_AFTER_MS = 3_000;

export function createKinds({ client, clock }: { readonly client: Pick<KubeClient, 'raw'>; readonly clock: Clock }): Kinds {
  let known: { readonly kinds: readonly ServedKind[]; readonly at: number } | undefined;
  const atMost = async (oldMs: number, signal: AbortSignal): Promise<readonly ServedKind[]> => {
    if (known !== undefined && clock.monotonic() - known.at < oldMs) return known.kinds;
    const at = clock.monotonic();
    const kinds = await discover(client, { signal, timeoutMs: 10_000 }).catch((error: unknown) => {
      throw troubleOf('ask the API server which kinds it serves', error);
    });
    known = { kinds, at };
    return kinds;
  };
  const look = async <T>(pick: (kinds: readonly ServedKind[]) => T | undefined, signal: AbortSignal): Promise<T | undefined> =>
    pick(await atMost(KEPT_MS, signal)) ?? pick(await atMost(ASKED_AGAIN_AFTER_MS, signal));

  return {
    find: async (name, signal) => {
      const found = await look((kinds) => kindNamed(kinds, name), signal);
      if (found === undefined) throw unknownKind(name, await atMost(KEPT_MS, signal));
      if (isSecret(found)) throw new ToolError('Forbidden', NO_SECRETS);
      return found;
    },
    served: (group, plural, signal) => look((kinds) => kinds.find((kind) => kind.group === group && kind.plural === plural), signal),
  };
}

const isSecret = ({ group, plural }: ServedKind): boolean => group === '' && plural === 'secrets';
const NO_SECRETS =
  'Secrets are never shown: Agent-SRE has no right to read them. Whether a pod misses one, kubectl_describe says of that pod, by its events.';

/** `pods`, `Pod`, `po`, `deployments.apps`, `deployment.v1.apps`, `apps/v1/Deployment`; letter case does not matter. */
function kindNamed(kinds: readonly ServedKind[], name: string): ServedKind | undefined {
  const wanted = name.trim().toLowerCase();
  const slashed = /^(?:([a-z0-9.-]+)\/)?(v[a-z0-9]+)\/([a-z0-9-]+)$/u.exec(wanted);
  if (slashed !== null) {
    const [, group = '', version, kind = ''] = slashed;
    return kinds.find((one) => one.group === group && one.version === version && isCalled(one, kind));
  }
  const [short = '', ...rest] = wanted.split('.');
  const group = rest.join('.');
  const named = kinds.filter((one) => isCalled(one, short));
  return rest.length === 0
    ? named[0]
    : named.find((one) => one.group === group || `${one.version}.${one.group}` === group || (one.group === '' && one.version === group));
}

const isCalled = ({ plural, singular, kind, shortNames }: ServedKind, name: string): boolean =>
  plural === name || singular === name || kind.toLowerCase() === name || shortNames.includes(name);

function unknownKind(name: string, kinds: readonly ServedKind[]): ToolError {
  const shown = JSON.stringify(name.slice(0, 64));
  if (name.trim().toLowerCase() === 'all') {
    return new ToolError('NotFound', 'One kind at a time: ask for pods, deployments, services and so on, each by its name.');
  }
  const [short = ''] = name.trim().toLowerCase().slice(0, 64).split('.');
  const near = closest(short, [...new Set(kinds.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]))], 12);
  const meant = [...new Set(near.flatMap((one) => kinds.find((kind) => isCalled(kind, one)) ?? []).map(resourceName))].slice(0, 4);
  const advice = meant.length === 0 ? 'its definition may not be installed' : `did you mean ${meant.join(', ')}?`;
  return new ToolError('NotFound', `This cluster serves no kind ${shown}; ${advice}`);
}

interface Discovered {
  readonly kind?: string;
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly { readonly version: string; readonly resources?: readonly DiscoveredResource[] }[];
  }[];
}
interface DiscoveredResource {
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string };
  readonly scope?: string;
  readonly singularResource?: string;
  readonly shortNames?: readonly string[];
  readonly verbs?: readonly string[];
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const MOST_BYTES = 32 * 2 ** 20;

async function discover(client: Pick<KubeClient, 'raw'>, options: CallOptions): Promise<readonly ServedKind[]> {
  const lists = await Promise.all(
    ['/api', '/apis'].map(async (path) => {
      const list = (await client.raw('GET', path, undefined, { ...options, accept: AGGREGATED, maxBytes: MOST_BYTES })) as Discovered;
      if (list.kind !== 'APIGroupDiscoveryList') {
        throw new ToolError('Unavailable', 'The API server has no aggregated discovery: Agent-SRE needs Kubernetes 1.26 or newer.');
      }
      return list.items ?? [];
    }),
  );
  const kinds = lists.flat().flatMap(({ metadata, versions = [] }) => {
    const group = metadata?.name ?? '';
    return versions.flatMap(({ version, resources = [] }) => resources.map((resource) => servedKind(group, version, resource)));
  });
  // the versions of a group come with the preferred one first
  return [...Map.groupBy(kinds, resourceName).values()].flatMap(([first]) => (first?.verbs.includes('get') === true ? [first] : []));
}

function servedKind(group: string, version: string, found: DiscoveredResource): ServedKind {
  const { resource: plural, responseKind, scope, singularResource = '', shortNames = [], verbs = [] } = found;
  const kind = responseKind?.kind ?? plural;
  const resource = defineResource({ group, version, kind, plural, namespaced: scope === 'Namespaced' });
  return { ...resource, singular: singularResource === '' ? kind.toLowerCase() : singularResource, shortNames, verbs };
}
