/**
 * Ingresses and Gateway routes that lead nowhere, to a port that is not there, under a host that two claim, or without their certificate.
 *
 * Right about backends when all Services of the namespace were seen; about certificates and acceptance when the controller says so (Secrets
 * are never read). Two routes of one host and path conflict only within one class and when neither is a canary. Disproved by the
 * Service existing under that port. Where the Service is right and none of its pods is, others say so.
 */
import { closest } from '../../analysis/similarity.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Condition, Route, Service, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { credibleLines } from '../credibleLines.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { servicesListed } from '../listed.ts';
import { quote } from '../quote.ts';
import { serviceRef } from '../reachability.ts';

export const ingress: Analyzer = {
  name: 'ingress',
  *find(snapshot) {
    const missing = new Set<string>();
    for (const route of snapshot.routes.filter(isRoute)) {
      const found = backendFinding(snapshot, route);
      if (found === undefined) continue;
      missing.add(objectName(route.owner));
      yield found;
    }
    for (const route of firstOfEach(snapshot.routes.filter(isRoute))) {
      if (!missing.has(objectName(route.owner))) yield* notAccepted(route);
    }
    yield* conflicts(snapshot.routes);
    yield* missingSecrets(snapshot);
  },
};

/** Rules of a gateway's own configuration are read by others. */
const isRoute = ({ owner }: Route): boolean => owner.kind === 'Ingress' || owner.kind.endsWith('Route');
const firstOfEach = (routes: readonly Route[]): Route[] => [...new Map(routes.map((route) => [objectName(route.owner), route])).values()];

/** The port's name by which one controller means an action of its own and no Service. */
const ACTION = 'use-annotation';

function backendFinding(snapshot: Snapshot, route: Route): Finding | undefined {
  const { backend } = route;
  if (backend.port === ACTION || !servicesListed(snapshot, backend.namespace)) return undefined;
  const there = snapshot.services.filter(({ namespace }) => namespace === backend.namespace);
  const service = there.find(({ name }) => name === backend.service);
  const name = `Service ${backend.namespace}/${backend.service}`;
  if (service === undefined) {
    const meant = closest(
      backend.service,
      there.map((one) => one.name),
      3,
    );
    const hint = meant.length === 0 ? '' : `; what exists and may be meant: ${meant.join(', ')}`;
    return routeFinding(
      route,
      'IngressBackendMissing',
      `sends ${pathOf(route)} to ${name}, which does not exist${hint}`,
      [],
      backend.service,
    );
  }
  if (backend.port === undefined || servesPort(service, backend.port)) return undefined;
  const ports = service.ports.map(({ name: portName, port }) => (portName === '' ? `${port}` : `${portName} (${port})`));
  const says = `sends ${pathOf(route)} to port ${backend.port} of ${name}, which has ${ports.length === 0 ? 'no port' : `only ${ports.join(', ')}`}`;
  return routeFinding(route, 'IngressBackendMissing', says, [service.evidence], `${backend.service}:${backend.port}`);
}

/** A Service that is only a name elsewhere may go without ports. */
const servesPort = ({ type, ports }: Service, wanted: number | string): boolean =>
  (type === 'ExternalName' && ports.length === 0) || ports.some(({ name, port }) => port === wanted || name === wanted);

const pathOf = ({ host, path }: Route): string => `${host === '' ? '' : host}${path}`;

function routeFinding(route: Route, reason: Finding['reason'], says: string, evidence: readonly string[], detail: string): Finding {
  const { owner, backend } = route;
  return {
    analyzer: ingress.name,
    reason,
    object: owner,
    message: `${owner.kind} ${owner.namespace ?? ''}/${owner.name} ${says}.`,
    cures: ['RevertCommit'],
    evidence: [route.evidence, ...evidence],
    pods: [],
    detail,
    touchedBy: {
      direct: [...objectFields(owner, 'spec'), ...objectFields(serviceRef({ namespace: backend.namespace, name: backend.service }), '')],
      plausible: [],
    },
  };
}

/** With several parents, one that takes it is enough. */
function* notAccepted(route: Route): Iterable<Finding> {
  const of = (type: string, status: string): Condition | undefined =>
    route.conditions.find((condition) => condition.type === type && condition.status === status);
  const refused = of('Accepted', 'True') === undefined ? of('Accepted', 'False') : undefined;
  const unresolved = of('ResolvedRefs', 'False');
  const said = refused ?? unresolved;
  if (said === undefined) return;
  const verb = refused === undefined ? 'refers to what its Gateway cannot resolve' : 'is not accepted by its Gateway';
  const reason = refused === undefined && said.reason === 'BackendNotFound' ? 'IngressBackendMissing' : 'RouteNotAccepted';
  const words = said.message === '' ? said.reason : `${said.reason}: ${quote(said.message)}`;
  yield { ...routeFinding(route, reason, `${verb}, ${words}`, [], said.reason), since: said.since };
}

function* conflicts(routes: readonly Route[]): Iterable<Finding> {
  const plain = routes.filter(({ owner, host, canary }) => owner.kind === 'Ingress' && host !== '' && canary !== true);
  const groups = Map.groupBy(plain, ({ host, path, className }) => [host, path, className ?? ''].join('\n'));
  for (const group of groups.values()) {
    const [first, second] = firstOfEach(group);
    if (first === undefined || second === undefined || sameBackend(first, second)) continue;
    const says = `claims ${pathOf(first)}, and so does ${second.owner.namespace ?? ''}/${second.owner.name}, for another backend`;
    yield routeFinding(first, 'IngressHostConflict', says, [second.evidence], pathOf(first));
  }
}

const sameBackend = ({ backend: a }: Route, { backend: b }: Route): boolean =>
  a.namespace === b.namespace && a.service === b.service && a.port === b.port;

const SECRET_MISSING = [
  /\bsecret "?([a-z0-9./-]{1,253})"?:? (?:was )?(?:not found|does not exist)/iu,
  /\bno object matching key "([a-z0-9./-]{1,253})" in local store/iu,
];

/** As a controller says in an event of the Ingress or Gateway, or in its log; and only of a secret that a route names. */
function* missingSecrets({ events, routes, ...rest }: Snapshot): Iterable<Finding> {
  const said = [
    ...events
      .filter(({ kind, type }) => (kind === 'Ingress' || kind === 'Gateway') && type === 'Warning')
      .map(({ namespace, message, evidence }) => ({ namespace, text: message, evidence })),
    ...credibleLines({ events, routes, ...rest }).map(({ owner, text, evidence }) => ({
      namespace: owner.namespace ?? '',
      text,
      evidence,
    })),
  ];
  for (const { namespace, text, evidence } of said) {
    const named = SECRET_MISSING.map((pattern) => pattern.exec(text)?.[1]).find((name) => name !== undefined);
    const [first = '', second] = named?.split('/') ?? [];
    const [place, secret] = second === undefined ? [namespace, first] : [first, second];
    const route = routes.find(({ owner, tlsSecret }) => tlsSecret !== undefined && tlsSecret === secret && owner.namespace === place);
    if (route !== undefined) {
      const says = `names TLS secret ${secret}, which its controller does not find: ${quote(text)}`;
      yield routeFinding(route, 'IngressTLSSecretMissing', says, [evidence], secret);
    }
  }
}
