import { describe, expect, test } from 'vitest';
import { ingress } from '../../../../src/investigate/analyzers/ingress.ts';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { event, snapshot } from '../builders.ts';
import { condition, errors, ingressRef, route, service, told, webWorkload, wellCart, wellPod } from '../objectBuilders.ts';

interface Case {
  readonly name: string;
  readonly more: Partial<Snapshot>;
  readonly want: readonly string[];
}

const httpRoute = { owner: { kind: 'HTTPRoute', namespace: 'shop', name: 'shop' }, evidence: 'object/HTTPRoute/shop/shop' };
const to = (port?: number | string, name = 'cart') => ({ backend: { namespace: 'shop', service: name, port } });
const other = { owner: ingressRef('other'), evidence: 'object/Ingress/shop/other' };
const MISSING = ['IngressBackendMissing Ingress/shop'];

describe('ingress', () => {
  test.each<Case>([
    { name: 'a Service that does not exist', more: { routes: [route('carts')] }, want: MISSING },
    { name: 'a Service that does', more: { routes: [route('cart')] }, want: [] },
    { name: 'a port that the Service does not have', more: { routes: [route('cart', to(8080))] }, want: MISSING },
    { name: 'a port by a name that it does not have', more: { routes: [route('cart', to('web'))] }, want: MISSING },
    { name: 'a port by its name', more: { routes: [route('cart', to('http'))] }, want: [] },
    { name: 'a route without a port', more: { routes: [route('cart', to())] }, want: [] },
    {
      name: 'an action of the controller that stands where a Service does',
      more: { routes: [route('redirect', to('use-annotation', 'redirect'))] },
      want: [],
    },
    {
      name: 'a Service that is a name elsewhere needs no port',
      more: { services: [service('cart', { type: 'ExternalName', ports: [] })], routes: [route('cart')] },
      want: [],
    },
    {
      name: 'a Service of a namespace that was not looked at may exist',
      more: { routes: [route('cart', { backend: { namespace: 'other', service: 'cart', port: 80 } })] },
      want: [],
    },
    {
      name: 'nor does it count when Services could not be listed',
      more: {
        services: [],
        routes: [route('cart')],
        gaps: [{ source: 'kubernetes', reason: 'Forbidden', message: 'list services in shop: forbidden' }],
      },
      want: [],
    },
    {
      name: 'a rule of a gateway’s own configuration is read by others',
      more: { routes: [route('carts', { owner: { kind: 'ConfigMap', namespace: 'shop', name: 'gateway' } })] },
      want: [],
    },
    {
      name: 'a route that its Gateway does not accept',
      more: { routes: [route('cart', { ...httpRoute, conditions: [condition('Accepted', 'False', 'NotAllowedByListeners')] })] },
      want: ['RouteNotAccepted HTTPRoute/shop'],
    },
    {
      name: 'a route that one of two Gateways accepts',
      more: {
        routes: [
          route('cart', {
            ...httpRoute,
            conditions: [condition('Accepted', 'False', 'NoMatchingParent'), condition('Accepted', 'True', 'Accepted')],
          }),
        ],
      },
      want: [],
    },
    {
      name: 'a reference that is not granted',
      more: {
        routes: [
          route('cart', {
            ...httpRoute,
            conditions: [condition('Accepted', 'True', ''), condition('ResolvedRefs', 'False', 'RefNotPermitted')],
          }),
        ],
      },
      want: ['RouteNotAccepted HTTPRoute/shop'],
    },
    {
      name: 'a backend that only the controller says is missing',
      more: {
        routes: [
          route('cart', {
            ...httpRoute,
            backend: { namespace: 'other', service: 'x' },
            conditions: [condition('ResolvedRefs', 'False', 'BackendNotFound')],
          }),
        ],
      },
      want: ['IngressBackendMissing HTTPRoute/shop'],
    },
    {
      name: 'a missing backend is told once, in our words',
      more: { routes: [route('carts', { ...httpRoute, conditions: [condition('ResolvedRefs', 'False', 'BackendNotFound')] })] },
      want: ['IngressBackendMissing HTTPRoute/shop'],
    },
    {
      name: 'two Ingresses of one host and path',
      more: { routes: [route('cart'), route('web', other)] },
      want: ['IngressHostConflict Ingress/shop'],
    },
    { name: 'two paths of one host', more: { routes: [route('cart'), route('web', { ...other, path: '/web' })] }, want: [] },
    { name: 'two rules of one Ingress', more: { routes: [route('cart'), route('web')] }, want: [] },
    { name: 'a canary', more: { routes: [route('cart'), route('web', { ...other, canary: true })] }, want: [] },
    {
      name: 'Ingresses of two classes',
      more: { routes: [route('cart', { className: 'in' }), route('web', { ...other, className: 'out' })] },
      want: [],
    },
    { name: 'two that lead to the same', more: { routes: [route('cart'), route('cart', other)] }, want: [] },
    {
      name: 'a TLS secret that the controller does not find',
      more: {
        routes: [route('cart', { tlsSecret: 'shop-tls' })],
        events: [event('Sync', 'secret "shop-tls" not found', { kind: 'Ingress', name: 'shop' })],
      },
      want: ['IngressTLSSecretMissing Ingress/shop'],
    },
    {
      name: 'a TLS secret of which its log says so',
      more: {
        routes: [route('cart', { tlsSecret: 'shop-tls' })],
        errorLines: [
          errors(
            { kind: 'Deployment', namespace: 'ingress', name: 'controller' },
            'Error getting SSL certificate "shop/shop-tls": no object matching key "shop/shop-tls" in local store',
          ),
        ],
      },
      want: ['IngressTLSSecretMissing Ingress/shop'],
    },
    {
      name: 'a secret that no Ingress names',
      more: { routes: [route('cart')], events: [event('Sync', 'secret "shop-tls" not found', { kind: 'Ingress', name: 'shop' })] },
      want: [],
    },
  ])('$name', ({ more, want }) => {
    const well = { workloads: [wellCart(), webWorkload()], pods: [wellPod()], services: [service('cart'), service('web')] };
    expect(told(ingress.find(snapshot({ ...well, ...more })))).toEqual(want);
  });

  test('names what may have been meant', () => {
    const [found] = ingress.find(snapshot({ services: [service('cart')], routes: [route('carts')] }));
    expect(found?.message).toContain('what exists and may be meant: cart');
  });
});
