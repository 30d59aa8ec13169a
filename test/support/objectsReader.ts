/** A reader over objects and logs that a test writes down, which counts what it is asked. */
import { apiVersionOf, type KubeObject } from '../../src/kube/object.ts';
import type { Reader } from '../../src/sources/kubernetes/reader.ts';
import { isSelected } from '../../src/sources/kubernetes/selection.ts';

export type Written = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Partial<KubeObject['metadata']> & { readonly name: string };
};

/** @param logs by pod */
export function objectsReader(
  objects: readonly Written[],
  logs: Readonly<Record<string, string>> = {},
): Reader & { readonly asked: string[] } {
  const asked: string[] = [];
  const all = objects.map(
    (object, index) =>
      ({ ...object, metadata: { namespace: 'shop', uid: `uid-${index}`, resourceVersion: '1', ...object.metadata } }) as KubeObject,
  );
  const ofKind = (resource: Parameters<Reader['list']>[0]): KubeObject[] =>
    all.filter(({ apiVersion, kind }) => kind === resource.kind && apiVersion === apiVersionOf(resource));
  const list = async (resource: Parameters<Reader['list']>[0], selection: Parameters<Reader['list']>[1]) => {
    asked.push(`list ${resource.kind}`);
    return ofKind(resource).filter((object) => isSelected(object, selection));
  };
  return {
    asked,
    gaps: [],
    async get(resource, { namespace, name }) {
      asked.push(`get ${resource.kind} ${name}`);
      const found = ofKind(resource).find(
        ({ metadata }) => metadata.name === name && (namespace ?? metadata.namespace) === metadata.namespace,
      );
      return found === undefined ? { kind: 'absent' } : ({ kind: 'found', object: found } as never);
    },
    list: list as Reader['list'],
    listServed: list as Reader['listServed'],
    logs: async (_, pod) => logs[pod] ?? '',
  };
}
