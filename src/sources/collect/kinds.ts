/**
 * The kinds that a support bundle holds of a namespace. Secrets are not among them, whatever the caller may read.
 *
 * `own` every cluster serves; `served` are custom, and passed over where they are not installed; `wide` lie in no namespace.
 */
import { defineResource, type KubeObject, type ResourceType } from '../../kube/object.ts';
import { claims, configMaps, controllerRevisions, events, nodes, pods, workloadResources } from '../kubernetes/api.ts';
import {
  autoscalers,
  certificates,
  deliveries,
  disruptionBudgets,
  quotas,
  serviceAccounts,
  storageClasses,
  volumes,
} from '../kubernetes/boundsApi.ts';
import { endpointSlices, httpRoutes, ingresses, networkPolicies, serviceObjects } from '../kubernetes/networkApi.ts';

const limitRanges = defineResource<KubeObject>({ group: '', version: 'v1', kind: 'LimitRange', plural: 'limitranges', namespaced: true });

export const BUNDLED: Readonly<Record<'own' | 'served' | 'wide', readonly ResourceType[]>> = {
  own: [
    ...Object.values(workloadResources),
    controllerRevisions,
    pods,
    events,
    serviceObjects,
    endpointSlices,
    ingresses,
    networkPolicies,
    quotas,
    limitRanges,
    serviceAccounts,
    autoscalers,
    disruptionBudgets,
    claims,
    configMaps,
  ],
  served: [httpRoutes, certificates, ...deliveries],
  wide: [nodes, volumes, storageClasses],
};
