/**
 * What NetworkPolicies allow: the semantics of networking.k8s.io/v1, in three values, as not every label and address is known.
 *
 * A pod is isolated in a direction once one policy of its namespace selects it for that direction; then what any of them allows passes
 * (allows add up, their order does not matter). Both ends have to allow. Ports are those of the pod, as addresses of Services are
 * translated before policies are asked. What cannot be known is taken for allowed: only what is surely cut is told.
 */

import { BlockList, isIPv6 } from 'node:net';
import { ownMember } from '../domain/ownMember.ts';
import type { ContainerSpec, NetworkPolicy, PolicyRule, Selector } from '../sources/kubernetes/snapshot.ts';

type Answer = 'yes' | 'no' | 'unknown';

export interface Endpoint {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** It may have labels beside these. */
  readonly partial: boolean;
  readonly ips: readonly string[];
  readonly ports: ContainerSpec['ports'];
}

export interface PortNumber {
  readonly port: number;
  readonly protocol: string;
}

/** The policies that keep it from coming in, or none if it may. @param from absent: anybody at all */
export function cutOnEntry(
  policies: readonly NetworkPolicy[],
  from: Endpoint | undefined,
  to: Endpoint,
  port: PortNumber,
): NetworkPolicy[] {
  return cutBy(policies, 'ingress', to, (rule, policy) =>
    both(portFits(rule, to, port), from === undefined ? 'unknown' : peerFits(rule, from, policy.namespace)),
  );
}

/** The policies that keep it from going out, or none if it may. */
export function cutOnExit(policies: readonly NetworkPolicy[], from: Endpoint, to: Endpoint, port: PortNumber): NetworkPolicy[] {
  return cutBy(policies, 'egress', from, (rule, policy) => both(portFits(rule, to, port), peerFits(rule, to, policy.namespace)));
}

function cutBy(
  policies: readonly NetworkPolicy[],
  direction: 'ingress' | 'egress',
  subject: Endpoint,
  admits: (rule: PolicyRule, policy: NetworkPolicy) => Answer,
): NetworkPolicy[] {
  const selecting = policies
    .filter(({ namespace }) => namespace === subject.namespace)
    .map((policy) => ({ policy, selects: selectorFits(policy.podSelector, subject) }))
    .filter(({ policy, selects }) => selects !== 'no' && (policy[direction] !== undefined || !policy.known));
  const isolating = selecting.filter(({ policy, selects }) => policy.known && selects === 'yes').map(({ policy }) => policy);
  const passes = selecting.some(({ policy }) => !policy.known || policy[direction]?.some((rule) => admits(rule, policy) !== 'no') === true);
  return passes ? [] : isolating;
}

const both = (a: Answer, b: Answer): Answer => {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'yes' && b === 'yes' ? 'yes' : 'unknown';
};
const any = (answers: readonly Answer[]): Answer => {
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
};

function portFits({ ports }: PolicyRule, to: Endpoint, { port, protocol }: PortNumber): Answer {
  if (ports.length === 0) return 'yes';
  return any(
    ports
      .filter((one) => one.protocol === protocol)
      .map((one): Answer => {
        if (one.port === undefined) return 'yes';
        if (typeof one.port === 'number') return port >= one.port && port <= (one.endPort ?? one.port) ? 'yes' : 'no';
        if (to.ports.length === 0) return 'unknown';
        return to.ports.some((own) => own.name === one.port && own.port === port && own.protocol === protocol) ? 'yes' : 'no';
      }),
  );
}

/** @param home namespace of the policy, in which a pod selector alone looks */
function peerFits({ peers }: PolicyRule, other: Endpoint, home: string): Answer {
  if (peers.length === 0) return 'yes';
  return any(
    peers.map(({ pods, namespaces, cidr, except }): Answer => {
      if (cidr !== undefined) return blockFits(cidr, except, other.ips);
      const place = namespaces === undefined ? answer(other.namespace === home) : namespaceFits(namespaces, other.namespace);
      return both(place, pods === undefined ? 'yes' : selectorFits(pods, other));
    }),
  );
}

const answer = (is: boolean): Answer => (is ? 'yes' : 'no');

/** Of a namespace, the one label that every namespace has is known: its name. */
const namespaceFits = (selector: Selector, namespace: string): Answer =>
  selectorFits(selector, { labels: { 'kubernetes.io/metadata.name': namespace }, partial: true });

export function selectorFits({ labels, expressions }: Selector, one: Pick<Endpoint, 'labels' | 'partial'>): Answer {
  const absent: Answer = one.partial ? 'unknown' : 'no';
  const answers = [
    ...Object.entries(labels).map(([key, value]) =>
      ownMember(one.labels, key) === undefined ? absent : answer(ownMember(one.labels, key) === value),
    ),
    ...expressions.map(({ key, operator, values }): Answer => {
      const value = ownMember(one.labels, key);
      if (operator === 'In') return value === undefined ? absent : answer(values.includes(value));
      if (operator === 'Exists') return value === undefined ? absent : 'yes';
      const without: Answer = one.partial ? 'unknown' : 'yes';
      if (operator === 'NotIn') return value === undefined ? without : answer(!values.includes(value));
      return value === undefined ? without : 'no';
    }),
  ];
  return answers.reduce(both, 'yes');
}

/** Whether blocks of addresses speak of pods is left to the network plug-in: a pod within one may pass. */
function blockFits(cidr: string, except: readonly string[], ips: readonly string[]): Answer {
  if (ips.length === 0) return 'unknown';
  return ips.some((ip) => within(cidr, ip) && !except.some((one) => within(one, ip))) ? 'yes' : 'no';
}

function within(cidr: string, ip: string): boolean {
  const [network = '', bits = ''] = cidr.split('/');
  const family = familyOf(network);
  if (family !== familyOf(ip)) return false;
  try {
    const list = new BlockList();
    list.addSubnet(network, Number(bits), family);
    return list.check(ip, family);
  } catch {
    return false;
  }
}

const familyOf = (ip: string): 'ipv4' | 'ipv6' => (isIPv6(ip) ? 'ipv6' : 'ipv4');
