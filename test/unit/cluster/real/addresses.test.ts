import { describe, expect, test } from 'vitest';
import { addressesBeside } from '../../../cluster/real/addresses.ts';

const everyCandidate = Array.from({ length: 40 }, (_, index) => `10.${210 + index}.7.0/24`);

describe('addressesBeside', () => {
  test.each([
    ['takes the first network when nothing is near', ['default', '192.168.1.0/24', '127.0.0.1'], '10.210.0.1'],
    ['passes over a network that is in use', ['10.210.0.0/16'], '10.211.0.1'],
    ['passes over a network of which a part is in use', ['10.210.3.0/24', '10.211.9.9'], '10.212.0.1'],
    ['passes over all that a wider network holds', ['10.208.0.0/13'], '10.216.0.1'],
    ['takes no default route for a claim', ['0.0.0.0/0'], '10.210.0.1'],
  ])('%s', (_, taken, host) => {
    expect(addressesBeside(taken).host).toBe(host);
  });

  test('puts link, pods and services beside each other', () => {
    expect(addressesBeside([])).toEqual({
      host: '10.210.0.1',
      node: '10.210.0.2',
      linkBits: 30,
      podCidr: '10.210.1.0/24',
      serviceCidr: '10.210.2.0/24',
    });
  });

  test('says so when nothing is free', () => {
    expect(() => addressesBeside(everyCandidate)).toThrow('this machine has routes to all of');
    expect(() => addressesBeside(['10.0.0.0/8'])).toThrow('this machine has routes to all of');
  });
});
