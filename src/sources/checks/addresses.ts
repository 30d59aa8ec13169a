/**
 * Which addresses an active check may connect to: the guard against being sent somewhere by a name (SSRF).
 *
 * Never: this host, link-local and with it the clouds' metadata services, unspecified, multicast, reserved ranges, and IPv6 ranges
 * that carry an IPv4 address inside of them. Private ranges only for Services of the cluster, or where the configuration lists them.
 * An IPv4-mapped IPv6 address counts as the IPv4 address that it is. What is no plain address is refused.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';

export interface AddressPolicy {
  /** Why an address may not be connected to; undefined: it may. @param inCluster for a Service of the cluster */
  readonly refusal: (address: string, inCluster: boolean) => string | undefined;
}

export interface AddressPolicyOptions {
  /** Private ranges, as CIDR, that hosts of Ingresses and Gateways may lead to as well. */
  readonly privateRanges?: readonly string[] | undefined;
  /** Ranges that are open to all checks although they would be refused. For tests on the loopback alone. */
  readonly exempt?: readonly string[] | undefined;
}

/** Clouds keep these, which no host of a cluster has, outside of the ranges that are refused as a whole. */
const METADATA = ['168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::/32', 'fd20:ce::254/128'];

/** IANA's special-purpose registries (RFC 6890). */
const NEVER: readonly (readonly [what: string, ranges: readonly string[]])[] = [
  ['the metadata service of a cloud', METADATA],
  ['the loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local, as the metadata services of clouds are', ['169.254.0.0/16', 'fe80::/10']],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  [
    'reserved',
    ['192.0.0.0/24', '192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '240.0.0.0/4', '2001:db8::/32', '100::/64'],
  ],
  // ::/96 compatible, 64:ff9b:: NAT64, 2001::/32 Teredo, 2002::/16 6to4: any IPv4 address may hide in one.
  ['an IPv4 address inside of an IPv6 one', ['::/96', '64:ff9b::/32', '2001::/32', '2002::/16']],
];
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10'];

export function createAddressPolicy({ privateRanges = [], exempt = [] }: AddressPolicyOptions = {}): AddressPolicy {
  const never = NEVER.map(([what, ranges]) => ({ what, holds: listOf(ranges) }));
  const [isPrivate, isListed, isExempt] = [listOf(PRIVATE), listOf(privateRanges), listOf(exempt)];
  return {
    refusal: (text, inCluster) => {
      const address = plain(text);
      if (address === undefined) return 'is no address';
      if (isExempt(address)) return undefined;
      const found = never.find(({ holds }) => holds(address));
      if (found !== undefined) return `is ${found.what}`;
      if (inCluster || !isPrivate(address) || isListed(address)) return undefined;
      return 'is private: only Services of the cluster are checked there, unless the range is configured';
    },
  };
}

/** An address as it is connected to: without a zone, IPv4-mapped ones as IPv4. */
export function plain(text: string): string | undefined {
  if (isIP(text) === 0 || text.includes('%')) return undefined;
  if (isIPv4(text)) return text;
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/u.exec(canonical);
  if (mapped === null) return canonical;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

function listOf(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits = ''] = range.split('/');
    if (isIP(network) === 0 || !/^\d{1,3}$/u.test(bits))
      throw new Error(`"${range}" is no range of addresses; write one like 10.20.0.0/16`);
    list.addSubnet(network, Number(bits), isIPv4(network) ? 'ipv4' : 'ipv6');
  }
  return (address) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
