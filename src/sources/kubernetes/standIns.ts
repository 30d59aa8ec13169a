/**
 * What an alert may name in the place of a workload: an autoscaler stands for what it scales, a claim for the pods that use it, a disruption budget
 * for those that it guards, an Ingress for the Services that it sends to.
 */
import type { ObjectRef } from '../../crds/common.ts';
import { apiVersionOf, type KubeObject, type ResourceType } from '../../kube/object.ts';
import { type ApiPod, claims, pods } from './api.ts';
import { autoscalers, disruptionBudgets } from './boundsApi.ts';
import { selectorText } from './names.ts';
import { ingresses, serviceObjects } from './networkApi.ts';
import { ingressRoutes } from './networkViews.ts';
import type { Reader } from './reader.ts';

export type Behind = { readonly pods: readonly ApiPod[] } | { readonly refs: readonly ObjectRef[] };

export interface StandIn<T extends KubeObject = KubeObject> {
  readonly resource: ResourceType<T>;
  /** Undefined when it could not be read. */
  readonly behind: (reader: Reader, object: T) => Promise<Behind | undefined>;
}

const standIn = <T extends KubeObject>(resource: ResourceType<T>, behind: StandIn<T>['behind']): StandIn => ({
  resource,
  behind: behind as StandIn['behind'],
});

const STAND_INS: readonly StandIn[] = [
  standIn(autoscalers, async (_, { metadata, spec }) => {
    const target = spec?.scaleTargetRef;
    return { refs: target === undefined ? [] : [{ ...target, namespace: metadata.namespace }] };
  }),
  standIn(claims, async (reader, { metadata: { namespace, name } }) => {
    const all = await reader.list(pods, { namespace });
    const uses = ({ spec }: ApiPod): boolean => spec?.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === name) === true;
    return all && { pods: all.filter(uses) };
  }),
  standIn(disruptionBudgets, async (reader, { metadata: { namespace }, spec }) => {
    const labelSelector = selectorText(spec?.selector);
    if (labelSelector === undefined) return { pods: [] };
    const guarded = await reader.list(pods, { namespace, labelSelector });
    return guarded && { pods: guarded };
  }),
  standIn(ingresses, async (_, ingress) => {
    const backends = new Map(ingressRoutes(ingress).map(({ backend }) => [`${backend.namespace}/${backend.service}`, backend]));
    return {
      refs: [...backends.values()].map(({ namespace, service }) => ({
        apiVersion: apiVersionOf(serviceObjects),
        kind: serviceObjects.kind,
        namespace,
        name: service,
      })),
    };
  }),
];

/** Undefined for a kind that stands for no workload. */
export const standInFor = ({ apiVersion, kind }: ObjectRef): StandIn | undefined =>
  STAND_INS.find(
    ({ resource }) => resource.kind === kind && (apiVersion === undefined || groupOf(apiVersion) === groupOf(apiVersionOf(resource))),
  );

/** Of versions of one kind, any will do. */
const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');
