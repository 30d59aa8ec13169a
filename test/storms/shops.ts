/** Three clusters: the Online Boutique, a shop of forty services after Train Ticket, and a platform with shared databases and ingress. */
import type { Random } from './random.ts';
import { makeWorld, type ServiceSpec, type World } from './world.ts';

const platform = (...extra: readonly ServiceSpec[]): readonly ServiceSpec[] => [
  { namespace: 'kube-system', name: 'coredns', replicas: 2, isPlatform: true },
  { namespace: 'kube-system', name: 'kube-proxy', kind: 'DaemonSet', isPlatform: true },
  { namespace: 'kube-system', name: 'cilium', kind: 'DaemonSet', isPlatform: true },
  { namespace: 'kube-system', name: 'metrics-server', replicas: 1, isPlatform: true },
  { namespace: 'kube-system', name: 'cluster-autoscaler', replicas: 1, isPlatform: true },
  { namespace: 'kube-system', name: 'ebs-csi-controller', replicas: 2, isPlatform: true },
  { namespace: 'ingress-nginx', name: 'ingress-nginx-controller', replicas: 2, isPlatform: true },
  { namespace: 'cert-manager', name: 'cert-manager', replicas: 1, isPlatform: true },
  { namespace: 'monitoring', name: 'node-exporter', kind: 'DaemonSet', isPlatform: true },
  { namespace: 'monitoring', name: 'kube-state-metrics', replicas: 1, isPlatform: true },
  ...extra,
];

const shop = (name: string, calls: readonly string[] = [], more: Partial<ServiceSpec> = {}): ServiceSpec => ({
  namespace: 'shop',
  name,
  calls,
  configMaps: ['shop-settings'],
  ...more,
});

export const boutique = (random: Random): World =>
  makeWorld(
    'boutique',
    platform(
      shop(
        'frontend',
        [
          'adservice',
          'recommendationservice',
          'productcatalogservice',
          'cartservice',
          'checkoutservice',
          'currencyservice',
          'shippingservice',
        ],
        {
          host: 'shop.example.com',
          autoscaled: true,
          replicas: 3,
        },
      ),
      shop(
        'checkoutservice',
        ['paymentservice', 'emailservice', 'currencyservice', 'shippingservice', 'cartservice', 'productcatalogservice'],
        {
          autoscaled: true,
        },
      ),
      shop('recommendationservice', ['productcatalogservice']),
      shop('cartservice', ['redis-cart']),
      shop('productcatalogservice'),
      shop('currencyservice'),
      shop('paymentservice', [], { configMaps: ['payment-settings'] }),
      shop('emailservice'),
      shop('shippingservice'),
      shop('adservice'),
      shop('redis-cart', [], { kind: 'StatefulSet', replicas: 1, claim: true, configMaps: [] }),
      { namespace: 'reports', name: 'sales-report', calls: ['checkoutservice.shop'], configMaps: ['report-settings'] },
      { namespace: 'reports', name: 'stock-report', calls: ['productcatalogservice.shop'], configMaps: ['report-settings'] },
      { namespace: 'reports', name: 'report-ui', calls: ['sales-report', 'stock-report'], host: 'reports.example.com' },
    ),
    6,
    random,
  );

