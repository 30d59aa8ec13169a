/** All workloads of a namespace, or of the cluster, that serve: with the Services in front of each. */
import type { KubeClient } from '../../kube/client.ts';
import { workloadResources } from '../../sources/kubernetes/api.ts';
import type { ApiServiceObject } from '../../sources/kubernetes/networkApi.ts';
import { demandKind } from '../cluster/reading.ts';
import { troubleOf } from '../errors.ts';
import type { FoundWorkload } from '../signals/findWorkload.ts';
import { SERVING_KINDS } from '../signals/workloadName.ts';
import type { Call } from '../tool.ts';

const TIMEOUT_MS = 10_000;

/** Those with a Service first, then by name. Throws `Forbidden` for who may not list them. */
export async function workloadsIn(
  client: Pick<KubeClient, 'list'>,
  { namespace, services }: { readonly namespace: string | undefined; readonly services: readonly ApiServiceObject[] },
  call: Call,
): Promise<readonly FoundWorkload[]> {
  const lists = await Promise.all(
    SERVING_KINDS.map(async (kind) => {
      const resource = workloadResources[kind];
      await demandKind(call, resource, { namespace });
      const options = { namespace, signal: call.signal, timeoutMs: TIMEOUT_MS };
      const { items } = await client.list(resource, options).catch((error: unknown) => {
        throw troubleOf(`list the workloads${namespace === undefined ? '' : ` of namespace ${namespace}`}`, error);
      });
      return items.map((object): FoundWorkload => {
        const { namespace: of = '', name } = object.metadata;
        return { kind, namespace: of, name, object, services: servicesOf(object.spec?.template?.metadata?.labels ?? {}, of, services) };
      });
    }),
  );
  return lists.flat().toSorted((a, b) => Number(b.services.length > 0) - Number(a.services.length > 0) || compare(placeOf(a), placeOf(b)));
}

export const placeOf = ({ namespace, name }: Pick<FoundWorkload, 'namespace' | 'name'>): string => `${namespace}/${name}`;
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function servicesOf(labels: Readonly<Record<string, string>>, namespace: string, services: readonly ApiServiceObject[]): string[] {
  return services
    .filter(({ metadata, spec }) => {
      const selector = Object.entries(spec?.selector ?? {});
      return metadata.namespace === namespace && selector.length > 0 && selector.every(([label, value]) => labels[label] === value);
    })
    .map(({ metadata }) => metadata.name);
}
