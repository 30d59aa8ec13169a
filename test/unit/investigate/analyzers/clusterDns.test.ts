import { describe, expect, test } from 'vitest';
import { clusterDns } from '../../../../src/investigate/analyzers/clusterDns.ts';
import { diagnose } from '../../../../src/investigate/diagnose.ts';
import { objectName } from '../../../../src/sources/kubernetes/names.ts';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { cart, container, ended, log, pod, snapshot, workload } from '../builders.ts';
import { allow, check, errors, policy, selector, service, told, web, webWorkload, wellCart } from '../objectBuilders.ts';

const unanswered = 'dial tcp: lookup db on 10.96.0.10:53: read udp 10.1.0.5:4242->10.96.0.10:53: i/o timeout';
const both = { errorLines: [errors(cart, unanswered), errors(web, 'Error: getaddrinfo EAI_AGAIN db')] };
const dns = (ready: number) =>
  service('kube-dns', { namespace: 'kube-system', evidence: 'object/Service/kube-system/kube-dns', endpoints: { ready, notReady: 0 } });
const says = (text: string): Partial<Snapshot> => ({ errorLines: [errors(cart, text)] });
const DOWN = ['ClusterDNSUnavailable Service/kube-dns'];
const UNKNOWN = ['DNSNameNotFound Deployment/cart'];

interface Case {
  readonly name: string;
  readonly more: Partial<Snapshot>;
  readonly want: readonly string[];
}

describe('clusterDns', () => {
  test.each<Case>([
    { name: 'two workloads that get no answer', more: both, want: DOWN },
    { name: 'one alone may be at fault itself', more: says(unanswered), want: [] },
    {
      name: 'one, and a name service without a pod that is ready',
      more: { ...says(unanswered), services: [service('db'), dns(0)] },
      want: DOWN,
    },
    { name: 'one, and a check that gets no answer', more: { ...says(unanswered), checks: [check('db', { kind: 'dns' })] }, want: DOWN },
    { name: 'a check alone', more: { checks: [check('db', { kind: 'dns' })] }, want: [] },
    {
      name: 'two, of which one asks a name server of its own',
      more: { ...both, pods: [pod({ nameservers: ['192.0.2.1'] }), pod({ owner: web, name: 'web-1' })] },
      want: [],
    },
    {
      name: 'two that a policy forbids to ask',
      more: { ...both, policies: [policy('leave', { egress: [allow([{ pods: selector() }])] })] },
      want: [],
    },
    {
      name: 'one failed try of workloads that are well',
      more: { errorLines: [errors(cart, unanswered, 1), errors(web, unanswered, 1)] },
      want: [],
    },
    { name: 'a name that no Service has', more: says('lookup dbb on 10.96.0.10:53: no such host'), want: UNKNOWN },
    { name: 'a name of Node.js', more: says('Error: getaddrinfo ENOTFOUND dbb'), want: UNKNOWN },
    { name: 'a name of Java', more: says('java.net.UnknownHostException: dbb: Name or service not known'), want: UNKNOWN },
    {
      name: 'a name of PostgreSQL',
      more: says('could not translate host name "dbb" to address: Name or service not known'),
      want: UNKNOWN,
    },
    { name: 'a name of curl', more: says('curl: (6) Could not resolve host: dbb'), want: UNKNOWN },
    { name: 'a name of nginx', more: says('[emerg] host not found in upstream "dbb:8080" in /etc/nginx.conf:3'), want: UNKNOWN },
    { name: 'a name in full', more: says('lookup dbb.shop.svc.cluster.local: no such host'), want: UNKNOWN },
    { name: 'a name that a Service has by now', more: says('lookup db on 10.96.0.10:53: no such host'), want: [] },
    {
      name: 'a pod of a headless Service that is not there yet',
      more: { ...says('lookup db-0.db: no such host'), services: [service('db', { headless: true })] },
      want: [],
    },
    {
      name: 'a name of the world',
      more: says('lookup api.example.com: no such host'),
      want: ['DNSNameNotFound Deployment/cart (indirect)'],
    },
    {
      name: 'a name of a namespace that was not looked at',
      more: says('lookup db.data.svc: no such host'),
      want: ['DNSNameNotFound Deployment/cart (indirect)'],
    },
  ])('$name', ({ more, want }) => {
    const well = { workloads: [wellCart(), webWorkload()], pods: [], services: [service('db')] };
    expect(told(clusterDns.find(snapshot({ ...well, ...more })))).toEqual(want);
  });

  test('takes a lookup that failed long before the end of a run for something else', () => {
    const crashed = (...lines: readonly string[]) =>
      snapshot({ services: [service('db')], pods: [pod({}, container({ lastState: ended(1), logs: { previous: log(...lines) } }))] });
    const failed = 'getaddrinfo ENOTFOUND collector';
    const more = Array.from({ length: 14 }, (_, index) => `step ${'abcdefghijklmn'.charAt(index)}`);
    expect(told(clusterDns.find(crashed(...more, failed)))).toEqual(UNKNOWN);
    expect(told(clusterDns.find(crashed(failed, ...more)))).toEqual(['DNSNameNotFound Deployment/cart (indirect)']);
  });

  test('points at the Service that is not there, so that its absence explains it', () => {
    const blamed = (text: string) => [...clusterDns.find(snapshot({ services: [], ...says(text) }))][0]?.blames?.map(objectName);
    expect(blamed('lookup api on 10.96.0.10:53: no such host')).toEqual(['Service/shop/api']);
    expect(blamed('lookup api.example.com: no such host')).toEqual([]);
    const asked = { workloads: [workload(), webWorkload()], services: [service('db')], ...says('getaddrinfo ENOTFOUND web') };
    expect(diagnose(snapshot(asked)).rootCause).toMatchObject({ reason: 'ServiceMissing', object: 'Service/shop/web' });
  });

  test('names what may have been meant', () => {
    const services = [service('db'), service('orders', { namespace: 'back' })];
    const of = (text: string) => [...clusterDns.find(snapshot({ workloads: [workload()], services, ...says(text) }))][0]?.message;
    expect(of('getaddrinfo ENOTFOUND dbb')).toContain('what exists and may be meant: db');
    expect(of('getaddrinfo ENOTFOUND orders')).toContain('what exists and may be meant: orders.back');
  });
});
