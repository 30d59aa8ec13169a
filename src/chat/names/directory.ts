/**
 * The names that a caller may mean: namespaces, workloads, Services, Incidents and plans of the cluster, as far as this caller may list them.
 *
 * Who may not list a kind in the whole cluster is asked for the namespaces that their question names. What was listed is kept for a few seconds: rights
 * are asked anew each time, names are not.
 */
import type { Clock } from '../../clock.ts';
import { incidents, remediationPlans } from '../../crds/kinds.ts';
import { ownerOf } from '../../domain/generatedNames.ts';
import { LABEL_NAME, POSSIBLE_OBJECT_NAME } from '../../domain/kubernetesNames.ts';
import type { KubeClient } from '../../kube/client.ts';
import { defineResource, type KubeObject, type ResourceType } from '../../kube/object.ts';
import type { Call } from '../../tools/tool.ts';
import type { Entity } from '../memory/conversation.ts';

export interface Directory {
  /** @param words of the question: namespaces and pods are only looked for where one may be named */
  namesFor(words: readonly string[], call: Call): Promise<readonly Entity[]>;
}

export interface DirectoryDeps {
  readonly client: Pick<KubeClient, 'list'>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

const core = { group: '', version: 'v1' } as const;
const apps = { group: 'apps', version: 'v1', namespaced: true } as const;
const pods = defineResource<KubeObject>({ ...core, kind: 'Pod', plural: 'pods', namespaced: true });
const LISTED: readonly (readonly [Entity['kind'], ResourceType])[] = [
  ['Namespace', defineResource<KubeObject>({ ...core, kind: 'Namespace', plural: 'namespaces', namespaced: false })],
  ['Deployment', defineResource<KubeObject>({ ...apps, kind: 'Deployment', plural: 'deployments' })],
  ['StatefulSet', defineResource<KubeObject>({ ...apps, kind: 'StatefulSet', plural: 'statefulsets' })],
  ['DaemonSet', defineResource<KubeObject>({ ...apps, kind: 'DaemonSet', plural: 'daemonsets' })],
  ['Service', defineResource<KubeObject>({ ...core, kind: 'Service', plural: 'services', namespaced: true })],
  ['Incident', incidents],
  ['RemediationPlan', remediationPlans],
];

const KEPT_MS = 15_000;
const TIMEOUT_MS = 5_000;
const MOST_NAMESPACES = 6;
const MOST_PODS = 3;

export function createDirectory({ client, clock }: DirectoryDeps): Directory {
  const kept = new Map<string, { readonly at: number; readonly names: Promise<readonly Entity[]> }>();
  const listed = (kind: Entity['kind'], resource: ResourceType, where: Where): Promise<readonly Entity[]> => {
    const key = `${resource.plural} ${where.namespace ?? ''} ${where.fieldSelector ?? ''}`;
    const found = kept.get(key);
    const now = clock.monotonic();
    if (found !== undefined && found.at + KEPT_MS > now) return found.names;
    for (const [old, { at }] of kept) if (at + KEPT_MS <= now) kept.delete(old);
    const names = list(client, kind, resource, where);
    kept.set(key, { at: now, names });
    // What failed is asked again.
    names.catch(() => kept.delete(key));
    return names;
  };
  /** Of a kind, what the caller may see: everywhere, or in the namespaces that may be meant. */
  const seen = async (
    [kind, resource]: readonly [Entity['kind'], ResourceType],
    namespaces: readonly string[],
    call: Call,
    selection: Where = {},
  ): Promise<readonly Entity[]> => {
    const may = (namespace?: string): Promise<boolean> =>
      call.caller.may({ verb: 'list', group: resource.group, resource: resource.plural, namespace }, call.signal).catch(() => false);
    if (await may()) return listed(kind, resource, selection);
    if (!resource.namespaced) return namespaces.map((name) => ({ kind, name }));
    const open = await Promise.all(namespaces.map(async (namespace) => ((await may(namespace)) ? [namespace] : [])));
    return (await Promise.all(open.flat().map((namespace) => listed(kind, resource, { ...selection, namespace })))).flat();
  };
  return {
    namesFor: async (words, call) => {
      const namespaces = [...new Set(words.flatMap((word) => word.split('/')).filter((word) => LABEL_NAME.test(word)))].slice(
        -MOST_NAMESPACES,
      );
      const named = words.filter((word) => POSSIBLE_OBJECT_NAME.test(word) && ownerOf(word).name !== word).slice(0, MOST_PODS);
      // What can't be listed just now is not found, and said to be so by the tool that is asked for it.
      const quiet = (names: Promise<readonly Entity[]>): Promise<readonly Entity[]> => names.catch(() => []);
      const all = await Promise.all([
        ...LISTED.map((kind) => quiet(seen(kind, namespaces, call))),
        ...named.map((name) => quiet(seen(['Pod', pods], namespaces, call, { fieldSelector: `metadata.name=${name}` }))),
      ]);
      return all.flat();
    },
  };
}

interface Where {
  readonly namespace?: string;
  readonly fieldSelector?: string;
}

async function list(
  client: DirectoryDeps['client'],
  kind: Entity['kind'],
  resource: ResourceType,
  where: Where,
): Promise<readonly Entity[]> {
  const { items } = await client.list(resource, { ...where, pageSize: 500, timeoutMs: TIMEOUT_MS });
  return items.map(({ metadata: { namespace, name } }) => ({ kind, name, ...(namespace !== undefined && { namespace }) }));
}
