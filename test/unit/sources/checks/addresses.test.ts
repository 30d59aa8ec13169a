import { describe, expect, test } from 'vitest';
import { createAddressPolicy } from '../../../../src/sources/checks/addresses.ts';

const policy = createAddressPolicy({ privateRanges: ['10.20.0.0/16'] });

describe('an address', () => {
  test.each<{ name: string; addresses: readonly string[]; inCluster?: boolean; want: string | undefined }>([
    { name: 'of the Internet may be connected to', addresses: ['93.184.216.34', '2606:2800:220:1::1'], want: undefined },
    { name: 'on the loopback may not', addresses: ['127.0.0.1', '127.8.9.1', '::1'], inCluster: true, want: 'loopback' },
    { name: 'of a metadata service may not', addresses: ['169.254.169.254', '169.254.170.2'], inCluster: true, want: 'link-local' },
    {
      name: 'of a metadata service elsewhere may not',
      addresses: ['fd00:ec2::254', 'fd20:ce::254', '168.63.129.16', '100.100.100.200', '192.0.0.192'],
      inCluster: true,
      want: 'the metadata service',
    },
    { name: 'that is link-local may not', addresses: ['fe80::1', 'febf::1'], inCluster: true, want: 'link-local' },
    { name: 'that is unspecified may not', addresses: ['0.0.0.0', '0.1.2.3', '::'], inCluster: true, want: 'unspecified' },
    { name: 'of many may not', addresses: ['224.0.0.1', '239.255.255.250', 'ff02::1'], inCluster: true, want: 'multicast' },
    {
      name: 'that is reserved may not',
      addresses: ['255.255.255.255', '240.0.0.1', '198.18.0.1', '2001:db8::1'],
      inCluster: true,
      want: 'reserved',
    },
    {
      name: 'written as IPv6 counts as the IPv4 address that it is',
      addresses: ['::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:7f00:0001'],
      inCluster: true,
      want: 'loopback',
    },
    { name: 'of a metadata service written as IPv6 may not', addresses: ['::ffff:169.254.169.254'], inCluster: true, want: 'link-local' },
    {
      name: 'that hides an IPv4 one may not',
      addresses: ['64:ff9b::a9fe:a9fe', '2002:7f00:1::', '2001:0:1::1', '::7f00:1'],
      inCluster: true,
      want: 'inside of an IPv6',
    },
    {
      name: 'that is private may not for an Ingress',
      addresses: ['10.0.0.1', '172.31.0.1', '192.168.1.1', '100.64.0.1', 'fd12::1'],
      want: 'private',
    },
    { name: 'that is private and written as IPv6 may not', addresses: ['::ffff:10.0.0.1'], want: 'private' },
    { name: 'that is private may for a Service of the cluster', addresses: ['10.96.0.10', 'fd12::1'], inCluster: true, want: undefined },
    { name: 'in a range that is configured may', addresses: ['10.20.3.4', '::ffff:10.20.3.4'], want: undefined },
    { name: 'beside that range may not', addresses: ['10.21.0.1'], want: 'private' },
    { name: 'that is none may not', addresses: ['localhost', '0x7f.1', '2130706433', 'fe80::1%eth0', '', '1.2.3'], want: 'no address' },
  ])('$name', ({ addresses, inCluster = false, want }) => {
    for (const address of addresses) {
      const why = policy.refusal(address, inCluster);
      if (want === undefined) expect([address, why]).toEqual([address, undefined]);
      else expect(`${address} ${why}`).toContain(want);
    }
  });

  test('range that cannot be read is refused when the policy is made', () => {
    expect(() => createAddressPolicy({ privateRanges: ['10.0.0.0'] })).toThrow('write one like 10.20.0.0/16');
  });
});