const TRAINS: Readonly<Record<string, readonly string[]>> = {
  'ts-gateway': [
    'ts-preserve',
    'ts-travel',
    'ts-travel2',
    'ts-order',
    'ts-user',
    'ts-food',
    'ts-cancel',
    'ts-rebook',
    'ts-execute',
    'ts-consign',
    'ts-admin-order',
  ],
  'ts-ui': ['ts-gateway', 'ts-news', 'ts-ticket-office', 'ts-voucher'],
  'ts-preserve': [
    'ts-seat',
    'ts-security',
    'ts-contacts',
    'ts-travel',
    'ts-station',
    'ts-order',
    'ts-assurance',
    'ts-food',
    'ts-consign',
    'ts-notification',
    'ts-user',
  ],
  'ts-travel': ['ts-route', 'ts-train', 'ts-ticketinfo', 'ts-seat', 'ts-order', 'travel-mongo'],
  'ts-travel2': ['ts-route', 'ts-train', 'ts-ticketinfo', 'ts-seat', 'ts-order-other', 'travel2-mongo'],
  'ts-ticketinfo': ['ts-basic'],
  'ts-basic': ['ts-station', 'ts-route', 'ts-price', 'ts-train'],
  'ts-seat': ['ts-order', 'ts-order-other', 'ts-config'],
  'ts-security': ['ts-order', 'ts-order-other', 'security-mongo'],
  'ts-order': ['ts-station', 'order-mysql'],
  'ts-order-other': ['ts-station', 'order-mysql'],
  'ts-user': ['ts-auth', 'user-mysql'],
  'ts-auth': ['ts-verification', 'user-mysql'],
  'ts-verification': [],
  'ts-cancel': ['ts-order', 'ts-order-other', 'ts-inside-payment', 'ts-notification'],
  'ts-rebook': ['ts-order', 'ts-order-other', 'ts-seat', 'ts-inside-payment', 'ts-travel'],
  'ts-inside-payment': ['ts-order', 'ts-payment', 'payment-mysql'],
  'ts-payment': ['payment-mysql'],
  'ts-execute': ['ts-order', 'ts-order-other'],
  'ts-food': ['ts-food-map', 'ts-travel', 'food-mongo'],
  'ts-food-map': ['food-mongo'],
  'ts-consign': ['ts-consign-price', 'consign-mongo'],
  'ts-consign-price': ['consign-mongo'],
  'ts-contacts': ['contacts-mongo'],
  'ts-assurance': ['assurance-mongo'],
  'ts-station': ['station-mysql'],
  'ts-route': ['route-mongo'],
  'ts-train': ['train-mongo'],
  'ts-price': ['price-mongo'],
  'ts-config': ['config-mongo'],
  'ts-notification': ['mail-queue'],
  'ts-delivery': ['mail-queue'],
  'ts-news': [],
  'ts-voucher': ['ts-order'],
  'ts-ticket-office': [],
  'ts-admin-order': ['ts-order', 'ts-order-other'],
  'ts-admin-user': ['ts-user'],
  'ts-admin-travel': ['ts-travel', 'ts-travel2'],
};
const STORES = [
  'travel-mongo',
  'travel2-mongo',
  'security-mongo',
  'order-mysql',
  'user-mysql',
  'payment-mysql',
  'food-mongo',
  'consign-mongo',
  'contacts-mongo',
  'assurance-mongo',
  'station-mysql',
  'route-mongo',
  'train-mongo',
  'price-mongo',
  'config-mongo',
  'mail-queue',
];

export const trains = (random: Random): World =>
  makeWorld(
    'trains',
    platform(
      ...Object.entries(TRAINS).map(
        ([name, calls]): ServiceSpec => ({
          namespace: 'trains',
          name,
          calls,
          replicas: name === 'ts-gateway' || name === 'ts-ui' ? 3 : 2,
          configMaps: calls.some((called) => called.endsWith('mysql')) ? ['mysql-client'] : ['trains-settings'],
          autoscaled: ['ts-gateway', 'ts-travel', 'ts-preserve'].includes(name),
          ...(name === 'ts-ui' ? { host: 'trains.example.com' } : {}),
        }),
      ),
      ...STORES.map(
        (name): ServiceSpec => ({
          namespace: 'trains',
          name,
          kind: 'StatefulSet',
          replicas: 1,
          claim: true,
          registry: 'docker.io/library',
        }),
      ),
    ),
    9,
    random,
  );

const TEAMS = ['orders', 'catalog', 'billing', 'identity', 'search', 'media'];
const MANY_TEAMS = [...TEAMS, ...Array.from({ length: 24 }, (_, at) => `team-${String.fromCharCode(97 + at)}`)];

const withTeams = (name: string, teams: readonly string[], nodes: number, random: Random): World =>
  makeWorld(
    name,
    platform(
      { namespace: 'data', name: 'postgres', kind: 'StatefulSet', replicas: 1, claim: true },
      { namespace: 'data', name: 'redis', kind: 'StatefulSet', replicas: 1, claim: true },
      { namespace: 'data', name: 'kafka', kind: 'StatefulSet', replicas: 3, claim: true },
      { namespace: 'data', name: 'elasticsearch', kind: 'StatefulSet', replicas: 3, claim: true },
      ...teams.flatMap((team): readonly ServiceSpec[] => [
        {
          namespace: team,
          name: `${team}-web`,
          calls: [`${team}-api`, 'login.identity'],
          host: `${team}.example.com`,
          autoscaled: true,
          replicas: 3,
          configMaps: [`${team}-settings`],
        },
        {
          namespace: team,
          name: `${team}-api`,
          calls: [`${team}-worker`, team === 'search' ? 'elasticsearch.data' : 'postgres.data', 'redis.data'],
          replicas: 3,
          configMaps: [`${team}-settings`],
        },
        {
          namespace: team,
          name: `${team}-worker`,
          calls: ['kafka.data', ...(team === 'media' ? [] : ['postgres.data'])],
          configMaps: [`${team}-settings`],
        },
      ]),
      { namespace: 'identity', name: 'login', calls: ['postgres.data', 'redis.data'], replicas: 3, configMaps: ['identity-settings'] },
    ),
    nodes,
    random,
  );

export const sharedPlatform = (random: Random): World => withTeams('platform', TEAMS, 12, random);
export const largePlatform = (random: Random): World => withTeams('large platform', MANY_TEAMS, 24, random);
