/** The objects of a frozen snapshot as the API server would serve them: those that are none are left out, and parts of a wrong type. */
import type { Gap } from '../../crds/investigation.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Fit } from './fit.ts';
import { shapeOf } from './shapes.ts';

export interface ServedObjects {
  readonly objects: readonly KubeObject[];
  readonly gaps: readonly Gap[];
}

export function servedObjects(items: readonly unknown[]): ServedObjects {
  let wrong = 0;
  const count = (): void => {
    wrong += 1;
  };
  const shapes = new Map<string, Fit>();
  const objects = items.flatMap((item) => {
    const kind = kindOf(item);
    const shape = shapes.get(kind) ?? shapeOf(kind);
    shapes.set(kind, shape);
    const fitted = shape(item, count) as KubeObject | undefined;
    return fitted === undefined ? [] : [identified(fitted)];
  });
  const message = `${wrong} parts of the snapshot's objects are not of the type that they should be, and were left out; collect it again`;
  return { objects, gaps: wrong === 0 ? [] : [{ source: 'snapshot', reason: 'Malformed', message }] };
}

function kindOf(item: unknown): string {
  const { kind } = (item ?? {}) as { readonly kind?: unknown };
  return typeof kind === 'string' ? kind : '';
}

/** What has no uid is told apart by its name: two that have none are not one. */
function identified(object: KubeObject): KubeObject {
  const { kind, metadata } = object;
  if (typeof metadata.uid === 'string') return object;
  return { ...object, metadata: { ...metadata, uid: `${kind}/${metadata.namespace ?? ''}/${metadata.name}` } };
}
