/**
 * A gateway that sends a path to a service that it does not belong to.
 *
 * Right when a route is named after one service of the namespace (by its name, else by its path), and its target is another that shares no
 * word with it, or does not exist. Names are compared by their words, without what every name has ("service", "api", versions, the prefix that most services share).
 * Disproved by a target that shares a word with the route, and by a target that gets several such routes: a front answers for many. A service
 * that is not installed, and whose route says so, is no mistake. Backends of Ingresses and Gateway routes that do not exist are left to
 * `ingress`.
 */

import { objectName } from '../../sources/kubernetes/names.ts';
import type { Route, Service, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quoteUnlessToken } from '../quote.ts';
import { findService, serviceRef } from '../reachability.ts';

export const misdirectedRoute: Analyzer = {
  name: 'misdirectedRoute',
  *find(snapshot) {
    const common = commonWords(snapshot.services);
    const strayed = snapshot.routes.flatMap((route) => {
      const meant = meantService(snapshot, route, common);
      return meant === undefined ? [] : [{ route, meant }];
    });
    for (const { route, meant } of strayed) {
      const meantThere = new Set(
        strayed.filter((other) => other.route.backend.service === route.backend.service).map((other) => other.meant),
      );
      const isFront = meantThere.size > 1 && findService(snapshot, { ...route.backend, name: route.backend.service }) !== undefined;
      if (!isFront) yield finding(snapshot, route, meant);
    }
  },
};

const GENERIC = new Set(['service', 'svc', 'services', 'api', 'app', 'server', 'http', 'https', 'www', 'rest', 'v', 'path']);

function words(text: string, common: ReadonlySet<string>): string[] {
  return text
    .replace(/([a-z])([A-Z])/gu, '$1-$2')
    .toLowerCase()
    .replace(/service|svc/gu, '-')
    .split(/[^a-z0-9]+/u)
    .filter((word) => word.length > 1 && !GENERIC.has(word) && !/^v?\d+$/u.test(word) && !common.has(word));
}

/** Words that most services of a namespace have in their names tell none of them apart. */
function commonWords(services: readonly Service[]): ReadonlySet<string> {
  const none: ReadonlySet<string> = new Set();
  const counts = new Map<string, number>();
  for (const { name } of services) for (const word of new Set(words(name, none))) counts.set(word, (counts.get(word) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => services.length > 3 && count > services.length / 2).map(([word]) => word));
}

/** The one service that the route is named after, word for word, if the route leads to another. */
function meantService({ services }: Snapshot, { name, path, backend, owner }: Route, common: ReadonlySet<string>): Service | undefined {
  if (owner.kind === 'Ingress') return undefined;
  const here = services.filter(({ namespace }) => namespace === backend.namespace);
  const own = words(name === '' ? lastSegment(path) : name, common);
  const named = here.filter((one) => own.length > 0 && words(one.name, common).join('') === own.join(''));
  const [meant] = named;
  if (meant === undefined || named.length > 1 || meant.name === backend.service) return undefined;
  const exists = here.some((one) => one.name === backend.service);
  const said = new Set([...own, ...words(path, common)]);
  const shares = words(backend.service, common).some((word) => said.has(word) || own.join('').includes(word));
  return exists && shares ? undefined : meant;
}

const lastSegment = (path: string): string => path.split('/').findLast((segment) => /[a-z]/iu.test(segment)) ?? '';

function finding({ services }: Snapshot, { owner, name, path, backend, evidence }: Route, meant: Service): Finding {
  const exists = services.some((one) => one.namespace === backend.namespace && one.name === backend.service);
  const route = name === '' ? quoteUnlessToken(path) : `${quoteUnlessToken(name)} (${quoteUnlessToken(path)})`;
  return {
    analyzer: misdirectedRoute.name,
    reason: 'RouteMisdirected',
    object: serviceRef(meant),
    detail: `${objectName(owner)} ${name}`,
    message: `${objectName(owner)} sends ${route} to ${backend.service}${exists ? '' : ', which does not exist,'} and not to ${meant.name}.`,
    cures: ['RevertCommit'],
    evidence: [evidence, meant.evidence],
    pods: [],
    touchedBy: { direct: objectFields(owner, ''), plausible: [] },
  };
}
