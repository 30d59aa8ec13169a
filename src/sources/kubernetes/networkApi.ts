/** Kinds that traffic goes through, as the API server serves them. Gateway API kinds are custom: where they are not installed, they are not served. */
import { defineResource, type KubeObject } from '../../kube/object.ts';
import type { ApiCondition, ApiSelector } from './api.ts';

export interface ApiServiceObject extends KubeObject {
  readonly spec?: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly externalName?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly protocol?: string;
      readonly targetPort?: number | string;
    }[];
  };
}
export interface ApiEndpointSlice extends KubeObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean | null } }[] | null;
}
interface ApiBackend {
  readonly service?: { readonly name?: string; readonly port?: { readonly name?: string; readonly number?: number } };
}
export interface ApiIngress extends KubeObject {
  readonly spec?: {
    readonly ingressClassName?: string;
    readonly defaultBackend?: ApiBackend;
    readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: { readonly paths?: readonly { readonly path?: string; readonly backend?: ApiBackend }[] };
    }[];
  };
}
export interface ApiHttpRoute extends KubeObject {
  readonly spec?: {
    readonly hostnames?: readonly string[];
    readonly rules?: readonly {
      readonly name?: string;
      readonly matches?: readonly { readonly path?: { readonly value?: string } }[];
      readonly backendRefs?: readonly {
        readonly kind?: string;
        readonly name: string;
        readonly namespace?: string;
        readonly port?: number;
      }[];
    }[];
  };
  readonly status?: { readonly parents?: readonly { readonly conditions?: readonly ApiCondition[] }[] };
}
interface ApiPolicyPeer {
  readonly podSelector?: ApiSelector;
  readonly namespaceSelector?: ApiSelector;
  readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] };
}
interface ApiPolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}
export interface ApiNetworkPolicy extends KubeObject {
  readonly spec?: {
    readonly podSelector?: ApiSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly { readonly from?: readonly ApiPolicyPeer[]; readonly ports?: readonly ApiPolicyPort[] }[];
    readonly egress?: readonly { readonly to?: readonly ApiPolicyPeer[]; readonly ports?: readonly ApiPolicyPort[] }[];
  };
}

const networking = { group: 'networking.k8s.io', version: 'v1', namespaced: true } as const;

export const serviceObjects = defineResource<ApiServiceObject>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
});
export const endpointSlices = defineResource<ApiEndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
});
export const ingresses = defineResource<ApiIngress>({ ...networking, kind: 'Ingress', plural: 'ingresses' });
export const networkPolicies = defineResource<ApiNetworkPolicy>({ ...networking, kind: 'NetworkPolicy', plural: 'networkpolicies' });
export const httpRoutes = defineResource<ApiHttpRoute>({
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'HTTPRoute',
  plural: 'httproutes',
  namespaced: true,
});
