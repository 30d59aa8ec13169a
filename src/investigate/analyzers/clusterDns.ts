/**
 * The name service of the cluster that does not answer, and names that it does not know.
 *
 * It does not answer when lookups of at least two workloads fail without an answer, or those of one while its Service has no ready endpoint or a
 * DNS check fails, too. Workloads with name servers of their own, or behind a policy that forbids lookups, do not count. A name is unknown when
 * the resolver says so and no Service has it; one that was not to be looked up here (of another namespace, or of the world) weighs less.
 * Disproved by a lookup that succeeds, and by a Service of that name.
 */
import { closest } from '../../analysis/similarity.ts';
import type { ObjectRef } from '../../crds/common.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Service, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { type CredibleLine, credibleLines, podNamesOf, podsOf } from '../credibleLines.ts';
import { objectFields, podFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { servicesListed } from '../listed.ts';
import { isUnanswered, unknownNameIn } from '../lookups.ts';
import { quote } from '../quote.ts';
import { serviceRef } from '../reachability.ts';
import { lookupFlowOf } from '../traffic.ts';
import { policyThatCuts } from './networkPolicy.ts';

export const clusterDns: Analyzer = {
  name: 'clusterDns',
  *find(snapshot) {
    const lines = credibleLines(snapshot);
    yield* unanswered(
      snapshot,
      lines.filter(({ text, owner }) => isUnanswered(text) && !isOnItsOwn(snapshot, owner)),
    );
    for (const line of lines) {
      const name = unknownNameIn(line.text);
      if (name !== undefined && isUnknown(snapshot, name, line.owner)) yield unknownName(snapshot, name, line);
    }
  },
};

const NAME_SERVICE = { namespace: 'kube-system', name: 'kube-dns' } as const;
const NAMES_OF_IT = new Set(['kube-dns', 'coredns', 'rke2-coredns-rke2-coredns', 'dns-default']);

/** It asks a name server of its own, or may not ask at all. */
function isOnItsOwn(snapshot: Snapshot, owner: ObjectRef): boolean {
  if (podsOf(snapshot, owner).some(({ nameservers }) => nameservers.length > 0)) return true;
  const flow = lookupFlowOf(snapshot, owner);
  return flow !== undefined && policyThatCuts(snapshot.policies, flow) !== undefined;
}

function* unanswered(snapshot: Snapshot, lines: readonly CredibleLine[]): Iterable<Finding> {
  const owners = [...new Map(lines.map(({ owner }) => [objectName(owner), owner])).values()];
  const checks = snapshot.checks.filter(({ kind, outcome }) => kind === 'dns' && (outcome === 'timedOut' || outcome === 'refused'));
  const service = snapshot.services.find(({ namespace, name }) => namespace === NAME_SERVICE.namespace && NAMES_OF_IT.has(name));
  const isDown = service?.endpoints?.ready === 0;
  const witnesses = owners.length + (checks.length > 0 ? 1 : 0) + (isDown ? 1 : 0);
  if (witnesses < 2) return;
  const [first] = lines;
  const names = owners.slice(0, 3).map(({ namespace, name }) => `${namespace ?? ''}/${name}`);
  const who = names.length === 0 ? '' : ` Lookups of ${names.join(', ')} fail${first === undefined ? '' : `: ${quote(first.text)}`}.`;
  const ref = serviceRef(service ?? NAME_SERVICE);
  yield {
    analyzer: clusterDns.name,
    reason: 'ClusterDNSUnavailable',
    object: ref,
    message: `The name service of the cluster does not answer${isDown ? ', as none of its pods is ready' : ''}.${who}`,
    cures: [],
    evidence: [
      ...new Set([
        ...(service === undefined ? [] : [service.evidence]),
        ...lines.map(({ evidence }) => evidence),
        ...checks.map(({ evidence }) => evidence),
      ]),
    ],
    pods: owners.flatMap((owner) => podNamesOf(snapshot, owner)),
    touchedBy: { direct: objectFields({ kind: 'ConfigMap', namespace: NAME_SERVICE.namespace, name: 'coredns' }, ''), plausible: [] },
  };
}

interface Place {
  readonly service: string;
  /** Undefined for names of the world. */
  readonly namespace: string | undefined;
}

/** What a name means inside the cluster: `cart`, `cart.shop`, `cart.shop.svc`, `cart.shop.svc.cluster.local`. */
function placeOf(snapshot: Snapshot, name: string, home: string): Place {
  const [service = '', namespace, third] = name.split('.');
  if (namespace === undefined) return { service, namespace: home };
  const known = new Set([home, ...snapshot.services.map((one) => one.namespace), ...snapshot.workloads.map(({ ref }) => ref.namespace)]);
  return { service, namespace: third === 'svc' || (third === undefined && known.has(namespace)) ? namespace : undefined };
}

/** A Service of that name was made since, or has no pod to answer for: that is another matter. */
function isUnknown(snapshot: Snapshot, name: string, owner: ObjectRef): boolean {
  const { service, namespace } = placeOf(snapshot, name, owner.namespace ?? '');
  const [pod, ofService] = name.split('.');
  const isPodOfHeadless = snapshot.services.some((one) => one.headless && one.name === ofService && pod !== undefined);
  return !isPodOfHeadless && !snapshot.services.some((one) => one.name === service && one.namespace === namespace);
}

function unknownName(snapshot: Snapshot, name: string, { owner, container, text, evidence, beside }: CredibleLine): Finding {
  const { service, namespace } = placeOf(snapshot, name, owner.namespace ?? '');
  const meant = namespace === undefined ? [] : candidates(snapshot.services, service, namespace);
  const hint = meant.length === 0 ? '' : `; what exists and may be meant: ${meant.join(', ')}`;
  return {
    analyzer: clusterDns.name,
    reason: 'DNSNameNotFound',
    object: { ...owner, container },
    message: `${owner.kind} ${owner.namespace ?? ''}/${owner.name} asks for ${name}, which does not exist${hint}: ${quote(text)}.`,
    cures: ['RevertCommit'],
    evidence: [evidence],
    pods: beside ? [] : podNamesOf(snapshot, owner),
    indirect: beside || namespace === undefined || !servicesListed(snapshot, namespace),
    detail: name,
    blames: namespace === undefined ? [] : [serviceRef({ namespace, name: service })],
    touchedBy: {
      direct: podFields(owner, 'containers'),
      plausible: objectFields(serviceRef({ namespace: namespace ?? '', name: service }), ''),
    },
  };
}

/** The same name in another namespace comes first: that is how it is mostly missed. */
function candidates(services: readonly Service[], wanted: string, namespace: string): string[] {
  const elsewhere = services
    .filter(({ name, namespace: other }) => name === wanted && other !== namespace)
    .map((one) => `${one.name}.${one.namespace}`);
  const near = closest(
    wanted,
    services.filter((one) => one.namespace === namespace).map(({ name }) => name),
    3,
  );
  return [...elsewhere, ...near].slice(0, 3);
}
