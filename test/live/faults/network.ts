/**
 * Services, routes and calls that lead nowhere.
 *
 * The node has no DNS, no Services and a network that does not enforce policies: what a program would say of that, its log says, in the words of
 * common clients. What is wrong in the objects is wrong there.
 */
import { errorRate, ingressErrors, targetDown } from '../alerts.ts';
import { warn } from '../events.ts';
import { denyAll, deployment, http, ingress, running, SERVE, service } from '../objects.ts';
import { crashLoops, isReady, isReadyFor, says } from '../seen.ts';
import { deploymentCause, type Fault } from './fault.ts';

const ready = { readinessProbe: http() };
const of = (reason: Fault['cause']['reason'], kind: string, name: string): Fault['cause'] => ({ reason, kind, name });
/** Serves, and complains of what it calls, again and again. */
const complaining = (line: string): string => `(while :; do echo '${line}'; sleep 1; done) & ${SERVE}`;
const caller = (url: string, line: string) =>
  deployment('front', running(complaining(line), { env: [{ name: 'API_URL', value: url }], ...ready }));
const complained = isReadyFor(8);

export const network: readonly Fault[] = [
  {
    name: 'service-selector',
    objects: [deployment('web', running(SERVE, ready)), service('web', { selector: { app: 'wbe' } })],
    shows: isReady,
    alert: targetDown('web'),
    cause: of('ServiceSelectorMismatch', 'Service', 'web'),
  },
  {
    name: 'service-port',
    objects: [
      deployment('web', running(SERVE, { ...ready, ports: [{ containerPort: 8080 }] })),
      service('web', { ports: [{ port: 80, targetPort: 8090 }] }),
    ],
    shows: isReady,
    alert: targetDown('web'),
    cause: of('ServicePortMismatch', 'Service', 'web'),
    says: '8090',
  },
  {
    name: 'service-port-name',
    objects: [
      deployment('web', running(SERVE, { ...ready, ports: [{ name: 'http', containerPort: 8080 }] })),
      service('web', { ports: [{ port: 80, targetPort: 'htpp' }] }),
    ],
    shows: isReady,
    alert: targetDown('web'),
    cause: of('ServicePortMismatch', 'Service', 'web'),
    says: 'htpp',
  },
  {
    name: 'ingress-backend',
    objects: [deployment('web', running(SERVE, ready)), service('web'), ingress('shop', { backend: 'wbe' })],
    shows: isReady,
    alert: ingressErrors('shop'),
    cause: of('IngressBackendMissing', 'Ingress', 'shop'),
    says: 'may be meant: web',
  },
  {
    name: 'ingress-secret',
    objects: [
      deployment('web', running(SERVE, ready)),
      service('web'),
      ingress('shop', { backend: 'web', tls: [{ hosts: ['shop.example'], secretName: 'shop-tls' }] }),
    ],
    // there is no controller of Ingresses: these are the words of one
    breaks: {
      when: isReady,
      act: (kube, namespace) => warn(kube, namespace, 'Ingress', 'shop', `secret "${namespace}/shop-tls" not found`),
    },
    shows: says('ControllerWarning'),
    alert: ingressErrors('shop'),
    cause: of('IngressTLSSecretMissing', 'Ingress', 'shop'),
    says: 'shop-tls',
  },
  {
    name: 'network-policy',
    objects: [
      denyAll,
      deployment('api', running(SERVE, ready)),
      service('api'),
      caller('http://api:80', 'ERROR GET http://api:80/orders: dial tcp: i/o timeout'),
    ],
    shows: complained,
    alert: errorRate('front'),
    cause: of('NetworkPolicyBlocks', 'NetworkPolicy', 'deny-all'),
  },
  {
    name: 'misspelt-address',
    objects: [
      deployment('catalog', running(SERVE, ready)),
      service('catalog'),
      caller('http://catlog:80', 'ERROR GET http://catlog:80/items: dial tcp: lookup catlog on 10.96.0.10:53: no such host'),
    ],
    shows: complained,
    alert: errorRate('front'),
    cause: deploymentCause('ClientAddressWrong', 'front'),
    alsoTrue: ['DNSNameNotFound'],
    says: 'catalog',
  },
  {
    name: 'unknown-name',
    objects: [
      deployment(
        'web',
        running('echo "FATAL dial tcp: lookup orders-db.payments.svc.cluster.local on 10.96.0.10:53: no such host"; exit 1'),
      ),
    ],
    shows: crashLoops,
    alert: errorRate('web'),
    cause: deploymentCause('DNSNameNotFound'),
    says: 'orders-db',
  },
  {
    name: 'service-missing',
    objects: [
      deployment('api', running(SERVE, ready)),
      caller('http://api:80', 'ERROR GET http://api:80/orders: dial tcp: lookup api on 10.96.0.10:53: no such host'),
    ],
    shows: complained,
    alert: errorRate('front'),
    cause: of('ServiceMissing', 'Service', 'api'),
    alsoTrue: ['DNSNameNotFound'],
  },
  {
    name: 'certificate',
    objects: [
      deployment('api', running(SERVE, ready)),
      service('api'),
      caller(
        'https://api:80',
        'ERROR GET https://api:80/orders: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-29T01:00:00Z is after 2026-11-01T00:00:00Z',
      ),
    ],
    shows: complained,
    alert: errorRate('front'),
    cause: of('CertificateExpired', 'Service', 'api'),
  },
  {
    name: 'callee-down',
    objects: [
      deployment(
        'db',
        running('echo "FATAL: could not open configuration file /etc/db.conf: invalid value for max_connections: many"; exit 1'),
      ),
      service('db'),
      deployment(
        'api',
        running(complaining('ERROR query orders: dial tcp 10.96.7.7:5432: connect: connection refused (db:80)'), {
          env: [{ name: 'DB_ADDR', value: 'db:80' }],
          ...ready,
        }),
      ),
      service('api'),
      caller('http://api:80', 'ERROR GET http://api:80/orders: upstream api unavailable: 503'),
    ],
    shows: (seen) => crashLoops(seen) && seen.pods.length >= 3,
    alert: errorRate('front'),
    cause: deploymentCause('ContainerConfigurationInvalid', 'db'),
    alsoTrue: ['DependencyFailing'],
    says: 'max_connections',
  },
  {
    name: 'switched-off',
    objects: [
      deployment('api', running(SERVE, ready), { replicas: 0 }),
      service('api'),
      caller('http://api:80', 'ERROR GET http://api:80/orders: dial tcp 10.96.7.8:80: connect: connection refused'),
    ],
    shows: complained,
    alert: errorRate('front'),
    cause: deploymentCause('WorkloadScaledToZero', 'api'),
    alsoTrue: ['DependencyFailing'],
  },
];
