/** Conditions, selectors and references: what many kinds have alike. */
import type { ObjectRef } from '../../crds/common.ts';
import { apiVersionOf, type KubeObject, type ResourceType } from '../../kube/object.ts';
import type { Cleaner } from '../text.ts';
import type { ApiCondition, ApiSelector } from './api.ts';
import { apiTime } from './names.ts';
import type { Condition, Selector } from './snapshot.ts';

export const conditionView = (condition: ApiCondition, cleaner: Cleaner): Condition => ({
  type: cleaner.line(condition.type, 128),
  status: condition.status,
  reason: cleaner.line(condition.reason ?? '', 128),
  message: cleaner.line(condition.message ?? '', 1024),
  since: apiTime(condition.lastTransitionTime),
  updatedAt: apiTime(condition.lastUpdateTime),
});

export function selectorView(selector: ApiSelector | undefined): Selector {
  return {
    labels: selector?.matchLabels ?? {},
    expressions: (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => ({ key, operator, values })),
  };
}

export const refOf = (resource: Pick<ResourceType, 'group' | 'version' | 'kind'>, { metadata }: KubeObject): ObjectRef => ({
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
  namespace: metadata.namespace,
  name: metadata.name,
  uid: metadata.uid,
});
