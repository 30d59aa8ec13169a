/**
 * A reader that lists each kind of a namespace once, whole, and answers narrower questions from that: a namespace of forty workloads
 * then costs as many calls as one of two. What is asked of the whole cluster with a selector is asked as it is: a cluster is no namespace.
 */
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { resourceName } from '../../kube/object.ts';
import type { Reader } from './reader.ts';
import { isSelected } from './selection.ts';

export function readingWhole(reader: Reader): Reader {
  const lists = new Map<string, Promise<readonly KubeObject[] | undefined>>();
  const whole = <T extends KubeObject>(resource: ResourceType<T>, namespace: string | undefined): Promise<readonly T[] | undefined> => {
    const key = `${resourceName(resource)}\n${namespace ?? ''}`;
    const listed = lists.get(key) ?? reader.list(resource, { namespace });
    lists.set(key, listed);
    return listed as Promise<readonly T[] | undefined>;
  };
  return {
    ...reader,
    get gaps() {
      return reader.gaps;
    },
    async list(resource, selection) {
      const isNarrow = selection.labelSelector !== undefined || selection.fieldSelector !== undefined;
      if (selection.namespace === undefined && isNarrow) return reader.list(resource, selection);
      return (await whole(resource, selection.namespace))?.filter((object) => isSelected(object, selection));
    },
  };
}
