import { describe, expect, test } from 'vitest';
import { networkPolicy } from '../../../../src/investigate/analyzers/networkPolicy.ts';
import type { NetworkPolicy, Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { cart, container, pod, snapshot } from '../builders.ts';
import {
  allow,
  call,
  check,
  errors,
  policy,
  route,
  selector,
  service,
  tcp,
  told,
  web,
  webWorkload,
  wellCart,
  wellPod,
} from '../objectBuilders.ts';

interface Case {
  readonly name: string;
  readonly policies: readonly NetworkPolicy[];
  readonly more?: Partial<Snapshot>;
  readonly want: readonly string[];
}

const ports = [{ name: 'web', port: 8080, protocol: 'TCP' }];
const shop: Partial<Snapshot> = {
  workloads: [wellCart({ containers: [container({ ports })] }), webWorkload()],
  pods: [wellPod({ ip: '10.1.0.5' }), wellPod({ name: 'web-1', owner: web, labels: { app: 'web' }, ip: '10.2.0.9' })],
  services: [service('cart'), service('web', { clusterIP: '10.96.0.21' })],
};
const declared: Partial<Snapshot> = { calls: [call(web, { kind: 'Service', namespace: 'shop', name: 'cart' })] };
const entry = (...ingress: NonNullable<NetworkPolicy['ingress']>): NetworkPolicy =>
  policy('guard', { podSelector: selector({ app: 'cart' }), ingress });
const exit = (...egress: NonNullable<NetworkPolicy['egress']>): NetworkPolicy =>
  policy('leave', { podSelector: selector({ app: 'web' }), egress });
const dns = allow([{ namespaces: selector() }], [{ port: 53, protocol: 'UDP' }]);
const fromWeb = { pods: selector({ app: 'web' }) };
const CUT = ['NetworkPolicyBlocks NetworkPolicy/guard (indirect)'];
const CUT_EXIT = ['NetworkPolicyBlocks NetworkPolicy/leave (indirect)'];

describe('networkPolicy', () => {
  test.each<Case>([
    { name: 'a policy that lets nobody in cuts a declared call', policies: [entry()], more: declared, want: CUT },
    { name: 'but is no finding where nobody calls', policies: [entry()], want: [] },
    {
      name: 'nor where traces show that it was called, as then it passed',
      policies: [entry()],
      more: { calls: [call(web, cart, 'trace')] },
      want: [],
    },
    { name: 'a policy that lets the caller in is right', policies: [entry(allow([fromWeb]))], more: declared, want: [] },
    { name: 'so is one that lets everybody in', policies: [entry(allow())], more: declared, want: [] },
    {
      name: 'a policy for other pods is none of ours',
      policies: [policy('guard', { podSelector: selector({ app: 'db' }), ingress: [] })],
      more: declared,
      want: [],
    },
    {
      name: 'as is one of another namespace',
      policies: [{ ...entry(), namespace: 'other' }],
      more: declared,
      want: [],
    },
    {
      name: 'a policy that lets somebody else in cuts',
      policies: [entry(allow([{ pods: selector({ app: 'admin' }) }]))],
      more: declared,
      want: CUT,
    },
    {
      name: 'what one policy allows passes, whatever the others say',
      policies: [policy('deny', { ingress: [] }), entry(allow([fromWeb]))],
      more: declared,
      want: [],
    },
    {
      name: 'the pod’s port counts, not that of the Service',
      policies: [entry(allow([fromWeb], [tcp(80)]))],
      more: declared,
      want: CUT,
    },
    { name: 'a port within a range passes', policies: [entry(allow([fromWeb], [tcp(8000, 8100)]))], more: declared, want: [] },
    { name: 'a port beyond a range does not', policies: [entry(allow([fromWeb], [tcp(8000, 8010)]))], more: declared, want: CUT },
    { name: 'a named port is that of the container', policies: [entry(allow([fromWeb], [tcp('web')]))], more: declared, want: [] },
    {
      name: 'a name that no container port has admits nothing',
      policies: [entry(allow([fromWeb], [tcp('http')]))],
      more: declared,
      want: CUT,
    },
    {
      name: 'another protocol does not pass',
      policies: [entry(allow([fromWeb], [{ port: 8080, protocol: 'UDP' }]))],
      more: declared,
      want: CUT,
    },
    {
      name: 'a pod selector alone looks in its own namespace',
      policies: [entry(allow([{ ...fromWeb, namespaces: selector({ 'kubernetes.io/metadata.name': 'front' }) }]))],
      more: declared,
      want: CUT,
    },
    {
      name: 'labels of a namespace other than its name are not known, and taken for allowed',
      policies: [entry(allow([{ namespaces: selector({ team: 'front' }) }]))],
      more: declared,
      want: [],
    },
    {
      name: 'an expression is read',
      policies: [entry(allow([{ pods: { labels: {}, expressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] } }]))],
      more: declared,
      want: CUT,
    },
    { name: 'an address block that has the caller passes', policies: [entry(allow([{ cidr: '10.2.0.0/16' }]))], more: declared, want: [] },
    {
      name: 'but not where the caller is excepted',
      policies: [entry(allow([{ cidr: '10.0.0.0/8', except: ['10.2.0.0/24'] }]))],
      more: declared,
      want: CUT,
    },
    {
      name: 'a caller that may not leave is cut',
      policies: [exit(dns)],
      more: declared,
      want: CUT_EXIT,
    },
    {
      name: 'a caller that may leave to it is not',
      policies: [exit(dns, allow([{ pods: selector({ app: 'cart' }) }], [tcp(8080)]))],
      more: declared,
      want: [],
    },
    {
      name: 'a caller that may reach everything but the name service is cut from that',
      policies: [exit(allow([{ pods: selector() }]))],
      more: declared,
      want: CUT_EXIT,
    },
    {
      name: 'a policy for entry says nothing of leaving',
      policies: [policy('leave', { podSelector: selector({ app: 'web' }), ingress: [] })],
      more: declared,
      want: [],
    },
    {
      name: 'a call that times out is seen, not only declared',
      policies: [entry()],
      more: { errorLines: [errors(web, 'Get "http://cart:80/items": dial tcp 10.96.0.20:80: i/o timeout')] },
      want: ['NetworkPolicyBlocks NetworkPolicy/guard'],
    },
    {
      name: 'a time-out that no policy explains is none of theirs',
      policies: [entry(allow([fromWeb]))],
      more: { errorLines: [errors(web, 'dial tcp 10.96.0.20:80: i/o timeout')] },
      want: [],
    },
    {
      name: 'lookups that time out behind a policy that forbids them',
      policies: [exit(allow([{ pods: selector() }]))],
      more: { errorLines: [errors(web, 'lookup cart on 10.96.0.10:53: read udp: i/o timeout')] },
      want: ['NetworkPolicyBlocks NetworkPolicy/leave'],
    },
    {
      name: 'a check that times out tells of a policy that lets nobody in',
      policies: [entry()],
      more: { checks: [check('cart')] },
      want: ['NetworkPolicyBlocks NetworkPolicy/guard'],
    },
    {
      name: 'but not of one that lets in only those that are meant, as the check is none of them',
      policies: [entry(allow([fromWeb], [tcp(8080)]))],
      more: { checks: [check('cart')] },
      want: [],
    },
    { name: 'traffic from outside is declared by a route', policies: [entry()], more: { routes: [route('cart')] }, want: CUT },
    {
      name: 'which passes where the port is open to somebody',
      policies: [entry(allow([], [tcp(8080)]))],
      more: { routes: [route('cart')] },
      want: [],
    },
    {
      name: 'pods on their node’s network are beyond policies',
      policies: [exit()],
      more: { ...declared, pods: [pod({ owner: web, name: 'web-1', hostNetwork: true, labels: { app: 'web' } })] },
      want: [],
    },
    {
      name: 'a policy of which only the name is known proves nothing',
      policies: [policy('guard', { known: false })],
      more: declared,
      want: [],
    },
  ])('$name', ({ policies, more = {}, want }) => {
    expect(told(networkPolicy.find(snapshot({ ...shop, ...more, policies })))).toEqual(want);
  });
});
