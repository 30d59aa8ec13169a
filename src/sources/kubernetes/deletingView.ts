/** Objects that are being deleted and still there, of any kind: since when, and what they wait for. */
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import type { Cleaner } from '../text.ts';
import type { ApiCondition } from './api.ts';
import { conditionView, refOf } from './commonViews.ts';
import { apiTime, evidenceKeys } from './names.ts';
import type { DeletingObject } from './snapshot.ts';

type Deletable = KubeObject & {
  readonly spec?: unknown;
  readonly status?: unknown;
};
type Kind = Pick<ResourceType, 'group' | 'version' | 'kind'>;

/** Those of a list that are being deleted. */
export const deletingViews = (kind: Kind, objects: readonly Deletable[], cleaner: Cleaner): DeletingObject[] =>
  objects.flatMap((object) => deletingView(kind, object, cleaner) ?? []);

function deletingView(kind: Kind, object: Deletable, cleaner: Cleaner): DeletingObject | undefined {
  const { metadata, spec, status } = object;
  const since = apiTime(metadata.deletionTimestamp);
  if (since === undefined) return undefined;
  const ofNamespace = (spec as { readonly finalizers?: readonly string[] } | undefined)?.finalizers ?? [];
  const conditions = (status as { readonly conditions?: readonly ApiCondition[] } | undefined)?.conditions ?? [];
  return {
    ref: refOf(kind, object),
    since,
    finalizers: [...(metadata.finalizers ?? []), ...ofNamespace],
    conditions: conditions.map((condition) => conditionView(condition, cleaner)),
    evidence: evidenceKeys.object(kind.kind, metadata.namespace ?? '', metadata.name),
  };
}
