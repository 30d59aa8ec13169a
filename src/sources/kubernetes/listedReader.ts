/** A reader over objects that are in memory already: a frozen snapshot, or whole namespaces that were listed once. */
import type { Gap } from '../../crds/investigation.ts';
import type { LogOptions } from '../../kube/client.ts';
import { apiVersionOf, type KubeObject, keyString, type ResourceType, resourceName } from '../../kube/object.ts';
import type { Reader } from './reader.ts';
import { isSelected } from './selection.ts';

export type ReadLog = (namespace: string, pod: string, options: LogOptions) => Promise<string | undefined>;

/** What whoever listed the objects could not see. */
export interface NotSeen {
  /** As RBAC names them: `pods`, `deployments.apps`. */
  readonly kinds: readonly string[];
  readonly gaps: readonly Gap[];
}

/** @param objects with apiVersion and kind; a kind of another version of the same group is the same kind */
export function createListedReader(
  objects: readonly KubeObject[],
  readLog: ReadLog,
  { kinds, gaps }: NotSeen = { kinds: [], gaps: [] },
): Reader {
  const byKind = Map.groupBy(objects, (object) => kindOf(object.apiVersion ?? 'v1', object.kind ?? ''));
  const ofKind = <T extends KubeObject>(resource: ResourceType<T>): readonly T[] =>
    (byKind.get(kindOf(apiVersionOf(resource), resource.kind)) ?? []) as unknown as readonly T[];
  const isUnseen = (resource: ResourceType): boolean => kinds.includes(resourceName(resource));
  const list: Reader['list'] = async (resource, selection) =>
    isUnseen(resource) ? undefined : ofKind(resource).filter((object) => isSelected(object, selection));
  return {
    gaps,
    async get(resource, key) {
      if (isUnseen(resource)) return { kind: 'unseen' };
      const wanted = keyString(key);
      const object = ofKind(resource).find(
        ({ metadata }) =>
          keyString({ ...(key.namespace !== undefined && { namespace: metadata.namespace ?? '' }), name: metadata.name }) === wanted,
      );
      return object === undefined ? { kind: 'absent' } : { kind: 'found', object };
    },
    list,
    listServed: async (resource, selection) => (await list(resource, selection)) ?? [],
    logs: readLog,
  };
}

const kindOf = (apiVersion: string, kind: string): string => `${apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''}/${kind}`;
